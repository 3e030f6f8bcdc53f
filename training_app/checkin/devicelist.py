"""The devices that an actor may manage, as a list, and the events that they may be given."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, exists, func, select, true

from training_app.core.actors import Actor, Scope
from training_app.core.db import db
from training_app.core.errors import NotFound
from training_app.core.permissions import Permission as P
from training_app.people.models import Device, Grant, Login
from training_app.people.policy import allows, reach
from training_app.schedule.models import Event, Programme, Slot
from training_app.schedule.visibility import visible_events

#: A clock that is wrong by less is as good as right.
TOLERATED = timedelta(minutes=1)
#: An event whose last slot ended so long ago is surely past its midnight.
_A_DAY = timedelta(days=1)
_MOST_EVENTS = 200


def visible_devices(actor: Actor) -> ColumnElement[bool]:
    """The condition that a Device row is the actor's to manage."""
    reached = reach(actor, P.DEVICE_MANAGE)
    return true() if reached.everywhere else Device.organisation_id.in_(reached.organisations)


def device_for(actor: Actor, device_id: int) -> Device:
    """The device with this id, proven to be the actor's to manage. Raises NotFound for any other."""
    device = db.session.get(Device, device_id)
    if device is None or not allows(actor, P.DEVICE_MANAGE, Scope(organisation_id=device.organisation_id)):
        raise NotFound()
    return device


def listed(actor: Actor) -> Select[Any]:
    """The statement of the actor's devices, revoked ones last."""
    return (
        select(Device)
        .where(visible_devices(actor))
        .order_by(Device.revoked_at.is_not(None), Device.created_at.desc(), Device.id.desc())
    )


class Offered(NamedTuple):
    """An event that a device may be given."""

    event: Event
    starts_at: datetime


def offered(actor: Actor, now: datetime, organisation_id: int | None = None) -> list[Offered]:
    """The events to come, and today's, whose doors the actor manages, of one organisation where it is given."""
    ends_at = func.max(Slot.ends_at)
    statement = (
        select(Event, func.min(Slot.starts_at).label("starts_at"))
        .join(Programme, Programme.id == Event.programme_id)
        .join(Slot, Slot.event_id == Event.id)
        .where(visible_events(actor, P.DEVICE_MANAGE), Event.state != "cancelled")
        .group_by(Event.id)
        .having(ends_at > now - _A_DAY)
        .order_by("starts_at", Event.id)
        .limit(_MOST_EVENTS)
    )
    if organisation_id is not None:
        statement = statement.where(Programme.organisation_id == organisation_id)
    return [Offered(*row) for row in db.session.execute(statement)]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a device stands: revoked, waiting (for its phone), stale (its code is over), idle (no event) or live."""

    state: str
    events: tuple[Event, ...] = ()
    slow: timedelta | None = None


def standings(devices: Collection[Device], now: datetime) -> dict[int, Standing]:
    """How each of these devices stands, in two statements."""
    ids = [device.id for device in devices]
    events: dict[int, list[Event]] = {}
    for device_id, event in db.session.execute(
        select(Grant.device_id, Event)
        .join(Event, Event.id == Grant.event_id)
        .where(Grant.device_id.in_(ids), Grant.valid_to > now)
        .order_by(Grant.valid_to, Event.id)
    ):
        events.setdefault(device_id or 0, []).append(event)
    logged_in = set(
        db.session.scalars(
            select(Device.id).where(
                Device.id.in_(ids),
                exists().where(Login.device_id == Device.id, Login.revoked_at.is_(None)),
            )
        )
    )
    return {
        device.id: Standing(
            _state(device, device.id in logged_in, device.id in events, now),
            tuple(events.get(device.id, ())),
            _slow(device),
        )
        for device in devices
    }


def _state(device: Device, logged_in: bool, has_events: bool, now: datetime) -> str:
    if device.revoked_at is not None:
        return "revoked"
    if not logged_in:
        waits = device.enrol_hash is not None and device.enrol_until is not None and device.enrol_until > now
        return "waiting" if waits else "stale"
    return "live" if has_events else "idle"


def _slow(device: Device) -> timedelta | None:
    """By how much the device's clock is behind ours, negative when it is ahead; None within the tolerance."""
    if device.clock_offset_ms is None:
        return None
    offset = timedelta(milliseconds=device.clock_offset_ms)
    return offset if abs(offset) > TOLERATED else None
