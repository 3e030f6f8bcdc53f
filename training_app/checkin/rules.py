"""Why someone may not enter now, and which venue code is valid. Pure."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

#: Seconds for which a venue code is shown.
STEP = 30
_NOT_REGISTERED = {"cancelled": "cancelled", "declined": "cancelled", "waiting": "waiting"}
_NOT_HELD = {"cancelled": "event_cancelled", "closed": "event_closed", "draft": "not_published"}


def refusal(
    *, event_state: str, registration_state: str | None, opens_at: datetime, closes_at: datetime, at: datetime
) -> str | None:
    """The code of the reason why this scan is refused, or None. What lasts is named before what passes."""
    if registration_state is None:
        return "unknown"
    if event_state in _NOT_HELD:
        return _NOT_HELD[event_state]
    if registration_state in _NOT_REGISTERED:
        return _NOT_REGISTERED[registration_state]
    if at < opens_at:
        return "too_early"
    return "too_late" if at > closes_at else None


def step_of(moment: datetime) -> int:
    """The number of the 30 s step in which an instant lies."""
    return int(moment.timestamp()) // STEP


def venue_code(secret: bytes, slot_id: int, step: int) -> str:
    """What the projector's QR carries in one step: 16 hex digits, 64 bits of HMAC-SHA256."""
    return hmac.new(secret, f"venue.{slot_id}.{step}".encode(), hashlib.sha256).hexdigest()[:16]


def six_digits(secret: bytes, slot_id: int, step: int) -> str:
    """The same step's code for typing, as RFC 4226 shortens an HMAC."""
    mac = hmac.new(secret, f"digits.{slot_id}.{step}".encode(), hashlib.sha256).digest()
    start = mac[-1] & 15
    return f"{(int.from_bytes(mac[start : start + 4]) & 0x7FFFFFFF) % 1_000_000:06d}"


def is_current(secret: bytes, slot_id: int, code: str, now: datetime) -> bool:
    """Whether a venue code is that of this step or of the one just past, by the server's clock."""
    step = step_of(now)
    known = [venue_code(secret, slot_id, n).encode() for n in (step, step - 1)]
    return any(hmac.compare_digest(code.encode(), one) for one in known)
