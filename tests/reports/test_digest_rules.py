"""Which week a digest belongs to, and what is told twice of nobody."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from training_app.reports.digestrules import Week, outermost

MONDAY = Week(date(2026, 6, 15))


@pytest.mark.parametrize(
    ("moment", "monday"),
    [
        (datetime(2026, 6, 14, 15, 59, tzinfo=UTC), date(2026, 6, 8)),
        (datetime(2026, 6, 14, 16, 0, tzinfo=UTC), date(2026, 6, 15)),
        (datetime(2026, 6, 21, 15, 59, tzinfo=UTC), date(2026, 6, 15)),
    ],
    ids=["Sunday, a minute before midnight in Quanzhou", "midnight", "the Sunday after"],
)
def test_a_week_begins_at_midnight_of_monday_where_the_programme_is(moment, monday):
    assert Week.of(moment).monday == monday


def test_a_digest_tells_of_the_seven_days_before_its_week_and_leaves_at_eight():
    assert (MONDAY.first_day, MONDAY.last_day) == (date(2026, 6, 8), date(2026, 6, 14))
    assert MONDAY.until - MONDAY.since == timedelta(days=7) == MONDAY.ends - MONDAY.until
    assert MONDAY.opens_at == datetime(2026, 6, 15, 0, 0, tzinfo=UTC)
    assert Week(date(2026, 6, 22)).since == MONDAY.until, "nothing falls between two digests, nothing into both"


def test_its_name_is_that_of_the_iso_week_also_around_new_year():
    assert MONDAY.subject == "week:2026-W25"
    assert Week.of(datetime(2027, 1, 2, tzinfo=UTC)).subject == "week:2026-W53"


def test_a_division_inside_another_is_not_told_again():
    assert outermost(["350502004", "350502", "350503", "350502004"]) == ("350502", "350503")
    assert outermost([]) == ()
