"""Someone is added by hand, with the post that they take, in one go."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from flask_babel import lazy_gettext as _l

from training_app.core.db import transaction
from training_app.core.errors import Invalid
from training_app.divisions.rules import DIGITS

from . import persons, posts
from .models import Person


class NewPost(NamedTuple):
    """The post that comes with a newcomer: from which day, and how it was given."""

    from_on: date | None
    appointed: str


class Added(NamedTuple):
    """Who was added, or who was there already: then nothing of them was changed."""

    person: Person
    is_new: bool


def kind_at(division_code: str) -> str:
    """The kind of post that belongs to a division."""
    return "supervisor" if len(division_code) == DIGITS["subdistrict"] else "director"


def add(
    name: str,
    phone: str | None,
    *,
    email: str | None,
    sex: str | None,
    division_code: str | None,
    post: NewPost | None,
    actor_id: int,
    now: datetime,
) -> Added:
    """Add a person; with `post` they take the vacant post of their division.

    Gives the person of that number, or of that name in the same community, when there is one. Raises
    Invalid for what cannot be used and Refusal("holder_changed") when the post is not vacant.
    """
    with transaction():
        person = persons.find_or_create(name, phone, division_code=division_code, actor_id=actor_id, now=now)
        if person.created_at != now:
            return Added(person, False)
        if (email or "").strip() or sex:
            persons.change(
                person.id,
                name=name,
                phone=phone,
                email=email,
                sex=sex,
                division_code=division_code,
                actor_id=actor_id,
                now=now,
            )
        if post is not None:
            if not division_code:
                sentence = _l("Please choose the community whose post it is.")
                raise Invalid("division_missing", sentence, {"division": sentence})
            if post.from_on is None:
                sentence = _l("Please type the first day, for example 2026-06-01.")
                raise Invalid("day_missing", sentence, {"from_on": sentence})
            posts.change_holder(
                division_code,
                kind_at(division_code),
                expected_person_id=None,
                new_person_id=person.id,
                from_on=post.from_on,
                appointed=post.appointed,
                actor_id=actor_id,
                now=now,
            )
        return Added(person, True)
