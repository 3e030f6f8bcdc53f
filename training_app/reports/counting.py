"""What the facts amount to, as sets: the statements from which every kept total is made.

The same statements count the whole nation, a few subdistricts after a change, or a division as on a day that is over.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
    union,
    union_all,
)
from sqlalchemy.orm import aliased

from training_app.attendance.models import Attendance
from training_app.attendance.rules import EXPECTED, HERE, SEATS
from training_app.certificates.models import Certificate
from training_app.core import clock
from training_app.divisions.rules import DIGITS, within_any
from training_app.learning.service import FOR_ONESELF
from training_app.people.merging import HOLDER
from training_app.people.models import Person, Post
from training_app.registration.models import Registration
from training_app.schedule.models import Event, Programme, Slot

from .dates import as_tenths, local_day, local_month
from .models import Counted
from .rules import reference_day

#: The columns that are counted of attendance, in the order in which `slot_rows` gives them.
COUNTED = tuple(name for name in Counted.__annotations__)
_SUBDISTRICT = DIGITS["subdistrict"]
#: States of events that take or took place.
HELD = ("published", "closed")


@dataclass(frozen=True, slots=True)
class Moment:
    """The moment as of which is counted: what happened later did not happen yet."""

    now: datetime
    #: The past is asked about: seats in events that have closed since are still seats.
    past: bool = False

    @classmethod
    def end_of(cls, day: date, now: datetime) -> Moment:
        """The last moment of a day, or now where the day is not over."""
        end = clock.at(day + timedelta(days=1), time()) - timedelta(microseconds=1)
        return cls(end, past=True) if end < now else cls(now)

    def knows(self, at: Any) -> ColumnElement[bool]:
        """The condition that what has this time was written by then; of now, everything that is there was.

        A writer's clock may be ahead of the moment at which a look began.
        """
        return at <= self.now if self.past else true()

    def day_of(self, year: int) -> date:
        """The day whose holders count in a counting year."""
        return reference_day(year, clock.local_date(self.now))


def known(code: Any) -> Any:
    """A division's subdistrict, or as much as is known of it."""
    return func.coalesce(starts(code, _SUBDISTRICT), literal_column("''"))


def starts(code: Any, digits: int) -> Any:
    """The first digits of a code, spelled out: PostgreSQL takes no parameter for the same thing it groups by."""
    return func.substr(code, literal_column("1"), literal_column(str(digits)))


def holds(area: Any, code: Any) -> ColumnElement[bool]:
    """The condition that an area holds a division, both being columns."""
    held: ColumnElement[bool] = func.substr(code, 1, func.length(area)) == area
    return held


# Attendance


def _twins() -> Any:
    """The ids of records that were merged, and of those whom they were merged into."""
    gone = aliased(Person)
    return union(
        select(gone.id).where(gone.merged_into_id.is_not(None)),
        select(gone.merged_into_id).where(gone.merged_into_id.is_not(None)),
    )


def _seats(slots: Any, areas: Sequence[str]) -> Any:
    """Expected seats by slot and subdistrict; of several of one person the one that counts."""
    of_slot = (
        select(slots.c.slot_id, known(Registration.division_code).label("code"))
        .join(Registration, Registration.event_id == slots.c.event_id)
        .where(
            Registration.state == "confirmed",
            Registration.as_whom.in_(EXPECTED),
            within_any(Registration.division_code, areas),
        )
    )
    alone = of_slot.where(Registration.person_id.not_in(_twins()))
    rank = case({name: place for place, name in enumerate(SEATS)}, value=Registration.as_whom, else_=len(SEATS))
    place = func.row_number().over(partition_by=(slots.c.slot_id, HOLDER), order_by=(rank, Registration.id))
    merged = (
        of_slot.add_columns(place.label("place"))
        .join(Person, Person.id == Registration.person_id)
        .where(Person.id.in_(_twins()))
        .subquery("merged")
    )
    return union_all(alone, select(merged.c.slot_id, merged.c.code).where(merged.c.place == 1)).subquery("seat")


