"""Each session counts once, and a make-up in the place of what was missed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from training_app.attendance.service import Attended
from training_app.certificates.counting import count
from training_app.registration.makeuprules import Session

MINE, OTHER = 1, 2
AREAS = {1: "policies", 2: "responsibilities", 3: "responsibilities", 4: "skills", 5: "special", 6: "special"}
START = datetime(2026, 3, 1, tzinfo=UTC)


def visit(event_id, number):
    start = START + timedelta(days=event_id)
    return Attended(event_id, "session", number, Decimal(4), start, start + timedelta(hours=3))


def make_up(event_id, number, area, programme=OTHER):
    return Session(event_id, programme, number, area), visit(event_id, number)


OWN = st.lists(st.tuples(st.integers(1, 20), st.integers(1, 6)), max_size=8, unique_by=lambda pair: pair[0])
MADE = st.lists(
    st.tuples(st.integers(21, 40), st.integers(1, 6), st.sampled_from((MINE, OTHER))),
    max_size=8,
    unique_by=lambda one: one[0],
)


def counted(own, made, ahead=(), seats=()):
    return count(
        MINE,
        AREAS,
        [visit(*one) for one in own],
        [make_up(event, number, AREAS[number], programme) for event, number, programme in made],
        [make_up(event, number, AREAS[number])[0] for event, number in ahead],
        seats,
    )


@given(OWN, MADE)
def test_no_visit_counts_twice_and_no_more_count_than_were_made(own, made):
    found = counted(own, made)
    events = [one.event_id for one in found.done.values()]
    assert len(events) == len(set(events))
    assert {number for _event, number in own} <= {number for _kind, number in found.done}
    assert {one.number for one in found.missing} == set(AREAS) - {number for _kind, number in found.done}


@given(OWN, MADE, st.integers(41, 50), st.integers(1, 6))
def test_going_once_more_never_lowers_what_counts(own, made, event, number):
    before = len(counted(own, made).done)
    assert len(counted([*own, (event, number)], made).done) >= before
    assert len(counted(own, [*made, (event, number, OTHER)]).done) >= before


def test_what_is_booked_leaves_the_next_number_open():
    found = counted([(1, 1)], [], ahead=[(30, 3)])
    assert [(one.number, one.attended) for one in found.make_ups] == [(2, False)]
    assert [one.number for one in found.missing] == [3, 4, 5, 6]


def test_a_seat_at_a_later_session_is_no_miss():
    assert [one.number for one in counted([(1, 1)], [], seats=(2, 5)).missing] == [3, 4, 6]
