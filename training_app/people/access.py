"""Fetching a person and proving that this actor may see them is one act."""

from __future__ import annotations

from sqlalchemy import select

from training_app.core.actors import Actor, Scope
from training_app.core.db import db
from training_app.core.errors import NotFound
from training_app.core.permissions import Permission

from .models import Person, Post
from .policy import allows


def person_scope(person: Person) -> Scope:
    """What a person belongs to: the communities of their present posts, or where they work."""
    codes = db.session.scalars(
        select(Post.division_code).where(Post.person_id == person.id, Post.ended_on.is_(None))
    ).all()
    return Scope(divisions=tuple(codes) or ((person.division_code,) if person.division_code else ()))


def person_for(actor: Actor, person_id: int, permission: Permission) -> Person:
    """The person with this id, if the actor may do this with them.

    Raises NotFound for an unknown id and for one outside the actor's area alike.
    """
    person = db.session.get(Person, person_id)
    if person is None or not allows(actor, permission, person_scope(person)):
        raise NotFound()
    return person
