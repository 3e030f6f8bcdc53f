"""What the door says to one person who is shown at it, and what goes on record; only whose phone it is is written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, func, literal_column, select
from sqlalchemy.orm import aliased

from training_app.attendance.models import Attendance, Correction, Scan, Settlement
from training_app.attendance.recording import Whom, people_of
from training_app.attendance.rules import HERE, UNTIMED, SlotFacts
from training_app.core.actors import Actor
from training_app.core.db import own_connection
from training_app.core.errors import NotFound
from training_app.core.permissions import Permission
from training_app.core.prepared import Prepared
from training_app.divisions.models import Division
from training_app.people.actors import Beside, Wanted
from training_app.people.merging import HOLDER
from training_app.people.models import Person
from training_app.registration import tickets
from training_app.registration.models import EventKey, Registration
from training_app.schedule.access import PROOF, prove
from training_app.schedule.models import Event, Programme, Slot

from . import rules, sharing
from .answers import SENTENCES
from .presented import Presented

_of = Registration.__table__.c
_Above = aliased(Division)
_Merged = aliased(Person)
#: What the scans of a person in a slot say at most: there are some; one says when she came; one is a signature.
_ANY, _TIMED, _SIGNED = 1, 2, 3
#: What a ticket's own fault is said instead of: a registration that was cancelled is the better reason.
_WEAKER = (None, "unknown", "too_early", "too_late")


@dataclass(frozen=True, slots=True)
class Shown:
    """Who is shown at a slot's door: by a ticket (its token or whole address), its ten characters, or a registration.

    `objection` is the code of what the way in says against it; it counts where nothing else does. `by` must be
    allowed to scan here; None: that was proven before.
    """

    slot_id: int
    presented: Presented
    ticket: str | None
    typed: str
    registration_id: int | None
    objection: str | None
    by: Actor | None


@dataclass(frozen=True, slots=True)
class Decision:
    """`row` is what was read; `scan` goes on record with the attendance of `whom`; `reason` may stand beside a yes."""

    row: Any
    reason: str | None
    refused: bool
    slot: SlotFacts
    scan: dict[str, Any]
    whom: Whom | None


def _word(word: str) -> Any:
    """A word that stands in a prepared statement itself."""
    return literal_column(f"'{word}'")


def _number(number: int) -> ColumnElement[int]:
    """A number that does."""
    return literal_column(str(number))


def _by_its_own_key(column: Any) -> Any:
    """A column by which no index is used: what is joined is found by its person or its id alone.

    Where nobody has counted the tables yet, PostgreSQL may go through all that a slot or an event has instead.
    """
    return column + literal_column("0")


def _any(key: Any, *conditions: Any) -> Any:
    """Whether there is one, counted by an index: PostgreSQL may answer EXISTS here by reading the whole table."""
    counted = select(func.count(key)).where(*conditions)
    return counted.correlate(Slot, _of.id.table, Person).scalar_subquery() > literal_column("0")


def _seen_before() -> Any:
    """What the slot's scans of a person say at most, a rank of those above; null where there are none; in one look."""
    came = and_(
        Scan.outcome == _word("accepted"),
        Scan.direction == _word("in"),
        Settlement.scan_id.is_(None),
    )
    said = case((Scan.source == _word(UNTIMED), _number(_SIGNED)), (came, _number(_TIMED)), else_=_number(_ANY))
    return (
        select(func.max(said))
        .outerjoin_from(Scan, Settlement, Settlement.scan_id == Scan.id)
        .where(_by_its_own_key(Scan.slot_id) == Slot.id, Scan.person_id == _of.person_id)
        .correlate(Slot, _of.id.table)
        .scalar_subquery()
    )


def _found(which: Any) -> Any:
    """Everything that the decision needs, in one statement."""
    has = [
        _seen_before().label("seen"),
        _any(Correction.id, Correction.slot_id == Slot.id, Correction.person_id == _of.person_id).label("corrected"),
        _any(_Merged.id, _Merged.merged_into_id == HOLDER).label("merged"),
    ]
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
            EventKey.private_key,
            _of.ticket_revision,
            *has,
        )
        .join(Event, Event.id == Slot.event_id)
        .join(Programme, Programme.id == Event.programme_id)
        .outerjoin(EventKey, EventKey.event_id == Event.id)
        .outerjoin(Registration, and_(_by_its_own_key(_of.event_id) == Event.id, which))
        .outerjoin(Person, Person.id == _of.person_id)
        .outerjoin(Division, Division.code == _of.division_code)
        .outerjoin(_Above, _Above.code == Division.parent_code)
        .outerjoin(Attendance, and_(Attendance.slot_id == Slot.id, Attendance.person_id == HOLDER))
        .where(Slot.id == bindparam("slot"))
    )


_ID, _CODE = _found(_of.id == bindparam("which")), _found(_of.ticket_code == bindparam("which"))
_BY_ID, _BY_CODE = Prepared(_ID), Prepared(_CODE)
_BESIDE_ID, _BESIDE_CODE = Beside(_ID), Beside(_CODE)


