"""Two hundred people at once for twenty seats: twenty are confirmed, the rest stand in one line."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import event, select, update

from tests import cast
from tests.registration.people import AHEAD, WHO, capacity, crowd, register, second_session, states, taken
from training_app.core.db import db, is_sqlite, transaction
from training_app.core.signals import registration_promoted
from training_app.registration import seats
from training_app.registration.models import Enrolment, Registration
from training_app.schedule.models import Event

PEOPLE, SEATS = 200, 20


@pytest.fixture(autouse=True)
def _patient(app):
    """On SQLite two hundred writers on a busy machine take turns for longer than a web request may wait."""

    def wait_long(connection, _record):
        connection.execute("PRAGMA busy_timeout=110000")

    if not is_sqlite():
        yield
        return
    db.session.remove()
    db.engine.dispose()
    event.listen(db.engine, "connect", wait_long)
    yield
    event.remove(db.engine, "connect", wait_long)
    db.session.remove()
    db.engine.dispose()


def _all_at_once(app, people, act):
    gate = Barrier(len(people))

    def one(person):
        with app.app_context():
            gate.wait()
            try:
                return act(person)
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(people)) as threads:
        return list(threads.map(one, people))


def _register(person):
    return seats.register(AHEAD, person, source="self", actor_id=person, now=cast.NOW).state


def _line():
    return db.session.execute(
        select(Registration.line, Registration.person_id)
        .where(Registration.event_id == AHEAD, Registration.state == "waiting")
        .order_by(Registration.line)
    ).all()


def test_two_hundred_threads_for_twenty_seats_confirm_exactly_twenty_and_keep_the_line(app):
    capacity(SEATS)
    people = crowd(PEOPLE)
    answers = _all_at_once(app, people, _register)
    assert (answers.count("confirmed"), answers.count("waiting")) == (SEATS, PEOPLE - SEATS)
    assert taken() == SEATS
    line = _line()
    assert [row.line for row in line] == list(range(1, PEOPLE - SEATS + 1))

    # Ten seats are given up at once: the ten that stand first move up, in the order of the line.
    moved = []
    with registration_promoted.connected_to(lambda _s, **news: moved.append(news["registration_id"])):
        holders = [person for person, state in states().items() if state == "confirmed"][:10]
        rows = {person: register(person).id for person in holders}
        _all_at_once(app, holders, lambda person: seats.cancel(rows[person], **WHO) and None)
    assert taken() == SEATS
    people_moved = [db.session.get(Registration, number).person_id for number in moved]
    assert people_moved == [row.person_id for row in line[:10]]
    assert [row.person_id for row in _line()] == [row.person_id for row in line[10:]]


def test_one_person_on_many_devices_has_one_seat(app):
    (person,) = crowd(1)
    answers = _all_at_once(app, [person] * 20, _register)
    assert answers == ["confirmed"] * 20 and taken() == 1


def test_enrolments_and_single_seats_race_without_a_circle_or_a_half_enrolment(app):
    second = second_session()
    capacity(10)
    capacity(5, second)
    people = crowd(40)

    def act(person):
        if person % 2:
            return seats.enrol(AHEAD, person, source="nomination", **WHO).state
        return seats.register(second if person % 4 else AHEAD, person, source="organiser", **WHO).state

    _all_at_once(app, people, act)
    assert taken() <= 10 and taken(second) <= 5
    for enrolment in db.session.scalars(select(Enrolment)):
        mine = {states(AHEAD)[enrolment.person_id], states(second)[enrolment.person_id]}
        assert mine == {enrolment.state}
    for number in (AHEAD, second):
        assert list(states(number).values()).count("confirmed") == taken(number)


def test_registering_and_cancelling_at_once_never_leaves_a_seat_empty_while_someone_waits(app):
    capacity(5)
    people = crowd(30)
    first = {person: register(person).id for person in people[:15]}

    def act(person):
        if person in first:
            return seats.cancel(first[person], **WHO).state
        return _register(person)

    _all_at_once(app, people, act)
    now = list(states().values())
    assert (now.count("confirmed"), now.count("waiting"), now.count("cancelled")) == (5, 10, 15) and taken() == 5


def test_checking_before_taking_without_the_guard_would_sell_a_seat_twice(app):
    """The race is real: whoever looks first and takes later, outside one transaction, oversells."""
    capacity(None)
    gate = Barrier(4)

    def naive(_person):
        seen = db.session.scalar(select(Event.seats_taken).where(Event.id == AHEAD))
        db.session.rollback()
        gate.wait()
        if seen >= 1:
            return False
        with transaction() as session:
            session.execute(update(Event).where(Event.id == AHEAD).values(seats_taken=Event.seats_taken + 1))
        return True

    sold = _all_at_once(app, list(range(4)), naive)
    assert sold.count(True) == taken() == 4, "more than the one seat that everybody saw"
