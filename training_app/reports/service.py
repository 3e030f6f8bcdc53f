"""The supervisor's page and the roll-up above it: read-only questions over posts and attendance."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import and_, func, or_, select

from training_app.attendance import matrix, rolls
from training_app.attendance.models import Attendance
from training_app.core import clock
from training_app.core.db import db
from training_app.core.errors import NotFound
from training_app.divisions.models import Division
from training_app.people.merging import records
from training_app.registration.models import Registration
from training_app.schedule.models import Event, Programme, Slot

from . import posts, recount, totals
from .counting import HELD
from .posts import PostLine
from .rules import IN_TRAINING, NEW_UNTESTED, VACANT, percent
from .totals import Attended, Figures, Month, ToActOn

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
    """The figures on top: of posts, and of everything that was counted in the year."""

    posts: int
    covered: int
    vacant: int
    new_untested: int
    #: Present holders who are in training and still can meet the rule.
    under_way: int
    attended: Attended
    tested: int
    passed: int

    @property
    def uncovered(self) -> int:
        """Posts that still have to be trained."""
        return self.posts - self.covered

    @property
    def attendance_rate(self) -> int | None:
        """参训率 in per cent; None before anything was held."""
        return self.attended.rate

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
class Overview:
    """A page above a subdistrict: coverage, whom to act on, the divisions below, the year's months."""

    figures: Figures
    to_act_on: ToActOn
    parts: list[Figures]
    months: list[Month]
    #: Of what runs now; None while nothing does.
    live: Attended | None


def _found(code: str, programme_id: int) -> tuple[Division, Programme]:
    division, programme = db.session.get(Division, code), db.session.get(Programme, programme_id)
    if division is None or programme is None:
        raise NotFound()
    return division, programme


def _today(programme_id: int, code: str, now: datetime) -> Today | None:
    """The slot that runs or comes next today of those with people of this area, else the last; None without one."""
    day = clock.local_date(now)
    begins, ends = clock.at(day, time()), clock.at(day + timedelta(days=1), time())
    on_that_day = select(Slot.event_id).where(Slot.starts_at >= begins, Slot.starts_at < ends)
    events = matrix.events_of(and_(Event.programme_id == programme_id, Event.id.in_(on_that_day)))
    slots = [(event, slot) for event in events for slot in event.slots if begins <= slot.starts_at < ends]
    if not slots:
        return None
    figures = rolls.figures([slot.id for _event, slot in slots], (code,))
    today = [(event, slot) for event, slot in slots if slot.id in figures]
    if not today:
        return None
    event, slot = next(((e, s) for e, s in today if s.ends_at > now), today[-1])
    return Today(event, slot, figures[slot.id], live=slot.checkin_opens_at <= now <= slot.ends_at)


def _summary(lines: Sequence[PostLine], attended: Attended) -> Summary:
    tested = {line.person.id for line in lines if line.person and line.tested}
    passed = {line.person.id for line in lines if line.person and line.tested and line.passed}
    return Summary(
        posts=len(lines),
        covered=sum(line.covered for line in lines),
        vacant=sum(line.state == VACANT for line in lines),
        new_untested=sum(line.state == NEW_UNTESTED for line in lines),
        under_way=sum(line.state == IN_TRAINING and line.reached for line in lines),
        attended=attended,
        tested=len(tested),
        passed=len(passed),
    )


def jurisdiction_rows(
    code: str, programme_id: int, now: datetime, *, page: int = 1, per_page: int | None = None
) -> Report:
    """The communities under a code: the present director, the mark of each session, the state of the post.

    All of them, or a page of `per_page`; while a slot runs, whoever is expected and not there stands first. The
    caller has proven that the actor may see this code. A fixed number of statements for any number of communities.
    Raises NotFound.
    """
    division, programme = _found(code, programme_id)
    lines = posts.kept(code, programme.counting_year, now)
    today = _today(programme_id, code, now)
    missing = _missing(lines, today)
    shown = sorted(lines, key=lambda line: (line.division.code not in missing, line.division.code))
    if per_page is not None:
        shown = shown[(page - 1) * per_page : page * per_page]
    events = _sessions(programme_id, {line.person.id for line in shown if line.person})
    columns, own = matrix.columns(events), _own_marks(events, shown)
    rows = []
    for line in posts.with_progress(shown, code, programme, now):
        cells = tuple(matrix.cell(line.person.id, one, own, now) if line.person else matrix.Cell("") for one in columns)
        rows.append(Community(line, cells, line.division.code in missing))
    return Report(division, programme, columns, rows, _summary(lines, _attended(division, programme, now)), today)


def _sessions(programme_id: int, person_ids: Collection[int]) -> list[Event]:
    """The training sessions in which any of these have a seat or were, and one of every number there is.

    A city's programme has hundreds; those of its other subdistricts say nothing here.
    """
    mine = records(person_ids)
    seats = select(Registration.event_id).where(Registration.person_id.in_(mine))
    stands = select(Slot.event_id).join(Attendance, Attendance.slot_id == Slot.id).where(Attendance.person_id.in_(mine))
    sessions = Event.programme_id == programme_id, Event.kind == "session"
    numbers = select(func.min(Event.id)).where(*sessions, Event.state.in_(HELD)).group_by(Event.number)
    return matrix.events_of(and_(*sessions, or_(*(Event.id.in_(one) for one in (seats, stands, numbers)))))


def _own_marks(events: Sequence[Event], lines: Sequence[PostLine]) -> rolls.Rolled:
    """What the holders of these posts have to do with events for themselves."""
    marks = rolls.rolled(matrix.roll_of(events, ("",)), {line.person.id for line in lines if line.person})
    return rolls.Rolled(
        {key: seat for key, seat in marks.seats.items() if seat.as_whom == "trainee"},
        {key: stand for key, stand in marks.stands.items() if stand.as_whom in ("trainee", "walk_in")},
    )


def _missing(lines: Sequence[PostLine], today: Today | None) -> set[str]:
    """The communities whose director is expected now and not there."""
    if today is None or not today.live:
        return set()
    own, found = _own_marks([today.event], lines), set()
    for line in lines:
        if line.person is not None and (line.person.id, today.event.id) in own.seats:
            stand = own.stands.get((line.person.id, today.slot.id))
            if stand is None or stand.status == "absent":
                found.add(line.division.code)
    return found


def _attended(division: Division, programme: Programme, now: datetime) -> Attended:
    if division.level == "community":
        return Attended(**recount.counted_near(division.code, programme.counting_year, now))
    return totals.coverage(division.code, programme.counting_year).attended


def overview(code: str, year: int, now: datetime) -> Overview:
    """Coverage above a subdistrict ("" for the nation), from the kept totals, in a fixed number of statements."""
    return Overview(
        totals.coverage(code, year),
        totals.to_act_on(code, year, page_size=TO_ACT_ON),
        totals.parts(code, year),
        totals.trend(code, year),
        totals.live(code, year, now),
    )
