"""The ledger by person: everyone who holds a post, and whoever took part and holds none now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, exists, func, select
from sqlalchemy.orm import aliased

from training_app.attendance.models import Attendance
from training_app.attendance.rules import HERE
from training_app.certificates import service as certificates
from training_app.certificates.rules import counted_points
from training_app.certificates.standings import held_by
from training_app.certificates.wording import COMPLETION
from training_app.core import clock
from training_app.core.bulk import among
from training_app.core.db import db
from training_app.divisions.models import Division
from training_app.divisions.rules import DIGITS, lies_in, subdistrict_of, within
from training_app.learning.service import FOR_ONESELF
from training_app.people.merging import HOLDER, records
from training_app.people.models import Person, Post
from training_app.people.posts import LEVEL
from training_app.schedule.models import Event, Phase, Programme, Slot
from training_app.web.filters import place

from .ledgerrules import Cell, Wanted, code_after, numbers_said
from .models import PostState
from .posts import meeting
from .rules import is_new, reference_day

_SEXES = {"m": "男", "f": "女", "男": "男", "女": "女"}
_DUTIES = {"director": "儿童主任", "supervisor": "儿童督导员"}
_ONE_A_PHASE = "one_session_phases"


@dataclass
class _Line:
    """One person's row while it is put together."""

    codes: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    started_on: date | None = None
    first_started_on: date | None = None
    former: bool = False
    visits: list[str] = field(default_factory=list)
    hours: Decimal | None = None
    outside: Decimal = Decimal(0)
    points: Decimal | None = None
    passed: bool = False
    serials: list[str] = field(default_factory=list)
    issued_on: date | None = None


def area_of(wanted: Wanted) -> str:
    """Where the rows lie: the nearer one of the division and the programme's."""
    if wanted.programme_id is None:
        return wanted.code
    found = db.session.get_one(Programme, wanted.programme_id).division_code
    return found if lies_in(found, wanted.code) else wanted.code


def programmes_of(wanted: Wanted) -> list[Programme]:
    """The programmes that are counted."""
    found = meeting(wanted.code, wanted.year)
    return [one for one in found if wanted.programme_id in (None, one.id)]


def rows(wanted: Wanted, start: str, end: str, now: datetime) -> list[list[Cell]]:
    """The rows of the persons from one code to before another, in the order of codes.

    Who holds several posts stands once, under the first of them. The number of statements grows with the programmes,
    not with the persons.
    """
    area, programmes = area_of(wanted), programmes_of(wanted)
    lines = _holders(wanted, area, start, end) | _former(wanted, area, programmes, start, end)
    if not lines:
        return []
    people = _people(lines)
    for programme in programmes:
        # A province has hundreds of programmes, and few of them reach into these codes.
        if not (programme.division_code < end and start < code_after(programme.division_code)):
            continue
        inside = [
            person_id
            for person_id, line in lines.items()
            if line.former or any(lies_in(code, programme.division_code) for code in line.codes)
        ]
        if inside:
            _add(programme, lines, inside, now)
    names = _names(code for line in lines.values() for code in line.codes)
    day = reference_day(wanted.year, wanted.day)
    ordered = sorted(lines, key=lambda one: (lines[one].codes[0], lines[one].former, one))
    return [_row(wanted, lines[one], people[one], names, day) for one in ordered]


def _holders(wanted: Wanted, area: str, start: str, end: str) -> dict[int, _Line]:
    here = and_(
        # The whole key is named: by the year alone every post of the country would be gone through.
        PostState.division_code.in_(select(Division.code).where(Division.code >= start, Division.code < end)),
        PostState.kind.in_(list(LEVEL)),
        PostState.counting_year == wanted.year,
        PostState.person_id.is_not(None),
    )
    every = (
        select(PostState.__table__)
        .where(
            PostState.counting_year == wanted.year,
            PostState.person_id.in_(select(PostState.person_id).where(here)),
            within(PostState.division_code, area),
        )
        .order_by(PostState.division_code)
    )
    found: dict[int, _Line] = defaultdict(_Line)
    for post in db.session.execute(every):
        line = found[post.person_id]
        line.codes.append(post.division_code)
        line.kinds.append(post.kind)
        if line.started_on is None:
            line.started_on, line.first_started_on = post.started_on, post.first_started_on
    return {person_id: line for person_id, line in found.items() if start <= line.codes[0] < end}


