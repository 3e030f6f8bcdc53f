"""The list of persons and posts of an area: who is where, and what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, or_, select

from training_app.divisions import service as tree
from training_app.divisions.models import Division
from training_app.divisions.rules import subdistrict_of, within, within_any

from . import persons, posts
from .models import Person, Post

#: What the list can be narrowed to, by its name in the address.
SHOWN = ("all", "vacant", "no_phone", "unconfirmed")


class Vacancy(NamedTuple):
    """A division without a present holder of the post that belongs to its level."""

    division: Division
    kind: str


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person as the list shows them."""

    person: Person
    posts: list[Post]
    #: The subdistrict of the first post or of the work place; "" where there is none.
    subdistrict: str
    #: Where they work when they hold no post.
    work_place: str


def statement(text: str, subdistrict: str, shown: str, jurisdictions: Sequence[str]) -> Select[Any]:
    """The persons of an area that match what was typed and chosen, by pinyin."""
    area = tuple(jurisdictions)
    if subdistrict:
        # Narrowed, never widened: a subdistrict outside the area admits nobody.
        area = tuple(subdistrict for code in area if subdistrict.startswith(code))[:1]
    found = persons.searchable(text, area)
    if shown == "no_phone":
        found = found.where(Person.phone.is_(None))
    elif shown == "unconfirmed":
        found = found.where(Person.unconfirmed.is_(True))
    return found


def rows(found: Sequence[Person]) -> list[PersonRow]:
    """What the list shows of these persons, in two statements."""
    held = posts.present_posts([person.id for person in found])
    places: dict[int, str | None] = {}
    for person in found:
        mine = held.get(person.id)
        places[person.id] = mine[0].division_code if mine else person.division_code
    codes = {code for code in places.values() if code}
    names = tree.names(codes | {subdistrict_of(code) for code in codes}) if codes else {}
    return [
        PersonRow(
            person,
            held.get(person.id, []),
            names.get(subdistrict_of(places[person.id] or ""), ""),
            names.get(person.division_code or "", "") if person.id not in held else "",
        )
        for person in found
    ]


def vacancies(subdistrict: str, jurisdictions: Sequence[str]) -> Select[Any]:
    """The divisions of an area whose post nobody holds, as (Division, kind) by code."""
    kind = posts.KIND_AT
    present = and_(Post.division_code == Division.code, Post.ended_on.is_(None), Post.kind == kind)
    wanted = (
        select(Division, kind.label("kind"))
        .outerjoin(Post, present)
        .where(
            Post.id.is_(None),
            Division.valid_to.is_(None),
            or_(Division.level == "community", Division.level == "subdistrict"),
            within_any(Division.code, tuple(jurisdictions)),
        )
    )
    if subdistrict:
        wanted = wanted.where(within(Division.code, subdistrict))
    return wanted.order_by(Division.code)


def offered(jurisdictions: Sequence[str], chosen: str = "") -> tree.Steps:
    """The subdistricts that the filter offers; in a large area the divisions on the way to them."""
    return tree.steps(jurisdictions, chosen)
