"""The end of an event: whom nobody saw is absent, and attendance is final; opened again, that is taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from training_app.core import audit
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.core.signals import event_closed
from training_app.people.models import Person
from training_app.schedule.models import Event, Slot

from .reconciliation import overview
from .recording import recount


@dataclass(frozen=True, slots=True)
class Turn:
    """An event was closed or opened again: by whom, when, why, and how many scans were left unsettled."""

    closed: bool
    by: str
    at: datetime
    reason: str
    left: int


def _held(event_id: int, *, from_state: str, to_state: str) -> Event | None:
    """The event with its row locked, or None where it is as it should be. Raises NotFound, Refusal "state"."""
    event = db.session.scalar(select(Event).where(Event.id == event_id).with_for_update())
    if event is None:
        raise NotFound()
    if event.state == to_state:
        return None
    if event.state != from_state:
        raise Refusal("state", _l("This event is a draft or was cancelled, so its attendance cannot be settled."))
    return event


def _turn(event: Event, state: str) -> None:
    event.state = state
    db.session.flush()
    for slot_id in db.session.scalars(select(Slot.id).where(Slot.event_id == event.id).order_by(Slot.id)).all():
        recount(slot_id)


def close(event_id: int, *, leaving: str = "", actor_id: int, now: datetime) -> None:
    """Close an event that is over: whom nobody saw is absent, and attendance is final. Harmless to repeat.

    `leaving` is the reason for which scans that want a look are left as they are. Raises NotFound, Invalid
    "unsettled" where there are some and no reason, or Refusal "not_over" or "state".
    """
    leaving = leaving.strip()
    with transaction() as session:
        event = _held(event_id, from_state="published", to_state="closed")
        if event is None:
            return
        if session.scalar(select(Slot.id).where(Slot.event_id == event_id, Slot.ends_at > now).limit(1)) is not None:
            raise Refusal("not_over", _l("This event is not over yet. Close it after its last slot has ended."))
        left = overview(event_id).unsettled
        if left and not leaving:
            sentence = _l("Not everything is settled. Settle it, or write why it stays as it is.")
            raise Invalid("unsettled", sentence, {"leaving": sentence}, left=left)
        _turn(event, "closed")
        after = {"left": left, "reason": leaving} if left else None
        audit.record(audit.Action.EVENT_CLOSED, ("event", event_id), actor_id=actor_id, now=now, after=after)
        event_closed.send(event_id=event_id, actor_id=actor_id, now=now)


def reopen(event_id: int, reason: str, *, actor_id: int, now: datetime) -> None:
    """Open a closed event again, with a reason; the absent rows go, and the audit says who did it and why.

    Raises NotFound, Invalid without a reason, or Refusal "state".
    """
    reason = reason.strip()
    if not reason:
        sentence = _l("Write why it is opened again; it stays on record with your name.")
        raise Invalid("reason_needed", sentence, {"reason": sentence})
    with transaction():
        event = _held(event_id, from_state="closed", to_state="published")
        if event is None:
            return
        _turn(event, "published")
        audit.record(
            audit.Action.EVENT_REOPENED, ("event", event_id), actor_id=actor_id, now=now, after={"reason": reason}
        )


def turns(event_id: int) -> list[Turn]:
    """When an event was closed and opened again, the latest first, in one statement."""
    actions = (audit.Action.EVENT_CLOSED.value, audit.Action.EVENT_REOPENED.value)
    entry = audit.Audit
    found = db.session.execute(
        select(entry.action, Person.name, entry.at, entry.after)
        .outerjoin(Person, Person.id == entry.actor_id)
        .where(entry.subject_kind == "event", entry.subject_id == event_id, entry.action.in_(actions))
        .order_by(entry.id.desc())
    )
    return [
        Turn(
            action == audit.Action.EVENT_CLOSED.value,
            by or "",
            at,
            (after or {}).get("reason", ""),
            (after or {}).get("left", 0),
        )
        for action, by, at, after in found
    ]
