"""Scans that a phone had written down: each decided by the one service, exactly once, in whatever order they come."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import update

from training_app.core.actors import Actor
from training_app.core.db import transaction
from training_app.core.errors import Invalid
from training_app.people.models import Device

from . import answers, service
from .answers import Answer
from .presented import BY_PHONE, DIRECTIONS, Presented

#: Scans in one upload.
MOST = 100
UNREADABLE = _l("This upload could not be read. Reload the page; the scans are kept on the phone.")
_CODE = re.compile(r"[a-z_]{1,32}")
#: What the column of an offset can hold, in milliseconds: 24 days.
_FARTHEST = 2**31 - 1
#: The years 1970 to 2200, in milliseconds.
_LATEST = 7_258_118_400_000


@dataclass(frozen=True, slots=True)
class Upload:
    """A batch as a phone sends it. `sent_at` in milliseconds by its clock; `queued` is what it held when it sent."""

    sent_at: int
    queued: int
    scans: tuple[Any, ...]


def _number(value: Any, most: int) -> int | None:
    return value if type(value) is int and 0 <= value <= most else None


def read(body: Any) -> Upload:
    """A JSON body as a batch. Raises Invalid("shape") for one of another shape."""
    if isinstance(body, dict):
        sent_at, queued = _number(body.get("sent_at"), _LATEST), _number(body.get("queued", 0), 2**31 - 1)
        scans = body.get("scans", [])
        if sent_at is not None and queued is not None and isinstance(scans, list) and len(scans) <= MOST:
            return Upload(sent_at, queued, tuple(scans))
    raise Invalid("shape", UNREADABLE)


def moment(at: int, offset_ms: int) -> tuple[datetime, int]:
    """The device's time and an offset that its column can hold; together they give the same instant."""
    kept = max(-_FARTHEST, min(offset_ms, _FARTHEST))
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=at + offset_ms - kept), kept


def _decide(slot_id: int, scan: Any, offset_ms: int, sources: Collection[str], by: Actor, now: datetime) -> Answer:
    if not isinstance(scan, dict):
        raise Invalid("shape", answers.UNREADABLE)
    at = _number(scan.get("at"), _LATEST)
    registration = _number(scan.get("registration"), 2**31 - 1)
    ticket = scan.get("ticket", scan.get("code"))
    said = scan.get("said") or ""
    if (
        at is None
        or not isinstance(scan.get("nonce"), str)
        or scan.get("source") not in sources
        or scan.get("direction", "in") not in DIRECTIONS
        or not isinstance(said, str)
        or (registration is None and not isinstance(ticket, str))
    ):
        raise Invalid("shape", answers.UNREADABLE)
    device_time, kept = moment(at, offset_ms)
    presented = Presented(
        nonce=scan["nonce"],
        source=scan["source"],
        direction=scan.get("direction", "in"),
        device_time=device_time,
        clock_offset_ms=kept,
        said=said if _CODE.fullmatch(said) else None,
        login_id=by.login_id,
        actor_id=by.person_id,
        device_id=by.device_id,
    )
    if registration is not None:
        return service.check_in(slot_id, presented, registration_id=registration, by=by, now=now)
    return service.scan(slot_id, str(ticket).replace("\0", ""), presented, by=by, now=now)


def decide(
    slot_id: int, upload: Upload, *, by: Actor, sources: Collection[str] = BY_PHONE, now: datetime
) -> Iterator[tuple[Any, Answer | Invalid]]:
    """Decide on each scan of a batch, each in a transaction of its own; gives (nonce, its answer or its fault).

    A fault concerns one scan: the others are decided all the same. Raises NotFound for a door
    that this actor does not keep.
    """
    offset_ms = int(now.timestamp() * 1000) - upload.sent_at
    for scan in upload.scans:
        nonce = scan.get("nonce") if isinstance(scan, dict) else None
        try:
            yield nonce, _decide(slot_id, scan, offset_ms, sources, by, now)
        except Invalid as fault:
            yield nonce, fault
    if by.device_id is not None:
        seen(by.device_id, upload.queued - len(upload.scans), offset_ms, now)


def seen(device_id: int, queued: int, offset_ms: int, now: datetime) -> None:
    """An enrolled scanner gave a sign of life, and maybe has nothing left to deliver."""
    values: dict[str, Any] = {
        "last_seen_at": now,
        "queued": max(queued, 0),
        "clock_offset_ms": max(-_FARTHEST, min(offset_ms, _FARTHEST)),
    }
    if queued <= 0:
        values["last_sync_at"] = now
    with transaction() as session:
        session.execute(update(Device).where(Device.id == device_id).values(values))
