"""The only way in: one transaction from what was shown at the door to the recorded answer."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, exists, literal_column, select
from sqlalchemy.orm import aliased

from training_app.attendance.models import Attendance, Correction, Scan, Settlement
from training_app.attendance.recording import Whom, people_of, record
from training_app.attendance.rules import HERE, SlotFacts
from training_app.core.actors import Actor
from training_app.core.db import session_connection, transaction
from training_app.core.errors import Invalid, NotFound
from training_app.core.permissions import Permission
from training_app.core.prepared import Prepared
from training_app.divisions.models import Division
from training_app.people.merging import HOLDER
from training_app.people.models import Person
from training_app.registration import tickets
from training_app.registration.models import EventKey, Registration
from training_app.schedule.access import PROOF, prove
from training_app.schedule.models import Event, Programme, Slot

from . import rules, sharing
from .answers import SENTENCES, UNREADABLE, Answer
from .presented import Presented

_NONCE = re.compile(r"[A-Za-z0-9_-]{8,64}")
_of = Registration.__table__.c
_Above = aliased(Division)
_Merged = aliased(Person)
_Shown = aliased(Scan)
#: What a ticket's own fault is said instead of: a registration that was cancelled is the better reason.
_WEAKER = (None, "unknown", "too_early", "too_late")


def _word(word: str) -> Any:
    """A word that stands in a prepared statement itself."""
    return literal_column(f"'{word}'")


def _found(which: Any) -> Any:
    """Everything that the decision needs, in one statement."""
    has = [
        exists().where(model.slot_id == Slot.id, model.person_id == _of.person_id).label(name)
        for model, name in ((Scan, "scanned"), (Correction, "corrected"))
    ]
    has.append(exists().where(_Merged.merged_into_id == HOLDER).label("merged"))
    shown = (_Shown.slot_id == Slot.id, _Shown.person_id == _of.person_id)
    came = (
        _Shown.outcome == _word("accepted"),
        _Shown.direction == _word("in"),
        _Shown.source != _word("paper"),
        ~exists().where(Settlement.scan_id == _Shown.id),
    )
    has.append(
        and_(exists().where(*shown, *came), ~exists().where(*shown, _Shown.source == _word("paper"))).label("timed"),
    )
    return (
        select(
            Slot.starts_at,
            Slot.ends_at,
            Slot.late_after,
            Slot.checkin_opens_at,
            Slot.checkin_closes_at,
            *PROOF,
            Event.state.label("event_state"),
            _of.id.label("registration_id"),
            _of.person_id,
            HOLDER.label("holder_id"),
            _of.state,
            _of.as_whom,
            _of.division_code,
            Person.name,
            Division.name.label("community"),
            _Above.name.label("subdistrict"),
            Attendance.status,
            Attendance.arrived_at,
            Attendance.left_at,
            Attendance.minutes,
            EventKey.public_key,
            _of.ticket_revision,
            *has,
        )
        .join(Event, Event.id == Slot.event_id)
        .join(Programme, Programme.id == Event.programme_id)
        .outerjoin(EventKey, EventKey.event_id == Event.id)
        .outerjoin(Registration, and_(_of.event_id == Event.id, which))
        .outerjoin(Person, Person.id == _of.person_id)
        .outerjoin(Division, Division.code == _of.division_code)
        .outerjoin(_Above, _Above.code == Division.parent_code)
        .outerjoin(Attendance, and_(Attendance.slot_id == Slot.id, Attendance.person_id == HOLDER))
        .where(Slot.id == bindparam("slot"))
    )


_BY_ID = Prepared(_found(_of.id == bindparam("which")))
_BY_CODE = Prepared(_found(_of.ticket_code == bindparam("which")))


def is_nonce(nonce: str) -> bool:
    """Whether a text may be a scan's nonce: 8 to 64 letters, digits, - or _."""
    return _NONCE.fullmatch(nonce) is not None


def _proof(claimed: tickets.Claim, ticket: str, slot_id: int, row: Any) -> tuple[str | None, Any]:
    """What is wrong with a ticket, or None; and the row that counts: nobody's, unless the signature proves it."""
    code = "other_event"
    if row.event_id == claimed.event_id and row.public_key is not None:
        code = tickets.judge(claimed, row.public_key, row.ticket_revision)
        if code in ("ok", "revoked"):
            return (None if code == "ok" else code), row
    elif row.event_id != claimed.event_id:
        code = tickets.read(ticket, event_id=row.event_id).code
    nobody = _BY_ID.first(session_connection(), {"slot": slot_id, "which": 0})
    return (code if code in SENTENCES else "unknown"), nobody


