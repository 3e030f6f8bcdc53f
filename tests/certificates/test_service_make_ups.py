"""What was missed is made up for: found nearby, booked once, counted once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from sqlalchemy import func, select, update

from tests import cast
from tests.certificates.earning import earn
from tests.certificates.making_up import CHEN, LIN, NOW, ORGANISER, ZHANG, other_programme, seat, session_ahead, slot_of
from training_app.attendance.models import Attendance
from training_app.certificates import service as certificates
from training_app.core.db import db, transaction
from training_app.core.errors import NotFound, Refusal
from training_app.learning import service as learning
from training_app.people.models import Person
from training_app.registration import makeups, seats
from training_app.registration.models import Registration
from training_app.schedule.models import Event

#: Chen was at the first and the fourth session; 2 and 3 (responsibilities) she missed.
MISSED = [(2, "responsibilities"), (3, "responsibilities")]


@pytest.fixture
def chen(app):
    earn(CHEN, slots=(1, 4), points=None)
    seat(CHEN, 5, 6)
    return CHEN


def far(person=CHEN, now=NOW):
    return certificates.progress(cast.PROGRAMME, [person], now)[person]


def missing(person=CHEN):
    return [(one.number, one.area) for one in far(person).missing]


def offered(person=CHEN, now=NOW):
    found = makeups.offers(cast.PROGRAMME, [person], now).get(person, [])
    return [(offer.event.id, offer.number, offer.near) for offer in found]


def book(event, person=CHEN, now=NOW, actor=None):
    return makeups.book(event, person, cast.PROGRAMME, actor_id=actor or person, now=now)


def attend(person, event, status="present"):
    with transaction() as session:
        session.add(Attendance(slot_id=slot_of(event), person_id=person, status=status, as_whom="trainee"))


def taken(event):
    return db.session.scalar(select(Event.seats_taken).where(Event.id == event))


def test_a_make_up_of_another_programme_fills_the_lowest_missed_number(chen):
    other = other_programme()
    event = session_ahead(other, 7, "responsibilities")
    session_ahead(other, 8, "policies")
    assert missing() == MISSED and offered() == [(event, 2, False)]
    before = far()
    row = book(event)
    assert (row.state, row.source, row.make_up_for_id, taken(event)) == ("confirmed", "make_up", cast.PROGRAMME, 1)
    assert far().sessions_possible == before.sessions_possible + 1 and missing() == [(3, "responsibilities")]
    attend(CHEN, event)
    after = far(now=NOW + timedelta(days=20))
    assert (after.sessions_done, after.hours) == (before.sessions_done + 1, before.hours + 4)
    assert [(one.number, one.event_id, one.attended) for one in after.make_ups] == [(2, event, True)]


def test_it_counts_in_ones_own_programme_alone_and_never_twice(chen):
    other = other_programme()
    events = [session_ahead(other, n, "responsibilities", days=n) for n in (7, 8, 9)]
    for event in events[:2]:
        book(event)
        attend(CHEN, event)
    assert [(m.number, m.attended) for m in far().make_ups] == [(2, True), (3, True)] and missing() == []
    with pytest.raises(Refusal, match="no_make_up"):
        book(events[2])
    there = certificates.progress(other, [CHEN], NOW)[CHEN]
    assert there.sessions_done == 0 and there.hours == 0
    assert CHEN not in db.session.scalars(select(Person.id).where(learning.members(other))).all()
    # She comes to the second session after all, in another phase: the make-up moves on, the count rises by nothing.
    repeated = session_ahead(cast.PROGRAMME, 2, "responsibilities", days=30)
    seat(CHEN, repeated)
    done = far().sessions_done
    attend(CHEN, repeated)
    assert far().sessions_done == done


def test_the_missed_session_repeated_in_another_phase_is_that_session(chen):
    event = session_ahead(cast.PROGRAMME, 3, "responsibilities")
    # Without a venue it is the district's, and no nearer than another subdistrict's.
    assert offered() == [(event, 3, False)]
    book(event)
    assert missing() == [(2, "responsibilities")]
    attend(CHEN, event)
    assert [v.number for v in far().attended] == [1, 4, 3] and far().sessions_done == 3


def test_an_absence_from_the_make_up_opens_the_gap_again(chen):
    event = session_ahead(other_programme(), 7, "responsibilities")
    book(event)
    attend(CHEN, event, status="absent")
    assert far(now=NOW + timedelta(days=20)).sessions_done == 2
    assert [one.number for one in far(now=NOW + timedelta(days=20)).missing][:2] == [2, 3]


@pytest.mark.parametrize(
    ("programme", "session"),
    [
        ({"division": "350503001"}, {}),
        ({"year": 2025}, {}),
        ({}, {"state": "draft"}),
        ({}, {"capacity": 0}),
        ({}, {"days": -1}),
        ({}, {"area": "policies"}),
        # At the time of the fifth session, for which she has a seat.
        ({}, {"days": 26}),
    ],
)
def test_what_is_elsewhere_of_another_year_full_over_or_clashing_is_not_offered(chen, programme, session):
    event = session_ahead(other_programme(**programme), 7, **({"area": "responsibilities"} | session))
    assert offered() == []
    with pytest.raises(Refusal):
        book(event)
    assert taken(event) == 0


def test_the_registration_window_binds_make_ups_too(chen):
    event = session_ahead(other_programme(), 7, "responsibilities")
    with transaction() as session:
        session.execute(update(Event).where(Event.id == event).values(registration_closes_at=NOW))
    assert offered() == []
    with pytest.raises(Refusal, match="window_over"):
        book(event)


def test_booking_twice_is_one_seat_and_cancelling_gives_it_back(chen):
    event = session_ahead(other_programme(), 7, "responsibilities")
    row = book(event)
    assert book(event, actor=ORGANISER).id == row.id and taken(event) == 1
    seats.cancel(row.id, actor_id=CHEN, now=NOW)
    assert taken(event) == 0 and missing() == MISSED
    assert book(event).id == row.id and taken(event) == 1
    # Registered anew in the ordinary way, it is no make-up any more.
    seats.cancel(row.id, actor_id=CHEN, now=NOW)
    assert seats.register(event, CHEN, source="organiser", actor_id=ORGANISER, now=NOW).make_up_for_id is None


def test_nobody_from_outside_the_programmes_area_makes_up_in_it(chen):
    with transaction() as session:
        session.get_one(Person, 11).division_code = "350503001001"
    session_ahead(other_programme(), 7, "responsibilities")
    assert offered(11) == [] and missing(11) != []
    with pytest.raises(NotFound):
        makeups.offers(999, [CHEN], NOW)


def test_what_there_is_elsewhere_is_refused_in_the_words_of_what_there_is_not(chen):
    for event in (cast.OTHER_EVENT, 999):
        with pytest.raises(Refusal, match="no_make_up"):
            book(event)
    for programme in (cast.OTHER_PROGRAMME, 999):
        with pytest.raises(NotFound):
            makeups.book(cast.TODAY_EVENT, CHEN, programme, actor_id=CHEN, now=NOW)


def _at_once(app, calls):
    gate = Barrier(len(calls))

    def one(call):
        with app.app_context():
            gate.wait()
            try:
                return call().state
            except Refusal as refused:
                return refused.code
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(calls)) as threads:
        return sorted(threads.map(one, calls))


def test_of_many_who_want_the_last_seat_one_has_it(app):
    people = (CHEN, LIN, ZHANG)
    earn(*people, slots=(1, 4), points=None)
    event = session_ahead(other_programme(), 7, "responsibilities", capacity=1)
    assert _at_once(app, [lambda p=p: book(event, p) for p in people]) == ["confirmed", "full", "full"]
    assert taken(event) == 1


def test_two_bookings_at_once_for_one_missed_session_leave_one(app):
    earn(CHEN, slots=(1, 2, 4), points=None)
    other = other_programme()
    events = [session_ahead(other, n, "responsibilities", days=n) for n in (7, 8, 9)]
    answers = _at_once(app, [lambda e=e: book(e, actor=ORGANISER) for e in events])
    assert answers == ["confirmed", "no_make_up", "no_make_up"]
    booked = select(func.count()).select_from(Registration).where(Registration.source == "make_up")
    assert db.session.scalar(booked) == 1


def test_offers_take_as_many_statements_for_many_people_as_for_few(app, count_statements):
    earn(CHEN, LIN, ZHANG, slots=(1, 4), points=None)
    other = other_programme()
    for n in (7, 8, 9):
        session_ahead(other, n, "responsibilities", days=n)
    few = count_statements(lambda: makeups.offers(cast.PROGRAMME, [CHEN], NOW))
    assert few == count_statements(lambda: makeups.offers(cast.PROGRAMME, [CHEN, LIN, ZHANG], NOW)) < 25


def test_hours_of_a_make_up_count_as_they_are(chen):
    event = session_ahead(other_programme(), 7, "responsibilities", hours=Decimal("2.5"))
    book(event)
    attend(CHEN, event)
    assert far().hours == Decimal("10.5")
