"""A door link and a device end with the event's last day: when that is moved, so is their end."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from training_app.core.actors import Role
from training_app.core.clock import midnight_after
from training_app.core.db import db
from training_app.core.signals import event_changed
from training_app.people.models import Grant, Login
from training_app.schedule.models import Slot

from .devices import lasts


def _follow(_sender: Any, *, event_id: int, changes: dict[str, Any], now: datetime, **_: Any) -> None:
    """Only what is still good is moved: a link that was ended, or whose midnight is past, stays dead."""
    last = (
        db.session.scalar(select(func.max(Slot.ends_at)).where(Slot.event_id == event_id))
        if "time" in changes
        else None
    )
    if last is None:
        return
    ends_at = max(midnight_after(last), now)
    live = (Grant.event_id == event_id, Grant.role == Role.DOOR_VOLUNTEER.value, Grant.valid_to > now)
    rows = db.session.execute(select(Grant.id, Grant.device_id).where(*live)).all()
    grants, devices = [row.id for row in rows], {row.device_id for row in rows if row.device_id is not None}
    db.session.execute(update(Grant).where(Grant.id.in_(grants)).values(valid_to=ends_at))
    good = Login.revoked_at.is_(None)
    db.session.execute(update(Login).where(Login.grant_id.in_(grants), good).values(expires_at=ends_at))
    for device_id in devices:
        until = lasts(device_id, now)
        db.session.execute(update(Login).where(Login.device_id == device_id, good).values(expires_at=until))


event_changed.connect(_follow, weak=False)
