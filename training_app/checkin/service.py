"""The only way in: from what was shown at the door to the recorded answer, whole or not at all."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from training_app.attendance.recording import RecordedScan, record, record_at_once
from training_app.core.actors import Actor
from training_app.core.db import is_sqlite, takes_single_statements, transaction
from training_app.core.errors import Invalid
from training_app.people.actors import Wanted

from . import deciding, rules
from .answers import SENTENCES, UNREADABLE, Answer
from .deciding import Decision, Shown, decide
from .presented import Presented

_NONCE = re.compile(r"[A-Za-z0-9_-]{8,64}")


def is_nonce(nonce: str) -> bool:
    """Whether a text may be a scan's nonce: 8 to 64 letters, digits, - or _."""
    return _NONCE.fullmatch(nonce) is not None


def scan(
    slot_id: int, shown: str, presented: Presented, *, by: Actor | None = None, now: datetime, read: Any = None
) -> Answer:
    """Check in by what a camera read or someone typed: a ticket, its address, or its ten characters."""
    ticket, typed = rules.as_shown(shown)
    return check_in(slot_id, presented, ticket=ticket, ticket_code=typed, by=by, now=now, read=read)


def foresee(slot_id: int, shown: str, registration_id: int | None) -> Wanted | None:
    """What `scan` or `check_in` is going to read, to be read together with who asks; its row is their `read`.

    None where everything is read inside the transaction.
    """
    if is_sqlite():
        return None
    if registration_id is not None:
        return deciding.foresee(slot_id, ticket=None, typed="", registration_id=registration_id)
    ticket, typed = rules.as_shown(shown)
    return deciding.foresee(slot_id, ticket=ticket, typed=_typed(typed), registration_id=None)


def check_in(
    slot_id: int,
    presented: Presented,
    *,
    ticket: str | None = None,
    ticket_code: str | None = None,
    registration_id: int | None = None,
    by: Actor | None = None,
    now: datetime,
    refused_nonce: str | None = None,
    objection: str | None = None,
    read: Any = None,
) -> Answer:
    """Decide on one person at the door of a slot and put it on record, accepted or refused.

    Give what was read of a ticket (its token or whole address), the ten characters typed from it, or
    the registration's id (name search, venue code). The same nonce gets the first answer again. A refusal
    is recorded under `refused_nonce` where that is given, so that a pass for one entry is not spent by it.
    `objection` is the code of what the way in (a phone's position) says against it; it counts where nothing else does.
    `by` must be allowed to scan at this door: proven by what is read of the slot anyway. None: it was proven before.
    `read`: the row that `foresee` asked for; where it does not suffice, all is read anew.
    Raises Invalid for a nonce of another shape or one that was used otherwise, NotFound for an unknown slot or
    one that is not for `by`.
    """
    if not is_nonce(presented.nonce):
        raise Invalid("nonce", UNREADABLE)
    shown = Shown(slot_id, presented, ticket, _typed(ticket_code), registration_id, objection, by)
    # Whose phone it is must be written down before it is decided: not in one statement.
    if presented.phone_key is None and takes_single_statements():
        decision = decide(shown, now, read=read)
        done = record_at_once(slot_id, decision.slot, _as_recorded(decision, refused_nonce), decision.whom)
        if done is not None:
            return _answer(slot_id, decision, done)
    with transaction():
        decision = decide(shown, now)
        done = record(slot_id, decision.slot, _as_recorded(decision, refused_nonce), decision.whom)
    return _answer(slot_id, decision, done)


def _typed(code: str | None) -> str:
    return "".join(c for c in (code or "").upper() if c.isalnum())[:200]


def _as_recorded(decision: Decision, refused_nonce: str | None) -> dict[str, Any]:
    return decision.scan | {"nonce": refused_nonce} if decision.refused and refused_nonce else decision.scan


def _answer(slot_id: int, decision: Decision, done: RecordedScan) -> Answer:
    """What is said to the person. Raises Invalid when the nonce was used for someone else."""
    row, scan = decision.row, decision.scan
    outcome, time = scan["outcome"], scan["at"]
    code = decision.reason if decision.refused and decision.reason else _said(scan["direction"], done.status)
    if done.duplicate:
        code = "duplicate"
    if done.repeated is not None:
        if (done.repeated.slot_id, done.repeated.registration_id) != (slot_id, row.registration_id):
            raise Invalid("nonce", UNREADABLE)
        outcome, time = done.repeated.outcome, done.repeated.at
        code = _said_first(done.repeated, row.late_after)
    return Answer(
        outcome, code, SENTENCES[code], row.name, row.community, time, done.first_at, row.subdistrict, row.as_whom
    )


def _said(direction: str, status: str | None) -> str:
    """The code of an accepted scan."""
    if direction != "in":
        return direction
    return "late" if status == "late" else "ok"


def _said_first(scan: Any, late_after: datetime) -> str:
    """The code that a recorded scan was answered with."""
    if scan.outcome == "refused" or scan.reason == "duplicate":
        return str(scan.reason)
    late = scan.reason == "late" or (scan.forced and scan.at > late_after)
    return _said(scan.direction, "late" if late else None)
