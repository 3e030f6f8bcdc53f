"""Fetching a training held elsewhere, or an event whose form it is, and proving that this actor may is one act."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from training_app.core.actors import Actor
from training_app.core.db import db
from training_app.core.errors import NotFound
from training_app.core.permissions import Permission
from training_app.people.access import person_scope
from training_app.people.policy import allows
from training_app.schedule.access import event_for
from training_app.schedule.models import Event

from .models import OutsideTraining


def training_for(actor: Actor, training_id: int, permission: Permission) -> OutsideTraining:
    """The entry with this id, if its person lies where the actor has the permission. Raises NotFound."""
    row = _load(training_id)
    if not _staff_may(actor, row, permission) or row is None:
        raise NotFound()
    return row


def own_training(actor: Actor, training_id: int) -> OutsideTraining:
    """The actor's own entry with this id. Raises NotFound for anyone else's."""
    row = _load(training_id)
    if row is None or not _own(actor, row):
        raise NotFound()
    return row


def proof_for(actor: Actor, training_id: int) -> OutsideTraining:
    """The entry whose proof is asked for: by the person herself, or by staff who may enter such things for her."""
    row = _load(training_id)
    if row is not None and _own(actor, row):
        return row
    if not _staff_may(actor, row, Permission.OUTSIDE_ENTER) or row is None:
        raise NotFound()
    return row


def _load(training_id: int) -> OutsideTraining | None:
    return db.session.scalar(
        select(OutsideTraining).where(OutsideTraining.id == training_id).options(joinedload(OutsideTraining.person))
    )


def _own(actor: Actor, row: OutsideTraining) -> bool:
    return actor.person_id is not None and actor.person_id in (row.person_id, row.person.merged_into_id)


def _staff_may(actor: Actor, row: OutsideTraining | None, permission: Permission) -> bool:
    """Whether the entry's person lies where the actor has the permission; of no entry it is asked alike."""
    return allows(actor, permission, person_scope(None if row is None else row.person))


def form_event_for(actor: Actor, event_id: int, permission: Permission) -> Event:
    """The event of a satisfaction form, drafts aside. Raises NotFound."""
    event = event_for(actor, event_id, permission)
    if event.state == "draft":
        raise NotFound()
    return event
