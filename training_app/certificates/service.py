"""How far everyone has come in a programme, as its rule has it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from training_app.attendance.service import Attended
from training_app.core import signals
from training_app.core.bulk import among
from training_app.core.db import db
from training_app.core.errors import NotFound
from training_app.learning import outside
from training_app.learning import service as learning
from training_app.people.models import Person
from training_app.registration.makeuprules import Missed
from training_app.schedule.models import Programme

from . import visits
from .asking import Group
from .counting import Counted, MakeUp
from .gathering import gathered
from .rulebook import conditions_of, current_rule, set_rule, versions
from .rules import LATEST, Conditions, Decision, Facts, Plan, decide

__all__ = ["Progress", "conditions_of", "current_rule", "progress", "set_rule", "versions"]


@signals.pass_mark_asked.connect
def pass_mark(_sender: Any, programme_id: int) -> tuple[Decimal, bool] | None:
    """The points that pass under a programme's present rule, and whether the latest try counts rather than the best."""
    programme = db.session.get(Programme, programme_id)
    if programme is None:
        return None
    conditions = conditions_of(programme, current_rule(programme_id))
    return conditions.pass_mark, conditions.counts == LATEST


@signals.missed_asked.connect
def missed_sessions(
    _sender: Any, programme_id: int, person_ids: Collection[int], now: datetime
) -> dict[int, list[tuple[int, str]]]:
    """Which sessions these persons missed in a programme and have not made up nor booked, as (number, area)."""
    return {
        person_id: [(one.number, one.area) for one in found.missing]
        for person_id, found in progress(programme_id, person_ids, now).items()
        if found.missing
    }


def names(person_ids: Iterable[int]) -> dict[int, str]:
    """The names of these persons, in one statement; none for none."""
    ids = set(person_ids)
    if not ids:
        return {}
    rows = db.session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))
    return {row[0]: row[1] for row in rows}


def programme_of(programme_id: int) -> Programme:
    """The programme of a paper; the caller has proven that it may be seen."""
    return db.session.get_one(Programme, programme_id)


@dataclass(frozen=True)
class Progress:
    """How far one person has come in a programme."""

    person_id: int
    sessions_done: int
    sessions_needed: int
    #: What can be reached if everything ahead is attended, what is done included.
    sessions_possible: int
    #: Of the programme's own sessions and salons; the paper says these.
    hours: Decimal
    decision: Decision
    points: dict[int, Decimal]
    #: What was decided on.
    facts: Facts
    #: Sessions that were missed and for which nothing is booked, by number and area.
    missing: tuple[Missed, ...] = ()
    #: Attended or ahead, with the numbers that they fill.
    make_ups: tuple[MakeUp, ...] = ()
    #: Confirmed from elsewhere in the counting year; None where the rule does not count them.
    hours_outside: Decimal | None = None
    attended: tuple[Attended, ...] = ()

    @property
    def eligible(self) -> bool:
        """Whether the paper can be issued now."""
        return self.decision.eligible

    @property
    def kind(self) -> str:
        """completion or attendance: the paper that it would be."""
        return self.decision.kind

    @property
    def achievable(self) -> bool:
        """Whether what lies ahead still suffices."""
        return self.decision.achievable

    @property
    def sentence(self) -> str:
        """The reason in the reader's language: 还差 1 期; or that all is done."""
        if self.decision.eligible:
            return str(_l("All conditions are met"))
        return str(_l("; ")).join(str(reason) for reason in self.decision.reasons)


