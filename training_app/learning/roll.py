"""Who takes part in a programme, in the order of their communities, as far as one may see them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, func, select

from training_app.core.db import db
from training_app.divisions.models import Division
from training_app.divisions.rules import DIGITS
from training_app.people.models import Person, Post
from training_app.people.persons import in_area, matches

from .models import Score
from .service import members


@dataclass(frozen=True, slots=True)
class Participant:
    """Someone who takes part, with the code of the community of the present post."""

    id: int
    name: str
    division_code: str | None


def roll_statement(
    programme_id: int, areas: Sequence[str], *, under: str = "", text: str = "", unscored: bool = False
) -> Select[Any]:
    """The statement of everyone who takes part and belongs to one of the areas, as the columns of a Participant.

    `under` narrows to a subdistrict's code, `text` to a name, pinyin or last digits of a phone number, `unscored` to
    those without a score.
    """
    held = select(func.min(Post.division_code)).where(Post.person_id == Person.id, Post.ended_on.is_(None))
    place = func.coalesce(held.scalar_subquery(), Person.division_code)
    wanted = [members(programme_id), in_area(list(areas))]
    if under:
        wanted.append(in_area([under]))
    if text.strip():
        wanted.append(matches(text))
    if unscored:
        wanted.append(~has_score(programme_id))
    columns: tuple[Any, ...] = (Person.id, Person.name, place.label("division_code"))
    return select(*columns).where(*wanted).order_by(place.is_(None), place, Person.pinyin, Person.id)


def has_score(programme_id: int) -> ColumnElement[bool]:
    """The condition that a Person row has a score in a programme."""
    return exists().where(Score.programme_id == programme_id, Score.person_id == Person.id)


def roll(programme_id: int, areas: Sequence[str], *, under: str = "", text: str = "") -> list[Participant]:
    """Everyone who takes part and belongs to one of the areas, narrowed as `roll_statement`, in one statement."""
    rows = db.session.execute(roll_statement(programme_id, areas, under=under, text=text))
    return [Participant(*row) for row in rows]


def counts(programme_id: int, areas: Sequence[str], *, under: str = "", text: str = "") -> tuple[int, int]:
    """How many take part, and how many of them have a score, narrowed as `roll_statement`; in one statement."""
    everyone = roll_statement(programme_id, areas, under=under, text=text).order_by(None)
    scored = case((has_score(programme_id), 1), else_=0)
    rows = everyone.with_only_columns(scored.label("scored")).subquery()
    found = db.session.execute(select(func.count(), func.coalesce(func.sum(rows.c.scored), 0)).select_from(rows))
    total, entered = found.one()
    return total, entered


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
