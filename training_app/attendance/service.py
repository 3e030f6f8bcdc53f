"""What other rooms ask of attendance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, func, select

from training_app.core.bulk import among
from training_app.core.db import db
from training_app.schedule.models import Event, Slot

from .closing import close, reopen
from .corrections import correct, correct_all
from .leaves import ask, decide, decide_leave, drop
from .models import Attendance
from .rules import HERE

__all__ = [
    "Attended",
    "Mark",
    "ask",
    "attended",
    "attended_at",
    "close",
    "correct",
    "correct_all",
    "decide",
    "decide_leave",
    "drop",
    "marks",
    "reopen",
    "sessions_attended",
]


@dataclass(frozen=True, slots=True)
class Mark:
    """One cell of the matrix."""

    status: str
    left_early: bool
    arrived_at: datetime | None


def marks(slot_ids: Collection[int], person_ids: Collection[int]) -> dict[tuple[int, int], Mark]:
    """The marks of these people in these slots by (person, slot), in one statement."""
    rows = db.session.execute(
        select(
            Attendance.person_id,
            Attendance.slot_id,
            Attendance.status,
            Attendance.left_early,
            Attendance.arrived_at,
        ).where(Attendance.slot_id.in_(slot_ids), Attendance.person_id.in_(person_ids))
    )
    return {(row[0], row[1]): Mark(*row[2:]) for row in rows}


def sessions_attended(programme_id: int, person_ids: Collection[int]) -> dict[int, set[int]]:
    """The ids of the programme's sessions that each person attended, in one statement.

    Present or late, under one's own name: a stand-in's attendance counts for nobody's six.
    """
    found: dict[int, set[int]] = defaultdict(set)
    for person_id, event_id in db.session.execute(
        select(Attendance.person_id, Slot.event_id)
        .join(Slot, Slot.id == Attendance.slot_id)
        .join(Event, Event.id == Slot.event_id)
        .where(
            Event.programme_id == programme_id,
            Event.kind == "session",
            Attendance.person_id.in_(person_ids),
            Attendance.status.in_(HERE),
            Attendance.as_whom.in_(("trainee", "walk_in")),
        )
    ):
        found[person_id].add(event_id)
    return dict(found)


@dataclass(frozen=True)
class Attended:
    """A session or salon that someone attended, with the credit hours of the slots they were in."""

    event_id: int
    kind: str
    number: int
    hours: Decimal
    starts_at: datetime
    ends_at: datetime


def attended(programme_id: int, person_ids: Collection[int]) -> dict[int, list[Attended]]:
    """What each person attended of a programme, earliest first, in one statement.

    Counts what `sessions_attended` counts, salons besides.
    """
    return _attended(Event.programme_id == programme_id, person_ids)


def attended_at(event_ids: Collection[int], person_ids: Collection[int]) -> dict[int, list[Attended]]:
    """The same of these events, whatever programme they belong to."""
    return _attended(Event.id.in_(event_ids), person_ids)


def _attended(which: ColumnElement[bool], person_ids: Collection[int]) -> dict[int, list[Attended]]:
    found: dict[int, list[Attended]] = defaultdict(list)
    for person_id, event_id, kind, number, hours, starts_at, ends_at in db.session.execute(
        select(
            Attendance.person_id,
            Event.id,
            Event.kind,
            Event.number,
            func.sum(Slot.credit_hours),
            func.min(Slot.starts_at),
            func.max(Slot.ends_at),
        )
        .join(Slot, Slot.id == Attendance.slot_id)
        .join(Event, Event.id == Slot.event_id)
        .where(
            which,
            among(Attendance.person_id, person_ids),
            Attendance.status.in_(HERE),
            Attendance.as_whom.in_(("trainee", "walk_in")),
        )
        .group_by(Attendance.person_id, Event.id, Event.kind, Event.number)
        .order_by(func.min(Slot.starts_at))
    ):
        found[person_id].append(Attended(event_id, kind, number, Decimal(hours), starts_at, ends_at))
    return dict(found)
