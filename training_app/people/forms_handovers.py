"""The table in which a supervisor types who follows whom: one row a community, an empty row is no change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from .handovers import Change
from .posts import Holder


@dataclass(frozen=True, slots=True)
class TypedRow:
    """What stands in one row, as it was typed."""

    holder: Holder
    name: str
    phone: str
    from_on: str
    vacant: bool

    @property
    def code(self) -> str:
        return self.holder.division.code

    @property
    def is_change(self) -> bool:
        """Whether anything was typed; a day of its own alone changes nothing."""
        return bool(self.name.strip() or self.phone.strip() or self.vacant)


def typed_rows(form: Mapping[str, str], holders: Sequence[Holder]) -> list[TypedRow]:
    """Every row of the table with what was typed in it."""
    return [
        TypedRow(
            holder,
            form.get(f"{holder.division.code}-name", ""),
            form.get(f"{holder.division.code}-phone", ""),
            form.get(f"{holder.division.code}-from_on", ""),
            form.get(f"{holder.division.code}-vacant") is not None,
        )
        for holder in holders
    ]


def day(text: str) -> date | None:
    """A typed day; None when it is none."""
    try:
        return date.fromisoformat(text.strip().replace("/", "-"))
    except ValueError:
        return None


def changes(form: Mapping[str, str], rows: Sequence[TypedRow]) -> list[Change]:
    """The rows that hold a change; a row without its own day takes the one above the table."""
    common, appointed = form.get("from_on", ""), form.get("appointed", "unknown")
    found = []
    for row in rows:
        if row.is_change:
            old = form.get(f"{row.code}-old", "")
            found.append(
                Change(
                    row.code,
                    int(old) if old.isascii() and old.isdigit() and len(old) < 10 else None,
                    row.name,
                    row.phone,
                    row.vacant,
                    day(row.from_on or common),
                    appointed,
                )
            )
    return found
