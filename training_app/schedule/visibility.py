"""What stands in an actor's lists: programmes, events, and whose rows in them, each as a condition.

Whoever runs a programme or works at an event sees everyone in it, guests from elsewhere too. Who sees it for its
area alone (supervisors, auditors) sees the people of their jurisdictions. A draft is there for its planners.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, true

from training_app.core.actors import Actor
from training_app.core.permissions import Permission
from training_app.divisions.rules import within, within_any
from training_app.people.policy import Reach, reach

from .models import Event, Programme
from .queries import PROGRAMME_ANNOUNCED


def visible_programmes(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    """The condition that a Programme row is one on which, or on an announced event of which, the permission is."""
    reached = reach(actor, permission)
    conditions = _programmes(reached)
    if reached.events:
        around = select(Event.programme_id).where(Event.id.in_(reached.events), Event.state != "draft")
        conditions.append(Programme.id.in_(around))
    return or_(*conditions) if conditions else ~true()


def listed_programmes(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    """The condition that a Programme row stands in the actor's lists; one of drafts alone only for its planners."""
    planned = visible_programmes(actor, Permission.SCHEDULE_PLAN)
    return and_(visible_programmes(actor, permission), or_(planned, PROGRAMME_ANNOUNCED))


def visible_events(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    """The condition that the actor has the permission on an Event row, joined with its Programme.

    A grant for one event gives that event, not its neighbours.
    """
    reached = reach(actor, permission)
    conditions = [*_programmes(reached), *_single(reached)]
    if not conditions:
        return ~true()
    planned = _programmes(reach(actor, Permission.SCHEDULE_PLAN))
    return and_(or_(Event.state != "draft", *planned), or_(*conditions))


def visible_rows(actor: Actor, permission: Permission, division_code: Any) -> ColumnElement[bool]:
    """The condition that a person's row in an event may be seen and counted.

    The statement joins the row's Event and Programme; `division_code` is the row's column of the person's division.
    """
    reached = reach(actor, permission)
    if reached.everywhere:
        return true()
    conditions = [*_run(reached), *_single(reached), within_any(division_code, reached.divisions)]
    return or_(*conditions)


def areas(actor: Actor, permission: Permission, programme: Programme, event_id: int | None = None) -> tuple[str, ...]:
    """The divisions whose people the actor sees in a programme, or in one event of it; ("",) is everyone."""
    reached = reach(actor, permission)
    if (
        reached.everywhere
        or event_id in reached.events
        or programme.id in reached.programmes
        or programme.organisation_id in reached.organisations
    ):
        return ("",)
    return reached.divisions


def _run(reached: Reach) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if reached.programmes:
        conditions.append(Programme.id.in_(reached.programmes))
    if reached.organisations:
        conditions.append(Programme.organisation_id.in_(reached.organisations))
    return conditions


def _single(reached: Reach) -> list[ColumnElement[bool]]:
    return [Event.id.in_(reached.events)] if reached.events else []


def _programmes(reached: Reach) -> list[ColumnElement[bool]]:
    if reached.everywhere:
        return [true()]
    conditions = _run(reached)
    for code in reached.divisions:
        above = [code[:digits] for digits in range(2, len(code) + 1)]
        conditions.append(or_(within(Programme.division_code, code), Programme.division_code.in_(above)))
    return conditions
