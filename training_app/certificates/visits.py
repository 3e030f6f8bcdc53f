"""The visits of many people to a programme, read in a fixed number of statements and counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from training_app.attendance.service import Attended, attended, attended_at
from training_app.core.db import db
from training_app.people.merging import HOLDER, records
from training_app.people.models import Person
from training_app.registration import makeups
from training_app.registration.makeups import Booked
from training_app.registration.models import Registration
from training_app.registration.rules import STANDING
from training_app.schedule.models import Event

from .counting import Counted, count


def held_areas(events: Collection[Event], ahead: Collection[Event]) -> dict[int, str]:
    """The curriculum area of every session number that was held; drafts were not."""
    coming = {event.id for event in ahead}
    found: dict[int, str] = {}
    for event in events:
        if event.kind == "session" and event.state != "draft" and event.id not in coming and event.slots:
            found.setdefault(event.number, event.curriculum_area or "")
    return {number: area for number, area in found.items() if area}


def _seats_ahead(person_ids: Collection[int], ahead: Sequence[Event]) -> dict[int, set[int]]:
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
    events: Collection[Event],
    ahead: Sequence[Event],
    now: datetime,
) -> dict[int, tuple[Counted, dict[int, Decimal]]]:
    """What counts for each of these persons, and the credit hours of their make-ups that lie ahead by event.

    `merged` maps the records that were merged into one of these to their holders; `events` are the programme's, with
    their slots, `ahead` those of them that can still be attended.
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
