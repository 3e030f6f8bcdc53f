"""Whether a post's holder can still meet a rule: what the programmes of a year ask for, and what lies ahead in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Numeric, and_, case, cast, exists, false, func, literal, or_, select
from sqlalchemy.orm import aliased

from training_app.certificates.models import Rule
from training_app.divisions.rules import DIGITS, within_any
from training_app.schedule.models import Event, Programme, Slot

from .counting import Moment, holds, starts


@dataclass(frozen=True)
class Reach:
    """The parts of the statement about posts that look at what is still to come in a counting year.

    Sessions as a number or a share, hours and salons are looked at; what else a rule asks for (certain sessions,
    curriculum areas, feedback) is told person by person, where someone falls behind.
    `areas`: whose posts are asked about, "" being everyone's; `lineage`: what became part of which division.
    """

    year: int
    moment: Moment
    areas: Sequence[str]
    lineage: Any

    def _concerned(self) -> ColumnElement[bool]:
        """The condition that a Programme is of the year and holds any of the places, or what became part of them."""
        inside, before = within_any(Programme.division_code, self.areas), self.lineage.c
        above = or_(*(holds(Programme.division_code, literal(area)) for area in self.areas))
        former = exists().where(within_any(before.code, self.areas), holds(Programme.division_code, before.former))
        return and_(Programme.counting_year == self.year, or_(inside, above, former))

    def ahead(self) -> Any:
        """Each session and salon of the year's programmes that can still be attended."""
        coming = (
            select(Event.id, Event.programme_id, Event.kind, Event.number, func.sum(Slot.credit_hours).label("hours"))
            .join(Slot, Slot.event_id == Event.id)
            .where(
                # By their programmes: in a small area they are few of all that are ahead.
                Event.programme_id.in_(select(Programme.id).where(self._concerned())),
                Event.state.in_(("draft", "published")),
            )
            .group_by(Event.id, Event.programme_id, Event.kind, Event.number)
            .having(func.max(Slot.checkin_closes_at) > self.moment.now)
            .subquery("coming")
        )
        return (
            select(coming.c.programme_id, coming.c.kind, coming.c.number, func.max(coming.c.hours).label("hours"))
            .group_by(coming.c.programme_id, coming.c.kind, coming.c.number)
            .cte("ahead")
        )

    def needs(self, ahead: Any) -> Any:
        """What each of the year's programmes asks for, beside what it still offers to who has done nothing."""
        rule = newest_rules(self.moment)
        offers = (
            select(
                ahead.c.programme_id,
                func.sum(case((ahead.c.kind == "session", 1), else_=0)).label("sessions"),
                func.sum(case((ahead.c.kind == "session", 0), else_=1)).label("salons"),
                func.sum(ahead.c.hours).label("hours"),
            )
            .group_by(ahead.c.programme_id)
            .subquery("offers")
        )
        planned = Programme.planned_sessions
        proposed = case((planned > 1, planned - 1), else_=1)
        counted = func.coalesce(rule.c.sessions_needed, proposed)
        # Rounded up to whole sessions, as the rule does.
        share = (func.coalesce(rule.c.sessions_share, 0) * planned + 99) // 100
        return (
            select(
                Programme.id.label("programme_id"),
                Programme.division_code,
                case((share > counted, share), else_=counted).label("sessions_needed"),
                func.coalesce(rule.c.hours_needed, 0).label("hours_needed"),
                func.coalesce(rule.c.salons_needed, 0).label("salons_needed"),
                func.coalesce(offers.c.sessions, 0).label("sessions"),
                func.coalesce(offers.c.salons, 0).label("salons"),
                func.coalesce(offers.c.hours, 0).label("hours"),
            )
            .outerjoin(rule, rule.c.programme_id == Programme.id)
            .outerjoin(offers, offers.c.programme_id == Programme.id)
            .where(self._concerned())
            .cte("needs")
        )

    def reachable(self, done: Any, ahead: Any, needs: Any) -> Any:
        """The posts whose holder can still meet a rule with what was done already."""
        beside = and_(
            ahead.c.programme_id == done.c.programme_id,
            ahead.c.kind == done.c.event_kind,
            ahead.c.number == done.c.number,
        )
        over = ahead.c.programme_id.is_(None)
        more = (
            select(
                done.c.code,
                done.c.kind,
                done.c.programme_id,
                func.sum(case((and_(over, done.c.event_kind == "session"), 1), else_=0)).label("sessions"),
                func.sum(case((and_(over, done.c.event_kind != "session"), 1), else_=0)).label("salons"),
                # What a make-up is booked for and is offered anyway counts as what is offered.
                func.sum(
                    case((and_(~over, done.c.booked == 1), 0), else_=done.c.hours - func.coalesce(ahead.c.hours, 0))
                ).label("hours"),
            )
            .outerjoin(ahead, beside)
            .group_by(done.c.code, done.c.kind, done.c.programme_id)
            .subquery("more")
        )
        return (
            select(more.c.code, more.c.kind)
            .join(needs, needs.c.programme_id == more.c.programme_id)
            .where(
                needs.c.sessions + more.c.sessions >= needs.c.sessions_needed,
                needs.c.salons + more.c.salons >= needs.c.salons_needed,
                needs.c.hours + more.c.hours >= needs.c.hours_needed,
            )
        )


def newest_rules(moment: Moment) -> Any:
    """The newest version of every programme's rule."""
    newer = aliased(Rule)
    later = exists().where(
        newer.programme_id == Rule.programme_id, newer.version > Rule.version, moment.knows(newer.created_at)
    )
    said = {name: cast(Rule.conditions[name].as_string(), Numeric) for name in ("pass_mark", "hours_needed")}
    counted = {
        name: Rule.conditions[name].as_integer() for name in ("sessions_needed", "sessions_share", "salons_needed")
    }
    return (
        select(
            Rule.programme_id,
            *(value.label(name) for name, value in (said | counted).items()),
            Rule.conditions["counts"].as_string().label("counts"),
            func.coalesce(Rule.conditions["counts_outside"].as_boolean(), false()).label("counts_outside"),
        )
        .where(moment.knows(Rule.created_at), ~later)
        .subquery()
    )


def enough_ahead(needs: Any, code: Any) -> tuple[Any, list[tuple[Any, ColumnElement[bool]]]]:
    """Whether all programmes that hold a code are out of reach for who has done nothing, and the joins for it."""
    enough = and_(
        needs.c.sessions >= needs.c.sessions_needed,
        needs.c.salons >= needs.c.salons_needed,
        needs.c.hours >= needs.c.hours_needed,
    )
    area = (
        select(needs.c.division_code, func.max(case((enough, 1), else_=0)).label("enough"))
        .group_by(needs.c.division_code)
        .cte("area")
    )
    joins, values = [], []
    for digits in DIGITS.values():
        one = area.alias(f"area_{digits}")
        joins.append((one, one.c.division_code == starts(code, digits)))
        values.append(one.c.enough)
    none = and_(*(value.is_(None) for value in values))
    return or_(none, *(value == 1 for value in values)), joins
