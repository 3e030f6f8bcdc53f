from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests import cast
from training_app.checkin import rules

SECRET = b"k" * 32


def test_a_venue_code_lives_for_its_step_and_the_next():
    code = rules.venue_code(SECRET, 4, rules.step_of(cast.NOW))
    assert rules.is_current(SECRET, 4, code, cast.NOW)
    assert rules.is_current(SECRET, 4, code, cast.NOW + timedelta(seconds=30))
    assert not rules.is_current(SECRET, 4, code, cast.NOW + timedelta(seconds=60))


def test_a_venue_code_of_another_slot_or_secret_is_worthless():
    code = rules.venue_code(SECRET, 4, rules.step_of(cast.NOW))
    assert not rules.is_current(SECRET, 5, code, cast.NOW)
    assert not rules.is_current(b"x" * 32, 4, code, cast.NOW)


def test_the_typed_code_has_six_digits():
    assert {len(rules.six_digits(SECRET, 4, n)) for n in range(200)} == {6}


@pytest.mark.parametrize(
    ("made", "ends"),
    [
        # An hour early: ten minutes from the opening.
        (-60, 10),
        (-120, 10),
        # So early that the code says nothing of who is here: ten minutes from the code.
        (-121, -111),
        (0, 10),
        (30, 40),
    ],
)
def test_a_pass_lasts_ten_minutes_from_the_code_or_from_the_opening(made, ends):
    opens = datetime(2026, 6, 14, 0, 0, tzinfo=UTC)
    minute = timedelta(minutes=1)
    assert rules.pass_ends(opens + made * minute, opens) == opens + ends * minute
