"""The kept totals as pages ask for them: by the codes of divisions, each question a few rows of an index."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select

from training_app.core.db import db
from training_app.divisions.models import Division
from training_app.divisions.rules import within
from training_app.people.models import Person
from training_app.schedule.models import Event, Programme, Slot
from training_app.schedule.queries import PROGRAMME_ANNOUNCED

from .counting import HELD
from .models import CoverageTotal, DivisionTotal, PostState, SlotTotal
from .rules import NEW_UNTESTED, OUT_OF_REACH, REASONS, UNTRAINED, heat, percent

KINDS = ("director", "supervisor")
_OUT = {NEW_UNTESTED: "new_out_of_reach", UNTRAINED: "untrained_out_of_reach"}
#: Credit hours that make a person-day (人天): a half day counts 4 at most.
HOURS_A_DAY = 8
PER_PAGE = 50


@dataclass(frozen=True)
class Coverage:
    """Posts of a kind in a division and year; see CoverageTotal."""

    posts: int = 0
    vacant: int = 0
    new_untested: int = 0
    in_training: int = 0
    trained: int = 0
    untrained: int = 0
    out_of_reach: int = 0
    new_out_of_reach: int = 0
    untrained_out_of_reach: int = 0
    persons_trained: int = 0
    tested: int = 0
    passed: int = 0

    def of_reason(self, reason: str) -> int:
        """How many posts are to act on for one of REASONS; each counts for one reason."""
        if reason in (NEW_UNTESTED, UNTRAINED):
            return int(getattr(self, reason)) - int(getattr(self, _OUT[reason]))
        return int(getattr(self, reason))

    @property
    def to_act_on(self) -> int:
        """How many posts somebody must do something about."""
        return sum(self.of_reason(reason) for reason in REASONS)

    @property
    def uncovered(self) -> int:
        """Posts that do not count as trained."""
        return self.posts - self.trained

    @property
    def rate(self) -> int | None:
        """轮训覆盖率 in per cent; None without posts."""
        return percent(self.trained, self.posts)

    @property
    def heat(self) -> int | None:
        """The step of the coverage from 0 (none) to 5 (all); None without posts."""
        return heat(self.trained, self.posts)

    @property
    def pass_rate(self) -> int | None:
        """合格率 in per cent; None without tests."""
        return percent(self.passed, self.tested)


@dataclass(frozen=True)
class Attended:
    """What was counted of attendance; see SlotTotal."""

    expected: int = 0
    present: int = 0
    late: int = 0
    excused: int = 0
    absent: int = 0
    attendances: int = 0
    apart: int = 0
    tenth_hours: int = 0
    certified: int = 0

    @property
    def rate(self) -> int | None:
        """参训率 in per cent; None before anybody was expected."""
        return percent(self.attendances, self.expected)

    @property
    def hours(self) -> float:
        """Credit hours earned."""
        return self.tenth_hours / 10

    @property
    def person_days(self) -> float:
        """人天."""
        return self.tenth_hours / 10 / HOURS_A_DAY


def together(parts: Iterable[Attended]) -> Attended:
    """What was counted of several, together."""
    found = list(parts)
    return Attended(*(sum(getattr(one, name) for one in found) for name in _ATTENDED))


@dataclass(frozen=True)
class Figures:
    """Everything of a division (None: the nation) in a counting year."""

    division: Division | None
    directors: Coverage = field(default_factory=Coverage)
    supervisors: Coverage = field(default_factory=Coverage)
    attended: Attended = field(default_factory=Attended)


@dataclass(frozen=True)
class Month:
    """A month of a counting year."""

    month: date
    attended: Attended


@dataclass(frozen=True)
class PostToActOn:
    """A post that somebody must do something about. `reason`: one of REASONS."""

    division: Division
    subdistrict: str
    kind: str
    person: Person | None
    started_on: date | None
    reason: str


@dataclass(frozen=True)
class ToActOn:
    """A page of posts, the most urgent reason first, then by code."""

    posts: list[PostToActOn]
    total: int
    page: int
    pages: int


#: Spells out the whole key, which else is not looked up by: every division of the year would be read.
_OF_BOTH = CoverageTotal.kind.in_(KINDS)
_COVERAGE = tuple(one.name for one in fields(Coverage))
_ATTENDED = tuple(one.name for one in fields(Attended))


def _coverage(row: Any) -> Coverage:
    return Coverage(*(getattr(row, name) for name in _COVERAGE))


def _sums() -> list[Any]:
    return [func.coalesce(func.sum(getattr(DivisionTotal, name)), 0).label(name) for name in _ATTENDED]


def attended(row: Any) -> Attended:
    """What was counted, from a row of sums by name."""
    return Attended(*(int(getattr(row, name, 0) or 0) for name in _ATTENDED))


def years(code: str) -> list[int]:
    """The counting years for which something was announced in a division or above it, the newest first."""
    above = [code[:digits] for digits in range(2, len(code) + 1)]
    here = or_(Programme.division_code.in_(above), within(Programme.division_code, code))
    found = select(Programme.counting_year).where(here, PROGRAMME_ANNOUNCED).distinct()
    return sorted(db.session.scalars(found), reverse=True)


def coverage(code: str, year: int) -> Figures:
    """A division's figures in a counting year; "" is the nation. Three statements by primary key."""
    kinds = {
        row.kind: _coverage(row)
        for row in db.session.execute(
            select(CoverageTotal.__table__).where(
                CoverageTotal.division_code == code, CoverageTotal.counting_year == year, _OF_BOTH
            )
        )
    }
    sums = select(*_sums()).where(DivisionTotal.division_code == code, DivisionTotal.counting_year == year)
    return Figures(
        db.session.get(Division, code) if code else None,
        kinds.get("director", Coverage()),
        kinds.get("supervisor", Coverage()),
        attended(db.session.execute(sums).one()),
    )


