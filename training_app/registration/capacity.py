"""Seats, taken and given back: the guarded update decides, whoever else asks at the same time."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import CursorResult, func, select, update

from training_app.core.db import db
from training_app.schedule.models import Event, Programme, Slot


def take(event_id: int) -> bool:
    """Take one seat of an event if there is one."""
    taken: CursorResult = db.session.execute(  # type: ignore[assignment]
        update(Event)
        .where(Event.id == event_id, (Event.capacity.is_(None)) | (Event.seats_taken < Event.capacity))
        .values(seats_taken=Event.seats_taken + 1)
        .execution_options(synchronize_session=False)
    )
    return taken.rowcount == 1


def give_back(event_id: int) -> None:
    """Free one seat of an event."""
    db.session.execute(
        update(Event)
        .where(Event.id == event_id, Event.seats_taken > 0)
        .values(seats_taken=Event.seats_taken - 1)
        .execution_options(synchronize_session=False)
    )


def take_all(event_ids: Collection[int]) -> bool:
    """Take a seat in each of the events, or none; always in the order of their ids."""
    taken: list[int] = []
    for event_id in sorted(event_ids):
        if not take(event_id):
            for other in taken:
                give_back(other)
            return False
        taken.append(event_id)
    return True


def free(event_ids: Iterable[int]) -> dict[int, int | None]:
    """The free seats of each event; None where there is no limit."""
    rows = db.session.execute(select(Event.id, Event.capacity, Event.seats_taken).where(Event.id.in_(list(event_ids))))
    return {row.id: None if row.capacity is None else row.capacity - row.seats_taken for row in rows}


def spans(event_ids: Iterable[int]) -> dict[int, tuple[datetime, datetime]]:
    """First start and last end of each event that has slots."""
    rows = db.session.execute(
        select(Slot.event_id, func.min(Slot.starts_at), func.max(Slot.ends_at))
        .where(Slot.event_id.in_(list(event_ids)))
        .group_by(Slot.event_id)
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def next_line(programme_id: int) -> int:
    """The next place in the programme's one line."""
    return (
        db.session.execute(
            update(Programme)
            .where(Programme.id == programme_id)
            .values(next_line=Programme.next_line + 1)
            .returning(Programme.next_line)
            .execution_options(synchronize_session=False)
        ).scalar_one()
        - 1
    )
