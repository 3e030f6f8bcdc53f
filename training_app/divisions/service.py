"""The tree as it is asked for: what lies where, by code."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from training_app.core.db import db

from .models import Division
from .rules import within_any


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
