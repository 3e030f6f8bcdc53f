"""Enrolments: a seat in every session of a phase at once, or waiting whole."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from tests import cast
from tests.registration.people import (
    AHEAD,
    CHEN,
    LIN,
    WHO,
    ZHANG,
    capacity,
    crowd,
    register,
    second_session,
    states,
    taken,
)
from training_app.core.db import db, transaction
from training_app.core.errors import Refusal
from training_app.core.signals import registration_promoted
from training_app.registration import seats
from training_app.registration.models import Enrolment
from training_app.schedule import states as event_states
from training_app.schedule.models import Event


def _enrol(person_id, **more):
    return seats.enrol(AHEAD, person_id, **({"source": "nomination"} | WHO | more))


@pytest.fixture
def second(app):
    return second_session()


def test_an_enrolment_takes_a_seat_in_every_session(second):
    enrolment = _enrol(CHEN)
    assert (enrolment.state, enrolment.line) == ("confirmed", None)
    assert states() == states(second) == {CHEN: "confirmed"} and (taken(), taken(second)) == (1, 1)
    assert _enrol(CHEN).id == enrolment.id and taken() == 1


def test_one_full_session_makes_it_wait_whole_and_take_no_seat_anywhere(second):
    capacity(0, second)
    enrolment = _enrol(CHEN)
    assert (enrolment.state, enrolment.line) == ("waiting", 1)
    assert states() == states(second) == {CHEN: "waiting"} and (taken(), taken(second)) == (0, 0)


def test_a_seat_freed_where_it_was_missing_confirms_the_whole(second):
    capacity(1, second)
    lin = register(LIN, event_id=second)
    enrolment = _enrol(CHEN)
    heard = []
    with registration_promoted.connected_to(lambda _s, **news: heard.append(news["registration_id"])):
        seats.cancel(lin.id, **WHO)
    assert enrolment.state == "confirmed" and enrolment.line is None and len(heard) == 2
    assert states() == {CHEN: "confirmed"} and (taken(), taken(second)) == (1, 1)


def test_who_waits_whole_is_passed_over_where_another_session_is_full_and_keeps_the_place(second):
    capacity(1)
    capacity(0, second)
    zhang = register(ZHANG)
    whole, single = _enrol(CHEN), register(LIN)
    seats.cancel(zhang.id, **WHO)
    assert states() == {CHEN: "waiting", LIN: "confirmed", ZHANG: "cancelled"}
    assert whole.line < 2 and single.line is None


def test_a_single_seat_becomes_part_of_the_enrolment(second):
    alone = register(CHEN)
    enrolment = _enrol(CHEN)
    assert enrolment.state == "confirmed" and (taken(), taken(second)) == (1, 1)
    assert db.session.get(type(alone), alone.id).enrolment_id == enrolment.id


def test_a_single_seat_stays_while_the_enrolment_waits(second):
    capacity(0, second)
    register(CHEN)
    enrolment = _enrol(CHEN)
    assert enrolment.state == "waiting" and states() == {CHEN: "confirmed"} and states(second) == {CHEN: "waiting"}
    seats.cancel_enrolment(enrolment.id, **WHO)
    assert states() == {CHEN: "confirmed"} and states(second) == {CHEN: "cancelled"} and taken() == 1


def test_cancelling_gives_every_seat_to_the_next(second):
    capacity(1)
    capacity(1, second)
    chen, lin = _enrol(CHEN), _enrol(LIN)
    seats.cancel_enrolment(chen.id, **WHO)
    seats.cancel_enrolment(chen.id, **WHO)
    assert (chen.state, lin.state) == ("cancelled", "confirmed")
    assert states() == states(second) == {CHEN: "cancelled", LIN: "confirmed"}
    assert _enrol(CHEN).state == "waiting" and (taken(), taken(second)) == (1, 1)


def test_cancelling_one_session_of_a_confirmed_enrolment_leaves_the_others(second):
    _enrol(CHEN)
    row = register(CHEN)
    seats.cancel(row.id, **WHO)
    assert states() == {CHEN: "cancelled"} and states(second) == {CHEN: "confirmed"}
    assert seats.restore(row.id, **WHO).state == "confirmed"


def test_cancelling_one_session_of_a_waiting_enrolment_cancels_the_whole_and_can_be_undone(second):
    capacity(0, second)
    enrolment = _enrol(CHEN)
    row = register(CHEN)
    assert seats.cancel(row.id, **WHO).state == "cancelled"
    assert enrolment.state == "cancelled" and states(second) == {CHEN: "cancelled"}
    assert seats.restore(row.id, **WHO).state == "waiting" and enrolment.state == "waiting"


def test_the_organiser_accepts_a_waiting_enrolment_whole(second):
    capacity(0, second)
    enrolment = _enrol(CHEN)
    capacity(1, second)
    assert seats.accept(register(CHEN).id, **WHO).state == "confirmed"
    assert enrolment.state == "confirmed" and states(second) == {CHEN: "confirmed"}


def test_a_cancelled_session_is_no_longer_waited_for(second):
    capacity(0, second)
    enrolment = _enrol(CHEN)
    with transaction() as session:
        session.execute(update(Event).where(Event.id == second).values(venue_id=None))
    event_states.cancel(second, "场地停电", **WHO)
    assert enrolment.state == "confirmed" and states() == {CHEN: "confirmed"} and taken() == 1


def test_salons_of_a_phase_are_no_part_of_it(app):
    salon = second_session(event_id=60, kind="salon")
    _enrol(CHEN)
    assert states() == {CHEN: "confirmed"} and states(salon) == {}


def test_sessions_that_are_over_are_left_out_and_stay_when_it_is_cancelled(second):
    enrolment = _enrol(CHEN)
    late = {"actor_id": WHO["actor_id"], "now": cast.NOW + timedelta(days=40)}
    assert seats.cancel_enrolment(enrolment.id, **late).state == "cancelled"
    assert states() == {CHEN: "confirmed"} and states(second) == {CHEN: "cancelled"}
    assert _enrol(LIN, **late).state == "confirmed" and LIN not in states()


def test_a_phase_that_was_held_on_paper_is_entered_afterwards(app):
    assert seats.enrol(1, CHEN, source="roster", **WHO).state == "confirmed"
    assert states(1) == {CHEN: "confirmed"}


def test_a_phase_without_sessions_has_nothing_to_join(app):
    with transaction() as session:
        session.execute(update(Event).where(Event.id == AHEAD).values(state="cancelled"))
    with pytest.raises(Refusal) as fault:
        _enrol(CHEN)
    assert fault.value.code == "nothing_to_join" and db.session.query(Enrolment).count() == 0


def test_people_enrol_themselves_only_within_every_sessions_window(second):
    with transaction() as session:
        session.execute(update(Event).where(Event.id == second).values(registration_closes_at=cast.NOW))
    with pytest.raises(Refusal) as fault:
        _enrol(CHEN, source="self", actor_id=CHEN)
    assert fault.value.code == "window_over" and states() == {}


def test_the_line_is_kept_over_more_waiters_than_are_looked_at_together(second):
    capacity(0, second)
    capacity(0)
    people = crowd(230)
    for person in people:
        _enrol(person)
    single = register(LIN)
    capacity(1)
    seats.advance(AHEAD, now=cast.NOW)
    assert single.state == "confirmed" and taken() == 1
    capacity(2, second)
    capacity(3)
    seats.advance(AHEAD, now=cast.NOW)
    assert [p for p in people if states()[p] == "confirmed"] == people[:2]


def test_a_session_that_came_later_seats_the_enrolled_in_their_order(app):
    people = crowd(3)
    for person in people:
        _enrol(person)
    late = second_session()
    capacity(2, late)
    register(LIN)
    assert seats.complete(AHEAD, **WHO) == (2, 1)
    assert [states(late).get(p) for p in (*people, LIN)] == ["confirmed", "confirmed", "waiting", None]
    assert seats.complete(AHEAD, **WHO) == (0, 0) and taken(late) == 2
    gone = register(people[0], event_id=late)
    seats.cancel(gone.id, **WHO)
    assert seats.complete(AHEAD, **WHO) == (0, 0) and states(late)[people[2]] == "confirmed"
