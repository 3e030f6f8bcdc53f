"""Pure decisions: the window, who needs a seat, who moves up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cast import NOW
from training_app.registration import rules
from training_app.registration.rules import Waiter

LATER, EARLIER = NOW + timedelta(minutes=1), NOW - timedelta(minutes=1)


@pytest.mark.parametrize(
    ("state", "opens", "closes", "answer"),
    [
        ("published", None, None, "open"),
        ("published", NOW, LATER, "open"),
        ("published", LATER, None, "not_yet"),
        ("published", EARLIER, NOW, "window_over"),
        ("draft", None, None, "not_published"),
        ("cancelled", None, None, "event_cancelled"),
        ("closed", None, None, "event_closed"),
    ],
)
def test_the_window_says_why_it_is_shut(state, opens, closes, answer):
    assert rules.window(state, opens, closes, NOW) == answer


@pytest.mark.parametrize(
    ("source", "state", "answer"),
    [
        ("self", "published", "window_over"),
        ("organiser", "published", None),
        ("organiser", "draft", None),
        ("door", "draft", "not_published"),
        ("door", "published", None),
        ("roster", "cancelled", "event_cancelled"),
        ("nomination", "closed", "event_closed"),
    ],
)
def test_only_people_themselves_are_bound_by_the_window(source, state, answer):
    assert rules.refusal(source=source, state=state, opens_at=None, closes_at=EARLIER, now=NOW) == answer


def test_guests_staff_and_walk_ins_take_no_seat():
    assert [w for w in ("trainee", "stand_in", "guest", "staff", "walk_in") if rules.takes_seat(w)] == [
        "trainee",
        "stand_in",
    ]


def _waiter(line, *needs):
    return Waiter(line, line, None, line, frozenset(needs))


def test_who_needs_several_seats_and_cannot_have_all_is_passed_over():
    line = [_waiter(1, 10, 11), _waiter(2, 10), _waiter(3, 10)]
    assert [w.line for w in rules.moved_up(line, {10: 1, 11: 0})] == [2]
    assert [w.line for w in rules.moved_up(line, {10: 1, 11: 1})] == [1]


def test_an_event_without_a_limit_takes_everyone():
    assert [w.line for w in rules.moved_up([_waiter(1, 10), _waiter(2, 10)], {10: None})] == [1, 2]


def test_nobody_is_asked_once_nothing_is_free():
    def endless():
        yield _waiter(1, 10)
        raise AssertionError("asked for more")

    assert [w.line for w in rules.moved_up(endless(), {10: 1})] == [1]


@given(
    st.lists(st.frozensets(st.sampled_from([1, 2, 3]), min_size=1), max_size=12),
    st.fixed_dictionaries({1: st.integers(0, 5), 2: st.integers(0, 5), 3: st.integers(0, 5)}),
)
def test_no_seat_is_given_twice_and_nobody_overtakes_for_the_same_seats(needs, free):
    line = [Waiter(n, n, None, n, wanted) for n, wanted in enumerate(needs)]
    moved = {w.line for w in rules.moved_up(line, free)}
    for event, seats in free.items():
        assert sum(event in needs[n] for n in moved) <= seats
    for early, wanted in enumerate(needs):
        for late in range(early + 1, len(needs)):
            if needs[late] >= wanted and late in moved:
                assert early in moved
