"""News from below: times that moved and seats that were given up change what the facts amount to."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from training_app.core.db import db
from training_app.core.signals import event_changed, registration_cancelled
from training_app.registration.models import Registration
from training_app.schedule.models import Event, Slot

from .recording import people_of, recount, rederive, slot_facts


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


event_changed.connect(_derive_again, weak=False)
registration_cancelled.connect(_no_longer_expected, weak=False)
