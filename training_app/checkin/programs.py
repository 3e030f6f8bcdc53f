"""What a program sends, brought into the door's one service; and the sign that it is alive."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update

from training_app.core.actors import Actor
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, Refusal
from training_app.people.models import Device

from . import service, uploads
from .answers import Answer
from .presented import Presented

#: A program's sign of life is written at most this often.
_RENEW = timedelta(minutes=1)


def scan(
    slot_id: int,
    sent: Mapping[str, Any],
    *,
    by: Actor,
    now: datetime,
) -> Answer:
    """Decide on one scan that a program sends at once, or late with its own time.

    `sent`: nonce, ticket or registration, direction, and maybe at, sent_at (milliseconds by its clock) and said.
    Raises Refusal("nonce_used") for a nonce that was used for something else, NotFound for an unknown slot
    or one that is not for `by`.
    """
    device_time, offset_ms = None, None
    if sent.get("at") is not None:
        now_ms = int(now.timestamp() * 1000)
        device_time, offset_ms = uploads.moment(sent["at"], now_ms - sent.get("sent_at", now_ms))
    presented = Presented(
        nonce=sent["nonce"],
        source="api",
        direction=sent.get("direction", "in"),
        login_id=by.login_id,
        device_id=by.device_id,
        device_time=device_time,
        clock_offset_ms=offset_ms,
        said=sent.get("said"),
    )
    try:
        if sent.get("registration") is not None:
            return service.check_in(slot_id, presented, registration_id=sent["registration"], by=by, now=now)
        return service.scan(slot_id, sent.get("ticket", ""), presented, by=by, now=now)
    except Invalid as fault:
        raise used(fault) from fault


def used(fault: Invalid) -> Refusal:
    """What is said of a nonce of the right shape that was used for something else."""
    return Refusal("nonce_used", fault.sentence) if fault.code == "nonce" else fault


def seen(device_id: int, now: datetime) -> None:
    """Note that a program asked something; one statement, and a second at most once a minute."""
    due = or_(Device.last_seen_at.is_(None), Device.last_seen_at < now - _RENEW)
    if db.session.scalar(select(Device.id).where(Device.id == device_id, due)) is not None:
        with transaction() as session:
            session.execute(update(Device).where(Device.id == device_id).values(last_seen_at=now))