def _former(wanted: Wanted, area: str, programmes: Collection[Programme], start: str, end: str) -> dict[int, _Line]:
    """Who attended for oneself and holds no post of the area now, by where they were from then."""
    holds = exists().where(
        PostState.person_id == HOLDER,
        PostState.counting_year == wanted.year,
        within(PostState.division_code, area),
    )
    attended = (
        select(HOLDER, func.min(Attendance.division_code))
        .join(Person, Person.id == Attendance.person_id)
        .join(Slot, Slot.id == Attendance.slot_id)
        .join(Event, Event.id == Slot.event_id)
        .where(
            Event.programme_id.in_([one.id for one in programmes]),
            Attendance.division_code >= max(start, area),
            Attendance.division_code < end,
            Attendance.status.in_(HERE),
            Attendance.as_whom.in_(FOR_ONESELF),
            ~holds,
        )
        .group_by(HOLDER)
    )
    found = {row[0]: _Line(codes=[row[1] or ""], former=True) for row in db.session.execute(attended)}
    if found:
        held = (
            select(HOLDER, Post.division_code, Post.kind, Post.started_on)
            .join(Person, Person.id == Post.person_id)
            .where(Post.person_id.in_(records(found)))
            .order_by(Post.started_on)
        )
        for person_id, code, kind, started_on in db.session.execute(held):
            line = found[person_id]
            line.first_started_on = line.first_started_on or started_on
            if code == line.codes[0]:
                line.kinds, line.started_on = [kind], started_on
    return found


def _people(lines: Collection[int]) -> dict[int, Any]:
    wanted = select(Person.id, Person.name, Person.sex, Person.phone).where(among(Person.id, lines))
    return {row.id: row for row in db.session.execute(wanted)}


def _add(programme: Programme, lines: dict[int, _Line], inside: list[int], now: datetime) -> None:
    """What these people did in a programme, as its certificates count it."""
    conditions = certificates.conditions_of(programme, certificates.current_rule(programme.id))
    phases = {
        row.id: row.number
        for row in db.session.execute(
            select(Event.id, Phase.number)
            .join(Phase, Phase.id == Event.phase_id)
            .where(Event.programme_id == programme.id)
        )
    }
    held = held_by(programme.id, inside)
    for person_id, done in certificates.progress(programme.id, inside, now, conditions=conditions).items():
        line = lines[person_id]
        sessions, salons = [], 0
        for visit in done.attended:
            if visit.kind != "session":
                salons += 1
            elif programme.preset == _ONE_A_PHASE:
                sessions.append(visit.number)
            else:
                sessions.append(phases.get(visit.event_id, visit.number))
        said = [numbers_said(sessions), f"沙龙{salons}次" if salons else ""]
        if any(said):
            line.visits.append("，".join(part for part in said if part))
        if done.attended:
            line.hours = (line.hours or Decimal(0)) + done.hours
        line.outside = max(line.outside, done.hours_outside or Decimal(0))
        points = counted_points(conditions, [value for _try, value in sorted(done.points.items())])
        if points is not None:
            line.points = max(points, line.points or points)
            line.passed = line.passed or done.kind == COMPLETION
        paper = held.get(person_id)
        if paper is not None and not paper.revoked:
            line.serials.append(paper.serial)
            issued_on = clock.local_date(paper.issued_at)
            line.issued_on = max(issued_on, line.issued_on or issued_on)


def _names(codes: Iterable[str]) -> dict[str, str]:
    """Names of communities and of the subdistricts above them, in one statement."""
    asked = set(codes)
    above = aliased(Division)
    found: dict[str, str] = {}
    for row in db.session.execute(
        select(Division.code, Division.name, above.code, above.name)
        .outerjoin(above, above.code == Division.parent_code)
        .where(Division.code.in_(asked))
    ):
        found[row[0]] = row[1]
        if row[2]:
            found[row[2]] = row[3]
    return found


def _row(wanted: Wanted, line: _Line, person: Any, names: dict[str, str], day: date) -> list[Cell]:
    communities = [place(names.get(code, "")) for code in line.codes if len(code) > DIGITS["subdistrict"]]
    subdistricts = dict.fromkeys(names.get(subdistrict_of(code), "") for code in line.codes)
    total = (line.hours or Decimal(0)) + line.outside
    notes = ["已离任" if line.kinds else "未任职"] if line.former else []
    if line.outside:
        notes.append(f"含外出培训{line.outside.normalize():f}学时")
    new = line.first_started_on is not None and is_new(line.first_started_on, day)
    return [
        None,
        person.name,
        _SEXES.get((person.sex or "").lower(), ""),
        "、".join(subdistricts),
        "、".join(communities),
        "、".join(dict.fromkeys(_DUTIES.get(kind, "") for kind in line.kinds)),
        line.started_on,
        ("是" if new else "否") if line.first_started_on else "",
        (person.phone or "").removeprefix("+86") if wanted.phones else "",
        "；".join(line.visits),
        total if line.hours is not None or line.outside else None,
        line.points,
        "" if line.points is None else "合格" if line.passed else "不合格",
        "、".join(line.serials),
        line.issued_on,
        "；".join(notes),
    ]
