"""The live state of a slot: how many are here, who came last, who is still missing."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, func, or_, select

from training_app.attendance.models import Attendance, Correction, Scan
from training_app.attendance.rules import EXPECTED, HERE
from training_app.core.db import db
from training_app.divisions.models import Division
from training_app.people.merging import HOLDER
from training_app.people.models import Person
from training_app.people.persons import matches
from training_app.registration.models import Registration
from training_app.registration.queries import seated_twice
from training_app.schedule.models import Event, Slot

from .models import PhonePerson


@dataclass(frozen=True, slots=True)
class Tally:
    """Figures of a slot: 应到, 实到, others who are here (walk-ins, guests, staff), 请假.

    `last_id` and `last_at` change with whatever happens, so that a page can ask cheaply whether it is out of date.
    """

    expected: int = 0
    here: int = 0
    others: int = 0
    excused: int = 0
    last_at: datetime | None = None
    last_id: int | None = None
    state: str = ""
    #: Who waits for the door's nod: a second person on one phone.
    asked: int = 0

    @property
    def tag(self) -> str:
        """The same for the same figures; an ETag."""
        return hashlib.sha256(repr(astuple(self)).encode()).hexdigest()[:16]


def tallies(slot_ids: Collection[int]) -> dict[int, Tally]:
    """The figures of several slots, in one statement."""
    expected = (
        select(func.count(HOLDER.distinct()))
        .select_from(Registration)
        .join(Person, Person.id == Registration.person_id)
        .where(
            Registration.event_id == Slot.event_id,
            Registration.state == "confirmed",
            Registration.as_whom.in_(EXPECTED),
        )
        .scalar_subquery()
    )

    def attending(*conditions: Any) -> Any:
        return (
            select(func.count())
            .select_from(Attendance)
            .where(Attendance.slot_id == Slot.id, *conditions)
            .scalar_subquery()
        )

    rows = db.session.execute(
        select(
            Slot.id,
            expected,
            attending(Attendance.status.in_(HERE), Attendance.as_whom.in_(EXPECTED)),
            attending(Attendance.status.in_(HERE), Attendance.as_whom.not_in(EXPECTED)),
            attending(Attendance.status == "excused", Attendance.as_whom.in_(EXPECTED)),
            select(func.max(Scan.received_at)).where(Scan.slot_id == Slot.id).scalar_subquery(),
            select(func.max(Correction.id)).where(Correction.slot_id == Slot.id).scalar_subquery(),
            Event.state,
            select(func.count())
            .select_from(PhonePerson)
            .where(PhonePerson.slot_id == Slot.id, PhonePerson.state == "asked")
            .scalar_subquery(),
        )
        .join(Event, Event.id == Slot.event_id)
        .where(Slot.id.in_(slot_ids))
    )
    return {row[0]: Tally(*row[1:]) for row in rows}


def tally(slot_id: int) -> Tally:
    """The figures of one slot."""
    return tallies([slot_id]).get(slot_id, Tally())


class Arrival(NamedTuple):
    """Someone who has checked in."""

    name: str
    community: str | None
    as_whom: str
    status: str
    at: datetime | None


class Expected(NamedTuple):
    """Someone on the list: found by name, or not here yet."""

    registration_id: int
    name: str
    community: str | None
    subdistrict: str | None
    as_whom: str
    state: str
    status: str | None
    at: datetime | None


def arrivals(slot_id: int, limit: int = 8) -> list[Arrival]:
    """Who came last, the latest first."""
    rows = db.session.execute(
        select(Person.name, Division.name, Attendance.as_whom, Attendance.status, Attendance.arrived_at)
        .join(Person, Person.id == Attendance.person_id)
        .outerjoin(Division, Division.code == Attendance.division_code)
        .where(Attendance.slot_id == slot_id, Attendance.status.in_(HERE), Attendance.arrived_at.is_not(None))
        .order_by(Attendance.arrived_at.desc(), Attendance.id.desc())
        .limit(limit)
    )
    return [Arrival(*row) for row in rows]


def _list(slot_id: int, *conditions: Any) -> Any:
    above = Division.__table__.alias("above")
    return (
        select(
            Registration.id,
            Person.name,
            Division.name,
            above.c.name,
            Registration.as_whom,
            Registration.state,
            Attendance.status,
            Attendance.arrived_at,
        )
        .join(Slot, and_(Slot.id == slot_id, Slot.event_id == Registration.event_id))
        .join(Person, Person.id == Registration.person_id)
        .outerjoin(Division, Division.code == Registration.division_code)
        .outerjoin(above, above.c.code == Division.parent_code)
        .outerjoin(Attendance, and_(Attendance.slot_id == Slot.id, Attendance.person_id == HOLDER))
        .where(~seated_twice(), *conditions)
    )


def missing(slot_id: int, limit: int = 60) -> list[Expected]:
    """Who is expected and neither here nor excused, by community."""
    rows = db.session.execute(
        _list(
            slot_id,
            Registration.state == "confirmed",
            Registration.as_whom.in_(EXPECTED),
            or_(Attendance.status.is_(None), Attendance.status == "absent"),
        )
        .order_by(Registration.division_code, Person.pinyin, Person.name, Person.id)
        .limit(limit)
    )
    return [Expected(*row) for row in rows]


def find(slot_id: int, text: str, limit: int = 20) -> list[Expected]:
    """Who is on the event's list by Chinese name, pinyin, initials or last digits of the phone (four at least).

    Of more digits the last four count: else whoever keeps the door could find out a whole number digit by digit.
    """
    plain = "".join(text.split())[:60]
    if not plain or (plain.isdigit() and len(plain) < 4):
        return []
    if plain.isdigit():
        plain = plain[-4:]
    rows = db.session.execute(
        _list(slot_id, Registration.state != "declined", matches(plain))
        .order_by(Registration.state != "confirmed", Person.pinyin, Person.name, Person.id)
        .limit(limit)
    )
    return [Expected(*row) for row in rows]