def scan(slot_id: int, shown: str, presented: Presented, *, by: Actor | None = None, now: datetime) -> Answer:
    """Check in by what a camera read or someone typed: a ticket, its address, or its ten characters."""
    typed = rules.typed_code(shown)
    if typed is not None:
        return check_in(slot_id, presented, ticket_code=typed, by=by, now=now)
    return check_in(slot_id, presented, ticket=shown.strip(), by=by, now=now)


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
) -> Answer:
    """Decide on one person at the door of a slot and put it on record, accepted or refused.

    Give what was read of a ticket (its token or whole address), the ten characters typed from it, or
    the registration's id (name search, venue code). The same nonce gets the first answer again. A refusal
    is recorded under `refused_nonce` where that is given, so that a pass for one entry is not spent by it.
    `objection` is the code of what the way in (a phone's position) says against it; it counts where nothing else does.
    `by` must be allowed to scan at this door: proven by what is read of the slot anyway. None: it was proven before.
    Raises Invalid for a nonce of another shape or one that was used otherwise, NotFound for an unknown slot or
    one that is not for `by`.
    """
    if not is_nonce(presented.nonce):
        raise Invalid("nonce", UNREADABLE)
    typed = "".join(c for c in (ticket_code or "").upper() if c.isalnum())[:200]
    claimed = tickets.claim(ticket) if ticket is not None else None
    fault = claimed if isinstance(claimed, str) else None
    if isinstance(claimed, tickets.Claim):
        registration_id = claimed.registration_id
    time = presented.at(now)
    with transaction():
        connection = session_connection()
        if registration_id is not None:
            row = _BY_ID.first(connection, {"slot": slot_id, "which": registration_id})
        else:
            row = _BY_CODE.first(connection, {"slot": slot_id, "which": typed})
        if row is None:
            raise NotFound()
        if by is not None:
            prove(by, Permission.DOOR_SCAN, row)
        reason = rules.refusal(
            event_state=row.event_state,
            registration_state=row.state,
            opens_at=row.checkin_opens_at,
            closes_at=row.checkin_closes_at,
            at=time,
            direction=presented.direction,
        )
        if isinstance(claimed, tickets.Claim):
            fault, row = _proof(claimed, ticket or "", slot_id, row)
        if fault and (row.registration_id is None or reason in _WEAKER):
            reason = fault
        if reason is None and row.status not in HERE:
            reason = objection or sharing.objection(slot_id, row.person_id, row.registration_id, presented, now)
        forced = presented.forced and row.registration_id is not None and reason in rules.FORCIBLE
        refused = reason is not None and not forced
        done = record(
            slot_id,
            SlotFacts(row.starts_at, row.ends_at, row.late_after, closed=row.event_state == "closed"),
            {
                "nonce": refused_nonce or presented.nonce if refused else presented.nonce,
                "registration_id": row.registration_id,
                "person_id": row.person_id,
                "ticket_as_read": None if row.registration_id else (ticket or typed)[:200] or None,
                "source": presented.source,
                "direction": presented.direction,
                "login_id": presented.login_id,
                "actor_id": presented.actor_id,
                "device_id": presented.device_id,
                "phone_key": presented.phone_key,
                "device_time": presented.device_time,
                "clock_offset_ms": presented.clock_offset_ms,
                "at": time,
                "received_at": now,
                "outcome": "refused" if refused else "accepted",
                "reason": reason,
                "said": presented.said,
                "forced": forced,
                "note": presented.note[:500],
            },
            _whom(slot_id, row),
        )
    outcome = "refused" if refused else "accepted"
    code = reason if refused and reason else _said(presented.direction, done.status)
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


def _whom(slot_id: int, row: Any) -> Whom | None:
    """Whose attendance it is: whoever the registration's person was merged into."""
    if row.person_id is None:
        return None
    known = row.status is not None or row.scanned or row.corrected or row.merged
    if row.merged:
        # Several records, perhaps several seats: the one that a recount would choose.
        for one in people_of(slot_id, [row.holder_id]):
            seen = {"status": row.status, "arrived_at": row.arrived_at, "left_at": row.left_at, "minutes": row.minutes}
            return replace(one, **seen)
    return Whom(
        row.holder_id,
        row.registration_id if row.state == "confirmed" else None,
        row.as_whom,
        row.division_code,
        known,
        row.status,
        row.arrived_at,
        row.left_at,
        row.minutes,
        row.timed,
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
