"""The tree as it is asked for: what lies where, by code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select, true

from training_app.core.db import db

from .models import Division
from .rules import DIGITS, meets, subdistrict_of, within_any

#: A choice of places offers so many at once; a larger area is opened a level at a time.
AT_ONCE = 400


@dataclass(frozen=True)
class Steps:
    """The divisions that a choice of places offers, by code. `stepwise`: what lies below the chosen one, not all."""

    found: Sequence[Division]
    stepwise: bool

    def labelled(self) -> list[tuple[str, str]]:
        """Codes and names, each level below another set in."""
        depths = {length: place for place, length in enumerate(sorted({len(one.code) for one in self.found}))}
        return [(one.code, "\u3000" * depths[len(one.code)] + one.name) for one in self.found]


def steps(
    prefixes: Iterable[str], chosen: str = "", *, levels: Iterable[str] = ("subdistrict",), ended: bool = False
) -> Steps:
    """Every division of these levels in an area; of a large area the way down to the chosen one and the next level.

    With `ended` also those that are no more. Two statements, and never more than a few hundred divisions, whatever the
    size of the area.
    """
    area = tuple(prefixes)
    present = true() if ended else Division.valid_to.is_(None)
    here = present, within_any(Division.code, area)
    wanted = select(Division).where(*here).order_by(Division.code)
    few = db.session.scalars(wanted.where(Division.level.in_(list(levels))).limit(AT_ONCE + 1)).all()
    if len(few) <= AT_ONCE:
        return Steps(few, stepwise=False)
    opened = {chosen[:digits] for digits in DIGITS.values() if digits <= len(chosen)} if chosen.isdigit() else set()
    top = Division.parent_code.is_(None) if "" in area else Division.code.in_(area)
    if "" not in area and len(area) == 1:
        opened.update(area)
    below = wanted.where(or_(top, Division.parent_code.in_(opened)), Division.level != "community")
    return Steps(db.session.scalars(below).all(), stepwise=True)


def filter_choices(area: str, jurisdictions: Iterable[str], chosen: str = "") -> list[tuple[str, str]]:
    """What a list of people of an area is narrowed to, by who sees these jurisdictions: codes and names, as `steps`.

    People were counted where they were at that time: divisions that are no more are offered too.
    """
    seen = {max(area, subdistrict_of(code), key=len) for code in jurisdictions if meets(area, subdistrict_of(code))}
    return steps(sorted(seen), chosen, ended=True).labelled()


def subdistricts(prefixes: Iterable[str]) -> list[Division]:
    """The subdistricts (townships) in an area, by code."""
    return _present("subdistrict", prefixes)


def communities(prefixes: Iterable[str]) -> list[Division]:
    """The communities (villages) in an area, by code."""
    return _present("community", prefixes)


def at_levels(levels: Iterable[str], prefixes: Iterable[str]) -> list[Division]:
    """The divisions of some levels in an area, by code."""
    statement = select(Division).where(
        Division.level.in_(list(levels)),
        Division.valid_to.is_(None),
        within_any(Division.code, tuple(prefixes)),
    )
    return list(db.session.scalars(statement.order_by(Division.code)))


def names(codes: Iterable[str]) -> dict[str, str]:
    """The names of divisions by code."""
    found = db.session.execute(select(Division.code, Division.name).where(Division.code.in_(set(codes))))
    return {row.code: row.name for row in found}


def _present(level: str, prefixes: Iterable[str]) -> list[Division]:
    return at_levels([level], prefixes)
