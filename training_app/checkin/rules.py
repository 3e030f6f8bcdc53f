"""Why someone may not enter now, and which venue code is valid. Pure."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

#: Seconds for which a venue code is shown.
STEP = 30
#: How long ago a venue code may have been shown to be told from one that never was.
REMEMBERED = 240
#: How long a pass lasts that a venue code has bought.
PASS = timedelta(minutes=10)
#: How long before check-in opens a code may be scanned by people who then wait for it.
EARLY = timedelta(hours=2)
#: A scan that waited for the network counts from when it was made, at most this long ago.
LONGEST_WAIT = timedelta(hours=12)
_NOT_REGISTERED = {"cancelled": "cancelled", "declined": "cancelled", "waiting": "waiting"}
_NOT_HELD = {"cancelled": "event_cancelled", "closed": "event_closed", "draft": "not_published"}
#: Characters of a ticket's ten with all the blanks and dashes that someone puts between; whatever is longer was read.
_LONGEST_TYPED = 40

#: Refusals that whoever manages the door may overrule, with a reason.
FORCIBLE = ("cancelled", "waiting", "too_early", "too_late", "revoked")


def refusal(
    *,
    event_state: str,
    registration_state: str | None,
    opens_at: datetime,
    closes_at: datetime,
    at: datetime,
    direction: str = "in",
) -> str | None:
    """The code of the reason why this scan is refused, or None. What lasts is named before what passes.

    Who is inside may leave, and a mistake be taken back, at any time before the event is closed.
    """
    if registration_state is None:
        return "unknown"
    if event_state in _NOT_HELD:
        return _NOT_HELD[event_state]
    if registration_state in _NOT_REGISTERED:
        return _NOT_REGISTERED[registration_state]
    if direction != "in":
        return None
    if at < opens_at:
        return "too_early"
    return "too_late" if at > closes_at else None


def pass_ends(made: datetime, opens_at: datetime) -> datetime:
    """Until when a pass is good: ten minutes from the code, or from the opening for whoever waited for it."""
    waited = opens_at - EARLY <= made < opens_at
    return (opens_at if waited else made) + PASS


def phone_key(secret: str) -> str:
    """What is kept of the random text in a phone's cookie: 64 bits of its hash."""
    return hashlib.sha256(secret.encode()).hexdigest()[:16]


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


def judge(secret: bytes, slot_id: int, code: str, now: datetime) -> str:
    """What a venue code is worth: ok, old (it was shown in the last two hours) or forged."""
    if is_current(secret, slot_id, code, now):
        return "ok"
    step, given = step_of(now), code.encode()
    seen = [venue_code(secret, slot_id, n).encode() for n in range(step - REMEMBERED, step - 1)]
    return "old" if any(hmac.compare_digest(given, one) for one in seen) else "forged"


def are_current_digits(secret: bytes, slot_id: int, digits: str, now: datetime) -> bool:
    """Whether six typed digits are those of this step or of the one just past."""
    step = step_of(now)
    known = [six_digits(secret, slot_id, n).encode() for n in (step, step - 1)]
    return any(hmac.compare_digest(digits.encode(), one) for one in known)


def typed_code(text: str) -> str | None:
    """The ten characters of a ticket, however they were typed; None when the text is anything else."""
    if len(text) > _LONGEST_TYPED:
        return None
    typed = "".join(c for c in text.upper() if c not in " -·\t\r\n")
    return typed if len(typed) == 10 and typed.isascii() and typed.isalnum() else None


def as_shown(text: str) -> tuple[str | None, str | None]:
    """What was shown as (ticket, typed code), one of which is None."""
    typed = typed_code(text)
    return (text.strip(), None) if typed is None else (None, typed)


def scanned_at(waited_ms: int | None, now: datetime) -> datetime | None:
    """When a scan was made that waited so many milliseconds for the network; None: just now."""
    if waited_ms is None or waited_ms < 2000:
        return None
    return now - min(timedelta(milliseconds=waited_ms), LONGEST_WAIT)


def stage(event_state: str, opens_at: datetime, closes_at: datetime, now: datetime) -> str:
    """Where a slot's check-in stands: before, open, over, or its event's state when that ended it."""
    if event_state in ("closed", "cancelled"):
        return event_state
    if now < opens_at:
        return "before"
    return "over" if now > closes_at else "open"
