"""What stands first, and how people are called."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from tests import cast
from training_app.home import rules


@dataclass
class Times:
    starts_at: datetime
    ends_at: datetime


def slot(hours_from_now, lasts=3):
    start = cast.NOW + timedelta(hours=hours_from_now)
    return Times(start, start + timedelta(hours=lasts))


@pytest.mark.parametrize(
    ("name", "called"), [("陈丽华", "陈"), ("欧阳静", "欧阳"), ("欧阳", "欧"), ("John Smith", "John Smith")]
)
def test_people_are_called_by_their_surname(name, called):
    assert rules.surname(name) == called


@pytest.mark.parametrize(
    ("hour", "part"),
    [(3, "evening"), (4, "morning"), (11, "morning"), (12, "afternoon"), (17, "afternoon"), (18, "evening")],
)
def test_the_day_has_three_parts_at_the_programmes_place(hour, part):
    assert rules.part_of_day(datetime(2026, 6, 14, (hour - 8) % 24, tzinfo=UTC)) == part


def test_the_slot_of_today_is_the_one_that_is_not_over():
    morning, afternoon = slot(-4), slot(2)
    assert rules.slot_of_today([afternoon, morning], cast.NOW) is afternoon


def test_a_ticket_stays_for_half_an_hour_after_the_end():
    over = slot(-3, lasts=3)
    assert rules.slot_of_today([over], over.ends_at + timedelta(minutes=29)) is over
    assert rules.slot_of_today([over], over.ends_at + timedelta(minutes=31)) is None


def test_tomorrow_is_not_today():
    assert rules.slot_of_today([slot(24)], cast.NOW) is None
    assert rules.next_slot([slot(48), tomorrow := slot(24)], cast.NOW) is tomorrow


@pytest.mark.parametrize(
    ("state", "opens", "closes", "open_"),
    [
        ("published", None, None, True),
        ("draft", None, None, False),
        ("published", 1, None, False),
        ("published", -1, 0, False),
        ("published", 0, 1, True),
    ],
)
def test_registration_is_open_inside_its_window(state, opens, closes, open_):
    opens_at, closes_at = (h if h is None else cast.NOW + timedelta(hours=h) for h in (opens, closes))
    assert rules.registration_open(state, opens_at, closes_at, cast.NOW) is open_


def test_an_earned_stamp_stays_earned_whatever_lies_ahead():
    assert rules.stamp_state(earned=True, registered=False, ahead=True) == "earned"
    assert rules.stamp_state(earned=False, registered=True, ahead=False) == "missed"
