"""What a city holds: its bureau and its office, a programme a year, phases of six sessions."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from training_app.attendance.service import Attended
from training_app.certificates.design import Design
from training_app.certificates.models import Paper, Rule
from training_app.certificates.rules import Conditions
from training_app.core.clock import at
from training_app.demo.current import SESSIONS
from training_app.people.models import Organisation
from training_app.schedule.models import (
    Event,
    EventHost,
    Facilitation,
    Phase,
    Programme,
    ProgrammeHost,
    Slot,
    Venue,
)

from .measures import Timetable
from .rows import Rows

HALF_DAY = Decimal(4)
_HOURS = {True: (time(8, 30), time(11, 30), "morning"), False: (time(14, 30), time(17, 30), "afternoon")}
CONDITIONS = Conditions(sessions_needed=5, test_required=True, pass_mark=Decimal(60))


@dataclass(frozen=True, slots=True)
class City:
    """A city that trains, by the name that tells it from every other, and who acts for it."""

    code: str
    name: str
    bureau_id: int
    office_id: int
    #: Of the office's social worker, whose hand everything shows.
    organiser_id: int

    @property
    def bureau(self) -> str:
        return f"{self.name}民政局"

    @property
    def office(self) -> str:
        return f"{self.name}福蕾社工事务所"


@dataclass(slots=True)
class Course:
    """A city's programme of a year, with the numbers that its phases and papers have come to."""

    id: int
    title: str
    year: int
    prefix: str
    began_at: datetime
    phases: int = 0
    papers: int = 0


@dataclass(frozen=True, slots=True)
class Session:
    """A session with its one slot. `over`: it is closed and its attendance final."""

    event_id: int
    slot_id: int
    starts_at: datetime
    over: bool
    #: As a certificate names it.
    visit: Attended


def found(code: str, name: str, organiser_id: int, rows: Rows) -> City:
    """Write a city's bureau and office."""
    bureau = rows.add(Organisation, f"{name}民政局", "bureau", code)
    office = rows.add(Organisation, f"{name}福蕾社工事务所", "office", code)
    return City(code, name, bureau, office, organiser_id)


def programme(city: City, year: int, rows: Rows) -> Course:
    """Write a city's programme of a counting year, with its rule and how its papers look."""
    began_at = at(date(year, 1, 3), time(9))
    title = f"{city.name}{year} 年儿童主任培训计划"
    made = rows.add(Programme, title, year, city.code, city.office_id, "one_class", len(SESSIONS), 1, 0, began_at)
    rows.add(ProgrammeHost, made, "hosted_by", city.bureau_id, 0)
    rows.add(ProgrammeHost, made, "delivered_by", city.office_id, 1)
    rows.add(Rule, made, 1, CONDITIONS.record(), began_at, city.organiser_id)
    prefix = f"F{city.code}{year}"
    # A bureau's paper that is no real one says so across its face.
    settings = Design(prefix, specimen=True).record()
    rows.add(Paper, made, 1, settings, began_at, city.organiser_id)
    return Course(made, title, year, prefix, began_at)


def phase(
    city: City,
    course: Course,
    days: Timetable,
    place: tuple[str, str],
    seats: int,
    teacher_id: int,
    today: date,
    chance: random.Random,
    rows: Rows,
) -> tuple[int, list[Session]]:
    """Write a phase and its sessions. `place`: code and name of the subdistrict where they are held; gives both.

    Each phase has its own venue and its own teacher, so none of them is in two places at once.
    """
    course.phases += 1
    code, name = place
    venue = rows.add(Venue, f"{name}新时代文明实践所", f"{name}文化路 {chance.randrange(1, 200)} 号", "", code, 80)
    first = at(days.days[0], time())
    until = first - timedelta(days=5)
    number = rows.add(Phase, course.id, course.phases, f"第{course.phases}期", until)
    sessions = []
    for place_in_line, (day, (area, title)) in enumerate(zip(days.days, SESSIONS, strict=True), 1):
        over = day < today
        event = rows.add(
            Event,
            course.id,
            number,
            "session",
            place_in_line,
            title,
            area,
            "",
            venue,
            max(60, seats),
            seats,
            until - timedelta(days=20),
            until,
            "closed" if over else "published",
            "",
            1,
            course.began_at,
        )
        starts_at, slot = _slot(event, day, days.morning, day == today, rows)
        rows.add(EventHost, event, "hosted_by", city.bureau_id, 0)
        rows.add(EventHost, event, "delivered_by", city.office_id, 1)
        rows.add(Facilitation, event, teacher_id, f"{city.office} 社会工作师")
        ends_at = starts_at + timedelta(hours=3)
        visit = Attended(event, "session", place_in_line, HALF_DAY, starts_at, ends_at)
        sessions.append(Session(event, slot, starts_at, over, visit))
    return number, sessions


def _slot(event: int, day: date, morning: bool, is_today: bool, rows: Rows) -> tuple[datetime, int]:
    start, end, label = _HOURS[morning]
    starts_at, ends_at = at(day, start), at(day, end)
    opens_at, closes_at, late_after = starts_at - timedelta(minutes=30), ends_at, starts_at + timedelta(minutes=15)
    if is_today:
        # Its door is open whenever the demo is looked at, and who comes is in time.
        opens_at, closes_at, late_after = at(day, time()), at(day, time(23, 59)), at(day, time(23, 59))
    slot = rows.add(Slot, event, label, starts_at, ends_at, opens_at, closes_at, late_after, HALF_DAY)
    return starts_at, slot
