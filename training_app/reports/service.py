"""The supervisor's page and the roll-up above it: read-only questions over posts and attendance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from training_app.attendance import matrix, rolls
from training_app.attendance.models import Attendance
from training_app.attendance.rules import EXPECTED, HERE
from training_app.core import clock
from training_app.core.db import db
from training_app.core.errors import NotFound
from training_app.divisions.models import Division
from training_app.divisions.rules import DIGITS, within
from training_app.people.merging import HOLDER
from training_app.people.models import Person
from training_app.registration.models import Registration
from training_app.schedule.models import Event, Programme, Slot

from . import posts
from .posts import PostLine
from .rules import NEW_UNTESTED, VACANT, percent, to_act_on, urgency

#: How many posts the list to act on names; the rest is one click below.
TO_ACT_ON = 12


@dataclass(frozen=True)
class Community:
    """A row of the supervisor's page."""

    post: PostLine
    cells: tuple[matrix.Cell, ...]
    #: Expected in the slot that runs now, without leave, and not there.
    missing: bool = False


@dataclass(frozen=True)
class Today:
    """A slot of today: who is there of those expected, within the jurisdiction."""

    event: Event
    slot: Slot
    figures: rolls.Figures
    #: Check-in has opened and the slot has not ended.
    live: bool


@dataclass(frozen=True)
class Summary:
    """The figures on top."""

    posts: int
    covered: int
    vacant: int
    new_untested: int
    #: Present holders who are not covered yet and still can be.
    under_way: int
    #: Seats and attendances of slots that are over, within the jurisdiction.
    expected: int
    attended: int
    tested: int
    passed: int

    @property
    def uncovered(self) -> int:
        """Posts that still have to be trained."""
        return self.posts - self.covered

    @property
    def attendance_rate(self) -> int | None:
        """参训率 in per cent; None before anything was held."""
        return percent(self.attended, self.expected)

    @property
    def pass_rate(self) -> int | None:
        """合格率 in per cent; None without scores."""
        return percent(self.passed, self.tested)


@dataclass(frozen=True)
class Report:
    """A subdistrict's (or a community's) page: rows, those not here yet first while something runs."""

    division: Division
    programme: Programme
    columns: list[matrix.Column]
    rows: list[Community]
    summary: Summary
    today: Today | None


@dataclass(frozen=True)
class Part:
    """A division below, with its own summary."""

    division: Division
    summary: Summary


@dataclass(frozen=True)
class Overview:
    """A page above a subdistrict: coverage, whom to act on, and the divisions below."""

    division: Division
    programme: Programme
    summary: Summary
    #: The most urgent; `acting` is how many there are in all.
    to_act_on: list[PostLine]
    acting: int
    parts: list[Part]
    today: Today | None


def _found(code: str, programme_id: int) -> tuple[Division, Programme]:
    division, programme = db.session.get(Division, code), db.session.get(Programme, programme_id)
    if division is None or programme is None:
        raise NotFound()
    return division, programme


def _today(events: Sequence[Event], code: str, now: datetime) -> Today | None:
    day = clock.local_date(now)
    today = [(event, slot) for event in events for slot in event.slots if clock.local_date(slot.starts_at) == day]
    if not today:
        return None
    event, slot = next(((e, s) for e, s in today if s.ends_at > now), today[-1])
    figures = rolls.figures([slot.id], (code,)).get(slot.id, rolls.Figures())
    return Today(event, slot, figures, live=slot.checkin_opens_at <= now <= slot.ends_at)


def _summary(lines: Sequence[PostLine], expected: int, attended: int) -> Summary:
    return Summary(
        posts=len(lines),
        covered=sum(line.covered for line in lines),
        vacant=sum(line.state == VACANT for line in lines),
        new_untested=sum(line.state == NEW_UNTESTED for line in lines),
        under_way=sum(bool(line.facts and line.facts.achievable) and not line.covered for line in lines),
        expected=expected,
        attended=attended,
        tested=sum(line.tested for line in lines),
        passed=sum(line.passed for line in lines),
    )


def _over(events: Sequence[Event], now: datetime) -> list[int]:
    return [slot.id for event in events for slot in event.slots if slot.ends_at <= now]


