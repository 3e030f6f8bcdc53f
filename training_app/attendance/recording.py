"""Scans in, attendance out: the one place that writes either, within the caller's transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, case, delete, func, or_, select, union_all
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from training_app.core.db import db, is_sqlite, own_connection, session_connection
from training_app.core.prepared import Prepared
from training_app.people.merging import HOLDER, records
from training_app.people.models import Person
from training_app.registration.models import Registration
from training_app.schedule.models import Event, Slot

from .models import Attendance, Correction, Leave, Scan, Settlement
from .rules import (
    EXPECTED,
    AttendanceFacts,
    CorrectionFact,
    LeaveFact,
    ScanFact,
    SlotFacts,
    derive,
    is_timed,
    seat_rank,
)

_scan: Any = Scan.__table__
_attendance: Any = Attendance.__table__


def _insert_unless_there(table: Any, key: list[str]) -> Prepared:
    """The statement that inserts a row and gives its id, or nothing where the key is taken."""
    return Prepared(
        **{
            name: dialect.insert(table).on_conflict_do_nothing(index_elements=key).returning(table.c.id)
            for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
        }
    )


_INSERT_SCAN = _insert_unless_there(_scan, ["nonce"])
_INSERT_ATTENDANCE = _insert_unless_there(_attendance, ["slot_id", "person_id"])
#: What a scan's columns hold where nothing is said of them.
_UNSAID = {
    column.name: column.default.arg if column.default is not None else None
    for column in _scan.c
    if not column.primary_key
}
#: How many people a statement names at most.
MOST_NAMED = 500


def _insert_both() -> Prepared:
    """The statement that inserts an attendance and its scan, or, where there is such an attendance, neither."""
    values = {c.name: bindparam(f"of_{c.name}", type_=c.type) for c in _attendance.c if not c.primary_key}
    key = ["slot_id", "person_id"]
    arrival = postgresql.insert(_attendance).values(values).on_conflict_do_nothing(index_elements=key)
    arrived = arrival.returning(_attendance.c.id).cte("arrived")
    columns = [c for c in _scan.c if not c.primary_key]
    beside = select(*(bindparam(c.name, type_=c.type) for c in columns)).select_from(arrived)
    return Prepared(postgresql=_scan.insert().from_select([c.name for c in columns], beside).returning(_scan.c.id))


_INSERT_BOTH = _insert_both()
_FIRST_SCAN = select(_scan).where(_scan.c.nonce == bindparam("nonce"))


@dataclass(frozen=True, slots=True)
class Whom:
    """Whose attendance, with what of the registration is kept beside it. `known`: there may be facts already.

    `timed`: a scan says when she came, and no signature, whose time would give way to another scan's.
    """

    person_id: int
    registration_id: int | None
    as_whom: str
    division_code: str | None
    known: bool
    status: str | None = None
    arrived_at: datetime | None = None
    left_at: datetime | None = None
    minutes: int | None = None
    timed: bool = False

    def inside_since(self, at: datetime) -> bool:
        """Whether the person surely came before `at` and never left; who left and came back has minutes already."""
        never_left = self.left_at is None and self.minutes is None
        return self.arrived_at is not None and never_left and self.timed and at >= self.arrived_at


@dataclass(frozen=True, slots=True)
class RecordedScan:
    """What was recorded. `first_at`: when this person first checked in; `status`: the derived one.

    `repeated` is the earlier row when this nonce was answered before; nothing else was written then.
    """

    status: str | None
    first_at: datetime | None
    duplicate: bool
    repeated: Any = None


def record(slot_id: int, slot: SlotFacts, scan: dict[str, Any], whom: Whom | None) -> RecordedScan:
    """Insert a scan, accepted (with `whom`) or refused, and the attendance that follows from it.

    `scan` holds the columns of Scan but slot_id. The unique keys decide: the nonce makes a repeated
    request harmless, (slot, person) lets one attendance stand however many devices scan at once.
    """
    connection = own_connection()
    status: str | None = None
    first_at: datetime | None = None
    duplicate = False
    if whom is not None and scan["outcome"] == "accepted":
        status, first_at, duplicate = _arrive(connection, slot_id, slot, scan, whom)
        scan = scan | {"reason": _reason(scan["reason"], status, duplicate)}
    new = _INSERT_SCAN.first(connection, _UNSAID | scan | {"slot_id": slot_id})
    if new is None:
        first = connection.execute(_FIRST_SCAN, {"nonce": scan["nonce"]}).one()
        if whom is not None and scan["outcome"] == "accepted" and not duplicate:
            # The first was refused or about someone else: what its repetition wrote has no scan to stand on.
            rederive(slot_id, slot, [whom])
        return RecordedScan(status, first_at, duplicate, first)
    return RecordedScan(status, first_at, duplicate)


def _reason(reason: str | None, status: str | None, duplicate: bool) -> str | None:
    """What stands beside an accepted scan; `reason` is against what it was let in."""
    if duplicate:
        return "duplicate"
    return "late" if status == "late" and reason is None else reason


def record_at_once(slot_id: int, slot: SlotFacts, scan: dict[str, Any], whom: Whom | None) -> RecordedScan | None:
    """`record` in one statement, which is a transaction by itself; None where it takes more: nothing is written then.

    For PostgreSQL outside `transaction()`: there each statement more is a journey, and these are what a crowd at a
    door sends. A person without a fact in this slot arrives, one who is inside is shown again, someone is refused.
    """
    connection = own_connection()
    written = _UNSAID | scan | {"slot_id": slot_id}
    if whom is None or scan["outcome"] != "accepted":
        return RecordedScan(None, None, False) if _INSERT_SCAN.first(connection, written) is not None else None
    if whom.known:
        if scan["direction"] != "in" or not whom.inside_since(scan["at"]):
            return None
        new = _INSERT_SCAN.first(connection, written | {"reason": _reason(scan["reason"], whom.status, True)})
        return RecordedScan(whom.status, whom.arrived_at, True) if new is not None else None
    facts = derive([ScanFact(scan["nonce"], scan["at"], scan["direction"], is_timed(scan["source"]))], [], [], slot)
    if facts is None:
        return None
    written["reason"] = _reason(scan["reason"], facts.status, False)
    arrival = {f"of_{name}": value for name, value in _row(slot_id, whom, facts).items()}
    try:
        new = _INSERT_BOTH.first(connection, arrival | written)
    except IntegrityError:
        # The nonce is taken: this was answered before.
        return None
    return RecordedScan(facts.status, facts.arrived_at, False) if new is not None else None


def _arrive(
    connection: Connection, slot_id: int, slot: SlotFacts, scan: dict[str, Any], whom: Whom
) -> tuple[str | None, datetime | None, bool]:
    fact = ScanFact(scan["nonce"], scan["at"], scan["direction"], is_timed(scan["source"]))
    if not whom.known:
        facts = derive([fact], [], [], slot)
        if facts is None:
            return None, None, False
        if _INSERT_ATTENDANCE.first(connection, _row(slot_id, whom, facts)) is not None:
            return facts.status, facts.arrived_at, False
    elif fact.direction == "in" and whom.inside_since(fact.at):
        # Whoever is inside and shows the ticket again changes nothing.
        return whom.status, whom.arrived_at, True
    # Others may be writing about the same person: wait for them, then read what there is.
    before = connection.execute(
        select(_attendance.c.arrived_at, _attendance.c.left_at)
        .where(_attendance.c.slot_id == slot_id, _attendance.c.person_id == whom.person_id)
        .with_for_update()
    ).first()
    inside = before is not None and before.arrived_at is not None and before.left_at is None
    duplicate = inside and fact.direction == "in"
    if duplicate and fact.timed and not whom.timed:
        # Whoever only signed has not been scanned yet.
        earlier, _corrections, _leaves = _facts(slot_id, [whom.person_id])
        duplicate = any(one.timed and one.direction == "in" for one in earlier[whom.person_id])
    after = rederive(slot_id, slot, [whom], extra={whom.person_id: fact}).get(whom.person_id)
    return (after.status if after else None), (after.arrived_at if after else None), duplicate


def _row(slot_id: int, whom: Whom, facts: AttendanceFacts) -> dict[str, Any]:
    return {
        "slot_id": slot_id,
        "person_id": whom.person_id,
        "registration_id": whom.registration_id,
        "as_whom": whom.as_whom,
        "division_code": whom.division_code,
        "status": facts.status,
        "left_early": facts.left_early,
        "arrived_at": facts.arrived_at,
        "left_at": facts.left_at,
        "minutes": facts.minutes,
    }


def rederive(
    slot_id: int, slot: SlotFacts, people: Collection[Whom], *, extra: dict[int, ScanFact] | None = None
) -> dict[int, AttendanceFacts]:
    """Derive these people's attendance in a slot from all their facts and store it; gives it by person.

    `people` are those who stay after a merge; the facts of records merged into them are theirs. `extra` holds
    scans that are about to be inserted. A fixed number of statements for any number of people.
    """
    if not people:
        return {}
    connection = session_connection()
    ids = [whom.person_id for whom in people]
    scans, corrections, leaves = _facts(slot_id, ids)
    for person_id, fact in (extra or {}).items():
        scans[person_id].append(fact)
    found: dict[int, AttendanceFacts] = {}
    gone: list[int] = []
    for whom in people:
        facts = derive(
            scans[whom.person_id],
            corrections[whom.person_id],
            leaves[whom.person_id],
            slot,
            expected=whom.as_whom in EXPECTED and whom.registration_id is not None,
        )
        if facts is None:
            gone.append(whom.person_id)
        else:
            found[whom.person_id] = facts
    if gone:
        connection.execute(delete(Attendance).where(Attendance.slot_id == slot_id, Attendance.person_id.in_(gone)))
    if found:
        insert = (sqlite if is_sqlite() else postgresql).insert(_attendance)
        changed = {
            name: insert.excluded[name]
            for name in ("registration_id", "as_whom", "status", "left_early", "arrived_at", "left_at", "minutes")
        }
        statement = insert.on_conflict_do_update(index_elements=["slot_id", "person_id"], set_=changed)
        rows = [_row(slot_id, whom, found[whom.person_id]) for whom in people if whom.person_id in found]
        connection.execute(statement, rows)
    # Expiring forgets what a caller has changed in its objects and not written yet.
    db.session.flush()
    db.session.expire_all()
    return found


def _facts(
    slot_id: int, ids: list[int]
) -> tuple[dict[int, list[ScanFact]], dict[int, list[CorrectionFact]], dict[int, list[LeaveFact]]]:
    connection = session_connection()
    scans: dict[int, list[ScanFact]] = defaultdict(list)
    corrections: dict[int, list[CorrectionFact]] = defaultdict(list)
    leaves: dict[int, list[LeaveFact]] = defaultdict(list)
    # A whole slot is read without naming its people: a statement takes only so many values.
    whose = records(ids) if len(ids) <= MOST_NAMED else select(Person.id)
    latest = select(func.max(Settlement.id)).where(Settlement.scan_id == Scan.id).correlate(Scan).scalar_subquery()
    counts = Settlement.decision == "counts"
    as_decided = and_(Scan.outcome == "accepted", func.coalesce(Settlement.decision, "stands") == "stands")
    # What was scanned for them, and what was settled to be theirs.
    near = union_all(
        select(Scan.id).where(Scan.slot_id == slot_id, Scan.person_id.in_(whose)),
        select(Settlement.scan_id).where(Settlement.person_id.in_(whose)),
    )
    for holder, nonce, moment, direction, source in connection.execute(
        select(HOLDER, Scan.nonce, Scan.at, Scan.direction, Scan.source)
        .outerjoin(Settlement, Settlement.id == latest)
        .join(Person, Person.id == case((counts, Settlement.person_id), else_=Scan.person_id))
        .where(Scan.slot_id == slot_id, Scan.id.in_(near), or_(as_decided, counts))
    ):
        scans[holder].append(ScanFact(nonce, moment, direction, is_timed(source)))
    for holder, number, moment, status, left_early in connection.execute(
        select(HOLDER, Correction.id, Correction.at, Correction.status, Correction.left_early)
        .join(Person, Person.id == Correction.person_id)
        .where(Correction.slot_id == slot_id, Correction.person_id.in_(whose))
    ):
        corrections[holder].append(CorrectionFact(number, moment, status, left_early))
    for holder, number, moment, state in connection.execute(
        select(HOLDER, Leave.id, Leave.at, Leave.state)
        .join(Person, Person.id == Leave.person_id)
        .where(Leave.slot_id == slot_id, Leave.person_id.in_(whose))
    ):
        leaves[holder].append(LeaveFact(number, moment, state))
    return scans, corrections, leaves


def slot_facts(slot: Slot, state: str) -> SlotFacts:
    """A slot as the rules read it; `state` is its event's."""
    return SlotFacts(slot.starts_at, slot.ends_at, slot.late_after, closed=state == "closed")


