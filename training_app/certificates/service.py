"""Rules of programmes and their versions, and how far everyone has come."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from training_app.attendance.service import Attended
from training_app.core import audit, signals
from training_app.core.bulk import among
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound
from training_app.learning import outside
from training_app.learning import service as learning
from training_app.people.models import Person
from training_app.registration.makeuprules import Missed
from training_app.schedule.models import Programme

from . import visits
from .counting import Counted, MakeUp
from .models import Rule
from .rules import LATEST, Conditions, Decision, Facts, decide, proposed


def current_rule(programme_id: int) -> Rule | None:
    """The newest version of a programme's rule, or None while there is none."""
    return db.session.scalar(select(Rule).where(Rule.programme_id == programme_id).order_by(Rule.version.desc()))


def conditions_of(programme: Programme, rule: Rule | None) -> Conditions:
    """What the rule asks for, or what is proposed while there is none."""
    return Conditions.of(rule.conditions) if rule else proposed(programme.planned_sessions)


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


def versions(programme_id: int) -> list[tuple[Rule, str | None]]:
    """Every version of a programme's rule with who made it, the newest first."""
    rows = db.session.execute(
        select(Rule, Person.name)
        .outerjoin(Person, Person.id == Rule.created_by_id)
        .where(Rule.programme_id == programme_id)
        .order_by(Rule.version.desc())
    )
    return [(row[0], row[1]) for row in rows]


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


def set_rule(programme_id: int, conditions: Conditions, *, actor_id: int, now: datetime) -> Rule:
    """Give a programme a new version of its rule; the same conditions make none. Older versions stay as they are.

    Raises Invalid for conditions that nobody can meet or that ask for nothing.
    """
    if not 0 <= conditions.pass_mark <= 100:
        sentence = _l("The pass mark is from 0 to 100.")
        raise Invalid("pass_mark", sentence, {"pass_mark": sentence})
    if min(conditions.sessions_needed, conditions.salons_needed, conditions.hours_needed or 0) < 0:
        raise Invalid("negative", _l("Numbers cannot be below zero."))
    with transaction() as session:
        programme = session.scalar(select(Programme).where(Programme.id == programme_id).with_for_update())
        if programme is None:
            raise NotFound()
        if conditions.sessions_needed > programme.planned_sessions:
            text = _l("The programme plans %(count)s sessions; ask for no more.", count=programme.planned_sessions)
            raise Invalid("too_many_sessions", text, {"sessions_needed": text})
        if not (conditions.sessions_needed or conditions.hours_needed or conditions.salons_needed):
            text = _l("Ask for sessions, hours or a salon: otherwise everyone qualifies.")
            raise Invalid("nothing_asked", text, {"sessions_needed": text})
        old = current_rule(programme_id)
        if old is not None and Conditions.of(old.conditions) == conditions:
            return old
        rule = Rule(
            programme_id=programme_id,
            version=old.version + 1 if old else 1,
            conditions=conditions.record(),
            created_at=now,
            created_by_id=actor_id,
        )
        session.add(rule)
        session.flush()
        audit.record(
            audit.Action.RULE_CHANGED,
            ("programme", programme_id),
            actor_id=actor_id,
            now=now,
            before=old.conditions if old else None,
            after=rule.conditions | {"version": rule.version},
        )
        return rule


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
    merged = {
        row.id: row.merged_into_id
        for row in db.session.execute(
            select(Person.id, Person.merged_into_id).where(among(Person.merged_into_id, person_ids))
        )
    }
    everyone = [*person_ids, *merged]
    events = visits.planned(programme_id)
    ahead = [event for event in events if event.is_ahead(now)]
    counts = visits.counted(programme_id, person_ids, merged, events, ahead, now)
    scores: dict[int, dict[int, Decimal]] = {}
    for person_id, tries in learning.points(programme_id, everyone).items():
        scores.setdefault(merged.get(person_id, person_id), {}).update(tries)
    elsewhere = outside.confirmed_hours(person_ids, programme.counting_year) if conditions.counts_outside else {}
    return {
        person_id: _progress(
            person_id,
            conditions,
            *counts[person_id],
            ahead,
            scores.get(person_id, {}),
            elsewhere.get(person_id, Decimal(0)),
        )
        for person_id in person_ids
    }


def _progress(
    person_id: int,
    conditions: Conditions,
    counted: Counted,
    booked_hours: dict[int, Decimal],
    ahead: list[visits.Planned],
    tries: dict[int, Decimal],
    elsewhere: Decimal,
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
    sessions = sum(kind == "session" for kind, _ in done)
    salons = len(done) - sessions
    facts = Facts(
        sessions_done=sessions,
        sessions_possible=sessions + sum(kind == "session" for kind, _ in coming),
        hours_done=hours,
        hours_possible=hours + sum(coming.values(), Decimal(0)),
        hours_outside=elsewhere,
        salons_done=salons,
        salons_possible=salons + sum(kind == "salon" for kind, _ in coming),
        least_ahead=min(coming.values(), default=Decimal(0)),
        points=tuple(points for _, points in sorted(tries.items())),
    )
    return Progress(
        person_id=person_id,
        sessions_done=sessions,
        sessions_needed=conditions.sessions_needed,
        sessions_possible=facts.sessions_possible,
        hours=hours,
        decision=decide(conditions, facts),
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
