"""Fetching a registration and proving permission is one act; lists are narrowed to what the actor may see.

Whoever runs a programme or an event sees everyone in it, guests from elsewhere too. Who sees it for its
area alone (supervisors, auditors) sees the persons registered for communities of their jurisdictions.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import joinedload

from training_app.core.actors import Actor, Role
from training_app.core.db import db
from training_app.core.errors import NotFound
from training_app.core.permissions import Permission
from training_app.divisions.rules import lies_in, within
from training_app.people.policy import ROLE_PERMISSIONS, allows, jurisdictions
from training_app.schedule.access import event_for, phase_for, programme_scope
from training_app.schedule.models import Event, Programme

from .models import Registration, RosterImport


def areas(actor: Actor, permission: Permission, programme: Programme, event_id: int | None = None) -> tuple[str, ...]:
    """The divisions whose people the actor may see in a programme or one event of it; "" is everyone."""
    codes = set()
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
            if grant.division_code is not None:
                codes.add(grant.division_code)
        if everyone:
            return ("",)
    return tuple(sorted(codes))


def may_call(actor: Actor, manages: bool) -> Callable[[str | None], bool]:
    """Whether the actor may see the phone of someone registered for a division.

    Whoever manages the registration may call everyone in it. Others see who is there by one role and phones by
    another: a supervisor who helps at an event's door has the phones of her own area alone.
    """
    codes = ("",) if manages else jurisdictions(actor, Permission.PERSON_VIEW)
    return lambda division_code: any(code == "" or lies_in(division_code, code) for code in codes)


def seen(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    """The condition that the actor may see a Registration; the statement joins its Event and Programme."""
    conditions: list[ColumnElement[bool]] = []
    for grant in actor.grants:
        if permission not in ROLE_PERMISSIONS[grant.role]:
            continue
        if grant.role is Role.ADMINISTRATOR:
            return true()
        if grant.event_id is not None:
            conditions.append(Registration.event_id == grant.event_id)
        elif grant.programme_id is not None:
            conditions.append(Event.programme_id == grant.programme_id)
        elif grant.organisation_id is not None:
            conditions.append(Programme.organisation_id == grant.organisation_id)
        elif grant.division_code is not None:
            conditions.append(within(Registration.division_code, grant.division_code))
    return or_(*conditions) if conditions else ~true()


def listed(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    """The condition that an Event, joined with its Programme, stands in the actor's lists; drafts only for its own."""
    conditions: list[ColumnElement[bool]] = []
    for grant in actor.grants:
        if permission not in ROLE_PERMISSIONS[grant.role]:
            continue
        if grant.role is Role.ADMINISTRATOR:
            return true()
        if grant.event_id is not None:
            conditions.append(Event.id == grant.event_id)
        elif grant.programme_id is not None:
            conditions.append(Event.programme_id == grant.programme_id)
        elif grant.organisation_id is not None:
            conditions.append(Programme.organisation_id == grant.organisation_id)
        elif grant.division_code is not None:
            above = [grant.division_code[:n] for n in range(2, len(grant.division_code) + 1)]
            here = or_(within(Programme.division_code, grant.division_code), Programme.division_code.in_(above))
            conditions.append(and_(here, Event.state != "draft"))
    return or_(*conditions) if conditions else ~true()


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
