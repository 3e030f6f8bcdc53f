"""Reports that are sent upward (上报版): counted once, as at a day, and kept as they were printed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from training_app.core import audit, clock
from training_app.core.db import db, is_sqlite, transaction
from training_app.core.errors import Invalid, NotFound
from training_app.divisions.models import Division
from training_app.divisions.rules import DIGITS
from training_app.people.models import Person
from training_app.schedule.models import Programme

from . import recount, totals
from .counting import COUNTED, Moment, slot_rows, starts
from .models import SentReport
from .totals import Attended, Coverage, Figures

#: A code so short names a province or the nation: counted from the facts it would hold a request for minutes.
LARGE = DIGITS["province"]
#: Two who freeze at once take the same number; the unique key refuses one, who takes the next.
_TRIES = 5


def listed(code: str, year: int | None = None) -> list[SentReport]:
    """What was sent of a division, the newest first; of one counting year, or of all."""
    wanted = select(SentReport).where(SentReport.division_code == code)
    if year is not None:
        wanted = wanted.where(SentReport.counting_year == year)
    return list(db.session.scalars(wanted.order_by(SentReport.counting_year.desc(), SentReport.number.desc())))


def replaced(reports: list[SentReport]) -> dict[int, SentReport]:
    """By the id of each report that a later one of them replaces, that one; the newest where several do."""
    return {one.replaces_id: one for one in reversed(reports) if one.replaces_id is not None}


def freeze(
    code: str,
    year: int,
    as_of: date,
    *,
    author_id: int,
    now: datetime,
    programme_id: int | None = None,
    note: str = "",
    replaces_id: int | None = None,
) -> SentReport:
    """Count a division ("" is the nation) as at the end of a day, and keep it under the next number of its year.

    Everything is counted of one moment of the database. A province and the nation are taken from the kept totals,
    which know today alone. With a programme, attendance is of it alone; posts are always of the counting year.
    The caller has proven that the author may do so. Raises Invalid for a day that cannot be counted, NotFound
    for a year without a programme and for a programme or an earlier report of elsewhere.
    """
    today = clock.local_date(now)
    if as_of > today:
        raise Invalid("day_to_come", _l("That day is still to come. Please choose today or a day before."))
    if as_of.year < year:
        raise Invalid("before_year", _l("The counting year had not begun on that day."))
    if len(code) <= LARGE and (as_of != today or programme_id is not None):
        raise Invalid(
            "too_large", _l("A report of a whole province or of the country is frozen as at today, for all programmes.")
        )
    for left in reversed(range(_TRIES)):
        try:
            return _freeze(code, year, as_of, programme_id, note.strip(), replaces_id, author_id, now)
        except IntegrityError:
            if not left:
                raise
    raise AssertionError("the last try returns or raises")


def _freeze(
    code: str,
    year: int,
    as_of: date,
    programme_id: int | None,
    note: str,
    replaces_id: int | None,
    author_id: int,
    now: datetime,
) -> SentReport:
    with transaction() as session:
        if not is_sqlite():
            # Otherwise each statement would count a later moment than the one before it.
            session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        if year not in totals.years(code):
            raise NotFound()
        programme = session.get(Programme, programme_id) if programme_id is not None else None
        earlier = session.get(SentReport, replaces_id) if replaces_id is not None else None
        if (programme_id is not None and (programme is None or programme.counting_year != year)) or (
            replaces_id is not None
            and (earlier is None or (earlier.division_code, earlier.counting_year) != (code, year))
        ):
            raise NotFound()
        mine = SentReport.division_code == code, SentReport.counting_year == year
        report = SentReport(
            division_code=code,
            counting_year=year,
            number=(session.scalar(select(func.max(SentReport.number)).where(*mine)) or 0) + 1,
            programme_id=programme_id,
            as_of=as_of,
            figures=_figures(code, year, as_of, programme, now),
            note=note,
            replaces_id=replaces_id,
            created_at=now,
            author_id=author_id,
            author_name=session.get_one(Person, author_id).name,
        )
        session.add(report)
        session.flush()
        audit.record(
            audit.Action.REPORT_FROZEN,
            ("sent_report", report.id),
            actor_id=author_id,
            now=now,
            after={"division": code, "year": year, "number": report.number, "as_of": as_of.isoformat()},
        )
        return report


def _figures(code: str, year: int, as_of: date, programme: Programme | None, now: datetime) -> dict[str, Any]:
    if len(code) <= LARGE:
        whole, parts = totals.coverage(code, year), totals.parts(code, year)
    else:
        whole, parts = _counted(code, year, as_of, programme, now)
    return {
        "division": whole.division.name if whole.division else "",
        "programme": programme.title if programme else "",
        "whole": _row(whole),
        "parts": [_row(part) for part in parts],
    }


def _counted(
    code: str, year: int, as_of: date, programme: Programme | None, now: datetime
) -> tuple[Figures, list[Figures]]:
    """A division and those a level below, from the facts of that day."""
    division = db.session.get_one(Division, code)
    digits = next((one for one in DIGITS.values() if one > len(code)), len(code))
    attended = _attended(code, year, as_of, programme, now, digits)
    posts = recount.coverage_on(code, year, as_of, now)
    whole = Figures(division, *_kinds(posts, code), attended.get(code, Attended()))
    if digits == len(code):
        return whole, []
    of_parts = recount.coverage_on(code, year, as_of, now, digits=digits)
    codes = {found for found, _kind in of_parts} | set(attended)
    below = db.session.scalars(
        select(Division).where(Division.parent_code == code, Division.code.in_(codes)).order_by(Division.code)
    )
    return whole, [Figures(one, *_kinds(of_parts, one.code), attended.get(one.code, Attended())) for one in below]


def _kinds(posts: Mapping[tuple[str, str], Mapping[str, int]], code: str) -> tuple[Coverage, Coverage]:
    directors, supervisors = (Coverage(**posts.get((code, kind), {})) for kind in totals.KINDS)
    return directors, supervisors


def _attended(
    code: str, year: int, as_of: date, programme: Programme | None, now: datetime, digits: int
) -> dict[str, Attended]:
    """What was counted of attendance, by division: the whole, and the parts as far as attendance knows them."""
    slots = slot_rows(Moment.end_of(as_of, now), areas=(code,), year=year).subquery("slot_row")
    part = starts(slots.c.division_code, digits)
    wanted = select(part.label("code"), *(func.sum(slots.c[name]).label(name) for name in COUNTED)).group_by(part)
    if programme is not None:
        wanted = wanted.where(slots.c.programme_id == programme.id)
    found: dict[str, Attended] = {}
    total = dict.fromkeys(COUNTED, 0)
    for row in db.session.execute(wanted):
        one = {name: int(getattr(row, name)) for name in COUNTED}
        found[row.code] = Attended(**one)
        total = {name: total[name] + one[name] for name in COUNTED}
    found[code] = Attended(**total)
    return found


def _row(figures: Figures) -> dict[str, Any]:
    posts, others, attended, division = figures.directors, figures.supervisors, figures.attended, figures.division
    # Attendance is known by subdistrict: a community has posts alone.
    counted = division is None or len(division.code) < DIGITS["community"]
    return {
        "code": division.code if division else "",
        "name": division.name if division else "",
        **_posts(posts),
        "pass_rate": posts.pass_rate,
        "tested": posts.tested,
        "passed": posts.passed,
        "expected": attended.expected if counted else None,
        "attendances": attended.attendances if counted else None,
        "person_days": round(attended.person_days, 1) if counted else None,
        "attendance_rate": attended.rate if counted else None,
        "supervisors": _posts(others),
    }


def _posts(posts: Coverage) -> dict[str, Any]:
    return {
        "posts": posts.posts,
        "persons_trained": posts.persons_trained,
        "trained": posts.trained,
        "rate": posts.rate,
        "in_training": posts.in_training,
        "new_untested": posts.new_untested,
        "untrained": posts.untrained,
        "vacant": posts.vacant,
    }