def progress(
    programme_id: int, person_ids: Collection[int], now: datetime, *, conditions: Conditions | None = None
) -> dict[int, Progress]:
    """How far each of these people has come in a programme, in a fixed number of statements.

    `conditions` are those of the newest rule unless others are given. A session counts once however often it is
    repeated in other phases, and a make-up once, in the place of the lowest session of its area that was missed.
    Facts of persons merged into one of these count for that one. A stand-in's attendance
    counts for nobody. Raises NotFound for an unknown programme.
    """
    programme = db.session.get(Programme, programme_id)
    if programme is None:
        raise NotFound()
    if conditions is None:
        conditions = conditions_of(programme, current_rule(programme_id))
    merged: dict[int, int] = {
        row.id: row.merged_into_id
        for row in db.session.execute(
            select(Person.id, Person.merged_into_id).where(among(Person.merged_into_id, person_ids))
        )
    }
    everyone = [*person_ids, *merged]
    events = visits.planned(programme_id)
    plan = visits.plan_of(programme, events)
    ahead = [event for event in events if event.is_ahead(now)]
    counts = visits.counted(programme_id, person_ids, merged, events, ahead, now)
    scores: dict[int, dict[int, Decimal]] = {}
    for person_id, tries in learning.points(programme_id, everyone).items():
        scores.setdefault(merged.get(person_id, person_id), {}).update(tries)
    elsewhere = outside.confirmed_hours(person_ids, programme.counting_year) if conditions.counts_outside else {}
    more = gathered(conditions, Group(programme_id, person_ids, merged, counts, now))
    return {
        person_id: _progress(
            person_id,
            conditions,
            plan,
            *counts[person_id],
            ahead,
            scores.get(person_id, {}),
            elsewhere.get(person_id, Decimal(0)),
            {kind: found[person_id] for kind, found in more.items() if person_id in found},
        )
        for person_id in person_ids
    }


def _progress(
    person_id: int,
    conditions: Conditions,
    plan: Plan,
    counted: Counted,
    booked_hours: dict[int, Decimal],
    ahead: list[visits.Planned],
    tries: dict[int, Decimal],
    elsewhere: Decimal,
    more: dict[str, Any],
) -> Progress:
    done = counted.done
    coming = {
        (event.kind, event.number): event.hours or Decimal(0)
        for event in ahead
        if (event.kind, event.number) not in done
    }
    for one in counted.make_ups:
        if not one.attended:
            coming.setdefault(("session", one.number), booked_hours[one.event_id])
    hours = sum((visit.hours for visit in done.values()), Decimal(0))
    numbers = frozenset(number for kind, number in done if kind == "session")
    numbers_ahead = frozenset(number for kind, number in coming if kind == "session")
    sessions = len(numbers)
    salons = len(done) - sessions
    facts = Facts(
        sessions_done=sessions,
        sessions_possible=sessions + len(numbers_ahead),
        hours_done=hours,
        hours_possible=hours + sum(coming.values(), Decimal(0)),
        hours_outside=elsewhere,
        salons_done=salons,
        salons_possible=salons + len(coming) - len(numbers_ahead),
        least_ahead=min(coming.values(), default=Decimal(0)),
        points=tuple(points for _, points in sorted(tries.items())),
        numbers_done=numbers,
        numbers_ahead=numbers_ahead,
        events=frozenset(visit.event_id for (kind, _), visit in done.items() if kind == "session"),
        gathered=more,
    )
    return Progress(
        person_id=person_id,
        sessions_done=sessions,
        sessions_needed=conditions.sessions_asked(plan),
        sessions_possible=facts.sessions_possible,
        hours=hours,
        decision=decide(conditions, facts, plan),
        facts=facts,
        points=tries,
        hours_outside=elsewhere if conditions.counts_outside else None,
        attended=tuple(done.values()),
        missing=counted.missing,
        make_ups=counted.make_ups,
    )


def count_by_programme(programme_ids: Collection[int], model: Any, *conditions: Any) -> dict[int, int]:
    """How many rows of a model each programme has, in one statement."""
    rows = db.session.execute(
        select(model.programme_id, func.count())
        .where(model.programme_id.in_(programme_ids), *conditions)
        .group_by(model.programme_id)
    )
    return {row[0]: row[1] for row in rows}
