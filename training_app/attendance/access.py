"""Which of a programme's people this actor may see, and one of them fetched with the proof."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from training_app.core.actors import Actor
from training_app.core.db import db
from training_app.core.errors import NotFound
from training_app.core.permissions import Permission
from training_app.divisions.rules import lies_in
from training_app.people.models import Person
from training_app.people.policy import allows
from training_app.schedule.access import event_for, programme_scope
from training_app.schedule.models import Event

from .matrix import HELD
from .rolls import Roll, ids_of


def covers(codes: tuple[str, ...], division_code: str | None) -> bool:
    """Whether a person of this division is among those seen; nobody's division is seen by who sees everyone."""
    return any(not code or lies_in(division_code, code) for code in codes)


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
    """A person who has to do with an event, if the actor sees them there; `codes` are `areas`.

    Raises NotFound otherwise.
    """
    roll = Roll.of_event(event, codes)
    person = db.session.scalar(select(Person).where(Person.id == person_id, Person.id.in_(ids_of(roll))))
    if person is None:
        raise NotFound()
    return person


def person_of(actor: Actor) -> int:
    """The person who acts; a device decides nothing. Raises NotFound."""
    if actor.person_id is None:
        raise NotFound()
    return actor.person_id
