"""Fetching a registration and proving permission is one act."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from training_app.core.actors import Actor
from training_app.core.db import db
from training_app.core.errors import NotFound
from training_app.core.permissions import Permission
from training_app.divisions.rules import lies_in
from training_app.people.policy import allows, jurisdictions
from training_app.schedule.access import event_for, phase_for, programme_scope
from training_app.schedule.models import Event
from training_app.schedule.visibility import areas

from .models import Registration, RosterImport


def may_call(actor: Actor, manages: bool) -> Callable[[str | None], bool]:
    """Whether the actor may see the phone of someone registered for a division.

    Whoever manages the registration may call everyone in it. Others see who is there by one role and phones by
    another: a supervisor who helps at an event's door has the phones of her own area alone.
    """
    codes = ("",) if manages else jurisdictions(actor, Permission.PERSON_VIEW)
    return lambda division_code: any(code == "" or lies_in(division_code, code) for code in codes)


def registration_for(actor: Actor, registration_id: int, permission: Permission) -> Registration:
    """The registration with this id, its event, programme and person loaded. Raises NotFound."""
    row = db.session.scalar(
        select(Registration)
        .where(Registration.id == registration_id)
        .options(joinedload(Registration.event).joinedload(Event.programme), joinedload(Registration.person))
    )
    if row is None or not allows(actor, permission, programme_scope(row.event.programme, row.event_id)):
        raise NotFound()
    codes = areas(actor, permission, row.event.programme, row.event_id)
    if not any(code == "" or lies_in(row.division_code, code) for code in codes):
        raise NotFound()
    return row


def own_registration(actor: Actor, registration_id: int) -> Registration:
    """The actor's own registration with this id. Raises NotFound for anyone else's."""
    row = db.session.scalar(
        select(Registration)
        .where(Registration.id == registration_id)
        .options(joinedload(Registration.event).joinedload(Event.venue), joinedload(Registration.person))
    )
    if row is None or actor.person_id is None or row.person_id != actor.person_id:
        raise NotFound()
    return row


def roster_for(actor: Actor, roster_id: int) -> RosterImport:
    """The upload with this id: an organiser's for whoever manages there, a supervisor's for herself alone.

    Raises NotFound for an unknown id and for one that this actor may not touch alike.
    """
    roster = db.session.get(RosterImport, roster_id, populate_existing=True)
    if roster is None:
        raise NotFound()
    permission = Permission.REGISTRATION_MANAGE
    if roster.purpose == "nomination":
        permission = Permission.NOMINATION_SUBMIT
        if roster.actor_id != actor.person_id:
            raise NotFound()
    if roster.phase_id is not None:
        phase_for(actor, roster.phase_id, permission)
    else:
        event_for(actor, roster.event_id or 0, permission)
    return roster
