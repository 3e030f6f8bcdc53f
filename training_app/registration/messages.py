"""Messages: what the news of registration and schedule writes into `outgoing`, once per person and occasion.

Everything here runs in the transaction that makes the news; e-mail leaves after it has committed.
A person with an address gets an e-mail; who has none stands on the call list; the group gets a text.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from flask_babel import force_locale
from sqlalchemy import Select, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import joinedload

from training_app.core import audit, mail, tasks
from training_app.core.clock import local, local_date
from training_app.core.db import db, is_sqlite, transaction
from training_app.core.errors import NotFound, Refusal
from training_app.core.outgoing import Channel, Outgoing, OutgoingState
from training_app.core.signals import (
    event_cancelled,
    event_changed,
    registration_cancelled,
    registration_confirmed,
    registration_promoted,
)
from training_app.people.models import Person
from training_app.schedule.models import Event, Slot

from . import messagefacts as facts
from . import messagetexts as texts
from .messagetexts import CANCELLED, CHANGED, CONFIRMED, PROMOTED, REMINDER, RESTORED
from .models import Registration

#: The local hour from which the eve's reminders leave.
EVE_HOUR = 16
#: Registrations that are written together.
_AT_ONCE = 500


@contextmanager
def together() -> Iterator[None]:
    """Write the messages of all confirmations and moves inside at once, at the end of the block.

    Used within an open transaction by whoever registers many.
    """
    info = db.session().info
    if "messages" in info:
        yield
        return
    info["messages"] = []
    try:
        yield
        collected: list[tuple[str, int, datetime]] = info["messages"]
        for kind in (CONFIRMED, PROMOTED):
            ids = [registration_id for k, registration_id, _now in collected if k == kind]
            if ids:
                announce(kind, ids, now=collected[-1][2])
    finally:
        info.pop("messages", None)


def _later(kind: str, registration_id: int, now: datetime) -> None:
    collected = db.session().info.get("messages")
    if collected is None:
        announce(kind, [registration_id], now=now)
    else:
        collected.append((kind, registration_id, now))


@registration_confirmed.connect
def _confirmed(_sender: Any, *, registration_id: int, now: datetime, **_more: Any) -> None:
    _later(CONFIRMED, registration_id, now)


@registration_promoted.connect
def _promoted(_sender: Any, *, registration_id: int, now: datetime, **_more: Any) -> None:
    _later(PROMOTED, registration_id, now)


@registration_cancelled.connect
def _cancelled(_sender: Any, *, registration_id: int, **_more: Any) -> None:
    """What was not yet said to this person about the event no longer matters."""
    registration = db.session.get(Registration, registration_id)
    if registration is not None:
        _drop(registration.event_id, Outgoing.person_key == registration.person_id)


@event_changed.connect
def _changed(_sender: Any, *, event_id: int, changes: dict[str, tuple[Any, Any]], now: datetime, **_more: Any) -> None:
    """Time or venue of a published event changed, or a cancelled one takes place after all."""
    if "state" in changes:
        _drop(event_id)
        if changes["state"] == ("cancelled", "published"):
            _to_all(event_id, RESTORED, now=now)
        return
    changed = sorted({"time", "venue"} & set(changes))
    if changed:
        # An e-mail of any kind that has not left says what no longer holds.
        outdated = [CHANGED, RESTORED, REMINDER]
        _drop(event_id, Outgoing.kind.in_(outdated) | (Outgoing.channel == Channel.EMAIL.value))
        _to_all(event_id, CHANGED, changed=changed, now=now)


@event_cancelled.connect
def _event_cancelled(_sender: Any, *, event_id: int, now: datetime, **_more: Any) -> None:
    _drop(event_id)
    _to_all(event_id, CANCELLED, now=now)


def _drop(event_id: int, *which: Any) -> None:
    """Take back what waits or failed; what was said stays on record."""
    db.session.execute(
        update(Outgoing)
        .where(
            Outgoing.event_id == event_id,
            Outgoing.state.in_([OutgoingState.WAITING.value, OutgoingState.FAILED.value]),
            *which,
        )
        .values(state=OutgoingState.DROPPED.value)
        .execution_options(synchronize_session=False)
    )


def _language(person: Person | None = None) -> str:
    return (person.language if person else None) or str(current_app.config["DEFAULT_LANGUAGE"])


def _row(kind: str, subject: str, event_id: int, channel: Channel, person_key: int, now: datetime) -> dict[str, Any]:
    return {
        "kind": kind,
        "subject": subject,
        "event_id": event_id,
        "channel": channel.value,
        "person_key": person_key,
        "to": "",
        "language": _language(),
        "title": "",
        "text": "",
        "state": OutgoingState.WAITING.value,
        "tries": 0,
        "created_at": now,
    }


def _write(rows: Sequence[dict[str, Any]]) -> None:
    """Insert what is not there yet; wake the sender when there is e-mail."""
    make = sqlite.insert if is_sqlite() else postgresql.insert
    key = ["kind", "subject", "channel", "person_key"]
    if rows:
        db.session.execute(make(Outgoing).on_conflict_do_nothing(index_elements=key), list(rows))
    if any(row["channel"] == Channel.EMAIL.value for row in rows):
        tasks.wake(mail.TASK)


def _to_person(
    row: dict[str, Any],
    registration: Registration,
    abouts: Sequence[texts.About],
    *,
    changed: Collection[str] = (),
    now: datetime,
) -> dict[str, Any]:
    """An e-mail where an address is known and a server is given, else a place on the call list."""
    person = registration.person
    if not (person.email and mail.is_set_up()):
        return row | {"channel": Channel.CALL.value}
    language = _language(person)
    link = facts.ticket_link(registration)
    with force_locale(language):
        text = texts.for_person(
            row["kind"], abouts, name=person.name, changed=changed, link=link, today=local_date(now)
        )
    return row | {
        "channel": Channel.EMAIL.value,
        "to": person.email,
        "language": language,
        "title": text.title[:200],
        "text": text.body,
    }


def announce(kind: str, registration_ids: Iterable[int], *, now: datetime) -> None:
    """Tell that registrations of published events are confirmed (or moved up), in the open transaction.

    A seat in every session of a phase is one message. Who registered herself has seen it and needs no
    call; whoever stands at the door needs nothing.
    """
    ids = sorted(set(registration_ids))
    for start in range(0, len(ids), _AT_ONCE):
        _announce(kind, ids[start : start + _AT_ONCE], now)


def _announce(kind: str, ids: Sequence[int], now: datetime) -> None:
    found = db.session.scalars(
        select(Registration)
        .where(Registration.id.in_(ids), Registration.state == "confirmed", Registration.source != "door")
        .options(joinedload(Registration.person))
        .order_by(Registration.id)
        .execution_options(populate_existing=True)
    ).all()
    events = facts.published(found)
    said: set[int] = set()
    rows = []
    for registration in found:
        enrolment_id = registration.enrolment_id
        if enrolment_id is None:
            mine = events.get(("event", registration.event_id), [])
            subject = f"registration:{registration.id}:{registration.ticket_revision}"
        else:
            mine = events["enrolment", enrolment_id] if enrolment_id not in said else []
            said.add(enrolment_id)
            subject = f"enrolment:{enrolment_id}:{int(now.timestamp())}"
        if not mine:
            continue
        event_id = mine[0].id
        row = _row(kind, subject, event_id, Channel.GROUP, registration.person_id, now)
        rows.append(row)
        private = _to_person(row, registration, [facts.about(event) for event in mine], now=now)
        if private["channel"] == Channel.EMAIL.value or kind == PROMOTED or registration.source != "self":
            rows.append(private)
    _write(rows)


def _to_all(
    event_id: int, kind: str, *, changed: Collection[str] = (), occasion: str | None = None, now: datetime
) -> None:
    """A text for the group, and an e-mail or a call for everyone who is registered or waits."""
    event = facts.whole(event_id)
    if event is None or not event.slots:
        return
    subject = f"event:{event_id}:{occasion or event.revision}" + (f":{','.join(changed)}" if changed else "")
    states = ("confirmed",) if kind == REMINDER else ("confirmed", "waiting")
    registered = db.session.scalars(
        select(Registration)
        .where(Registration.event_id == event_id, Registration.state.in_(states), Registration.as_whom != "walk_in")
        .options(joinedload(Registration.person))
        .order_by(Registration.id)
    ).all()
    if not registered:
        return
    about = facts.about(event)
    group = _row(kind, subject, event_id, Channel.GROUP, 0, now)
    with force_locale(group["language"]):
        text = texts.for_group(kind, about, changed=changed, link=facts.event_link(event), today=local_date(now))
    rows = [group | {"title": text.title[:200], "text": text.body}]
    for registration in registered:
        row = _row(kind, subject, event_id, Channel.CALL, registration.person_id, now)
        rows.append(_to_person(row, registration, [about], changed=changed, now=now))
    for start in range(0, len(rows), _AT_ONCE):
        _write(rows[start : start + _AT_ONCE])


def remind(event_id: int, *, actor_id: int | None, now: datetime) -> None:
    """Write the eve's reminder to everyone who has a seat and was not reminded of this day yet.

    Raises NotFound, Refusal "nothing_to_remind" unless the event is published and ahead.
    """
    with transaction():
        event = facts.whole(event_id)
        if event is None:
            raise NotFound()
        if event.state != "published" or not event.slots or event.slots[-1].ends_at <= now:
            raise Refusal("nothing_to_remind", facts.NOTHING_TO_REMIND)
        _to_all(event_id, REMINDER, occasion=local_date(event.slots[0].starts_at).isoformat(), now=now)
        if actor_id is not None:
            audit.record(
                audit.Action.MESSAGE_CREATED,
                ("event", event_id),
                actor_id=actor_id,
                now=now,
                after={"kind": REMINDER},
            )


def _untold(event_id: int) -> Select[Any]:
    phase = select(Event.phase_id).where(Event.id == event_id).scalar_subquery()
    # A seat in a whole phase is told with its first session.
    together_with = select(Event.id).where((Event.id == event_id) | (Event.phase_id == phase))
    told = select(Outgoing.person_key).where(
        Outgoing.event_id.in_(together_with),
        Outgoing.kind.in_([CONFIRMED, PROMOTED]),
        Outgoing.state != OutgoingState.DROPPED.value,
    )
    return select(Registration.id).where(
        Registration.event_id == event_id,
        Registration.state == "confirmed",
        Registration.source.not_in(["door", "self"]),
        Registration.person_id.not_in(told),
    )


def untold(event_id: int) -> int:
    """How many have a seat and were never told: those of a draft that was filled before it was published."""
    return db.session.scalar(select(func.count()).select_from(_untold(event_id).subquery())) or 0


def tell_all(event_id: int, *, actor_id: int, now: datetime) -> None:
    """Write the confirmation for everyone with a seat who was not told yet, as when a draft was filled."""
    with transaction() as session:
        ids = session.scalars(_untold(event_id)).all()
        announce(CONFIRMED, ids, now=now)
        audit.record(
            audit.Action.MESSAGE_CREATED,
            ("event", event_id),
            actor_id=actor_id,
            now=now,
            after={"kind": CONFIRMED, "count": len(ids)},
        )


@tasks.task("registration.remind", every_minutes=10)
def remind_on_the_eve(now: datetime) -> int:
    """In the late afternoon, remind of every published event that begins tomorrow; gives how many events."""
    if local(now).hour < EVE_HOUR:
        return 0
    day = local_date(now) + timedelta(days=1)
    first = select(Slot.event_id, func.min(Slot.starts_at).label("starts_at")).group_by(Slot.event_id).subquery()
    ahead = db.session.execute(
        select(Event.id, first.c.starts_at)
        .join(first, first.c.event_id == Event.id)
        .where(Event.state == "published", first.c.starts_at > now, first.c.starts_at < now + timedelta(days=2))
        .order_by(Event.id)
    ).all()
    events = [event_id for event_id, starts_at in ahead if local_date(starts_at) == day]
    for event_id in events:
        remind(event_id, actor_id=None, now=now)
    return len(events)
