"""What holders of posts attended of the year's programmes, as sets: each session once, make-ups for missed ones.

The same as `certificates.counting` says of one person: a make-up fills the lowest missed number of its area in the
programme that it is for, and one that finds nothing to fill counts for nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, literal, or_, select, union_all

from training_app.attendance.models import Attendance
from training_app.attendance.rules import HERE
from training_app.learning.service import FOR_ONESELF
from training_app.registration.models import Registration
from training_app.registration.rules import STANDING
from training_app.schedule.models import Event, Programme, Slot

from .counting import HELD, Moment


@dataclass(frozen=True)
class Visited:
    """The parts about attendance of the statement about posts.

    `record`: (code, kind, record_id) of every holder; `of_year`: the condition that a Programme counts for a code.
    """

    moment: Moment
    record: Any
    of_year: Callable[[Any], ColumnElement[bool]]

    def make_ups(self) -> Any:
        """The make-ups of holders: for which programme, and the session in which they sit."""
        record = self.record
        times = (
            select(
                Slot.event_id,
                func.min(Slot.starts_at).label("starts_at"),
                func.max(Slot.ends_at).label("ends_at"),
                func.sum(Slot.credit_hours).label("hours"),
            )
            .where(Slot.event_id.in_(select(Registration.event_id).where(Registration.make_up_for_id.is_not(None))))
            .group_by(Slot.event_id)
            .subquery("times")
        )
        return (
            select(
                record.c.code,
                record.c.kind,
                Event.id.label("event_id"),
                Registration.make_up_for_id.label("programme_id"),
                Event.programme_id.label("given_by_id"),
                Event.number,
                Event.curriculum_area.label("area"),
                Event.state,
                times.c.starts_at,
                times.c.ends_at,
                times.c.hours,
            )
            .join(Registration, Registration.person_id == record.c.record_id)
            .join(Event, Event.id == Registration.event_id)
            .join(times, times.c.event_id == Event.id)
            .where(
                Registration.make_up_for_id.is_not(None),
                Registration.state == "confirmed",
                self.moment.knows(Registration.created_at),
            )
            .distinct()
            .cte("make_up")
        )

    def visits(self, made: Any) -> Any:
        """Every event of the year's programmes that a holder attended; a make-up belongs to whom it is for."""
        record = self.record
        here = made.c.programme_id
        return (
            select(
                record.c.code,
                record.c.kind,
                Programme.id.label("programme_id"),
                Event.id.label("event_id"),
                Event.kind.label("event_kind"),
                Event.number,
                Event.curriculum_area.label("area"),
                func.min(Slot.starts_at).label("starts_at"),
                func.sum(Slot.credit_hours).label("hours"),
                case((here.is_not(None), 1), else_=0).label("made_up"),
                case((Event.programme_id == Programme.id, 1), else_=0).label("own"),
            )
            .join(Attendance, Attendance.person_id == record.c.record_id)
            .join(Slot, Slot.id == Attendance.slot_id)
            .join(Event, Event.id == Slot.event_id)
            .outerjoin(
                made,
                and_(made.c.code == record.c.code, made.c.kind == record.c.kind, made.c.event_id == Event.id),
            )
            .join(Programme, Programme.id == func.coalesce(here, Event.programme_id))
            .where(
                self.of_year(record.c.code),
                Slot.checkin_opens_at <= self.moment.now,
                Attendance.status.in_(HERE),
                Attendance.as_whom.in_(FOR_ONESELF),
            )
            .group_by(
                record.c.code,
                record.c.kind,
                record.c.record_id,
                Programme.id,
                Event.id,
                Event.programme_id,
                Event.kind,
                Event.number,
                Event.curriculum_area,
                here,
            )
            .cte("visit")
        )

    def done(self, made: Any, visit: Any) -> Any:
        """Sessions and salons that count, each once, with those that booked make-ups will fill (`booked` 1)."""
        same = (visit.c.code, visit.c.kind, visit.c.programme_id, visit.c.event_kind, visit.c.number)
        # A session of another programme is none of one's own numbers.
        foreign = and_(visit.c.made_up == 1, visit.c.own == 0)
        first = func.row_number().over(
            partition_by=(*same, case((foreign, 1), else_=0)),
            order_by=(visit.c.made_up, visit.c.starts_at, visit.c.event_id),
        )
        ranked = select(*visit.c, case((foreign, 1), else_=0).label("foreign"), first.label("place")).cte("ranked")
        own = (
            select(*(ranked.c[one.name] for one in same), ranked.c.hours)
            .where(ranked.c.foreign == 0, ranked.c.place == 1)
            .cte("own_number")
        )
        missing = self._missing(made, own)
        attended = self._in_order(self._spare(ranked))
        booked = self._in_order(self._booked(made))
        of_area = ("code", "kind", "programme_id", "area")

        def beside(one: Any, other: Any) -> Any:
            return and_(*(one.c[name] == other.c[name] for name in of_area), one.c.place == other.c.place)

        filled = (
            select(missing.c.code, missing.c.kind, missing.c.programme_id, missing.c.area, missing.c.number)
            .add_columns(attended.c.hours)
            .join(attended, beside(missing, attended))
            .cte("filled")
        )
        still = (
            select(*(missing.c[name] for name in of_area), missing.c.number)
            .add_columns(self._place(missing, missing.c.number).label("place"))
            .outerjoin(
                filled,
                and_(*(filled.c[name] == missing.c[name] for name in of_area), filled.c.number == missing.c.number),
            )
            .where(filled.c.code.is_(None), ~self._seat_ahead(missing))
            .cte("still")
        )
        session = literal("session").label("event_kind")
        coming = (
            select(still.c.code, still.c.kind, still.c.programme_id, session, still.c.number, booked.c.hours)
            .add_columns(literal(1).label("booked"))
            .join(booked, beside(still, booked))
        )
        now = literal(0).label("booked")
        made_up = select(filled.c.code, filled.c.kind, filled.c.programme_id, session, filled.c.number, filled.c.hours)
        return union_all(select(*own.c, now), made_up.add_columns(now), coming).cte("done")

    def _missing(self, made: Any, own: Any) -> Any:
        """The numbers that were held without a holder who has make-ups, in order by area."""
        wanted = select(made.c.code, made.c.kind, made.c.programme_id).distinct().subquery("wanted")
        later = exists().where(Slot.event_id == Event.id, Slot.checkin_closes_at > self.moment.now)
        over = or_(Event.state == "closed", ~later)
        which = func.row_number().over(partition_by=(Event.programme_id, Event.number), order_by=Event.id)
        held = (
            select(Event.programme_id, Event.number, Event.curriculum_area.label("area"), which.label("which"))
            .where(
                Event.programme_id.in_(select(wanted.c.programme_id)),
                Event.kind == "session",
                Event.state.in_(HELD),
                over,
                exists().where(Slot.event_id == Event.id),
            )
            .subquery("held_number")
        )
        was_there = and_(
            own.c.code == wanted.c.code,
            own.c.kind == wanted.c.kind,
            own.c.programme_id == wanted.c.programme_id,
            own.c.event_kind == "session",
            own.c.number == held.c.number,
        )
        missed = (
            select(wanted.c.code, wanted.c.kind, wanted.c.programme_id, held.c.area, held.c.number)
            .join(held, held.c.programme_id == wanted.c.programme_id)
            .outerjoin(own, was_there)
            .where(held.c.which == 1, func.coalesce(held.c.area, "") != "", own.c.code.is_(None))
            .subquery("missed")
        )
        return select(*missed.c, self._place(missed, missed.c.number).label("place")).cte("missing")

    def _place(self, rows: Any, *order: Any) -> Any:
        by = (rows.c.code, rows.c.kind, rows.c.programme_id, rows.c.area)
        return func.row_number().over(partition_by=by, order_by=order)

    def _in_order(self, rows: Any) -> Any:
        return select(*rows.c, self._place(rows, rows.c.starts_at, rows.c.event_id).label("place")).subquery()

    def _spare(self, ranked: Any) -> Any:
        """Attended make-ups that are not a number of one's own programme, each event once."""
        names = ("code", "kind", "programme_id", "area", "event_id", "starts_at")
        once = [ranked.c[name] for name in names]
        return (
            select(*once, func.max(ranked.c.hours).label("hours"))
            .where(ranked.c.made_up == 1, or_(ranked.c.foreign == 1, ranked.c.place > 1))
            .group_by(*once)
            .subquery("spare")
        )

    def _booked(self, made: Any) -> Any:
        """Make-ups that lie ahead."""
        been = (
            exists()
            .where(
                Attendance.person_id == self.record.c.record_id,
                Attendance.slot_id == Slot.id,
                Slot.event_id == made.c.event_id,
                self.record.c.code == made.c.code,
                self.record.c.kind == made.c.kind,
                Attendance.status.in_(HERE),
                Attendance.as_whom.in_(FOR_ONESELF),
            )
            .correlate(made)
        )
        return (
            select(
                *(made.c[name] for name in ("code", "kind", "programme_id", "area", "event_id", "starts_at", "hours"))
            )
            .join(Programme, Programme.id == made.c.programme_id)
            .where(self.of_year(made.c.code), made.c.state == "published", made.c.ends_at > self.moment.now, ~been)
            .subquery("booked")
        )

    def _seat_ahead(self, missing: Any) -> Any:
        """The condition that the holder has a seat at a later session of the number, so that it is not missed yet."""
        later = exists().where(Slot.event_id == Event.id, Slot.checkin_closes_at > self.moment.now)
        return (
            exists()
            .where(
                self.record.c.code == missing.c.code,
                self.record.c.kind == missing.c.kind,
                Registration.person_id == self.record.c.record_id,
                Registration.state.in_(STANDING),
                Registration.make_up_for_id.is_(None),
                Event.id == Registration.event_id,
                Event.programme_id == missing.c.programme_id,
                Event.number == missing.c.number,
                Event.kind == "session",
                Event.state.in_(("draft", "published")),
                later,
            )
            .correlate(missing)
        )
