"""Rules of programmes in versions: each stays as it was made, a change makes another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from training_app.core import audit
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound
from training_app.people.models import Person
from training_app.schedule.models import Programme

from . import visits
from .models import Rule
from .rules import Conditions, Plan, changes, faults, proposed, words


def plan_of(programme: Programme) -> Plan:
    """What a programme plans, in one statement."""
    return visits.plan_of(programme, visits.planned(programme.id))


def current_rule(programme_id: int) -> Rule | None:
    """The newest version of a programme's rule, or None while there is none."""
    return db.session.scalar(select(Rule).where(Rule.programme_id == programme_id).order_by(Rule.version.desc()))


def conditions_of(programme: Programme, rule: Rule | None) -> Conditions:
    """What the rule asks for, or what is proposed while there is none."""
    return Conditions.of(rule.conditions) if rule else proposed(programme.planned_sessions)


def versions(programme_id: int) -> list[tuple[Rule, str | None]]:
    """Every version of a programme's rule with who made it, the newest first."""
    rows = db.session.execute(
        select(Rule, Person.name)
        .outerjoin(Person, Person.id == Rule.created_by_id)
        .where(Rule.programme_id == programme_id)
        .order_by(Rule.version.desc())
    )
    return [(row[0], row[1]) for row in rows]


@dataclass(frozen=True)
class Version:
    """A version of a rule as the page shows it: who made it, what it asks for, and what it changed, in words."""

    rule: Rule
    by: str | None
    words: list[Any]
    #: As (was, is); None for the first version.
    changes: list[tuple[Any, Any]] | None


def history(programme: Programme, plan: Plan) -> list[Version]:
    """Every version of a programme's rule, the newest first, in one statement."""
    found = versions(programme.id)
    asked = [Conditions.of(rule.conditions) for rule, _by in found]
    return [
        Version(
            rule,
            by,
            words(asked[place], plan),
            changes(asked[place + 1], asked[place], plan) if place + 1 < len(found) else None,
        )
        for place, (rule, by) in enumerate(found)
    ]


def field_of(place: int, parameter: str) -> str:
    """What a parameter of a condition is called where it is typed: by the condition's place in the rule."""
    return f"asked-{place}-{parameter}"


def refuse_unworkable(conditions: Conditions, plan: Plan) -> None:
    """Raises Invalid for conditions that nobody can meet or that ask for nothing, with a sentence for each."""
    wrong = faults(conditions, plan)
    if wrong:
        named = {field_of(one.place, one.parameter): one.sentence for one in reversed(wrong) if one.parameter}
        raise Invalid(wrong[0].code, wrong[0].sentence, named)


def set_rule(programme_id: int, conditions: Conditions, *, actor_id: int, now: datetime) -> Rule:
    """Give a programme a new version of its rule; the same conditions make none. Older versions stay as they are.

    Raises Invalid for conditions that nobody can meet or that ask for nothing.
    """
    with transaction() as session:
        programme = session.scalar(select(Programme).where(Programme.id == programme_id).with_for_update())
        if programme is None:
            raise NotFound()
        refuse_unworkable(conditions, plan_of(programme))
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
