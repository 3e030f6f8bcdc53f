"""Everything that is kept, counted anew from the facts by set-based statements; and a division as on a day gone by."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Integer as WholeNumber
from sqlalchemy import Select, and_, case, cast, delete, func, insert, select, union, union_all
from sqlalchemy.dialects import postgresql, sqlite

from training_app.attendance.models import Scan
from training_app.core.db import db, insert_unless_there, is_sqlite, transaction
from training_app.divisions.rules import DIGITS, subdistrict_of
from training_app.schedule.models import Programme

from .counting import COUNTED, Moment, paper_rows, slot_rows, starts
from .models import CoverageTotal, Dirty, DivisionTotal, PaperTotal, PostState, ProgrammeCount, SlotTotal, Upkeep
from .poststates import post_rows
from .rules import NEW_UNTESTED, STATES, UNTRAINED

#: The levels at which sums are kept, by the digits of their codes; the nation has none.
LEVELS = (0, *(digits for level, digits in DIGITS.items() if level != "community"))
#: What is counted of posts, in the order in which `coverage_of` gives it.
COVERAGE = (
    "posts",
    *STATES,
    "out_of_reach",
    "new_out_of_reach",
    "untrained_out_of_reach",
    "persons_trained",
    "tested",
    "passed",
)
#: Scans that are looked at again after a recount: one that took its number before may commit after it.
_AGAIN = 5000


def years() -> list[int]:
    """The counting years for which coverage is kept: those that have a programme."""
    return list(db.session.scalars(select(Programme.counting_year).distinct().order_by(Programme.counting_year)))


def lock(now: datetime) -> Upkeep:
    """The upkeep's row, made where there is none, held until the open transaction ends."""
    wanted = select(Upkeep).where(Upkeep.id == 1).with_for_update()
    found = db.session.scalar(wanted)
    if found is None:
        insert_unless_there(Upkeep, first(now), ["id"])
        found = db.session.scalars(wanted).one()
    return found


def first(now: datetime) -> dict[str, Any]:
    """The upkeep's row of a database for which nothing was counted yet."""
    scans = _settled_scans()
    return {
        "id": 1,
        "scans_settled": scans,
        "scans_passed": scans,
        "scans_seen": 0,
        "shifted_at": now,
        "clock_at": now,
    }


def _settled_scans() -> int:
    highest: int = db.session.scalar(select(func.max(Scan.id))) or 0
    return max(0, highest - _AGAIN)


def everything(now: datetime) -> None:
    """Count the whole nation anew and store it, in one transaction that holds the upkeep off. Repeatable.

    About a minute for the national tree with 3.7 million attendances; other writers of a SQLite file wait for it.
    """
    with transaction() as session:
        upkeep = lock(now)
        scans = _settled_scans()
        for model in (SlotTotal, PaperTotal, DivisionTotal, PostState, CoverageTotal, Dirty):
            session.execute(delete(model))
        moment = Moment(now)
        _fill(SlotTotal, slot_rows(moment))
        _fill(PaperTotal, paper_rows(moment))
        _fill(DivisionTotal, _division_rows())
        known = union(select(SlotTotal.programme_id), select(ProgrammeCount.programme_id))
        stamp(db.session.scalars(known).all(), now)
        for year in years():
            _fill(PostState, post_rows(year, moment))
        for digits in LEVELS:
            _fill(CoverageTotal, coverage_of(PostState.__table__.c, digits))
        upkeep.scans_settled = upkeep.scans_passed = scans
        upkeep.scans_seen, upkeep.shifted_at, upkeep.clock_at = 0, now, now


def stamp(programme_ids: Collection[int], now: datetime) -> None:
    """Write down that slots of these programmes were counted. Inside the transaction that stores what was counted."""
    rows = [{"programme_id": one, "revision": 1, "counted_at": now} for one in sorted(set(programme_ids))]
    if not rows:
        return
    table = ProgrammeCount.__table__
    make = (sqlite if is_sqlite() else postgresql).insert(table)
    again = {"revision": table.c.revision + 1, "counted_at": make.excluded.counted_at}
    db.session.execute(make.on_conflict_do_update(index_elements=["programme_id"], set_=again), rows)


def _fill(model: Any, rows: Select[Any]) -> None:
    names = [str(column.key) for column in rows.selected_columns]
    db.session.execute(insert(model).from_select(names, rows, include_defaults=False))


