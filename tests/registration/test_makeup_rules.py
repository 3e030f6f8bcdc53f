"""Which missed session a make-up fills, and which sessions are offered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from training_app.registration.makeuprules import Missed, Session, fills, offered

MINE, OTHER = 1, 2
AREAS = ("policies", "responsibilities", "special_services")
HOME, NEAR, FAR, ABROAD = "350502004011", "350502004", "350502005", "350503001"
START = datetime(2026, 7, 1, 0, 30, tzinfo=UTC)


def session(event_id, area="policies", *, programme=OTHER, number=1, place=NEAR, day=0):
    start = START + timedelta(days=day)
    return Session(event_id, programme, number, area, ((start, start + timedelta(hours=3)),), place)


def test_two_make_ups_of_one_area_fill_the_lowest_missed_numbers_in_order():
    missed = [Missed(4, "policies"), Missed(2, "policies"), Missed(3, "responsibilities")]
    filled, left = fills(MINE, missed, [session(10), session(11), session(12)])
    assert filled == {10: 2, 11: 4}
    assert left == {"policies": [], "responsibilities": [3]}


def test_the_very_session_that_was_missed_is_that_session():
    missed = [Missed(2, "policies"), Missed(4, "policies")]
    assert fills(MINE, missed, [session(10, programme=MINE, number=4), session(11)])[0] == {10: 4, 11: 2}


SESSIONS = st.lists(
    st.builds(
        session,
        st.integers(1, 12),
        st.sampled_from(AREAS),
        programme=st.sampled_from((MINE, OTHER)),
        number=st.integers(1, 6),
    ),
    max_size=12,
)


@given(st.dictionaries(st.integers(1, 6), st.sampled_from(AREAS)), SESSIONS)
def test_nothing_counts_twice_and_nothing_is_lost(areas, sessions):
    missed = [Missed(number, area) for number, area in areas.items()]
    filled, left = fills(MINE, missed, sessions)
    assert len(set(filled.values())) == len(filled)
    by_event = {one.event_id: one.area for one in reversed(sessions)}
    for event_id, number in filled.items():
        assert areas[number] in {one.area for one in sessions if one.event_id == event_id}
    open_numbers = {number for numbers in left.values() for number in numbers}
    assert open_numbers | set(filled.values()) == set(areas) and not open_numbers & set(filled.values())
    for area in AREAS:
        usable = {one.event_id for one in sessions if by_event[one.event_id] == area == one.area}
        missing = [number for number, of in areas.items() if of == area]
        if len(by_event) == len(sessions):
            assert sum(areas[number] == area for number in filled.values()) == min(len(usable), len(missing))


def offer(*candidates, numbers=None, own=(), known=(), taken=()):
    return [
        (one.event_id, number)
        for one, number in offered(
            MINE,
            numbers or {"policies": [2, 4]},
            candidates,
            own_numbers=set(own),
            known_events=set(known),
            taken=taken,
            home=HOME,
        )
    ]


def test_the_own_subdistrict_comes_first_then_the_earliest():
    found = offer(session(1, place=FAR, day=1), session(2, day=9), session(3, place=FAR), session(4, day=5))
    assert [event for event, _number in found] == [4, 2, 3, 1]


def test_another_district_another_area_and_what_is_known_already_are_not_offered():
    assert offer(session(1, place=ABROAD), session(2, "responsibilities"), session(3), known=(3,)) == []


def test_a_session_at_the_time_of_another_seat_is_not_offered():
    (busy,) = session(9, day=3).spans
    later = (busy[1], busy[1] + timedelta(hours=1))
    assert offer(session(1, day=3), session(2, day=4), taken=[busy]) == [(2, 2)]
    assert offer(session(1, day=3), taken=[later]) == [(1, 2)]


def test_ones_own_session_that_is_still_to_come_is_no_make_up():
    assert offer(session(1, programme=MINE, number=5)) == []
    assert offer(session(1, programme=MINE, number=5), own=(5,)) == [(1, 2)]
    assert offer(session(1, programme=MINE, number=4)) == [(1, 4)]
