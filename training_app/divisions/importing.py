"""The official tree is taken in from a file; a second time changes nothing."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, pairwise
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam, exists, select, text, update

from training_app.core import audit, bulk
from training_app.core.db import db, is_sqlite, session_connection, transaction
from training_app.core.errors import Invalid

from .models import Division
from .rules import DIGITS, parent_of

#: Rows that are compared with the database together; keeps the national tree's memory flat.
_CHUNK = 5000
#: After so many bad rows the rest is not read: it is another kind of file.
MOST_PROBLEMS = 1000
_COLUMNS = ("code", "name", "level", "parent_code")
Fact = tuple[str, str, str, str | None]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, in divisions."""

    added: int
    changed: int
    unchanged: int


def import_divisions(rows: Iterable[Mapping[str, str]], *, actor_id: int | None, now: datetime) -> Imported:
    """Add the divisions that are new, rename those whose name changed, leave the rest; never delete.

    `rows` have code, name, level, parent ("" for none) and line; they are read once, a few thousand at a time. A
    division that another took over stays ended. Raises Invalid("divisions_invalid") with `details["problems"]`, one
    sentence a row; nothing is changed then.
    """
    with transaction():
        if not is_sqlite():
            # Two imports at once would add the same rows.
            session_connection().execute(text("LOCK TABLE division IN SHARE ROW EXCLUSIVE MODE"))
        work = _Import()
        waiting = iter(rows)
        while len(work.problems) < MOST_PROBLEMS and (some := list(islice(waiting, _CHUNK))):
            work.take(some)
        work.look_for_doubles()
        work.look_for_parents()
        if work.problems:
            sentence = _l("%(count)s rows cannot be used. Nothing was changed.", count=len(work.problems))
            raise Invalid("divisions_invalid", sentence, problems=work.problems)
        if work.loader.count or work.changed:
            counts = {"added": work.loader.count, "changed": work.changed}
            subject = ("division", None)
            audit.record(audit.Action.DIVISIONS_IMPORTED, subject, actor_id=actor_id, now=now, after=counts)
        added = work.loader.count
        return Imported(added, work.changed, len(work.codes) - added - work.changed)


def _number(code: str) -> int:
    """A code in eight bytes; the 1 in front keeps its length."""
    return int(f"1{code}")


class _Import:
    def __init__(self) -> None:
        self.loader = bulk.Loader(Division, _COLUMNS)
        self.changed = 0
        self.problems: list[Any] = []
        #: Of every good row, in its order: the code, and the number of its line.
        self.codes, self.lines = array("Q"), array("L")
        self._file: dict[int, str] = {}

    def take(self, rows: list[Mapping[str, str]]) -> None:
        """Write what is new or changed among some rows."""
        wanted: dict[str, Fact] = {}
        for row in rows:
            problem = _problem(row)
            if problem is not None:
                self.problems.append(problem)
                continue
            code = row["code"]
            file, _colon, line = row["line"].rpartition(":")
            self._file[len(code)] = file
            self.codes.append(_number(code))
            self.lines.append(int(line))
            wanted.setdefault(code, (code, row["name"], row["level"], row["parent"] or None))
        columns = (Division.code, Division.name, Division.level, Division.parent_code)
        known = select(*columns).where(bulk.among(Division.code, list(wanted)))
        kept = {row[0]: row for row in map(tuple, db.session.execute(known))}
        self.loader.append(fact for code, fact in wanted.items() if code not in kept)
        changed = [fact for code, fact in wanted.items() if code in kept and kept[code] != fact]
        if changed:
            self.changed += len(changed)
            table: Any = Division.__table__
            values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in _COLUMNS[1:]}
            statement = update(table).where(table.c.code == bindparam("new_code")).values(values)
            named = [f"new_{name}" for name in _COLUMNS]
            session_connection().execute(statement, [dict(zip(named, fact, strict=True)) for fact in changed])

    def _line(self, place: int) -> str:
        file = self._file[len(str(self.codes[place])) - 1]
        return f"{file}:{self.lines[place]}" if file else str(self.lines[place])

    def look_for_doubles(self) -> None:
        """A code that stands in two lines."""
        ordered = sorted(self.codes)
        doubles = {one for one, other in pairwise(ordered) if one == other}
        first: dict[int, int] = {}
        for place, code in enumerate(self.codes if doubles else ()):
            if code in doubles and first.setdefault(code, place) != place:
                self.problems.append(
                    _l("Line %(line)s: the code %(code)s stands in line %(other)s already.",
                       line=self._line(place), code=str(code)[1:], other=self._line(first[code]))
                )  # fmt: skip

    def look_for_parents(self) -> None:
        """A parent that is neither in the file nor known."""
        if not self.loader.count:
            return
        above = Division.__table__.alias()
        orphans = select(Division.code, Division.parent_code).where(
            Division.parent_code.is_not(None), ~exists().where(above.c.code == Division.parent_code)
        )
        for code, parent in db.session.execute(orphans.order_by(Division.code).limit(MOST_PROBLEMS)):
            self.problems.append(
                _l("Line %(line)s: the parent %(parent)s is neither in the file nor known.",
                   line=self._line(self.codes.index(_number(code))), parent=parent)
            )  # fmt: skip


def _problem(row: Mapping[str, str]) -> Any:
    """The sentence for a row that cannot be used, or None."""
    code, name, level, line = row["code"], row["name"], row["level"], row["line"]
    if level not in DIGITS:
        return _l("Line %(line)s: the level %(level)s is unknown; use %(levels)s.",
                  line=line, level=level or "—", levels=", ".join(DIGITS))  # fmt: skip
    if not (code.isascii() and code.isdigit() and len(code) == DIGITS[level]):
        return _l("Line %(line)s: the code %(code)s of a %(level)s must have %(digits)s digits.",
                  line=line, code=code or "—", level=level, digits=DIGITS[level])  # fmt: skip
    if not name or len(name) > 60:
        return _l("Line %(line)s: the name is missing or longer than 60 characters.", line=line)
    if (row["parent"] or None) != parent_of(code):
        return _l("Line %(line)s: the parent of %(code)s must be %(parent)s.",
                  line=line, code=code, parent=parent_of(code) or "—")  # fmt: skip
    return None
