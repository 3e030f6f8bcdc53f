"""The slots of today and near whose door this actor may keep."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, joinedload

from training_app.core.actors import Actor
from training_app.core.db import db
from training_app.core.permissions import Permission
from training_app.schedule.models import Event, Programme, Slot
from training_app.schedule.visibility import visible_events

#: How far a slot may lie back or ahead to stand on the desk.
BACK, AHEAD = timedelta(days=2), timedelta(days=8)


def kept(actor: Actor) -> Select[Any]:
    """The statement of all slots that this actor may scan at, events and venues loaded."""
    return (
        select(Slot)
        .join(Event, Event.id == Slot.event_id)
        .join(Programme, Programme.id == Event.programme_id)
        .where(
            visible_events(actor, Permission.DOOR_SCAN),
            Event.state.in_(("published", "closed")),
        )
        .options(contains_eager(Slot.event).joinedload(Event.venue), contains_eager(Slot.event, Event.programme))
        .order_by(Slot.starts_at, Slot.id)
    )


def near(actor: Actor, now: datetime) -> Select[Any]:
    """The statement of those of the slots that lie near now."""
    return kept(actor).where(Slot.ends_at > now - BACK, Slot.starts_at < now + AHEAD)


def next_near(actor: Actor, now: datetime) -> Slot | None:
    """Of the slots near now, the one whose check-in is open or opens next, else the last."""
    slots = list(db.session.scalars(near(actor, now).limit(100)))
    return next((slot for slot in slots if slot.checkin_closes_at >= now), slots[-1] if slots else None)


def slots_of(event_id: int) -> list[Slot]:
    """An event's slots by time, the event and its venue loaded."""
    return list(
        db.session.scalars(
            select(Slot)
            .where(Slot.event_id == event_id)
            .options(joinedload(Slot.event).joinedload(Event.venue))
            .order_by(Slot.starts_at, Slot.id)
        )
    )


def nearest(event_id: int, now: datetime) -> Slot | None:
    """The slot of an event that is open or opens next, else its last."""
    slots = slots_of(event_id)
    return next((slot for slot in slots if slot.checkin_closes_at >= now), slots[-1] if slots else None)
