"""What happens below is derived again: moved times, seats that are given up."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update

from tests import cast
from tests.attendance.crowd import AFTER, CHEN, LIN, ORGANISER, seat
from training_app.attendance import rolls, service
from training_app.attendance.models import Attendance
from training_app.attendance.recording import Whom, record, slot_facts
from training_app.core import signals
from training_app.core.db import db, transaction
from training_app.registration.models import Registration
from training_app.schedule.models import Slot

SLOT = cast.TODAY_SLOT


def _scan(person, registration, minutes):
    at = cast.NOW + timedelta(minutes=minutes)
    scan = {
        "nonce": f"news-{person}-{minutes}", "registration_id": registration, "person_id": person,
        "ticket_as_read": None, "source": "camera", "direction": "in", "login_id": None, "actor_id": None,
        "device_time": None, "clock_offset_ms": None, "at": at, "received_at": at, "outcome": "accepted", "reason": None,
    }  # fmt: skip
    slot = slot_facts(db.session.get_one(Slot, SLOT), "published")
    with transaction():
        record(SLOT, slot, scan, Whom(person, registration, "trainee", cast.KAIYUAN_COMMUNITY, False))


def _status(person):
    return db.session.scalar(select(Attendance.status).where(Attendance.person_id == person))


def test_who_was_late_is_present_after_the_start_was_moved(app):
    _scan(CHEN, seat(CHEN), 20)
    assert _status(CHEN) == "late"
    with transaction() as session:
        session.execute(update(Slot).where(Slot.id == SLOT).values(late_after=cast.NOW + timedelta(hours=1)))
        signals.event_changed.send(event_id=SLOT, changes={"late_after": (1, 2)}, actor_id=ORGANISER, now=cast.NOW)
    assert _status(CHEN) == "present"


def test_whose_seat_was_given_up_is_not_absent_after_the_close(app):
    registration = seat(CHEN)
    seat(LIN)
    service.close(cast.TODAY_EVENT, actor_id=ORGANISER, now=AFTER)
    assert (_status(CHEN), _status(LIN)) == ("absent", "absent")
    with transaction() as session:
        session.execute(update(Registration).where(Registration.id == registration).values(state="cancelled"))
        signals.registration_cancelled.send(registration_id=registration, actor_id=ORGANISER, now=AFTER)
    assert (_status(CHEN), _status(LIN)) == (None, "absent")


def test_who_came_and_then_gave_up_the_seat_is_counted_beside_the_expected(app):
    registration = seat(CHEN)
    _scan(CHEN, registration, 0)
    with transaction() as session:
        session.execute(update(Registration).where(Registration.id == registration).values(state="cancelled"))
        signals.registration_cancelled.send(registration_id=registration, actor_id=ORGANISER, now=cast.NOW)
    figures = rolls.figures([SLOT], ("",))[SLOT]
    assert (figures.expected, figures.here, figures.beside) == (0, 0, 1)
