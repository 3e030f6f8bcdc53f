"""Who has to do with some slots and how each stands there: read in a fixed number of statements.

A person is on the roll who is confirmed for one of the events or has an attendance in one of the slots.
Everything is narrowed by the division that stood with the registration at that time, so a supervisor's
list, its filters and its counts hold nobody else's people. Facts of persons merged into another are that one's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select, union_all
from sqlalchemy.orm import aliased

from training_app.core.db import db
from training_app.divisions.models import Division
from training_app.divisions.rules import within, within_any
from training_app.people.merging import HOLDER, records
from training_app.people.models import Person
from training_app.registration.models import Registration
from training_app.schedule.models import Event, Slot

from .models import Attendance
from .rules import EXPECTED, HERE, STATUSES, seat_rank

_Holder = aliased(Person)


@dataclass(frozen=True)
class Roll:
    """Slots with their events, the jurisdictions that one may see, and what the list is narrowed to.

    `status`: one of STATUSES, "here", "left_early", or "missing" (expected, begun, and no mark yet).
    """

    slot_ids: tuple[int, ...]
    event_ids: tuple[int, ...]
    codes: tuple[str, ...]
    subdistrict: str = ""
    status: str = ""

    @classmethod
    def of_event(cls, event: Event, codes: tuple[str, ...]) -> Roll:
        """Everyone of one event."""
        return cls(tuple(slot.id for slot in event.slots), (event.id,), codes)


@dataclass(frozen=True, slots=True)
class Entry:
    """A person on the roll. `community` is the division's name, `subdistrict` that of the one above it."""

    person_id: int
    name: str
    phone: str | None
    division_code: str | None
    community: str
    subdistrict: str


@dataclass(frozen=True, slots=True)
class Seat:
    """A confirmed registration: as whom, and for whom a stand-in came."""

    registration_id: int
    as_whom: str
    stand_in_for: str | None


@dataclass(frozen=True, slots=True)
class Stand:
    """How a person stands in a slot."""

    status: str
    left_early: bool
    arrived_at: datetime | None
    left_at: datetime | None
    as_whom: str


@dataclass(frozen=True)
class Rolled:
    """Seats by (person, event) and stands by (person, slot) of some people."""

    seats: dict[tuple[int, int], Seat] = field(default_factory=dict)
    stands: dict[tuple[int, int], Stand] = field(default_factory=dict)


def _seats(roll: Roll) -> list[ColumnElement[bool]]:
    return [
        Registration.event_id.in_(roll.event_ids),
        Registration.state == "confirmed",
        within_any(Registration.division_code, roll.codes),
    ]


def _stands(roll: Roll) -> list[ColumnElement[bool]]:
    return [Attendance.slot_id.in_(roll.slot_ids), within_any(Attendance.division_code, roll.codes)]


def _belonging(roll: Roll) -> Any:
    found = union_all(
        select(Registration.person_id, Registration.division_code).where(*_seats(roll)),
        select(Attendance.person_id, Attendance.division_code).where(*_stands(roll)),
    ).subquery("belonging")
    return (
        select(HOLDER.label("holder"), func.max(found.c.division_code).label("code"))
        .join(found, found.c.person_id == Person.id)
        .group_by(HOLDER)
        .subquery("roll")
    )


def ids_of(roll: Roll) -> Select[Any]:
    """The statement of the ids of everyone on the roll; a merged record's is that of the one who stays."""
    found = union_all(
        select(Registration.person_id).where(*_seats(roll)), select(Attendance.person_id).where(*_stands(roll))
    ).subquery("belonging")
    return select(HOLDER).join(found, found.c.person_id == Person.id)


def _with_status(roll: Roll, now: datetime) -> ColumnElement[bool] | None:
    holders = select(HOLDER)
    by_stand = holders.join(Attendance, Attendance.person_id == Person.id).where(*_stands(roll))
    if roll.status in STATUSES:
        return _Holder.id.in_(by_stand.where(Attendance.status == roll.status))
    if roll.status == "here":
        return _Holder.id.in_(by_stand.where(Attendance.status.in_(HERE)))
    if roll.status == "left_early":
        return _Holder.id.in_(by_stand.where(Attendance.left_early))
    if roll.status == "missing":
        marked = and_(Attendance.slot_id == Slot.id, Attendance.person_id == HOLDER)
        return _Holder.id.in_(
            holders.join(Registration, Registration.person_id == Person.id)
            .join(Slot, Slot.event_id == Registration.event_id)
            .outerjoin(Attendance, marked)
            .where(*_seats(roll), Slot.id.in_(roll.slot_ids), Registration.as_whom.in_(EXPECTED))
            .where(Slot.starts_at <= now, Attendance.id.is_(None))
        )
    return None