def slot_rows(
    moment: Moment, slot_ids: Any = None, *, areas: Sequence[str] = ("",), year: int | None = None
) -> Select[Any]:
    """What was counted in every slot whose check-in has opened, or in these, by subdistrict.

    Columns: slot_id, division_code, programme_id, counting_year, month, then COUNTED. `slot_ids`: numbers or a
    statement of them. `areas` narrows to what happened to people of these divisions.
    """
    wanted = (
        select(
            Slot.id.label("slot_id"),
            Slot.event_id,
            Event.programme_id,
            Programme.counting_year,
            local_month(Slot.starts_at).label("month"),
            as_tenths(Slot.credit_hours).label("tenths"),
        )
        .join(Event, Event.id == Slot.event_id)
        .join(Programme, Programme.id == Event.programme_id)
        .where(Slot.checkin_opens_at <= moment.now, Event.state.in_(HELD))
    )
    if slot_ids is not None:
        wanted = wanted.where(Slot.id.in_(slot_ids))
    if year is not None:
        wanted = wanted.where(Programme.counting_year == year)
    slots = wanted.cte("slots")
    seat = _seats(slots, areas)
    expected = select(seat.c.slot_id, seat.c.code, func.count().label("expected"), *_none(COUNTED[1:])).group_by(
        seat.c.slot_id, seat.c.code
    )
    awaited = and_(Attendance.as_whom.in_(EXPECTED), Attendance.registration_id.is_not(None))
    here = Attendance.status.in_(HERE)
    marks = {
        **{name: and_(awaited, Attendance.status == name) for name in ("present", "late", "excused", "absent")},
        "attendances": and_(awaited, here),
        "apart": and_(~awaited, here),
    }
    earned = and_(here, Attendance.as_whom.in_(FOR_ONESELF))
    stands = (
        select(
            slots.c.slot_id,
            known(Attendance.division_code).label("code"),
            literal(0).label("expected"),
            *(func.sum(case((condition, 1), else_=0)).label(name) for name, condition in marks.items()),
            func.sum(case((earned, slots.c.tenths), else_=0)).label("tenth_hours"),
        )
        .join(Attendance, Attendance.slot_id == slots.c.slot_id)
        .where(within_any(Attendance.division_code, areas))
        .group_by(slots.c.slot_id, known(Attendance.division_code))
    )
    both = union_all(expected, stands).subquery("both")
    summed = (
        select(both.c.slot_id, both.c.code, *(_sum(both.c[name]).label(name) for name in COUNTED))
        .group_by(both.c.slot_id, both.c.code)
        .subquery("summed")
    )
    return (
        select(
            summed.c.slot_id,
            summed.c.code.label("division_code"),
            slots.c.programme_id,
            slots.c.counting_year,
            slots.c.month,
            *(summed.c[name] for name in COUNTED),
        )
        .join(slots, slots.c.slot_id == summed.c.slot_id)
        # Who left no trace in the end (a seat given up again) leaves no row.
        .where(or_(*(summed.c[name] != 0 for name in COUNTED)))
    )


def _none(names: Collection[str]) -> list[Any]:
    return [literal(0).label(name) for name in names]


def _sum(column: Any) -> Any:
    # A sum of integers is a bigint or a numeric on PostgreSQL.
    return cast(func.sum(column), Integer)


# Certificates


def is_valid(certificate: Any, following: Any, moment: Moment) -> ColumnElement[bool]:
    """Issued by then, and by then neither revoked nor replaced."""
    if not moment.past:
        return and_(certificate.revoked_at.is_(None), certificate.replaced_by_id.is_(None))
    return and_(
        certificate.issued_at <= moment.now,
        or_(certificate.revoked_at.is_(None), certificate.revoked_at > moment.now),
        or_(certificate.replaced_by_id.is_(None), following.issued_at > moment.now),
    )


def paper_rows(moment: Moment, programme_ids: Collection[int] | None = None) -> Select[Any]:
    """Valid certificates by programme, the holder's subdistrict on the day of issue, and month.

    Columns: programme_id, division_code, month, counting_year, certified. Who held no post that day counts where
    they held one at another time.
    """
    following, record = aliased(Certificate), aliased(Person)
    issued_on = local_day(Certificate.issued_at)
    ever = (
        select(func.min(Post.division_code))
        .join(record, record.id == Post.person_id)
        .where(or_(record.id == HOLDER, record.merged_into_id == HOLDER))
        .correlate(Certificate, Person)
    )
    that_day = and_(Post.started_on <= issued_on, or_(Post.ended_on.is_(None), Post.ended_on >= issued_on))
    place = func.coalesce(ever.where(that_day).scalar_subquery(), ever.scalar_subquery())
    one = (
        select(
            Certificate.programme_id,
            known(place).label("division_code"),
            local_month(Certificate.issued_at).label("month"),
            Programme.counting_year,
        )
        .join(Person, Person.id == Certificate.person_id)
        .join(Programme, Programme.id == Certificate.programme_id)
        .outerjoin(following, following.id == Certificate.replaced_by_id)
        .where(is_valid(Certificate, following, moment))
    )
    if programme_ids is not None:
        one = one.where(Certificate.programme_id.in_(programme_ids))
    found = one.subquery("paper")
    key = (found.c.programme_id, found.c.division_code, found.c.month, found.c.counting_year)
    return select(*key, cast(func.count(), Integer).label("certified")).group_by(*key)
