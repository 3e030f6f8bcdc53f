"""News from below: moved times, seats that were given up and merged persons change what the facts amount to."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select, union

from training_app.core.db import db
from training_app.core.signals import (
    LeaveNote,
    event_changed,
    leave_note_asked,
    persons_merged,
    registration_cancelled,
    scans_asked,
)
from training_app.people.merging import records
from training_app.people.models import Person
from training_app.registration.models import Registration
from training_app.schedule.models import Event, Slot

from .leaves import DROPPED, REFUSED, latest
from .models import Attendance, Correction, Leave, Scan, Settlement
from .recording import drop_merged, people_of, recount, rederive, slot_facts
from .words import LEAVE_TONES, LEAVES


@scans_asked.connect
def scans(_sender: Any) -> int:
    """Scans are numbered as they come in, and none is ever deleted."""
    return db.session.scalar(select(func.max(Scan.id))) or 0


def _derive_again(_sender: Any, *, event_id: int, changes: dict[str, Any], **_: Any) -> None:
    """Who was late under the old times may not be under the new ones."""
    if {"time", "late_after"} & set(changes):
        for slot_id in db.session.scalars(select(Slot.id).where(Slot.event_id == event_id)).all():
            recount(slot_id)


def _no_longer_expected(_sender: Any, *, registration_id: int, **_: Any) -> None:
    """Whose seat was given up is not expected, and not absent."""
    seat = db.session.get(Registration, registration_id)
    if seat is None:
        return
    state = db.session.scalars(select(Event.state).where(Event.id == seat.event_id)).one()
    for slot in db.session.scalars(select(Slot).where(Slot.event_id == seat.event_id)).all():
        rederive(slot.id, slot_facts(slot, state), people_of(slot.id, [seat.person_id]))


def _one_person(_sender: Any, *, into_id: int, **_: Any) -> None:
    """The facts of both records are one person's: she was there once, from whichever scan was the earlier.

    The facts stay as they were written; only what they amount to is derived anew, in each slot where a record
    that was merged has a fact or a seat.
    """
    former = records([into_id]).where(Person.id != into_id)
    touched = union(
        *(select(model.slot_id).where(model.person_id.in_(former)) for model in (Scan, Correction, Leave, Attendance)),
        select(Scan.slot_id).join(Settlement, Settlement.scan_id == Scan.id).where(Settlement.person_id.in_(former)),
        select(Slot.id)
        .join(Registration, Registration.event_id == Slot.event_id)
        .where(Registration.person_id.in_(former), Registration.state == "confirmed"),
    )
    for slot, state in db.session.execute(
        select(Slot, Event.state).join(Event, Event.id == Slot.event_id).where(Slot.id.in_(touched)).order_by(Slot.id)
    ).all():
        drop_merged(slot.id)
        rederive(slot.id, slot_facts(slot, state), people_of(slot.id, [into_id]))


def _what_stands_of_leave(_sender: Any, *, event_id: int, person_id: int) -> list[LeaveNote]:
    """Each state once, though it was said of several slots; what was taken back is left out."""
    slots = db.session.scalars(select(Slot.id).where(Slot.event_id == event_id)).all()
    found: dict[str, LeaveNote] = {}
    for leave in latest(slots, [person_id]).values():
        if leave.state != DROPPED:
            reason = leave.reason if leave.state == REFUSED else ""
            found.setdefault(leave.state, LeaveNote(LEAVES[leave.state], LEAVE_TONES[leave.state], reason))
    return list(found.values())


event_changed.connect(_derive_again, weak=False)
registration_cancelled.connect(_no_longer_expected, weak=False)
persons_merged.connect(_one_person, weak=False)
leave_note_asked.connect(_what_stands_of_leave, weak=False)
