"""The day of whoever works here: events of today and the next ones, with the counts that this actor may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.orm.attributes import set_committed_value

from training_app.attendance.models import Attendance
from training_app.attendance.rules import EXPECTED, HERE
from training_app.core.actors import Actor
from training_app.core.clock import at, local_date
from training_app.core.db import db
from training_app.core.permissions import Permission as P
from training_app.people import policy
from training_app.people.merging import HOLDER
from training_app.people.models import Person
from training_app.registration.models import Registration
from training_app.schedule.access import programme_scope
from training_app.schedule.models import Event, Programme, Slot
from training_app.schedule.queries import Filters, events
from training_app.schedule.rules import slot_state
from training_app.schedule.visibility import visible_events, visible_rows

from . import rules

#: Events of a day that the first page lists; who sees the whole country has the list of events.
MOST_TODAY = 30


@dataclass(frozen=True)
class SlotToday:
    """A slot of today: early, open or closed, who is here of how many expected; `door`: may scan."""

    slot: Slot
    state: str
    here: int
    expected: int
    door: bool


@dataclass(frozen=True)
class Coming:
    """An event ahead with its seats as far as the actor sees them."""

    event: Event
    registered: int
    waiting: int


def counts(actor: Actor, found: Sequence[Event]) -> dict[tuple[int, str], int]:
    """How many are registered, by (event, confirmed or waiting), in one statement; stand-ins are expected too."""
    rows = db.session.execute(
        select(Registration.event_id, Registration.state, func.count(HOLDER.distinct()))
        .join(Person, Person.id == Registration.person_id)
        .join(Event, Event.id == Registration.event_id)
        .join(Programme, Programme.id == Event.programme_id)
        .where(
            Registration.event_id.in_([event.id for event in found]),
            Registration.state.in_(("confirmed", "waiting")),
            Registration.as_whom.in_(EXPECTED),
            visible_rows(actor, P.REGISTRATION_VIEW, Registration.division_code),
        )
        .group_by(Registration.event_id, Registration.state)
    )
    return {(row[0], row[1]): row[2] for row in rows}


def here(actor: Actor, found: Sequence[Event]) -> dict[int, int]:
    """How many of the expected are here, by slot, in one statement."""
    rows = db.session.execute(
        select(Attendance.slot_id, func.count())
        .join(Slot, Slot.id == Attendance.slot_id)
        .join(Event, Event.id == Slot.event_id)
        .join(Programme, Programme.id == Event.programme_id)
        .where(
            Slot.event_id.in_([event.id for event in found]),
            Attendance.status.in_(HERE),
            Attendance.as_whom.in_(EXPECTED),
            visible_rows(actor, P.ATTENDANCE_VIEW, Attendance.division_code),
        )
        .group_by(Attendance.slot_id)
    )
    return {row[0]: row[1] for row in rows}


def today(actor: Actor, now: datetime) -> tuple[list[SlotToday], bool]:
    """The slots of this day that the actor may see, in their order; True where there are more than `MOST_TODAY`."""
    start = at(local_date(now), time())
    near = Slot.starts_at.between(start - rules.LONGEST, start + timedelta(days=1))
    inside = select(Slot.event_id).where(near, Slot.ends_at > start, Slot.starts_at < start + timedelta(days=1))
    statement = events(visible_events(actor, P.SCHEDULE_VIEW), Filters()).where(
        Event.id.in_(inside), Event.state.in_(("published", "closed"))
    )
    everything = db.session.scalars(statement.limit(MOST_TODAY + 1)).all()
    found = everything[:MOST_TODAY]
    if not found:
        return [], False
    for event in found:
        for slot in event.slots:
            # Else the page would ask for each event again.
            set_committed_value(slot, "event", event)
    registered, arrived = counts(actor, found), here(actor, found)
    return [
        SlotToday(
            slot,
            slot_state(slot, now) if event.state == "published" else "closed",
            arrived.get(slot.id, 0),
            registered.get((event.id, "confirmed"), 0),
            policy.allows(actor, P.DOOR_SCAN, programme_scope(event.programme, event.id)),
        )
        for event in found
        for slot in event.slots
        if rules.is_today(slot, now)
    ], len(everything) > MOST_TODAY


def coming(actor: Actor, now: datetime, most: int = 5) -> list[Coming]:
    """The next events after today that the actor may see."""
    start = at(local_date(now) + timedelta(days=1), time())
    ahead = select(Slot.event_id).where(Slot.starts_at >= start)
    begun = exists().where(Slot.event_id == Event.id, Slot.starts_at < start)
    statement = events(visible_events(actor, P.SCHEDULE_VIEW), Filters()).where(
        Event.id.in_(ahead), ~begun, Event.state == "published"
    )
    found = db.session.scalars(statement.limit(most)).all()
    registered = counts(actor, found) if found else {}
    return [
        Coming(event, registered.get((event.id, "confirmed"), 0), registered.get((event.id, "waiting"), 0))
        for event in found
    ]
