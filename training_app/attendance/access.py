"""Which of a programme's people this actor may see, and one of them fetched with the proof."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import joinedload, selectinload

from training_app.core.actors import Actor, Role
from training_app.core.db import db
from training_app.core.errors import NotFound
from training_app.core.permissions import Permission
from training_app.divisions.rules import lies_in, within
from training_app.people.models import Person
from training_app.people.policy import ROLE_PERMISSIONS, allows
from training_app.schedule.access import event_for, programme_scope
from training_app.schedule.models import Event, Programme

from .matrix import HELD
from .rolls import Roll, ids_of


def seen(actor: Actor, permission: Permission, programme: Programme, event_id: int | None = None) -> tuple[str, ...]:
    """The jurisdictions to which the persons of a programme, or of one event of it, are narrowed for this actor.

    Who runs the programme or works at the event sees everyone in it: ("",). Others see their own jurisdiction.
    """
    codes: set[str] = set()
    for grant in actor.grants:
        if permission not in ROLE_PERMISSIONS[grant.role]:
            continue
        if grant.role is Role.ADMINISTRATOR:
            return ("",)
        if grant.event_id is not None:
            everyone = grant.event_id == event_id
        elif grant.programme_id is not None:
            everyone = grant.programme_id == programme.id
        elif grant.organisation_id is not None:
            everyone = grant.organisation_id == programme.organisation_id
        else:
            everyone = False
            codes |= {grant.division_code} if grant.division_code is not None else set()
        if everyone:
            return ("",)
    return tuple(sorted(codes))


def covers(codes: tuple[str, ...], division_code: str | None) -> bool:
    """Whether a person of this division is among those seen; nobody's division is seen by who sees everyone."""
    return any(not code or lies_in(division_code, code) for code in codes)


def visible_events(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    """The condition that an Event row, joined to its Programme, is one that the actor has the permission on."""
    conditions: list[ColumnElement[bool]] = []
    for grant in actor.grants:
        if permission not in ROLE_PERMISSIONS[grant.role]:
            continue
        if grant.role is Role.ADMINISTRATOR:
            return true()
        if grant.event_id is not None:
            conditions.append(Event.id == grant.event_id)
        elif grant.programme_id is not None:
            conditions.append(Programme.id == grant.programme_id)
        elif grant.organisation_id is not None:
            conditions.append(Programme.organisation_id == grant.organisation_id)
        elif grant.division_code is not None:
            above = [grant.division_code[:n] for n in range(2, len(grant.division_code) + 1)]
            conditions.append(
                or_(within(Programme.division_code, grant.division_code), Programme.division_code.in_(above))
            )
    return or_(*conditions) if conditions else ~true()


def held_event_for(actor: Actor, event_id: int, permission: Permission) -> Event:
    """An event that is or was on, with programme, phase and slots. Raises NotFound, for a draft too."""
    event = event_for(actor, event_id, permission)
    if event.state not in HELD:
        raise NotFound()
    return db.session.scalars(
        select(Event)
        .where(Event.id == event.id)
        .options(
            joinedload(Event.programme), joinedload(Event.phase), joinedload(Event.venue), selectinload(Event.slots)
        )
    ).one()


def may(actor: Actor, event: Event, permission: Permission) -> bool:
    """Whether the actor has another permission on the same event."""
    return allows(actor, permission, programme_scope(event.programme, event.id))


def attendee_for(event: Event, person_id: int, codes: tuple[str, ...]) -> Person:
    """A person who has to do with an event, if the actor sees them there; `codes` comes from `seen`.

    Raises NotFound otherwise.
    """
    roll = Roll.of_event(event, codes)
    person = db.session.scalar(select(Person).where(Person.id == person_id, Person.id.in_(ids_of(roll))))
    if person is None:
        raise NotFound()
    return person