def _attendance_by(code: str, digits: int, slot_ids: Sequence[int]) -> dict[str, tuple[int, int]]:
    """Expected and attended by the first digits of the division's code, in two statements."""
    found: dict[str, list[int]] = {}
    seat = func.substr(Registration.division_code, 1, digits)
    for _slot, part, count in db.session.execute(
        select(Slot.id, seat, func.count(HOLDER.distinct()))
        .join(Slot, Slot.event_id == Registration.event_id)
        .join(Person, Person.id == Registration.person_id)
        .where(
            Slot.id.in_(slot_ids),
            Registration.state == "confirmed",
            Registration.as_whom.in_(EXPECTED),
            within(Registration.division_code, code),
        )
        .group_by(Slot.id, seat)
    ):
        found.setdefault(part, [0, 0])[0] += count
    mark = func.substr(Attendance.division_code, 1, digits)
    for part, count in db.session.execute(
        select(mark, func.count())
        .where(
            Attendance.slot_id.in_(slot_ids),
            Attendance.status.in_(HERE),
            Attendance.as_whom.in_(EXPECTED),
            Attendance.registration_id.is_not(None),
            within(Attendance.division_code, code),
        )
        .group_by(mark)
    ):
        found.setdefault(part, [0, 0])[1] = count
    return {part: (expected, attended) for part, (expected, attended) in found.items()}


def jurisdiction_rows(code: str, programme_id: int, now: datetime) -> Report:
    """Every community under a code: its present director, the mark of each session, the state of the post.

    While a slot runs, whoever is expected and not there stands first. The caller has proven that the actor may
    see this code. A fixed number of statements for any number of communities. Raises NotFound.
    """
    division, programme = _found(code, programme_id)
    lines = posts.lines(code, programme, now)
    events = matrix.events_of(Event.programme_id == programme_id)
    columns = matrix.columns([event for event in events if event.kind == "session"])
    today = _today(events, code, now)
    roll = matrix.roll_of(events, ("",))
    marks = rolls.rolled(roll, {line.person.id for line in lines if line.person})
    own = rolls.Rolled(
        {key: seat for key, seat in marks.seats.items() if seat.as_whom == "trainee"},
        {key: stand for key, stand in marks.stands.items() if stand.as_whom in ("trainee", "walk_in")},
    )
    rows = []
    for line in lines:
        if line.person is None:
            rows.append(Community(line, tuple(matrix.Cell("") for _ in columns)))
            continue
        cells = tuple(matrix.cell(line.person.id, column, own, now) for column in columns)
        rows.append(Community(line, cells, _missing(line.person.id, today, own)))
    rows.sort(key=lambda row: (not row.missing, row.post.division.code))
    over = _over(events, now)
    totals = list(_attendance_by(code, len(code), over).values())
    summary = _summary(lines, sum(t[0] for t in totals), sum(t[1] for t in totals))
    return Report(division, programme, columns, rows, summary, today)


def _missing(person_id: int, today: Today | None, marks: rolls.Rolled) -> bool:
    if today is None or not today.live or (person_id, today.event.id) not in marks.seats:
        return False
    stand = marks.stands.get((person_id, today.slot.id))
    return stand is None or stand.status == "absent"


def overview(code: str, programme_id: int, now: datetime) -> Overview:
    """Coverage above a subdistrict, the posts to act on, and the divisions one level below. Raises NotFound."""
    division, programme = _found(code, programme_id)
    lines = posts.lines(code, programme, now)
    events = matrix.events_of(Event.programme_id == programme_id)
    below = list(
        db.session.scalars(
            select(Division).where(Division.parent_code == code, Division.valid_to.is_(None)).order_by(Division.code)
        )
    )
    digits = DIGITS[below[0].level] if below else len(code)
    by_part = _attendance_by(code, digits, _over(events, now))
    parts = []
    for one in below:
        inside = [line for line in lines if line.division.code.startswith(one.code)]
        if inside:
            parts.append(Part(one, _summary(inside, *by_part.get(one.code, (0, 0)))))
    summary = _summary(lines, sum(t[0] for t in by_part.values()), sum(t[1] for t in by_part.values()))
    day = posts.reference_day(programme.counting_year, now)
    waiting = sorted(
        (line for line in lines if to_act_on(line.facts, day)),
        key=lambda line: (*urgency(line.facts, day), line.division.code),
    )
    return Overview(division, programme, summary, waiting[:TO_ACT_ON], len(waiting), parts, _today(events, code, now))
