"""Who takes part in a programme, in the order of their communities, as far as one may see them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from training_app.core.db import db
from training_app.divisions.models import Division
from training_app.divisions.rules import DIGITS
from training_app.people.models import Person, Post
from training_app.people.persons import in_area, matches

from .service import members


@dataclass(frozen=True, slots=True)
class Participant:
    """Someone who takes part, with the code of the community of the present post."""

    id: int
    name: str
    division_code: str | None


def roll(programme_id: int, areas: Sequence[str], *, under: str = "", text: str = "") -> list[Participant]:
    """Everyone who takes part and belongs to one of the areas, in one statement.

    `under` narrows to a subdistrict's code, `text` to a name, pinyin or last digits of a phone number.
    """
    held = select(func.min(Post.division_code)).where(Post.person_id == Person.id, Post.ended_on.is_(None))
    place = func.coalesce(held.scalar_subquery(), Person.division_code)
    wanted = [members(programme_id), in_area(list(areas))]
    if under:
        wanted.append(in_area([under]))
    if text.strip():
        wanted.append(matches(text))
    rows = db.session.execute(
        select(Person.id, Person.name, place).where(*wanted).order_by(place.is_(None), place, Person.pinyin, Person.id)
    )
    return [Participant(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Place:
    """The names of a community and of its subdistrict."""

    community: str = ""
    subdistrict: str = ""


def places(codes: Iterable[str | None]) -> dict[str | None, Place]:
    """The names that belong to these codes, in one statement; what is unknown is left out."""
    wanted = {code for code in codes if code}
    above = {code[: DIGITS["subdistrict"]] for code in wanted}
    rows = db.session.execute(select(Division.code, Division.name).where(Division.code.in_(wanted | above)))
    names = {row[0]: row[1] for row in rows}
    return {code: Place(names.get(code, ""), names.get(code[: DIGITS["subdistrict"]], "")) for code in wanted}
