"""What an entry of training elsewhere may say."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.learning.outsiders import entry
from training_app.core.errors import Invalid
from training_app.learning.outsiderules import checked

TODAY = date(2026, 6, 14)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"level": "nation"}, "level"),
        ({"title": " "}, "title"),
        ({"organiser": "某" * 121}, "organiser"),
        ({"hours": Decimal(0)}, "hours"),
        ({"hours": Decimal("1.25")}, "hours"),
        ({"hours": Decimal("NaN")}, "hours"),
        ({"counting_year": 1999}, "counting_year"),
        ({"counting_year": 2024}, "counting_year"),
        ({"ends_on": date(2026, 3, 1)}, "ends_on"),
        ({"ends_on": date(2026, 6, 15)}, "ends_on"),
        ({"starts_on": None}, "starts_on"),
    ],
)
def test_what_cannot_stand_is_named_by_its_field(changed, field):
    with pytest.raises(Invalid) as refused:
        checked(entry(**changed), TODAY)
    assert list(refused.value.fields) == [field]


def test_a_training_of_february_may_count_for_the_year_before():
    assert checked(entry(counting_year=2025), TODAY).counting_year == 2025


def test_an_old_list_may_name_the_year_alone():
    assert checked(entry(starts_on=None, ends_on=None, counting_year=2023), TODAY).starts_on is None


def test_one_day_needs_no_last_day():
    assert checked(entry(ends_on=None), TODAY).ends_on == date(2026, 3, 2)


def test_the_same_training_written_otherwise_is_the_same():
    assert entry().key == entry(title="全省“儿童主任”骨干培训班 ", hours=Decimal(12), level="other").key
    assert len({entry().key, entry(starts_on=date(2026, 3, 3)).key, entry(organiser="泉州市民政局").key}) == 3
