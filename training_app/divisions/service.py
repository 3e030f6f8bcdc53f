"""The official tree is taken in from a file; a second time changes nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import insert, select, update

from training_app.core import audit
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid

from .models import Division
from .rules import DIGITS, parent_of, within_any

#: Quanzhou's whole tree comes with the project.
SHIPPED = Path(__file__).resolve().parent.parent / "data" / "divisions-quanzhou.csv"
COLUMNS = ("code", "name", "level", "parent")
#: Rows that one statement takes; keeps the national tree's memory flat.
_CHUNK = 5000


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, in divisions."""

    added: int
    changed: int
    unchanged: int


def read_csv(data: bytes) -> list[dict[str, str]]:
    """The rows of a file with the columns code, name, level and parent, in UTF-8 or GBK.

    Raises Invalid("divisions_unreadable") when it is not such a file.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030", "replace")
    reader = csv.DictReader(io.StringIO(text, newline=""))
    try:
        missing = [column for column in COLUMNS if column not in (reader.fieldnames or [])]
        rows = [{column: (row[column] or "").strip() for column in COLUMNS} for row in reader] if not missing else []
    except csv.Error:
        missing, rows = list(COLUMNS), []
    if missing or not rows:
        sentence = _l("The file needs a first line with the columns code, name, level and parent, and rows below it.")
        raise Invalid("divisions_unreadable", sentence)
    return rows


def import_divisions(rows: Iterable[Mapping[str, str]], *, actor_id: int | None, now: datetime) -> Imported:
    """Add the divisions that are new, rename those whose name changed, leave the rest; never delete.

    Raises Invalid("divisions_invalid") with `details["problems"]`, one sentence a row; nothing is
    changed then.
    """
    with transaction() as session:
        kept = {row[0]: tuple(row) for row in session.execute(_facts())}
        wanted, problems = _checked(rows, set(kept))
        if problems:
            sentence = _l("%(count)s rows cannot be used. Nothing was changed.", count=len(problems))
            raise Invalid("divisions_invalid", sentence, problems=problems)
        new = [fact for code, fact in wanted.items() if code not in kept]
        changed = [fact for code, fact in wanted.items() if code in kept and kept[code] != fact]
        for start in range(0, len(new), _CHUNK):
            session.execute(insert(Division), [_values(fact) for fact in new[start : start + _CHUNK]])
        for code, name, level, parent in changed:
            session.execute(
                update(Division).where(Division.code == code).values(name=name, level=level, parent_code=parent)
            )
        if new or changed:
            counts = {"added": len(new), "changed": len(changed)}
            subject = ("division", None)
            audit.record(audit.Action.DIVISIONS_IMPORTED, subject, actor_id=actor_id, now=now, after=counts)
        return Imported(len(new), len(changed), len(wanted) - len(new) - len(changed))


def _facts() -> Any:
    return select(Division.code, Division.name, Division.level, Division.parent_code)


def _values(fact: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip(("code", "name", "level", "parent_code"), fact, strict=True))


def _checked(
    rows: Iterable[Mapping[str, str]], known: set[str]
) -> tuple[dict[str, tuple[str, str, str, str | None]], list[Any]]:
    """The rows by code, and a sentence for each that cannot be used. Line 1 holds the headings."""
    wanted: dict[str, tuple[str, str, str, str | None]] = {}
    problems: list[Any] = []
    lines: dict[str, int] = {}
    for line, row in enumerate(rows, start=2):
        code, name, level = row["code"], row["name"], row["level"]
        if level not in DIGITS:
            sentence = _l("Line %(line)s: the level %(level)s is unknown; use %(levels)s.",
                          line=line, level=level or "—", levels=", ".join(DIGITS))  # fmt: skip
        elif not (code.isascii() and code.isdigit() and len(code) == DIGITS[level]):
            sentence = _l("Line %(line)s: the code %(code)s of a %(level)s must have %(digits)s digits.",
                          line=line, code=code or "—", level=level, digits=DIGITS[level])  # fmt: skip
        elif not name or len(name) > 60:
            sentence = _l("Line %(line)s: the name is missing or longer than 60 characters.", line=line)
        elif code in lines:
            sentence = _l("Line %(line)s: the code %(code)s stands in line %(other)s already.",
                          line=line, code=code, other=lines[code])  # fmt: skip
        elif row["parent"] != (parent_of(code) or ""):
            sentence = _l("Line %(line)s: the parent of %(code)s must be %(parent)s.",
                          line=line, code=code, parent=parent_of(code) or "—")  # fmt: skip
        else:
            lines[code] = line
            wanted[code] = (code, name, level, parent_of(code))
            continue
        problems.append(sentence)
    for code, (_code, _name, _level, parent) in wanted.items():
        if parent and parent not in wanted and parent not in known:
            problems.append(_l("Line %(line)s: the parent %(parent)s is neither in the file nor known.",
                               line=lines[code], parent=parent))  # fmt: skip
    return wanted, problems


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