def _children(code: str) -> Any:
    return Division.parent_code == code if code else Division.parent_code.is_(None)


def parts(code: str, year: int) -> list[Figures]:
    """Every division one level below with its figures, by code; in three statements.

    One that has ended is there while it has posts in that year.
    """
    below = list(db.session.scalars(select(Division).where(_children(code)).order_by(Division.code)))
    kept = [one.code for one in below if len(one.code) < 12]
    kinds: dict[tuple[str, str], Coverage] = {}
    counted: dict[str, Attended] = {}
    if kept:
        mine = CoverageTotal.division_code.in_(kept), CoverageTotal.counting_year == year, _OF_BOTH
        for row in db.session.execute(select(CoverageTotal.__table__).where(*mine)):
            kinds[row.division_code, row.kind] = _coverage(row)
        sums = (
            select(DivisionTotal.division_code, *_sums())
            .where(DivisionTotal.division_code.in_(kept), DivisionTotal.counting_year == year)
            .group_by(DivisionTotal.division_code)
        )
        counted = {row.division_code: attended(row) for row in db.session.execute(sums)}
    return [
        Figures(
            one,
            kinds.get((one.code, "director"), Coverage()),
            kinds.get((one.code, "supervisor"), Coverage()),
            counted.get(one.code, Attended()),
        )
        for one in below
        if one.valid_to is None or (one.code, "director") in kinds
    ]


def trend(code: str, year: int) -> list[Month]:
    """The twelve months of a counting year, and those of the year after in which something was counted."""
    rows = db.session.execute(
        select(DivisionTotal.__table__)
        .where(DivisionTotal.division_code == code, DivisionTotal.counting_year == year)
        .order_by(DivisionTotal.month)
    )
    found = {row.month: attended(row) for row in rows}
    months = sorted({date(year, number, 1) for number in range(1, 13)} | set(found))
    return [Month(month, found.get(month, Attended())) for month in months]


def to_act_on(
    code: str,
    year: int,
    reasons: Collection[str] = REASONS,
    page: int = 1,
    *,
    kind: str = "director",
    page_size: int = PER_PAGE,
) -> ToActOn:
    """A page of the posts in a division for these reasons, in a fixed number of statements.

    Each reason is one range of an index in the order of codes; how many there are stands in the totals, so that a
    page begins where its first post stands.
    """
    row = db.session.execute(
        select(CoverageTotal.__table__).where(
            CoverageTotal.division_code == code, CoverageTotal.counting_year == year, CoverageTotal.kind == kind
        )
    ).first()
    whole = _coverage(row) if row is not None else Coverage()
    chosen = [reason for reason in REASONS if reason in reasons]
    counts = {reason: whole.of_reason(reason) for reason in chosen}
    total = sum(counts.values())
    pages = max(1, -(-total // page_size))
    page = min(max(1, page), pages)
    skip, room = (page - 1) * page_size, page_size
    keys: list[tuple[str, str]] = []
    for reason in chosen:
        if skip >= counts[reason]:
            skip -= counts[reason]
            continue
        wanted = select(PostState.division_code).where(*_of(reason, code, year, kind))
        found = db.session.scalars(wanted.order_by(PostState.division_code).offset(skip).limit(room)).all()
        keys += [(one, reason) for one in found]
        skip, room = 0, room - len(found)
        if room <= 0:
            break
    return ToActOn(_posts(keys, year, kind), total, page, pages)


def _of(reason: str, code: str, year: int, kind: str) -> list[Any]:
    mine = [PostState.counting_year == year, PostState.kind == kind, within(PostState.division_code, code)]
    return (
        [*mine, ~PostState.reached] if reason == OUT_OF_REACH else [*mine, PostState.reached, PostState.state == reason]
    )


def _posts(keys: Iterable[tuple[str, str]], year: int, kind: str) -> list[PostToActOn]:
    order = list(keys)
    if not order:
        return []
    codes = [code for code, _reason in order]
    rows = db.session.execute(
        select(Division, Person, PostState.started_on)
        .join(PostState, PostState.division_code == Division.code)
        .outerjoin(Person, Person.id == PostState.person_id)
        .where(PostState.division_code.in_(codes), PostState.kind == kind, PostState.counting_year == year)
    )
    found: dict[str, Any] = {row[0].code: row for row in rows}
    above = {code[:9] for code in codes}
    names = {
        row.code: row.name
        for row in db.session.execute(select(Division.code, Division.name).where(Division.code.in_(above)))
    }
    return [
        PostToActOn(found[code][0], names.get(code[:9], ""), kind, found[code][1], found[code][2], reason)
        for code, reason in order
        if code in found
    ]


def live(code: str, year: int, now: datetime) -> Attended | None:
    """What is counted of a year's slots that run now in a division, seconds old; None while there are none."""
    running = select(Slot.id).join(Event, Event.id == Slot.event_id).where(*_open(now), Event.state.in_(HELD))
    sums = [func.sum(getattr(SlotTotal, name)).label(name) for name in _ATTENDED if name != "certified"]
    row = db.session.execute(
        select(*sums).where(
            SlotTotal.slot_id.in_(running), SlotTotal.counting_year == year, within(SlotTotal.division_code, code)
        )
    ).one()
    return None if row.expected is None else attended(row)


def _open(now: datetime) -> tuple[Any, ...]:
    near = Slot.starts_at.between(now - timedelta(days=1), now + timedelta(days=1))
    return near, Slot.checkin_opens_at <= now, Slot.ends_at > now
