"""What this room hears from the rooms below, and answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select, true

from training_app.core.db import db
from training_app.core.signals import EventFact, account_created, events_asked

from . import facilitators
from .models import Event, Facilitation, Programme, Slot


@events_asked.connect
def _answer(
    _sender: Any, *, event_ids: list[int], organisation_ids: list[int] | None, now: datetime
) -> list[EventFact]:
    wanted = true() if organisation_ids is None else Programme.organisation_id.in_(organisation_ids)
    last = select(func.max(Slot.ends_at)).where(Slot.event_id == Event.id).scalar_subquery()
    statement = (
        select(Event.id, Programme.organisation_id, Event.title, last)
        .join(Programme, Programme.id == Event.programme_id)
        .where(or_(Event.id.in_(event_ids), wanted))
        .order_by(Event.id.desc())
    )
    return [EventFact(*row) for row in db.session.execute(statement)]


@account_created.connect
def _let_in(_sender: Any, *, person_id: int, actor_id: int | None, now: datetime) -> None:
    """Whoever was named as facilitator before they had an account gets to see those events now."""
    led = select(Facilitation.event_id).where(Facilitation.person_id == person_id)
    for event_id in db.session.scalars(led).all():
        facilitators.give_grants(event_id, {person_id}, actor_id=actor_id, now=now)