def _division_rows() -> Select[Any]:
    key = ("division_code", "counting_year", "month")
    slots, papers = SlotTotal.__table__.c, PaperTotal.__table__.c
    nothing = cast(0, WholeNumber)
    by_code = union_all(
        select(
            *(slots[name] for name in key),
            *(cast(func.sum(slots[name]), WholeNumber).label(name) for name in COUNTED),
            nothing.label("certified"),
        ).group_by(*(slots[name] for name in key)),
        select(
            *(papers[name] for name in key),
            *(nothing.label(name) for name in COUNTED),
            cast(func.sum(papers.certified), WholeNumber),
        ).group_by(*(papers[name] for name in key)),
    ).subquery("by_code")
    levels = []
    for digits in LEVELS:
        code = starts(by_code.c.division_code, digits)
        levels.append(
            select(
                code.label("division_code"),
                by_code.c.counting_year,
                by_code.c.month,
                *(cast(func.sum(by_code.c[name]), WholeNumber).label(name) for name in (*COUNTED, "certified")),
            )
            .where(func.length(by_code.c.division_code) >= digits)
            .group_by(code, by_code.c.counting_year, by_code.c.month)
        )
    found = union_all(*levels).subquery("level")
    return select(*found.c)


def coverage_of(post: Any, digits: int) -> Select[Any]:
    """The coverage of every division of a level, from rows of posts with the columns of PostState.

    Columns: division_code, kind, counting_year, then COVERAGE.
    """
    code = starts(post.division_code, digits)

    def count(condition: Any) -> Any:
        return cast(func.sum(case((condition, 1), else_=0)), WholeNumber)

    def persons(condition: Any) -> Any:
        return cast(func.count(case((condition, post.person_id)).distinct()), WholeNumber)

    figures = {
        "posts": cast(func.count(), WholeNumber),
        **{state: count(post.state == state) for state in STATES},
        "out_of_reach": count(~post.reached),
        "new_out_of_reach": count(and_(~post.reached, post.state == NEW_UNTESTED)),
        "untrained_out_of_reach": count(and_(~post.reached, post.state == UNTRAINED)),
        "persons_trained": persons(post.state == "trained"),
        "tested": persons(post.tested),
        "passed": persons(and_(post.tested, post.passed)),
    }
    return select(
        code.label("division_code"),
        post.kind,
        post.counting_year,
        *(figures[name].label(name) for name in COVERAGE),
    ).group_by(code, post.kind, post.counting_year)


def coverage_on(
    code: str, year: int, day: date, now: datetime, *, digits: int | None = None
) -> dict[tuple[str, str], dict[str, int]]:
    """The coverage of a division as on a day, by (code, kind), from the facts of that day; writes nothing.

    `digits` gives it for every division of that level below instead.
    """
    posts = post_rows(year, Moment.end_of(day, now), [code]).subquery("post")
    rows = db.session.execute(coverage_of(posts.c, len(code) if digits is None else digits))
    return {(row.division_code, row.kind): {name: getattr(row, name) for name in COVERAGE} for row in rows}


def counted_on(code: str, year: int, day: date, now: datetime) -> dict[str, int]:
    """What was counted of attendance in a division until the end of a day, from the facts; writes nothing."""
    return _summed(slot_rows(Moment.end_of(day, now), areas=(code,), year=year))


def counted_near(code: str, year: int, now: datetime) -> dict[str, int]:
    """What was counted of attendance until now in a community, of which no sums are kept, from the facts.

    The kept totals say in which slots anybody of its subdistrict was.
    """
    slots = select(SlotTotal.slot_id).where(
        SlotTotal.division_code == subdistrict_of(code), SlotTotal.counting_year == year
    )
    return _summed(slot_rows(Moment(now), slots, areas=(code,)))


def _summed(rows: Select[Any]) -> dict[str, int]:
    slots = rows.subquery("slot_row")
    row = db.session.execute(select(*(func.coalesce(func.sum(slots.c[name]), 0) for name in COUNTED))).one()
    return {name: int(value) for name, value in zip(COUNTED, row, strict=True)}


def prefixes(code: str) -> Iterable[str]:
    """The codes of the divisions that hold one, its own included, as far as sums are kept."""
    return (code[:digits] for digits in LEVELS if digits <= len(code))
