"""The end of an event: whom nobody saw is absent; opened again, that is taken back."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from training_app.core import audit
from training_app.core.db import transaction
from training_app.core.errors import NotFound, Refusal
from training_app.core.signals import event_closed
from training_app.schedule.models import Event, Slot

from .recording import recount


def _turn(event_id: int, *, from_state: str, to_state: str, action: audit.Action, actor_id: int, now: datetime) -> None:
    with transaction() as session:
        event = session.scalar(select(Event).where(Event.id == event_id).with_for_update())
        if event is None:
            raise NotFound()
        if event.state == to_state:
            return
        if event.state != from_state:
            raise Refusal("state", _l("This event is a draft or was cancelled, so its attendance cannot be settled."))
        slots = session.scalars(select(Slot).where(Slot.event_id == event_id)).all()
        if to_state == "closed" and any(slot.ends_at > now for slot in slots):
            raise Refusal("not_over", _l("This event is not over yet. Close it after its last slot has ended."))
        event.state = to_state
        session.flush()
        for slot_id in [slot.id for slot in slots]:
            recount(slot_id)
        audit.record(action, ("event", event_id), actor_id=actor_id, now=now)
        if to_state == "closed":
            event_closed.send(event_id=event_id, actor_id=actor_id, now=now)


def close(event_id: int, *, actor_id: int, now: datetime) -> None:
    """Close an event that is over: whom nobody saw is absent, and attendance is final. Harmless to repeat.

    Raises NotFound, or Refusal "not_over" or "state".
    """
    _turn(
        event_id,
        from_state="published",
        to_state="closed",
        action=audit.Action.EVENT_CLOSED,
        actor_id=actor_id,
        now=now,
    )


def reopen(event_id: int, *, actor_id: int, now: datetime) -> None:
    """Open a closed event again; the absent rows go, and the audit says who did it.

    Raises NotFound, or Refusal "state".
    """
    _turn(
        event_id,
        from_state="closed",
        to_state="published",
        action=audit.Action.EVENT_REOPENED,
        actor_id=actor_id,
        now=now,
    )
