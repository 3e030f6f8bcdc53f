"""The ledger by event: what was held, by whom, and how many of a division were expected and came."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from training_app.attendance.models import Attendance
from training_app.attendance.rules import EXPECTED, HERE
from training_app.certificates import service as certificates
from training_app.certificates.models import Rule
from training_app.certificates.rules import Conditions, counted_points
from training_app.checkin.models import SheetScan
from training_app.core import clock
from training_app.core.db import db
from training_app.divisions.rules import lies_in, within
from training_app.learning import feedbackresults
from training_app.learning.models import Score
from training_app.people.merging import HOLDER
from training_app.people.models import Person, Post
from training_app.registration.models import Registration
from training_app.schedule.models import Event, EventHost, Facilitation, Programme, Slot
from training_app.schedule.queries import FIRST_START

from .counting import HELD
from .dates import local_day
from .ledgerpersons import programmes_of
from .ledgerrules import Cell, Wanted

#: Events that are read together.
PART = 50
_AREAS = {
    "policies": "儿童关爱保护相关政策",
    "responsibilities": "儿童主任职责及相关保护实务",
    "social_work_skills": "儿童服务社会工作技巧",
    "special_services": "特殊儿童服务",
}
_TESTS = {"paper": "笔试", "phone": "线上测试", "import": "测试"}
_DUTIES = {"director": "儿童主任", "supervisor": "儿童督导员"}


def held(wanted: Wanted, now: datetime) -> list[int]:
    """The ids of the events that have begun, in the order of their first start.

    Of a programme that reaches beyond the division only those to which somebody of the division was asked or came.
    """
    programmes = programmes_of(wanted)
    own = [one.id for one in programmes if lies_in(one.division_code, wanted.code)]
    wider = [one.id for one in programmes if not lies_in(one.division_code, wanted.code)]
    somebody = or_(
        exists().where(
            Registration.event_id == Event.id,
            Registration.state == "confirmed",
            within(Registration.division_code, wanted.code),
        ),
        exists().where(
            Slot.event_id == Event.id,
            Attendance.slot_id == Slot.id,
            Attendance.status.in_(HERE),
            within(Attendance.division_code, wanted.code),
        ),
    )
    return list(
        db.session.scalars(
            select(Event.id)
            .where(
                or_(Event.programme_id.in_(own), and_(Event.programme_id.in_(wider), somebody)),
                Event.state.in_(HELD),
                now >= FIRST_START,
            )
            .order_by(FIRST_START, Event.id)
        )
    )


@dataclass
class _Counted:
    """What was counted of one event within the division."""

    expected: int = 0
    came: set[int] = field(default_factory=set)
    apart: int = 0
    kinds: set[str] = field(default_factory=set)
    sheets: int = 0


@dataclass
class _Tested:
    """The tests of one programme: how they were taken, and who passed."""

    sources: list[str] = field(default_factory=list)
    passed: set[int] = field(default_factory=set)


def rows(wanted: Wanted, event_ids: Sequence[int], now: datetime) -> list[list[Cell]]:
    """The rows of these events in the order given, in a fixed number of statements."""
    events = {
        event.id: event
        for event in db.session.scalars(
            select(Event)
            .where(Event.id.in_(event_ids))
            .options(
                joinedload(Event.programme),
                joinedload(Event.venue),
                joinedload(Event.phase),
                selectinload(Event.slots),
                selectinload(Event.agenda),
                selectinload(Event.hosts).joinedload(EventHost.organisation),
                selectinload(Event.facilitations).joinedload(Facilitation.person),
            )
        )
    }
    counted = _counted(wanted, list(events))
    tested = _tested({event.programme_id: event.programme for event in events.values()})
    satisfied = feedbackresults.satisfaction(list(events), now)
    return [
        _row(events[one], counted[one], tested[events[one].programme_id], satisfied.get(one))
        for one in event_ids
        if one in events
    ]


def _counted(wanted: Wanted, ids: Collection[int]) -> dict[int, _Counted]:
    found: dict[int, _Counted] = defaultdict(_Counted)
    seats = and_(
        Registration.event_id.in_(ids),
        Registration.state == "confirmed",
        Registration.as_whom.in_(EXPECTED),
        within(Registration.division_code, wanted.code),
    )
    expected = (
        select(Registration.event_id, func.count(HOLDER.distinct()))
        .join(Person, Person.id == Registration.person_id)
        .where(seats)
        .group_by(Registration.event_id)
    )
    for event_id, count in db.session.execute(expected):
        found[event_id].expected = count
    day = local_day(FIRST_START)
    posts = (
        select(Registration.event_id, Post.kind)
        .join(Event, Event.id == Registration.event_id)
        .join(Post, Post.person_id == Registration.person_id)
        .where(seats, Post.started_on <= day, or_(Post.ended_on.is_(None), Post.ended_on >= day))
        .distinct()
    )
    for event_id, kind in db.session.execute(posts):
        found[event_id].kinds.add(kind)
    stands = (
        select(Slot.event_id, HOLDER, Attendance.as_whom, Attendance.registration_id.is_not(None))
        .join(Slot, Slot.id == Attendance.slot_id)
        .join(Person, Person.id == Attendance.person_id)
        .where(Slot.event_id.in_(ids), Attendance.status.in_(HERE), within(Attendance.division_code, wanted.code))
        .distinct()
    )
    apart: dict[int, set[int]] = defaultdict(set)
    for event_id, person_id, as_whom, seated in db.session.execute(stands):
        if as_whom in EXPECTED and seated:
            found[event_id].came.add(person_id)
        else:
            apart[event_id].add(person_id)
    for event_id, persons in apart.items():
        found[event_id].apart = len(persons - found[event_id].came)
    sheets = select(SheetScan.event_id, func.count()).where(SheetScan.event_id.in_(ids)).group_by(SheetScan.event_id)
    for event_id, count in db.session.execute(sheets):
        found[event_id].sheets = count
    return found


def _tested(programmes: dict[int, Programme]) -> dict[int, _Tested]:
    newest: dict[int, Rule] = {}
    for rule in db.session.scalars(select(Rule).where(Rule.programme_id.in_(programmes)).order_by(Rule.version)):
        newest[rule.programme_id] = rule
    tries: dict[tuple[int, int], list[Decimal]] = defaultdict(list)
    found: dict[int, _Tested] = defaultdict(_Tested)
    scores = (
        select(Score.programme_id, HOLDER, Score.points, Score.source)
        .join(Person, Person.id == Score.person_id)
        .where(Score.programme_id.in_(programmes))
        .order_by(Score.attempt)
    )
    for programme_id, person_id, points, source in db.session.execute(scores):
        tries[programme_id, person_id].append(points)
        word = _TESTS.get(source, "测试")
        if word not in found[programme_id].sources:
            found[programme_id].sources.append(word)
    asked: dict[int, Conditions] = {
        one: certificates.conditions_of(programme, newest.get(one)) for one, programme in programmes.items()
    }
    for (programme_id, person_id), every in tries.items():
        counts = counted_points(asked[programme_id], every)
        if counts is not None and counts >= asked[programme_id].pass_mark:
            found[programme_id].passed.add(person_id)
    return found


def number_said(event: Event) -> str:
    """第2期, or 第2次沙龙."""
    if event.kind == "salon":
        return f"第{event.number}次沙龙"
    return f"第{event.phase.number if event.phase else event.number}期"


def _time(event: Event) -> Cell:
    first = clock.local_date(event.slots[0].starts_at)
    last = clock.local_date(max(slot.ends_at for slot in event.slots))
    if first == last:
        return first
    return f"{first:%Y-%m-%d}至{last:%m-%d}"


def _what(event: Event) -> str:
    """The topic, and its parts or its area where these say more."""
    parts = [item.title for item in event.agenda if item.kind != "break"]
    more = [part for part in parts or [_AREAS.get(event.curriculum_area or "", "")] if part and part != event.title]
    return f"{event.title}：{'、'.join(more)}" if more else event.title


def _hosts(event: Event, role: str) -> str:
    return "、".join(one.organisation.name for one in event.hosts if one.role == role)


def _row(event: Event, counted: _Counted, tested: _Tested, satisfied: float | None) -> list[Cell]:
    session = event.kind == "session"
    by = tested.sources if session else []
    proofs = ["电子签到记录"] if counted.came or counted.apart else []
    if counted.sheets:
        proofs.append(f"签到表扫描件{counted.sheets}份")
    whom: list[Any] = [word for kind, word in _DUTIES.items() if kind in counted.kinds]
    return [
        None,
        number_said(event),
        _time(event),
        event.venue.name if event.venue else "",
        _what(event),
        "、".join(one.person.name for one in event.facilitations),
        "、".join(one.unit_and_title for one in event.facilitations if one.unit_and_title),
        "、".join(whom) or "儿童主任",
        counted.expected,
        len(counted.came),
        sum((slot.credit_hours for slot in event.slots), Decimal(0)),
        "、".join(["签到考勤", *by]),
        len(counted.came & tested.passed) if by else None,
        satisfied,
        _hosts(event, "hosted_by"),
        _hosts(event, "delivered_by"),
        "；".join(proofs),
        f"另有{counted.apart}人到会" if counted.apart else "",
    ]