def foresee(slot_id: int, *, ticket: str | None, typed: str, registration_id: int | None) -> Wanted:
    """What `decide` is going to read for this, to be read together with who asks."""
    claimed = tickets.claim(ticket) if ticket is not None else None
    which = claimed.registration_id if isinstance(claimed, tickets.Claim) else registration_id
    if which is not None:
        return Wanted(_BESIDE_ID, {"slot": slot_id, "which": which})
    return Wanted(_BESIDE_CODE, {"slot": slot_id, "which": typed})


def decide(shown: Shown, now: datetime, *, read: Any = None) -> Decision:
    """Read what there is about a person and a slot, unless that was just `read` as foreseen, and decide.

    One statement where nothing is unusual. Of a phone that checks its own person in, it writes down whose it is:
    that needs the open transaction. Raises NotFound for an unknown slot, or one that is not for `shown.by`.
    """
    presented = shown.presented
    claimed = tickets.claim(shown.ticket) if shown.ticket is not None else None
    fault = claimed if isinstance(claimed, str) else None
    which = claimed.registration_id if isinstance(claimed, tickets.Claim) else shown.registration_id
    row = read or _read(shown, which)
    if row is None:
        raise NotFound()
    if shown.by is not None:
        prove(shown.by, Permission.DOOR_SCAN, row)
    reason = rules.refusal(
        event_state=row.event_state,
        registration_state=row.state,
        opens_at=row.checkin_opens_at,
        closes_at=row.checkin_closes_at,
        at=presented.at(now),
        direction=presented.direction,
    )
    if isinstance(claimed, tickets.Claim):
        fault, row = _proof(claimed, shown.ticket or "", shown.slot_id, row)
    if fault and (row.registration_id is None or reason in _WEAKER):
        reason = fault
    if reason is None and row.status not in HERE:
        reason = shown.objection or sharing.objection(shown.slot_id, row.person_id, row.registration_id, presented, now)
    forced = presented.forced and row.registration_id is not None and reason in rules.FORCIBLE
    refused = reason is not None and not forced
    outcome = {"outcome": "refused" if refused else "accepted", "reason": reason, "forced": forced}
    return Decision(
        row,
        reason,
        refused,
        SlotFacts(row.starts_at, row.ends_at, row.late_after, closed=row.event_state == "closed"),
        _record_of(shown, row, now) | outcome,
        _whom(shown.slot_id, row),
    )


def _read(shown: Shown, registration_id: int | None) -> Any:
    if registration_id is not None:
        return _BY_ID.first(own_connection(), {"slot": shown.slot_id, "which": registration_id})
    return _BY_CODE.first(own_connection(), {"slot": shown.slot_id, "which": shown.typed})


def _record_of(shown: Shown, row: Any, now: datetime) -> dict[str, Any]:
    """The columns of the scan that do not depend on the decision."""
    presented = shown.presented
    return {
        "nonce": presented.nonce,
        "registration_id": row.registration_id,
        "person_id": row.person_id,
        "ticket_as_read": None if row.registration_id else (shown.ticket or shown.typed)[:200] or None,
        "source": presented.source,
        "direction": presented.direction,
        "login_id": presented.login_id,
        "actor_id": presented.actor_id,
        "device_id": presented.device_id,
        "phone_key": presented.phone_key,
        "device_time": presented.device_time,
        "clock_offset_ms": presented.clock_offset_ms,
        "at": presented.at(now),
        "received_at": now,
        "said": presented.said,
        "note": presented.note[:500],
    }


def _proof(claimed: tickets.Claim, ticket: str, slot_id: int, row: Any) -> tuple[str | None, Any]:
    """What is wrong with a ticket, or None; and the row that counts: nobody's, unless the signature proves it."""
    code = "other_event"
    if row.event_id == claimed.event_id and row.private_key is not None:
        code = tickets.judge(claimed, row.private_key, row.ticket_revision)
        if code in ("ok", "revoked"):
            return (None if code == "ok" else code), row
    elif row.event_id != claimed.event_id:
        code = tickets.read(ticket, event_id=row.event_id).code
    nobody = _BY_ID.first(own_connection(), {"slot": slot_id, "which": 0})
    return (code if code in SENTENCES else "unknown"), nobody


def _whom(slot_id: int, row: Any) -> Whom | None:
    """Whose attendance it is: whoever the registration's person was merged into."""
    if row.person_id is None:
        return None
    known = row.status is not None or row.seen or row.corrected or row.merged
    if row.merged:
        # Several records, perhaps several seats: the one that a recount would choose.
        for one in people_of(slot_id, [row.holder_id]):
            return replace(one, status=row.status, arrived_at=row.arrived_at, left_at=row.left_at, minutes=row.minutes)
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
        row.seen == _TIMED,
    )
