"""A ledger from the question to its rows: how large it is, its sheets and parts, and the rows of each part."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from training_app.core import spreadsheets
from training_app.core.db import db
from training_app.divisions.models import Division
from training_app.divisions.rules import DIGITS, within
from training_app.schedule.models import Programme

from . import ledgercoverage, ledgerevents, ledgerpersons
from .ledgerrules import COVERAGE, EVENTS, PERSONS, SHEETS_AT, Cell, Leaf, Wanted, ranges, title
from .models import CoverageTotal

#: The name of a workbook's first sheet where it has a sheet an area.
SUMMARY = "汇总"


@dataclass(frozen=True)
class Heads:
    """What stands above a ledger's table, and what its file is called."""

    title: str
    scope: str
    file_name: str


def size(wanted: Wanted, now: datetime) -> int:
    """About how many rows there will be."""
    if wanted.kind == EVENTS:
        return len(ledgerevents.held(wanted, now))
    if wanted.kind == COVERAGE:
        return ledgercoverage.size(wanted.code)
    area = ledgerpersons.area_of(wanted)
    if len(area) > DIGITS["subdistrict"]:
        return 1
    posts = select(func.sum(CoverageTotal.posts - CoverageTotal.vacant)).where(
        CoverageTotal.division_code == area, CoverageTotal.counting_year == wanted.year
    )
    return int(db.session.scalar(posts) or 0)


def leaves(wanted: Wanted, now: datetime) -> list[Leaf]:
    """The sheets in order, each with its parts."""
    if wanted.kind == EVENTS:
        ids = ledgerevents.held(wanted, now)
        step = ledgerevents.PART
        return [Leaf("按期次", tuple(",".join(map(str, ids[at : at + step])) for at in range(0, len(ids), step)))]
    if wanted.kind == COVERAGE:
        return [Leaf(ledgercoverage.LEVELS[one], (one,)) for one in ledgercoverage.levels(wanted.code)]
    area = ledgerpersons.area_of(wanted)
    digits = SHEETS_AT.get(len(area))
    if digits is None:
        return [Leaf("按人员", tuple(ranges(area, _posts(wanted, area))))]
    below = db.session.execute(
        select(Division.code, Division.name)
        .where(func.length(Division.code) == digits, within(Division.code, area))
        .order_by(Division.code)
    ).all()
    counted = _posts(wanted, area)
    return [
        Leaf(name, tuple(ranges(code, [(one, posts) for one, posts in counted if one.startswith(code)])))
        for code, name in below
        if any(one.startswith(code) for one, _posts in counted)
    ]


def _posts(wanted: Wanted, area: str) -> list[tuple[str, int]]:
    """The subdistricts of an area with their posts, by code."""
    counted = (
        select(CoverageTotal.division_code, func.sum(CoverageTotal.posts))
        .where(
            within(CoverageTotal.division_code, area),
            func.length(CoverageTotal.division_code) == DIGITS["subdistrict"],
            CoverageTotal.counting_year == wanted.year,
        )
        .group_by(CoverageTotal.division_code)
        .order_by(CoverageTotal.division_code)
    )
    return [(row[0], int(row[1])) for row in db.session.execute(counted)]


def rows(wanted: Wanted, part: str, now: datetime) -> Iterable[list[Cell]]:
    """The rows of a part, of which the first cell is left for their number."""
    if wanted.kind == EVENTS:
        return ledgerevents.rows(wanted, [int(one) for one in part.split(",")], now)
    if wanted.kind == COVERAGE:
        return ledgercoverage.rows(wanted, part)
    start, end = part.split("-")
    return ledgerpersons.rows(wanted, start, end, now)


def summary(wanted: Wanted) -> Iterable[list[Cell]] | None:
    """The rows of the first sheet of a workbook that has a sheet an area; None where there is one alone."""
    digits = SHEETS_AT.get(len(ledgerpersons.area_of(wanted))) if wanted.kind == PERSONS else None
    return None if digits is None else ledgercoverage.of_children(wanted, digits)


def place_said(code: str) -> str:
    """泉州市鲤城区开元街道: an area with what lies above it, from the city down."""
    if not code:
        return "全国"
    above = [code[:digits] for digits in DIGITS.values() if len(code) >= digits and (digits > 2 or len(code) == 2)]
    names = db.session.scalars(select(Division.name).where(Division.code.in_(above)).order_by(Division.code))
    return "".join(names)


def heads(wanted: Wanted, extension: str) -> Heads:
    """Title, the line below it, and the name of the file."""
    where = place_said(wanted.code)
    programme = db.session.get_one(Programme, wanted.programme_id).title if wanted.programme_id else "全部培训计划"
    name = title(where, wanted.year, wanted.kind)
    day = wanted.day
    scope = f"统计年度：{wanted.year}年　　范围：{where}　　"
    if wanted.kind != COVERAGE:
        scope += f"培训计划：{programme}　　"
    scope += f"制表日期：{day.year}年{day.month}月{day.day}日"
    return Heads(name, scope, spreadsheets.file_name(name, day, extension=extension))
