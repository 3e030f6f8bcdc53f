"""Seats: taken, waited for, given back; one row a person and event."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from tests import cast
from tests.registration.people import AHEAD, CHEN, LIN, ORGANISER, WHO, ZHANG, capacity, crowd, register, states, taken
from training_app.core.audit import Audit
from training_app.core.db import db, transaction
from training_app.core.errors import NotFound, Refusal
from training_app.core.signals import registration_cancelled, registration_confirmed, registration_promoted
from training_app.people.models import Person
from training_app.registration import seats
from training_app.registration.models import Registration
from training_app.schedule import states as event_states
from training_app.schedule.events import change
from training_app.schedule.facts import draft_of
from training_app.schedule.models import Event


def _refused(call, *args, **kwargs):
    with pytest.raises(Refusal) as fault:
        call(*args, **kwargs)
    assert str(fault.value.sentence)
    return fault.value.code


def test_a_seat_is_taken_with_the_community_of_that_time(app):
    row = register(CHEN)
    assert (row.state, row.line, row.as_whom, row.source) == ("confirmed", None, "trainee", "organiser")
    assert row.division_code == cast.KAIYUAN_COMMUNITY and taken() == 1


def test_registering_twice_is_registering_once(app):
    first = register(CHEN)
    assert register(CHEN).id == first.id
    assert register(CHEN, as_whom="guest").as_whom == "trainee" and taken() == 1


def test_who_finds_no_seat_waits_in_the_order_of_the_programmes_one_line(app):
    capacity(1)
    capacity(0, 6)
    register(CHEN)
    lines = [register(LIN).line, register(ZHANG, event_id=6).line, register(ZHANG).line]
    assert lines == [1, 2, 3] and states()[LIN] == "waiting" and taken() == 1


def test_a_freed_seat_confirms_the_next_in_line_and_tells(app):
    capacity(1)
    chen, lin, zhang = register(CHEN), register(LIN), register(ZHANG)
    heard = []
    with (
        registration_promoted.connected_to(lambda _s, **news: heard.append(("up", news["registration_id"]))),
        registration_cancelled.connected_to(lambda _s, **news: heard.append(("out", news["registration_id"]))),
    ):
        seats.cancel(chen.id, **WHO)
        seats.cancel(chen.id, **WHO)
    assert heard == [("out", chen.id), ("up", lin.id)]
    assert states() == {CHEN: "cancelled", LIN: "confirmed", ZHANG: "waiting"} and taken() == 1
    assert zhang.line == 2 and lin.line is None


def test_a_waiting_person_who_cancels_frees_nothing(app):
    capacity(1)
    register(CHEN)
    lin, zhang = register(LIN), register(ZHANG)
    seats.cancel(lin.id, **WHO)
    assert states()[ZHANG] == "waiting" and zhang.line == 2 and taken() == 1


def test_coming_back_after_cancelling_is_the_same_row_at_the_end_of_the_line(app):
    capacity(1)
    chen = register(CHEN)
    register(LIN)
    seats.cancel(chen.id, **WHO)
    again = register(CHEN)
    assert (again.id, again.state, again.line) == (chen.id, "waiting", 2)


@pytest.mark.parametrize("as_whom", ["guest", "staff", "walk_in"])
def test_guests_staff_and_walk_ins_come_in_when_every_seat_is_taken(app, as_whom):
    capacity(1)
    register(CHEN)
    row = register(LIN, as_whom=as_whom)
    assert row.state == "confirmed" and taken() == 1
    seats.cancel(row.id, **WHO)
    assert taken() == 1


def test_a_waiting_person_who_comes_as_a_guest_no_longer_waits(app):
    capacity(0)
    assert register(LIN).state == "waiting"
    assert register(LIN, as_whom="guest").state == "confirmed" and taken() == 0


def test_news_and_record_belong_to_the_transaction(app):
    heard = []
    with registration_confirmed.connected_to(lambda _s, **news: heard.append(news)):
        row = register(CHEN)
    assert heard == [{"registration_id": row.id, "actor_id": ORGANISER, "now": cast.NOW}]
    entry = db.session.scalars(select(Audit).where(Audit.subject_kind == "registration")).one()
    assert entry.action == "registration.changed" and entry.after["state"] == "confirmed"

    def veto(_sender, **_news):
        raise Refusal("vetoed", "no")

    with registration_confirmed.connected_to(veto):
        assert _refused(register, LIN) == "vetoed"
    assert LIN not in states() and taken() == 1


def _myself(person_id, event_id=AHEAD, now=cast.NOW):
    return seats.register(event_id, person_id, source="self", actor_id=person_id, now=now)


def _event(event_id=AHEAD, **values):
    with transaction() as session:
        session.execute(update(Event).where(Event.id == event_id).values(**values))


def test_people_register_themselves_only_within_the_window(app):
    _event(registration_opens_at=cast.NOW + timedelta(days=1))
    assert _refused(_myself, CHEN) == "not_yet"
    _event(registration_opens_at=None, registration_closes_at=cast.NOW)
    assert _refused(_myself, CHEN) == "window_over"
    assert register(CHEN).state == "confirmed"
    _event(registration_closes_at=None)
    assert _myself(LIN).source == "self"


@pytest.mark.parametrize(
    ("state", "code"), [("draft", "not_published"), ("cancelled", "event_cancelled"), ("closed", "event_closed")]
)
def test_people_register_themselves_only_for_a_published_event(app, state, code):
    _event(state=state)
    assert _refused(_myself, CHEN) == code and states() == {}
    if state == "draft":
        assert register(CHEN).state == "confirmed"
    else:
        assert _refused(register, CHEN) == code


def test_nobody_cancels_for_themselves_once_it_has_begun(app):
    row = register(CHEN, event_id=cast.TODAY_EVENT)
    mine = {"actor_id": CHEN, "now": cast.NOW}
    assert _refused(seats.cancel, row.id, **mine) == "started"
    early = {"actor_id": CHEN, "now": cast.NOW - timedelta(minutes=15)}
    assert seats.cancel(row.id, **early).state == "cancelled"


def test_a_closed_events_registrations_stay(app):
    row = register(CHEN)
    _event(state="closed")
    assert _refused(seats.cancel, row.id, **WHO) == "event_closed"


def test_nobody_moves_up_into_an_event_that_is_over(app):
    capacity(1)
    chen = register(CHEN)
    register(LIN)
    seats.cancel(chen.id, actor_id=ORGANISER, now=cast.NOW + timedelta(days=40))
    assert states()[LIN] == "waiting" and taken() == 0


def test_more_capacity_confirms_as_many_as_it_seats_in_their_order(app):
    capacity(1)
    people = crowd(6)
    for person in people:
        register(person)
    draft = draft_of(db.session.get(Event, AHEAD))
    change(AHEAD, _with(draft, capacity=4), **WHO)
    assert [states()[p] for p in people] == ["confirmed"] * 4 + ["waiting"] * 2 and taken() == 4
    change(AHEAD, _with(draft, capacity=None), **WHO)
    assert set(states().values()) == {"confirmed"} and taken() == 6


def _with(draft, **values):
    from dataclasses import replace

    return replace(draft, **values)


def test_an_event_with_anyone_in_line_is_not_taken_back(app):
    capacity(0)
    lin = register(LIN)
    assert _refused(event_states.unpublish, AHEAD, **WHO) == "someone_waits"
    assert db.session.get(Event, AHEAD).state == "published"
    seats.cancel(lin.id, **WHO)
    assert event_states.unpublish(AHEAD, **WHO).state == "draft"


def test_a_cancelled_event_keeps_its_registrations_and_moves_nobody_up_until_it_is_restored(app):
    capacity(1)
    chen, _lin = register(CHEN), register(LIN)
    event_states.cancel(AHEAD, "台风", **WHO)
    assert states() == {CHEN: "confirmed", LIN: "waiting"}
    seats.cancel(chen.id, **WHO)
    assert states()[LIN] == "waiting"
    event_states.restore(AHEAD, **WHO)
    assert states()[LIN] == "confirmed" and taken() == 1


def test_the_organiser_takes_someone_out_of_turn_only_while_a_seat_is_free(app):
    capacity(1)
    register(CHEN)
    _lin, zhang = register(LIN), register(ZHANG)
    assert seats.accept(zhang.id, **WHO).state == "waiting"
    capacity(2)
    assert seats.accept(zhang.id, **WHO).state == "confirmed"
    assert states()[LIN] == "waiting" and taken() == 2


def test_a_cancellation_is_undone_in_a_free_seat_or_at_the_end_of_the_line(app):
    capacity(2)
    chen = register(CHEN)
    seats.cancel(chen.id, **WHO)
    assert seats.restore(chen.id, **WHO).state == "confirmed" and taken() == 1
    seats.cancel(chen.id, **WHO)
    register(LIN)
    register(ZHANG)
    assert seats.restore(chen.id, **WHO).state == "waiting"
    assert seats.restore(chen.id, **WHO).state == "waiting" and taken() == 2


def test_a_merged_person_is_followed(app):
    with transaction() as session:
        session.get(Person, LIN).merged_into_id = CHEN
    assert register(LIN).person_id == CHEN and states() == {CHEN: "confirmed"}


def test_unknown_events_persons_and_registrations_are_not_found(app):
    for call in (
        lambda: register(CHEN, event_id=999),
        lambda: register(999),
        lambda: seats.cancel(999, **WHO),
        lambda: seats.cancel_enrolment(999, **WHO),
        lambda: seats.enrol(999, CHEN, source="organiser", **WHO),
    ):
        with pytest.raises(NotFound):
            call()


def test_the_database_itself_refuses_one_seat_too_many(app):
    capacity(1)
    register(CHEN)
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(update(Event).where(Event.id == AHEAD).values(seats_taken=Event.seats_taken + 1))
    db.session.rollback()
    assert taken() == 1


def test_seats_taken_are_a_recount_of_the_registrations(app):
    capacity(3)
    people = crowd(8)
    rows = [register(p) for p in people]
    for row in rows[:2]:
        seats.cancel(row.id, **WHO)
    register(people[0], as_whom="staff")
    confirmed = db.session.scalars(
        select(Registration.person_id).where(
            Registration.event_id == AHEAD,
            Registration.state == "confirmed",
            Registration.as_whom.in_(("trainee", "stand_in")),
        )
    ).all()
    assert taken() == len(confirmed) == 3
