"""Fetching a programme, phase, event or slot and proving permission is one act.

Each loader raises NotFound for an unknown id and for one that this actor may not touch alike.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import joinedload

from training_app.core.actors import Actor, Role, Scope
from training_app.core.db import db
from training_app.core.errors import NotFound
from training_app.core.permissions import Permission
from training_app.divisions.rules import within
from training_app.people.policy import ROLE_PERMISSIONS, allows

from .models import Event, Phase, Programme, Slot


def programme_scope(programme: Programme, event_id: int | None = None) -> Scope:
    """What a programme, or one event of it, belongs to."""
    return Scope(
        organisation_id=programme.organisation_id,
        programme_id=programme.id,
        event_id=event_id,
        area=programme.division_code,
    )


def programme_for(actor: Actor, programme_id: int, permission: Permission) -> Programme:
    """The programme with this id."""
    programme = db.session.get(Programme, programme_id)
    if programme is None or not allows(actor, permission, programme_scope(programme)):
        raise NotFound()
    return programme


def phase_for(actor: Actor, phase_id: int, permission: Permission) -> Phase:
    """The phase with this id, its programme loaded."""
    phase = db.session.scalar(select(Phase).where(Phase.id == phase_id).options(joinedload(Phase.programme)))
    if phase is None or not allows(actor, permission, programme_scope(phase.programme)):
        raise NotFound()
    return phase


def event_for(actor: Actor, event_id: int, permission: Permission) -> Event:
    """The event with this id, its programme and venue loaded."""
    event = db.session.scalar(
        select(Event).where(Event.id == event_id).options(joinedload(Event.programme), joinedload(Event.venue))
    )
    if event is None or not allows(actor, permission, programme_scope(event.programme, event.id)):
        raise NotFound()
    return event


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


def visible_programmes(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    """The condition that a Programme row is one on which the actor has the permission (lists narrow by it)."""
    conditions: list[ColumnElement[bool]] = []
    for grant in actor.grants:
        if permission not in ROLE_PERMISSIONS[grant.role]:
            continue
        if grant.role is Role.ADMINISTRATOR:
            return true()
        if grant.event_id is not None:
            conditions.append(
                Programme.id.in_(select(Event.programme_id).where(Event.id == grant.event_id).scalar_subquery())
            )
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
