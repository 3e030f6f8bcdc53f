"""Devices of an organisation: scanners and programs, each limited to events, seen, and revoked at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select, update

from training_app.core import audit
from training_app.core.actors import Role
from training_app.core.clock import midnight_after
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.people import logins
from training_app.people.models import Device, Grant, Login
from training_app.schedule.models import Event, Programme, Slot

#: What a program may be allowed to do, each at its events alone.
SCOPES = ("door:read", "door:scan", "door:register")
#: The longest that a device stays logged in, whatever its events.
LONGEST = timedelta(days=180)
_NO_EVENT = _l("Please tick at least one event that is not over.")


@dataclass(frozen=True, slots=True)
class Choice:
    """An event that a device may be given: whose it is, and when it is over."""

    event_id: int
    organisation_id: int
    over_at: datetime


def _choices(event_ids: Collection[int], now: datetime) -> list[Choice]:
    rows = db.session.execute(
        select(Event.id, Programme.organisation_id, func.max(Slot.ends_at))
        .join(Programme, Programme.id == Event.programme_id)
        .join(Slot, Slot.event_id == Event.id)
        .where(Event.id.in_(event_ids), Event.state != "cancelled")
        .group_by(Event.id, Programme.organisation_id)
    )
    found = [Choice(event_id, office, midnight_after(last)) for event_id, office, last in rows]
    return [choice for choice in found if choice.over_at > now]


def make(
    kind: str,
    name: str,
    event_ids: Collection[int],
    *,
    scopes: Collection[str] = (),
    actor_id: int | None,
    now: datetime,
) -> Device:
    """Make a device of `kind` "scanner" or "api" for events that the caller has proven to be the actor's.

    It belongs to the organisation whose events they are. Raises Invalid for a name, events or scopes that will not do.
    """
    name = _name(name)
    if kind == "api":
        _check(scopes)
    with transaction() as session:
        choices = _choices(event_ids, now)
        offices = {choice.organisation_id for choice in choices}
        if not choices:
            raise Invalid("no_event", _NO_EVENT, {"events": _NO_EVENT})
        if len(offices) > 1:
            sentence = _l("These events belong to different organisations. Make a device for each.")
            raise Invalid("events_mixed", sentence, {"events": sentence})
        device = Device(
            kind=kind,
            name=name,
            organisation_id=offices.pop(),
            scopes=sorted(scopes) if kind == "api" else [],
            created_by_id=actor_id or 0,
            created_at=now,
        )
        session.add(device)
        session.flush()
        _grant(device, choices, actor_id, now)
        after = {"name": name, "kind": kind, "events": sorted(c.event_id for c in choices), "scopes": device.scopes}
        audit.record(audit.Action.DEVICE_MADE, ("device", device.id), actor_id=actor_id, now=now, after=after)
        return device


def change(
    device_id: int,
    name: str,
    event_ids: Collection[int],
    *,
    scopes: Collection[str] = (),
    actor_id: int | None,
    now: datetime,
) -> None:
    """Rename a device and set its events (and a program's scopes); what it may no longer do ends at once.

    An event that is over stays as it was. Raises NotFound, Refusal("device_revoked"), Invalid as `make` does.
    """
    name = _name(name)
    with transaction() as session:
        device = held(device_id)
        if device.kind == "api":
            _check(scopes)
        before = {"name": device.name, "events": _events(device_id, now), "scopes": device.scopes}
        choices = [c for c in _choices(event_ids, now) if c.organisation_id == device.organisation_id]
        keep = {choice.event_id for choice in choices}
        session.execute(
            update(Grant)
            .where(Grant.device_id == device_id, Grant.valid_to > now, Grant.event_id.not_in(keep))
            .values(valid_to=now)
        )
        _grant(device, [c for c in choices if c.event_id not in before["events"]], actor_id, now)
        device.name = name
        if device.kind == "api":
            device.scopes = sorted(scopes)
        session.execute(
            update(Login)
            .where(Login.device_id == device_id, Login.revoked_at.is_(None))
            .values(expires_at=lasts(device_id, now))
        )
        after = {"name": name, "events": sorted(keep), "scopes": device.scopes}
        if after != before:
            audit.record(
                audit.Action.DEVICE_CHANGED,
                ("device", device_id),
                actor_id=actor_id,
                now=now,
                before=before,
                after=after,
            )


def revoke(device_id: int, *, actor_id: int | None, now: datetime) -> None:
    """End a device: it is out at its next click, and its code and token are worthless. Raises NotFound."""
    with transaction() as session:
        device = session.get(Device, device_id, with_for_update=True)
        if device is None:
            raise NotFound()
        if device.revoked_at is not None:
            return
        device.revoked_at, device.enrol_hash = now, None
        log_out(device_id, now)
        session.execute(update(Grant).where(Grant.device_id == device_id, Grant.valid_to > now).values(valid_to=now))
        audit.record(
            audit.Action.DEVICE_REVOKED, ("device", device_id), actor_id=actor_id, now=now, before={"name": device.name}
        )


def new_token(device_id: int, *, actor_id: int | None, now: datetime) -> str:
    """A program's token, stored only as a hash; the one before it ends. Raises NotFound, Refusal("device_revoked")."""
    with transaction():
        device = held(device_id)
        if device.kind != "api":
            raise NotFound()
        log_out(device_id, now)
        audit.record(
            audit.Action.DEVICE_ENROLLED, ("device", device_id), actor_id=actor_id, now=now, after={"token": "new"}
        )
        return logins.open_login(
            how="api", device_id=device_id, device_name=device.name, expires_at=lasts(device_id, now), now=now
        )


def held(device_id: int) -> Device:
    """The device, locked until the transaction ends. Raises NotFound, and Refusal for one that was revoked."""
    device = db.session.get(Device, device_id, with_for_update=True)
    if device is None:
        raise NotFound()
    if device.revoked_at is not None:
        raise Refusal("device_revoked", _l("This device was revoked. Make a new one."))
    return device


def log_out(device_id: int, now: datetime) -> None:
    """End every login of a device, in the caller's transaction."""
    db.session.execute(
        update(Login).where(Login.device_id == device_id, Login.revoked_at.is_(None)).values(revoked_at=now)
    )


def lasts(device_id: int, now: datetime) -> datetime:
    """Until when the device stays logged in: its last event's midnight, and half a year at most."""
    last = db.session.scalar(select(func.max(Grant.valid_to)).where(Grant.device_id == device_id, Grant.valid_to > now))
    return min(last or now, now + LONGEST)


def _events(device_id: int, now: datetime) -> list[int]:
    statement = select(Grant.event_id).where(Grant.device_id == device_id, Grant.valid_to > now)
    return sorted(event_id for event_id in db.session.scalars(statement) if event_id is not None)


def _grant(device: Device, choices: list[Choice], actor_id: int | None, now: datetime) -> None:
    db.session.add_all(
        Grant(
            role=Role.DOOR_VOLUNTEER.value,
            device_id=device.id,
            event_id=choice.event_id,
            label=device.name,
            valid_from=now,
            valid_to=choice.over_at,
            given_by_id=actor_id,
        )
        for choice in choices
    )
    db.session.flush()


def _name(text: str) -> str:
    name = " ".join(text.split())[:60]
    if not name:
        sentence = _l("Please give the device a name.")
        raise Invalid("name_missing", sentence, {"name": sentence})
    return name


def _check(scopes: Collection[str]) -> None:
    if not scopes or not set(scopes) <= set(SCOPES):
        sentence = _l("Please tick what the program may do.")
        raise Invalid("scopes_missing", sentence, {"scopes": sentence})
