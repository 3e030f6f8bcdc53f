"""Fetching a programme, phase, event or slot and proving permission is one act.

Each loader raises NotFound for an unknown id and for one that this actor may not touch alike.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from training_app.core.actors import Actor, Scope
from training_app.core.db import db
from training_app.core.errors import NotFound
from training_app.core.permissions import Permission
from training_app.people.policy import allows, reach

from .models import Event, Phase, Programme, Slot, Venue

#: Looking at what is planned and not yet said to anyone is for planners.
_LOOKING = (Permission.SCHEDULE_VIEW, Permission.REGISTRATION_VIEW, Permission.ATTENDANCE_VIEW)


def programme_scope(programme: Programme, event_id: int | None = None) -> Scope:
    """What a programme, or one event of it, belongs to."""
    return Scope(
        organisation_id=programme.organisation_id,
        programme_id=programme.id,
        event_id=event_id,
        area=programme.division_code,
    )


#: What a statement that joins event and programme reads besides, so that `prove` can say from its row who may.
PROOF = (
    Event.id.label("event_id"),
    Event.programme_id,
    Programme.organisation_id,
    Programme.division_code.label("area"),
)


def prove(actor: Actor, permission: Permission, row: Any) -> None:
    """Raise NotFound unless the actor may do this with the event of a row that has the columns `PROOF`."""
    scope = Scope(
        organisation_id=row.organisation_id, programme_id=row.programme_id, event_id=row.event_id, area=row.area
    )
    if not allows(actor, permission, scope):
        raise NotFound()


def programme_for(actor: Actor, programme_id: int, permission: Permission) -> Programme:
    """The programme with this id; whoever may see one event of it may see the programme around it."""
    programme = db.session.get(Programme, programme_id)
    if programme is None or not (
        allows(actor, permission, programme_scope(programme))
        or (permission is Permission.SCHEDULE_VIEW and _sees_an_event_of(actor, programme_id))
    ):
        raise NotFound()
    return programme


def _sees_an_event_of(actor: Actor, programme_id: int) -> bool:
    ids = reach(actor, Permission.SCHEDULE_VIEW).events
    shown = select(Event.id).where(Event.id.in_(ids), Event.programme_id == programme_id, Event.state != "draft")
    return bool(ids) and db.session.scalar(shown.limit(1)) is not None


def phase_for(actor: Actor, phase_id: int, permission: Permission) -> Phase:
    """The phase with this id, its programme loaded."""
    phase = db.session.scalar(select(Phase).where(Phase.id == phase_id).options(joinedload(Phase.programme)))
    if phase is None or not allows(actor, permission, programme_scope(phase.programme)):
        raise NotFound()
    return phase


def event_for(actor: Actor, event_id: int, permission: Permission) -> Event:
    """The event with this id, its programme and venue loaded. A draft is there for planners alone."""
    event = db.session.scalar(
        select(Event).where(Event.id == event_id).options(joinedload(Event.programme), joinedload(Event.venue))
    )
    if event is None or not allows(actor, permission, programme_scope(event.programme, event.id)):
        raise NotFound()
    if event.state == "draft" and permission in _LOOKING and not may_plan(actor, event.programme):
        raise NotFound()
    return event


def may_plan(actor: Actor, programme: Programme) -> bool:
    """Whether the actor may change the programme and what is in it."""
    return allows(actor, Permission.SCHEDULE_PLAN, programme_scope(programme))


def may_see(actor: Actor, event: Event) -> bool:
    """Whether the actor may look at the event."""
    if event.state == "draft":
        return may_plan(actor, event.programme)
    return allows(actor, Permission.SCHEDULE_VIEW, programme_scope(event.programme, event.id))


def venue_for(actor: Actor, venue_id: int, permission: Permission) -> Venue:
    """The venue with this id."""
    venue = db.session.get(Venue, venue_id)
    if venue is None or not allows(actor, permission, Scope(divisions=(venue.division_code,))):
        raise NotFound()
    return venue


def slot_for(actor: Actor, slot_id: int, permission: Permission) -> Slot:
    """The slot with this id, its event and programme loaded."""
    slot = db.session.scalar(
        select(Slot)
        .where(Slot.id == slot_id)
        .options(joinedload(Slot.event).joinedload(Event.programme), joinedload(Slot.event).joinedload(Event.venue))
    )
    if slot is None or not allows(actor, permission, programme_scope(slot.event.programme, slot.event_id)):
        raise NotFound()
    return slot
