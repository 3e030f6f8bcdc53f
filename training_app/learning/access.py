"""Fetching a training held elsewhere and proving that this actor may touch it is one act."""

from __future__ import annotations

from training_app.core.actors import Actor
from training_app.core.db import db
from training_app.core.errors import NotFound
from training_app.core.permissions import Permission
from training_app.people.access import person_scope
from training_app.people.policy import allows

from .models import OutsideTraining


def training_for(actor: Actor, training_id: int, permission: Permission) -> OutsideTraining:
    """The entry with this id, if its person lies where the actor has the permission. Raises NotFound."""
    row = db.session.get(OutsideTraining, training_id)
    if row is None or not allows(actor, permission, person_scope(row.person)):
        raise NotFound()
    return row


def own_training(actor: Actor, training_id: int) -> OutsideTraining:
    """The actor's own entry with this id. Raises NotFound for anyone else's."""
    row = db.session.get(OutsideTraining, training_id)
    mine = row is not None and actor.person_id in (row.person_id, row.person.merged_into_id)
    if row is None or actor.person_id is None or not mine:
        raise NotFound()
    return row


def proof_for(actor: Actor, training_id: int) -> OutsideTraining:
    """The entry whose proof is asked for: by the person herself, or by staff who may enter such things for her."""
    try:
        return own_training(actor, training_id)
    except NotFound:
        return training_for(actor, training_id, Permission.OUTSIDE_ENTER)
