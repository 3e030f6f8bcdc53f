"""An event's state: published, taken back, cancelled, restored, thrown away as a draft."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from training_app.core import audit
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, Refusal
from training_app.core.signals import event_cancelled, event_changed
from training_app.people.models import Grant

from . import occupancy
from .events import locked
from .facts import summary
from .models import AgendaItem, Event, EventHost, Facilitation, Slot
from .rules import Occupation, Span


def _turn(event: Event, state: str, action: audit.Action, *, actor_id: int, now: datetime) -> None:
    before = event.state
    event.state = state
    event.revision += 1
    audit.record(
        action,
        ("event", event.id),
        actor_id=actor_id,
        now=now,
        before={"state": before},
        after={"state": state, "reason": event.cancel_reason} if state == "cancelled" else {"state": state},
    )


def _refuse_unless(event: Event, state: str) -> None:
    if event.state != state:
        raise Refusal("state", _l("The event has changed meanwhile. Look at the page again before you go on."))


def publish(event_id: int, *, actor_id: int, now: datetime) -> Event:
    """Let everyone see a draft; publishing twice changes nothing.

    Raises Refusal "no_venue" without a venue, "state" for an event that is closed or cancelled.
    """
    with transaction():
        event = locked(event_id)
        if event.state == "published":
            return event
        _refuse_unless(event, "draft")
        if event.venue_id is None:
            raise Refusal("no_venue", _l("Please choose a venue before you publish: people need to know where to go."))
        _turn(event, "published", audit.Action.EVENT_PUBLISHED, actor_id=actor_id, now=now)
        return event


def unpublish(event_id: int, *, actor_id: int, now: datetime) -> Event:
    """Make a published event a draft again, while nobody is registered.

    Raises Refusal "seats_taken" otherwise; whoever hears `event_changed` may veto for reasons of theirs.
    """
    with transaction() as session:
        event = locked(event_id)
        if event.state == "draft":
            return event
        _refuse_unless(event, "published")
        if event.seats_taken:
            raise Refusal(
                "seats_taken", _l("Someone is registered already. Cancel the event instead, so that they are told.")
            )
        _turn(event, "draft", audit.Action.EVENT_CHANGED, actor_id=actor_id, now=now)
        session.flush()
        event_changed.send(event_id=event_id, changes={"state": ("published", "draft")}, actor_id=actor_id, now=now)
        return event


class Outcome(NamedTuple):
    """What became of several events: those that turned, and (id, title, sentence) of those that could not."""

    done: tuple[int, ...]
    refused: tuple[tuple[int, str, Any], ...]


def publish_several(programme_id: int, event_ids: Iterable[int], *, actor_id: int, now: datetime) -> Outcome:
    """Publish what can be published of a programme's events; the rest says why not."""
    return _each(programme_id, event_ids, "draft", publish, actor_id=actor_id, now=now)


def unpublish_several(programme_id: int, event_ids: Iterable[int], *, actor_id: int, now: datetime) -> Outcome:
    """Take back what can be taken back of a programme's events; the rest says why not."""
    return _each(programme_id, event_ids, "published", unpublish, actor_id=actor_id, now=now)


def _each(
    programme_id: int, event_ids: Iterable[int], state: str, turn: Any, *, actor_id: int, now: datetime
) -> Outcome:
    done: list[int] = []
    refused: list[tuple[int, str, Any]] = []
    wanted = select(Event.id, Event.title).where(
        Event.programme_id == programme_id, Event.id.in_(list(event_ids)), Event.state == state
    )
    # Each in a transaction of its own: what is refused leaves nothing behind, and stops nothing.
    for event_id, title in sorted((row.id, row.title) for row in db.session.execute(wanted)):
        try:
            turn(event_id, actor_id=actor_id, now=now)
        except Refusal as refusal:
            refused.append((event_id, title, refusal.sentence))
        else:
            done.append(event_id)
    return Outcome(tuple(done), tuple(refused))


def cancel(event_id: int, reason: str, *, actor_id: int, now: datetime) -> Event:
    """Cancel a published event; its venue and facilitators are free again. Cancelling twice changes nothing.

    Raises Invalid "reason_needed" without a reason.
    """
    reason = " ".join(reason.split())
    if not reason:
        sentence = _l("Please write the reason: everyone who is registered will read it.")
        raise Invalid("reason_needed", sentence, {"reason": sentence})
    with transaction() as session:
        event = locked(event_id)
        if event.state == "cancelled":
            return event
        _refuse_unless(event, "published")
        event.cancel_reason = reason
        _turn(event, "cancelled", audit.Action.EVENT_CANCELLED, actor_id=actor_id, now=now)
        session.flush()
        event_cancelled.send(event_id=event_id, reason=reason, actor_id=actor_id, now=now)
        return event


def restore(event_id: int, *, actor_id: int, now: datetime) -> Event:
    """Take a cancellation back, before the event's end and while its venue and facilitators are still free.

    Raises Refusal "over" when it would have ended, "venue_taken" or "facilitator_taken" on a clash.
    """
    with transaction() as session:
        event = locked(event_id)
        if event.state == "published":
            return event
        _refuse_unless(event, "cancelled")
        if max(slot.ends_at for slot in event.slots) <= now:
            raise Refusal("over", _l("The time of this event has passed. Copy it to a new date instead."))
        occupancy.hold_venue(event.venue_id)
        ids = frozenset(f.person_id for f in event.facilitations)
        occupancy.hold_persons(ids)
        spans = tuple(Span(s.starts_at, s.ends_at) for s in event.slots)
        occupancy.refuse_clash(Occupation(event.id, event.title, spans, event.venue_id, ids))
        event.cancel_reason = ""
        _turn(event, "published", audit.Action.EVENT_REOPENED, actor_id=actor_id, now=now)
        session.flush()
        event_changed.send(event_id=event_id, changes={"state": ("cancelled", "published")}, actor_id=actor_id, now=now)
        return event


def delete_draft(event_id: int, *, actor_id: int, now: datetime) -> None:
    """Throw a draft away. Raises Refusal "in_use" when anything hangs on it, "state" when it is no draft."""
    with transaction() as session:
        event = locked(event_id)
        _refuse_unless(event, "draft")
        audit.record(
            audit.Action.EVENT_CHANGED,
            ("event", event_id),
            actor_id=actor_id,
            now=now,
            before=summary(event),
            after={"state": "deleted", "programme": event.programme_id},
        )
        session.execute(update(Grant).where(Grant.event_id == event_id, Grant.valid_to.is_(None)).values(valid_to=now))
        try:
            for model in (Slot, EventHost, Facilitation, AgendaItem):
                session.execute(delete(model).where(model.event_id == event_id))
            session.execute(delete(Event).where(Event.id == event_id))
        except IntegrityError:
            raise Refusal("in_use", _l("Someone is registered for this event, so it cannot be deleted.")) from None
        session.expunge(event)
