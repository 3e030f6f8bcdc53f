"""The coverage of every division of a level as rows, read from the kept totals a stretch of codes at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from training_app.core.db import db
from training_app.divisions.models import Division
from training_app.divisions.rules import DIGITS, within

from .ledgerrules import Cell, Wanted
from .models import CoverageTotal, DivisionTotal
from .totals import HOURS_A_DAY

#: Divisions that are read together.
STRETCH = 2_000
#: The levels that have a sheet, and its name.
LEVELS = {"province": "省级", "city": "市级", "district": "县（市、区）", "subdistrict": "乡镇（街道）"}
_STATES = ("posts", "vacant", "new_untested", "in_training", "trained", "untrained", "persons_trained")


def levels(code: str) -> list[str]:
    """The levels below a division of which totals are kept; its own where it has none below."""
    below = [level for level in LEVELS if DIGITS[level] > len(code)]
    return below or ["subdistrict"]


def size(code: str) -> int:
    """How many rows the sheets of a division have together."""
    wanted = select(func.count()).where(Division.level.in_(levels(code)), within(Division.code, code))
    return db.session.scalar(wanted) or 0


def rows(wanted: Wanted, level: str) -> Iterator[list[Cell]]:
    """Every division of a level, by code, and at the end what the whole comes to. Three statements a stretch."""
    after = ""
    while found := _stretch(wanted, level, after):
        yield from _rows(wanted, found)
        after = found[-1][0]
    where = db.session.get(Division, wanted.code) if wanted.code else None
    name = where.name if where else "全国"
    yield from _rows(wanted, [(wanted.code, "合计", name, None)], whole=True)


def of_children(wanted: Wanted, digits: int) -> Iterator[list[Cell]]:
    """The divisions of one level for the first sheet of a workbook."""
    level = next(one for one, length in DIGITS.items() if length == digits)
    return rows(wanted, level)


def _stretch(wanted: Wanted, level: str, after: str) -> Sequence[Any]:
    """Those that are there today, and those that have ended since and had posts in that year."""
    above = aliased(Division)
    had = select(CoverageTotal.division_code).where(CoverageTotal.counting_year == wanted.year)
    return db.session.execute(
        select(Division.code, above.name, Division.name, Division.parent_code)
        .outerjoin(above, above.code == Division.parent_code)
        .where(
            Division.level == level,
            within(Division.code, wanted.code),
            Division.code > after,
            or_(Division.valid_to.is_(None), Division.code.in_(had)),
        )
        .order_by(Division.code)
        .limit(STRETCH)
    ).all()


def _rows(wanted: Wanted, divisions: Sequence[Any], *, whole: bool = False) -> Iterator[list[Cell]]:
    first, last, digits = divisions[0][0], divisions[-1][0], len(divisions[0][0])

    def here(model: Any) -> Any:
        code = model.division_code
        return code >= first, code <= last, func.length(code) == digits, model.counting_year == wanted.year

    covered = {
        (row.division_code, row.kind): row
        for row in db.session.execute(select(CoverageTotal.__table__).where(*here(CoverageTotal)))
    }
    sums = ("expected", "attendances", "tenth_hours")
    attended = {
        row[0]: row[1:]
        for row in db.session.execute(
            select(DivisionTotal.division_code, *(func.sum(getattr(DivisionTotal, name)) for name in sums))
            .where(*here(DivisionTotal))
            .group_by(DivisionTotal.division_code)
        )
    }
    for code, above, name, _parent in divisions:
        directors, supervisors = covered.get((code, "director")), covered.get((code, "supervisor"))
        expected, came, tenths = (int(value) for value in attended.get(code, (0, 0, 0)))
        states = [getattr(directors, state, 0) for state in _STATES]
        tested, passed = getattr(directors, "tested", 0), getattr(directors, "passed", 0)
        over = [getattr(supervisors, state, 0) for state in ("posts", "vacant", "trained")]
        yield [
            "" if whole else None,
            above or "",
            name,
            code,
            *states,
            came,
            round(tenths / 10 / HOURS_A_DAY, 1),
            came / expected if expected else None,
            tested,
            passed,
            passed / tested if tested else None,
            *over,
        ]
