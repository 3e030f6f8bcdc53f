"""The visits of many people to a programme, read in a fixed number of statements and counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select

from training_app.attendance.service import Attended, attended, attended_at
from training_app.core.db import db
from training_app.people.merging import HOLDER, records
from training_app.people.models import Person
from training_app.registration import makeups
from training_app.registration.makeups import Booked
from training_app.registration.models import Registration
from training_app.registration.rules import STANDING
from training_app.schedule.models import Event, Programme, Slot

from .asking import Plan
from .counting import Counted, count


@dataclass(frozen=True, slots=True)
class Planned:
    """A session or salon of a programme, cancelled ones aside."""

    id: int
    kind: str
    number: int
    curriculum_area: str | None
    state: str
    #: Credit hours of its slots, and when the last check-in of them closes; None without slots.
    hours: Decimal | None
    closes_at: datetime | None

    def is_ahead(self, now: datetime) -> bool:
        """Whether it can still be attended."""
        return self.state != "closed" and self.closes_at is not None and self.closes_at > now


def planned(programme_id: int) -> list[Planned]:
    """Everything that a programme holds, in one statement."""
    columns = (Event.id, Event.kind, Event.number, Event.curriculum_area, Event.state)
    rows = db.session.execute(
        select(*columns, func.sum(Slot.credit_hours), func.max(Slot.checkin_closes_at))
        .outerjoin(Slot, Slot.event_id == Event.id)
        .where(Event.programme_id == programme_id, Event.state.in_(("draft", "published", "closed")))
        .group_by(*columns)
        .order_by(Event.id)
    )
    return [Planned(*row) for row in rows]


def plan_of(programme: Programme, events: Collection[Planned]) -> Plan:
    """What a programme plans, as its rule sees it: `events` are all of its own."""
    areas: dict[int, str] = {}
    dated: set[int] = set()
    for event in events:
        if event.kind == "session":
            dated.add(event.number)
            if event.curriculum_area:
                areas.setdefault(event.number, event.curriculum_area)
    numbers = frozenset(range(1, programme.planned_sessions + 1)) | dated
    return Plan(programme.planned_sessions, numbers, areas, numbers - dated)


def held_areas(events: Collection[Planned], ahead: Collection[Planned]) -> dict[int, str]:
    """The curriculum area of every session number that was held; drafts were not."""
    coming = {event.id for event in ahead}
    found: dict[int, str] = {}
    for event in events:
        if event.kind == "session" and event.state != "draft" and event.id not in coming and event.closes_at:
            found.setdefault(event.number, event.curriculum_area or "")
    return {number: area for number, area in found.items() if area}


def _seats_ahead(person_ids: Collection[int], ahead: Sequence[Planned]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for person_id, number in db.session.execute(
        select(HOLDER, Event.number)
        .join(Registration, Registration.person_id == Person.id)
        .join(Event, Event.id == Registration.event_id)
        .where(
            Event.id.in_([event.id for event in ahead]),
            Event.kind == "session",
            Registration.state.in_(STANDING),
            Registration.make_up_for_id.is_(None),
            Registration.person_id.in_(records(person_ids)),
        )
    ):
        found[person_id].add(number)
    return found


def counted(
    programme_id: int,
    person_ids: Collection[int],
    merged: Mapping[int, int | None],
    events: Collection[Planned],
    ahead: Sequence[Planned],
    now: datetime,
) -> dict[int, tuple[Counted, dict[int, Decimal]]]:
    """What counts for each of these persons, and the credit hours of their make-ups that lie ahead by event.

    `merged` maps the records that were merged into one of these to their holders; `events` are the programme's,
    `ahead` those of them that can still be attended.
    """
    everyone = [*person_ids, *merged]

    def holder(person_id: int) -> int:
        return merged.get(person_id) or person_id

    booked: dict[int, list[Booked]] = defaultdict(list)
    for one in makeups.booked(programme_id, person_ids):
        booked[one.person_id].append(one)
    visits: dict[int, list[Attended]] = defaultdict(list)
    for person_id, found in attended(programme_id, everyone).items():
        visits[holder(person_id)].extend(found)
    away = {
        one.session.event_id for held in booked.values() for one in held if one.session.programme_id != programme_id
    }
    if away:
        for person_id, found in attended_at(away, everyone).items():
            visits[holder(person_id)].extend(found)
    seats = _seats_ahead(person_ids, ahead)
    held = held_areas(events, ahead)
    nothing = count(programme_id, held, (), (), ())
    counts: dict[int, tuple[Counted, dict[int, Decimal]]] = {}
    for person_id in person_ids:
        if person_id in visits or person_id in booked or person_id in seats:
            counts[person_id] = _of_one(
                programme_id, held, visits[person_id], booked[person_id], seats[person_id], away, now
            )
        else:
            counts[person_id] = (nothing, {})
    return counts


def _of_one(
    programme_id: int,
    held: Mapping[int, str],
    visits: Sequence[Attended],
    booked: Sequence[Booked],
    seats: Collection[int],
    away: Collection[int],
    now: datetime,
) -> tuple[Counted, dict[int, Decimal]]:
    mine = {one.session.event_id: one for one in booked if one.make_up_for_id == programme_id}
    made_for_others = {one.session.event_id for one in booked if one.make_up_for_id != programme_id}
    ordinary = [
        visit
        for visit in visits
        if visit.event_id not in mine and visit.event_id not in made_for_others and visit.event_id not in away
    ]
    attended_make_ups = sorted(
        ((mine[visit.event_id].session, visit) for visit in visits if visit.event_id in mine),
        key=lambda pair: (pair[1].starts_at, pair[1].event_id),
    )
    been = {visit.event_id for visit in visits}
    coming = [
        one
        for one in mine.values()
        if one.session.event_id not in been and one.state == "published" and one.session.spans[0][1] > now
    ]
    return (
        count(programme_id, held, ordinary, attended_make_ups, [one.session for one in coming], seats),
        {one.session.event_id: one.hours for one in coming},
    )
