"""Windows, credit hours, clashes, dates, days off."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from training_app.schedule import daysoff
from training_app.schedule.rules import (
    Half,
    Occupation,
    Span,
    clashes,
    default_windows,
    nomination_deadline,
    organisation_kind,
    over_credited,
    series,
    slot_state,
)

START = datetime(2026, 6, 14, 0, 30, tzinfo=UTC)
END = START + timedelta(hours=3)


def test_check_in_opens_half_an_hour_before_and_late_is_a_quarter_after():
    windows = default_windows(START, END)
    assert windows.checkin_opens_at == START - timedelta(minutes=30)
    assert windows.checkin_closes_at == END
    assert windows.late_after == START + timedelta(minutes=15)


def test_a_very_short_slot_is_never_late_after_its_end():
    assert default_windows(START, START + timedelta(minutes=5)).late_after == START + timedelta(minutes=5)


@pytest.mark.parametrize(
    ("seconds", "state"),
    [(-1801, "early"), (-1800, "open"), (0, "open"), (10800, "open"), (10801, "closed")],
)
def test_both_ends_of_the_window_belong_to_it(seconds, state):
    assert slot_state(default_windows(START, END), START + timedelta(seconds=seconds)) == state


def _half(hours, label="morning", length=3, start=START):
    return Half(label, start, start + timedelta(hours=length), Decimal(hours))


def test_a_half_day_counts_four_hours_at_most():
    assert over_credited([_half("4")]) == []
    assert over_credited([_half("4.5")]) == [0]


def test_two_slots_of_one_morning_share_its_four_hours():
    later = START + timedelta(hours=1)
    assert over_credited([_half("2"), _half("2.5", start=later)]) == [1]
    assert over_credited([_half("4"), _half("4", "afternoon", start=START + timedelta(hours=5))]) == []


def test_a_whole_day_counts_eight_but_a_short_whole_event_four():
    assert over_credited([_half("8", "whole", length=8)]) == []
    assert over_credited([_half("8.5", "whole", length=8)]) == [0]
    assert over_credited([_half("4.5", "whole", length=3)]) == [0]


def _taking(event_id, hours, *, venue=None, persons=()):
    span = Span(START + timedelta(hours=hours), START + timedelta(hours=hours + 2))
    return Occupation(event_id, f"event {event_id}", (span,), venue, frozenset(persons))


def test_events_that_touch_do_not_clash():
    assert clashes(_taking(None, 0, venue=1), [_taking(5, 2, venue=1), _taking(6, -2, venue=1)]) == []


def test_an_overlap_clashes_by_venue_and_by_each_person():
    found = clashes(_taking(None, 0, venue=1, persons={3, 4}), [_taking(5, 1, venue=1, persons={4, 3, 9})])
    assert [(c.event_id, c.person_id) for c in found] == [(5, None), (5, 3), (5, 4)]


def test_two_events_without_a_venue_do_not_clash():
    assert clashes(_taking(None, 0), [_taking(5, 0)]) == []


def test_an_event_does_not_clash_with_itself():
    assert clashes(_taking(5, 0, venue=1), [_taking(5, 1, venue=1)]) == []


def test_typed_dates_win_over_every_third_week():
    typed = [None, date(2026, 4, 1), None]
    assert series(date(2026, 3, 1), 3, 3, typed) == [date(2026, 3, 1), date(2026, 4, 1), date(2026, 4, 12)]
    assert series(None, 2, 3, typed) == [None, date(2026, 4, 1)]


def test_nomination_ends_three_days_before_unless_that_has_passed():
    assert nomination_deadline(START, START - timedelta(days=9)) == START - timedelta(days=3)
    assert nomination_deadline(START, START - timedelta(days=1)) == START


@pytest.mark.parametrize(
    ("name", "kind"),
    [("鲤城区民政局", "bureau"), ("鲤城区未成年人保护委员会", "committee"), ("致和社工事务所", "office")],
)
def test_an_organisation_is_what_its_name_says(name, kind):
    assert organisation_kind(name) == kind


def test_a_holiday_and_a_workday_in_its_place_are_noted_and_a_plain_weekend_is_not():
    assert daysoff.note(date(2026, 2, 17), "zh_Hans") == (date(2026, 2, 17), "holiday", "春节")
    assert daysoff.note(date(2026, 2, 28), "en").kind == "workday"
    assert daysoff.note(date(2026, 6, 14), "en") is None
