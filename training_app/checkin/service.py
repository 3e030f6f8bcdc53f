"""The only way in: one transaction from what was shown at the door to the recorded answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, bindparam, exists, select

from training_app.attendance.models import Attendance, Correction, Scan
from training_app.attendance.recording import Whom, record
from training_app.attendance.rules import SlotFacts
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound
from training_app.divisions.models import Division
from training_app.people.models import Person
from training_app.registration.models import Registration
from training_app.schedule.models import Event, Slot

from . import rules

SENTENCES = {
    "ok": _l("Checked in."),
    "late": _l("Checked in, late."),
    "duplicate": _l("Already checked in. Nothing more to do."),
    "unknown": _l("This ticket is not known for this event. Search for the name, or register the person here."),
    "cancelled": _l("This registration was cancelled. Register the person here if they may come in."),
    "waiting": _l("This person is still on the waiting list. Ask the organiser."),
    "too_early": _l("Check-in is not open yet. Please come back when it opens."),
    "too_late": _l("Check-in is over. Ask the organiser to correct the attendance."),
    "event_cancelled": _l("This event was cancelled. Ask the organiser for the new date."),
    "event_closed": _l("This event is closed. Ask the organiser to reopen it."),
    "not_published": _l("This event is not published yet. Ask the organiser to publish it."),
}
_NONCE = re.compile(r"[A-Za-z0-9_-]{8,64}")
_of = Registration.__table__.c


def _found(which: Any) -> Any:
    """Everything that the decision needs, in one statement."""
    has = [
        exists().where(model.slot_id == Slot.id, model.person_id == _of.person_id).label(name)
        for model, name in ((Scan, "scanned"), (Correction, "corrected"))
    ]
    return (
        select(
            Slot.starts_at,
            Slot.ends_at,
            Slot.late_after,
            Slot.checkin_opens_at,
            Slot.checkin_closes_at,
            Event.state.label("event_state"),
            _of.id.label("registration_id"),
            _of.person_id,
            _of.state,
            _of.as_whom,
            _of.division_code,
            Person.name,
            Division.name.label("community"),
            Attendance.status,
            Attendance.arrived_at,
            Attendance.left_at,
            *has,
        )
        .join(Event, Event.id == Slot.event_id)
        .outerjoin(Registration, and_(_of.event_id == Event.id, which))
        .outerjoin(Person, Person.id == _of.person_id)
        .outerjoin(Division, Division.code == _of.division_code)
        .outerjoin(Attendance, and_(Attendance.slot_id == Slot.id, Attendance.person_id == _of.person_id))
        .where(Slot.id == bindparam("slot"))
    )


_BY_ID = _found(_of.id == bindparam("which"))
_BY_CODE = _found(_of.ticket_code == bindparam("which"))


@dataclass(frozen=True, slots=True)
class Answer:
    """What the door shows. `outcome`: accepted or refused; `code` says why; `time` when it counted."""

    outcome: str
    code: str
    sentence: Any
    name: str | None
    community: str | None
    time: datetime
    first_at: datetime | None


def check_in(
    slot_id: int,
    *,
    ticket_code: str | None = None,
    registration_id: int | None = None,
    source: str,
    login_id: int | None,
    actor_id: int | None,
    nonce: str,
    now: datetime,
) -> Answer:
    """Decide on one person at the door of a slot and put it on record, accepted or refused.

    Give the registration's id (name search, venue code) or the ten characters typed from a ticket.
    The same `nonce` (8 to 64 letters, digits, - or _) gets the first answer again.
    Raises Invalid for a nonce of another shape and NotFound for an unknown slot.
    """
    if not _NONCE.fullmatch(nonce):
        raise Invalid("nonce", _l("This scan could not be read. Reload the page and scan again."))
    typed = "".join(c for c in (ticket_code or "").upper() if c.isalnum())[:200]
    with transaction():
        connection = db.session.connection()
        if registration_id is not None:
            row = connection.execute(_BY_ID, {"slot": slot_id, "which": registration_id}).first()
        else:
            row = connection.execute(_BY_CODE, {"slot": slot_id, "which": typed}).first()
        if row is None:
            raise NotFound()
        reason = rules.refusal(
            event_state=row.event_state,
            registration_state=row.state,
            opens_at=row.checkin_opens_at,
            closes_at=row.checkin_closes_at,
            at=now,
        )
        scan = {
            "nonce": nonce,
            "registration_id": row.registration_id,
            "person_id": row.person_id,
            "ticket_as_read": None if row.registration_id else typed or None,
            "source": source,
            "direction": "in",
            "login_id": login_id,
            "actor_id": actor_id,
            "device_time": None,
            "clock_offset_ms": None,
            "received_at": now,
            "outcome": "refused" if reason else "accepted",
            "reason": reason,
        }
        whom = None
        if row.person_id is not None:
            known = row.status is not None or row.scanned or row.corrected
            whom = Whom(
                row.person_id, row.registration_id, row.as_whom, row.division_code, known,
                row.status, row.arrived_at, row.left_at,
            )  # fmt: skip
        done = record(slot_id, SlotFacts(row.starts_at, row.ends_at, row.late_after), scan, whom)
    outcome, code, time = scan["outcome"], reason or ("late" if done.status == "late" else "ok"), now
    if done.duplicate:
        code = "duplicate"
    if done.repeated is not None:
        if (done.repeated.slot_id, done.repeated.registration_id) != (slot_id, row.registration_id):
            raise Invalid("nonce", _l("This scan could not be read. Reload the page and scan again."))
        outcome, code, time = done.repeated.outcome, done.repeated.reason or "ok", done.repeated.received_at
    return Answer(outcome, code, SENTENCES[code], row.name, row.community, time, done.first_at)