def entries(
    roll: Roll, now: datetime, *, missing_first: int | None = None, only: Collection[int] | None = None
) -> Select[Any]:
    """The statement of the people on the roll, by community and name; its rows make an Entry with `entry`.

    `missing_first` names a slot: who is not there stands before who is on leave, and both before who is there.
    `only` leaves these persons.
    """
    people = _belonging(roll)
    above = aliased(Division)
    statement = (
        select(
            _Holder.id,
            _Holder.name,
            _Holder.phone,
            people.c.code,
            Division.name.label("community"),
            Division.level,
            above.name.label("subdistrict"),
        )
        .join(people, people.c.holder == _Holder.id)
        .outerjoin(Division, Division.code == people.c.code)
        .outerjoin(above, above.code == Division.parent_code)
    )
    if roll.subdistrict:
        statement = statement.where(within(people.c.code, roll.subdistrict))
    if only is not None:
        statement = statement.where(_Holder.id.in_(only))
    narrowed = _with_status(roll, now)
    if narrowed is not None:
        statement = statement.where(narrowed)
    order: list[Any] = [people.c.code.is_(None), people.c.code, _Holder.pinyin, _Holder.name, _Holder.id]
    if missing_first is not None:
        stand = aliased(Attendance)
        statement = statement.outerjoin(stand, and_(stand.slot_id == missing_first, stand.person_id == _Holder.id))
        order.insert(0, case((stand.status.in_(HERE), 2), (stand.status == "excused", 1), else_=0))
    return statement.order_by(*order)


def entry(row: Any) -> Entry:
    """An Entry of a row of `entries`; who works for a subdistrict stands under it."""
    person_id, name, phone, code, community, level, subdistrict = row
    above = community if level == "subdistrict" else subdistrict
    return Entry(person_id, name, phone, code, community or "", above or "")


def rolled(roll: Roll, person_ids: Collection[int] | None = None) -> Rolled:
    """Seats and stands of these people, or of everyone on the roll, in two statements."""
    instead = aliased(Person)
    # By their records: a holder is worked out row by row, of everyone on the roll.
    mine = [Person.id.in_(records(person_ids))] if person_ids is not None else []
    found = Rolled()
    for holder, event_id, registration_id, as_whom, stand_in_for in db.session.execute(
        select(HOLDER, Registration.event_id, Registration.id, Registration.as_whom, instead.name)
        .join(Registration, Registration.person_id == Person.id)
        .outerjoin(instead, instead.id == Registration.stand_in_for_id)
        .where(*_seats(roll), *mine)
    ):
        other = found.seats.get((holder, event_id))
        if other is None or seat_rank(as_whom) < seat_rank(other.as_whom):
            found.seats[holder, event_id] = Seat(registration_id, as_whom, stand_in_for)
    for holder, slot_id, status, left_early, arrived_at, left_at, as_whom in db.session.execute(
        select(
            HOLDER,
            Attendance.slot_id,
            Attendance.status,
            Attendance.left_early,
            Attendance.arrived_at,
            Attendance.left_at,
            Attendance.as_whom,
        )
        .join(Attendance, Attendance.person_id == Person.id)
        .where(*_stands(roll), *mine)
    ):
        found.stands[holder, slot_id] = Stand(status, left_early, arrived_at, left_at, as_whom)
    return found


@dataclass
class Figures:
    """应到, 实到, 请假, 缺席 of a slot; walk-ins, guests and staff who are there are counted beside them."""

    expected: int = 0
    here: int = 0
    late: int = 0
    excused: int = 0
    absent: int = 0
    beside: int = 0
    #: Of those beside, by what they came as; who gave up the seat and came is among none of them.
    walk_ins: int = 0
    guests: int = 0
    staff: int = 0

    @property
    def missing(self) -> int:
        """Expected, without leave, and not there (缺席 once the event is closed)."""
        return max(0, self.expected - self.here - self.excused)


def figures(slot_ids: Sequence[int], codes: tuple[str, ...]) -> dict[int, Figures]:
    """The figures of each slot within these jurisdictions, in two statements."""
    found: dict[int, Figures] = defaultdict(Figures)
    for slot_id, count in db.session.execute(
        select(Slot.id, func.count(HOLDER.distinct()))
        .join(Registration, Registration.event_id == Slot.event_id)
        .join(Person, Person.id == Registration.person_id)
        .where(
            Slot.id.in_(slot_ids),
            Registration.state == "confirmed",
            Registration.as_whom.in_(EXPECTED),
            within_any(Registration.division_code, codes),
        )
        .group_by(Slot.id)
    ):
        found[slot_id].expected = count
    expected = and_(Attendance.as_whom.in_(EXPECTED), Attendance.registration_id.is_not(None)).label("expected")
    for slot_id, status, awaited, as_whom, count in db.session.execute(
        select(Attendance.slot_id, Attendance.status, expected, Attendance.as_whom, func.count())
        .where(Attendance.slot_id.in_(slot_ids), within_any(Attendance.division_code, codes))
        .group_by(Attendance.slot_id, Attendance.status, expected, Attendance.as_whom)
    ):
        one = found[slot_id]
        if not awaited:
            if status in HERE:
                one.beside += count
                one.walk_ins += count if as_whom == "walk_in" else 0
                one.guests += count if as_whom == "guest" else 0
                one.staff += count if as_whom == "staff" else 0
            continue
        one.here += count if status in HERE else 0
        one.late += count if status == "late" else 0
        one.excused += count if status == "excused" else 0
        one.absent += count if status == "absent" else 0
    return found