def people_of(slot_id: int, person_ids: Collection[int] | None = None) -> list[Whom]:
    """Everyone who is confirmed for a slot's event or has a fact in the slot, or only those named.

    Records that were merged are the one who stays, under whichever record the seat or the fact stands.
    """
    event_id = select(Slot.event_id).where(Slot.id == slot_id).scalar_subquery()
    wanted = (
        set(db.session.scalars(select(HOLDER).where(Person.id.in_(person_ids)))) if person_ids is not None else None
    )
    registered = db.session.execute(
        select(HOLDER, Registration.id, Registration.as_whom, Registration.division_code, Registration.state)
        .join(Person, Person.id == Registration.person_id)
        .where(Registration.event_id == event_id, *_narrow(Registration.person_id, wanted))
    ).all()
    with_facts: set[int] = set()
    for model in (Scan, Correction, Leave, Attendance):
        with_facts |= set(
            db.session.scalars(
                select(HOLDER)
                .join(model, model.person_id == Person.id)
                .where(model.slot_id == slot_id, *_narrow(model.person_id, wanted))
                .distinct()
            )
        )
    with_facts |= set(
        db.session.scalars(
            select(HOLDER)
            .join(Settlement, Settlement.person_id == Person.id)
            .join(Scan, Scan.id == Settlement.scan_id)
            .where(Scan.slot_id == slot_id, *_narrow(Settlement.person_id, wanted))
            .distinct()
        )
    )
    found: dict[int, Whom] = {}
    for holder, registration_id, as_whom, division_code, state in sorted(registered, key=_first_seat):
        if state == "confirmed" or holder in with_facts:
            kept = registration_id if state == "confirmed" else None
            found.setdefault(holder, Whom(holder, kept, as_whom, division_code, True))
    for holder in with_facts - set(found):
        found[holder] = Whom(holder, None, "walk_in", None, True)
    return [whom for _id, whom in sorted(found.items())]


def _narrow(column: Any, person_ids: Collection[int] | None) -> list[Any]:
    return [] if person_ids is None else [column.in_(records(person_ids))]


def _first_seat(row: Any) -> tuple[bool, int, int]:
    """Of several registrations of one person the confirmed one counts, a trainee's before a walk-in's."""
    return row[4] != "confirmed", seat_rank(row[2]), row[1]


def recount(slot_id: int) -> dict[int, AttendanceFacts]:
    """Derive a whole slot's attendance again from its facts and store it, in the open transaction."""
    slot = db.session.get_one(Slot, slot_id)
    state = db.session.scalars(select(Event.state).where(Event.id == slot.event_id)).one()
    drop_merged(slot_id)
    return rederive(slot_id, slot_facts(slot, state), people_of(slot_id))


def drop_merged(slot_id: int) -> None:
    """Delete what was derived for records that were merged since; their facts are the other one's now."""
    merged = select(Person.id).where(Person.merged_into_id.is_not(None))
    session_connection().execute(
        delete(Attendance).where(Attendance.slot_id == slot_id, Attendance.person_id.in_(merged))
    )
