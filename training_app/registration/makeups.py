"""Make-ups (补课): found among the sessions of the counting year nearby, and booked through the seats.

What somebody missed is known above, where attendance is: it is asked for by `signals.missed_asked`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from training_app.core import signals
from training_app.core.db import db, transaction
from training_app.core.errors import NotFound, Refusal
from training_app.divisions.rules import DIGITS, lies_in, within
from training_app.people.merging import HOLDER, records
from training_app.people.models import Person
from training_app.people.posts import present_posts
from training_app.schedule import occupancy
from training_app.schedule.models import Event, Programme, Slot, Venue

from . import capacity, rows
from .makeuprules import Missed, Session, fills, offered
from .models import Registration
from .rules import STANDING, window
from .words import REFUSALS

SOURCE = "make_up"


@dataclass(frozen=True, slots=True)
class Booked:
    """A make-up for which somebody has a seat or had one; `make_up_for_id`: the programme in which it counts.

    `state` is the event's, `hours` are credit hours.
    """

    person_id: int
    registration_id: int
    make_up_for_id: int
    session: Session
    state: str
    hours: Decimal


@dataclass(frozen=True)
class Offer:
    """A session that would fill a missed number; its programme, phase, venue and slots are loaded."""

    event: Event
    number: int
    #: In one's own subdistrict.
    near: bool


def booked(programme_id: int, person_ids: Collection[int]) -> list[Booked]:
    """The standing make-ups for a programme or at its events, of these persons, the earliest first, in one statement.

    A merged record's is its holder's.
    """
    starts = (
        select(
            Slot.event_id,
            func.min(Slot.starts_at).label("starts_at"),
            func.max(Slot.ends_at).label("ends_at"),
            func.sum(Slot.credit_hours).label("hours"),
        )
        .where(Slot.event_id.in_(select(Registration.event_id).where(Registration.make_up_for_id.is_not(None))))
        .group_by(Slot.event_id)
        .subquery()
    )
    found = db.session.execute(
        select(
            HOLDER,
            Registration.id,
            Registration.make_up_for_id,
            Event.id,
            Event.programme_id,
            Event.number,
            Event.curriculum_area,
            Event.state,
            starts.c.starts_at,
            starts.c.ends_at,
            starts.c.hours,
        )
        .join(Person, Person.id == Registration.person_id)
        .join(Event, Event.id == Registration.event_id)
        .join(starts, starts.c.event_id == Event.id)
        .where(
            Registration.make_up_for_id.is_not(None),
            or_(Registration.make_up_for_id == programme_id, Event.programme_id == programme_id),
            Registration.state == "confirmed",
            Registration.person_id.in_(records(person_ids)),
        )
        .order_by(starts.c.starts_at, Event.id)
    )
    return [
        Booked(
            row[0],
            row[1],
            row[2],
            Session(row[3], row[4], row[5], row[6] or "", ((row[8], row[9]),)),
            row[7],
            Decimal(row[10]),
        )
        for row in found
    ]


def missed(programme_id: int, person_ids: Collection[int], now: datetime) -> dict[int, list[Missed]]:
    """What each of these persons missed and has not made up nor booked a make-up for; none where no room answers."""
    answers = signals.missed_asked.send(None, programme_id=programme_id, person_ids=person_ids, now=now)
    found: dict[int, list[Missed]] = {}
    for _room, answer in answers:
        found |= {
            person_id: [Missed(number, area) for number, area in numbers] for person_id, numbers in answer.items()
        }
    return found


def _candidates(
    programme: Programme, areas: Collection[str], homes: Collection[str], now: datetime
) -> dict[int, tuple[Session, Event]]:
    districts = sorted({home[: DIGITS["district"]] for home in homes})
    if not areas or not districts:
        return {}
    around = [
        or_(
            within(Programme.division_code, code),
            Programme.division_code.in_([code[:digits] for digits in (2, 4) if digits < len(code)]),
        )
        for code in districts
    ]
    here = [
        or_(within(Venue.division_code, code), and_(Event.venue_id.is_(None), within(Programme.division_code, code)))
        for code in districts
    ]
    first = select(func.min(Slot.starts_at)).where(Slot.event_id == Event.id).scalar_subquery()
    events = db.session.scalars(
        select(Event)
        .join(Programme, Programme.id == Event.programme_id)
        .outerjoin(Venue, Venue.id == Event.venue_id)
        .where(
            Programme.counting_year == programme.counting_year,
            or_(*around),
            or_(*here),
            Event.kind == "session",
            Event.state == "published",
            Event.curriculum_area.in_(areas),
            or_(Event.capacity.is_(None), Event.seats_taken < Event.capacity),
            or_(Event.registration_opens_at.is_(None), Event.registration_opens_at <= now),
            or_(Event.registration_closes_at.is_(None), Event.registration_closes_at > now),
            first > now,
        )
        .options(
            contains_eager(Event.programme),
            contains_eager(Event.venue),
            joinedload(Event.phase),
            selectinload(Event.slots),
        )
        .execution_options(populate_existing=True)
    ).all()
    return {
        event.id: (
            Session(
                event.id,
                event.programme_id,
                event.number,
                event.curriculum_area or "",
                tuple((slot.starts_at, slot.ends_at) for slot in event.slots),
                event.venue.division_code if event.venue else event.programme.division_code,
            ),
            event,
        )
        for event in events
    }


def _homes(person_ids: Collection[int]) -> dict[int, str]:
    """Where each of these persons is at home: the division of the present post, else where they work."""
    posts = {person_id: held[0].division_code for person_id, held in present_posts(person_ids).items() if held}
    works = db.session.execute(select(Person.id, Person.division_code).where(Person.id.in_(person_ids)))
    return {row[0]: row[1] for row in works if row[1]} | posts


def _around(event: Event, home: str) -> bool:
    """Whether an event was announced to somebody's district, so that its window and its seats are no news to them."""
    district, area = home[: DIGITS["district"]], event.programme.division_code
    return event.state != "draft" and (lies_in(district, area) or lies_in(area, district))


def _registrations(person_ids: Collection[int]) -> dict[int, list[Any]]:
    """Every registration that stands or was declined, with its slots, by holder."""
    found: dict[int, list[Any]] = defaultdict(list)
    for row in db.session.execute(
        select(
            HOLDER.label("holder"),
            Registration.state,
            Event.id.label("event_id"),
            Event.programme_id,
            Event.kind,
            Event.number,
            Event.state.label("event_state"),
            Slot.starts_at,
            Slot.ends_at,
        )
        .join(Person, Person.id == Registration.person_id)
        .join(Event, Event.id == Registration.event_id)
        .join(Slot, Slot.event_id == Event.id)
        .where(
            Registration.person_id.in_(records(person_ids)),
            Registration.state.in_((*STANDING, "declined")),
            Event.state != "cancelled",
        )
    ):
        found[row.holder].append(row)
    return found


def offers(
    programme_id: int,
    person_ids: Iterable[int],
    now: datetime,
    *,
    known: Mapping[int, Collection[Missed]] | None = None,
) -> dict[int, list[Offer]]:
    """What each of these persons can take to make up for what they missed in a programme, the nearest first.

    Published sessions of the same area and counting year in the own district, open for registration, with a free
    seat, and at no time of another seat; for people of the programme's area. `known`: what they missed, where the
    caller has asked already. A fixed number of statements. Raises NotFound for an unknown programme.
    """
    programme = db.session.get(Programme, programme_id)
    if programme is None:
        raise NotFound()
    ids = list(dict.fromkeys(person_ids))
    open_numbers: dict[int, dict[str, list[int]]] = {}
    for person_id, found in (missed(programme_id, ids, now) if known is None else known).items():
        numbers = fills(programme_id, found, ())[1]
        if numbers:
            open_numbers[person_id] = numbers
    if not open_numbers:
        return {}
    homes = _homes(open_numbers)
    areas = {area for numbers in open_numbers.values() for area, left in numbers.items() if left}
    candidates = _candidates(programme, areas, homes.values(), now)
    if not candidates:
        return {}
    seats = _registrations(open_numbers)
    made: dict[int, list[Offer]] = {}
    for person_id, numbers in open_numbers.items():
        home = homes.get(person_id)
        if home is None or not lies_in(home, programme.division_code):
            continue
        mine = seats.get(person_id, [])
        missing = {number for left in numbers.values() for number in left}
        standing = [row for row in mine if row.state in STANDING]
        chosen = offered(
            programme_id,
            numbers,
            (session for session, _event in candidates.values()),
            own_numbers={
                row.number
                for row in standing
                if row.programme_id == programme_id and row.kind == "session" and row.number not in missing
            },
            known_events={row.event_id for row in mine},
            taken=[(row.starts_at, row.ends_at) for row in standing],
            home=home,
        )
        if chosen:
            made[person_id] = [
                Offer(candidates[session.event_id][1], number, session.place.startswith(home[: DIGITS["subdistrict"]]))
                for session, number in chosen
            ]
    return made


def book(event_id: int, person_id: int, programme_id: int, *, actor_id: int | None, now: datetime) -> Registration:
    """Take a seat that makes up for what a person missed in a programme; harmless to repeat. Audited.

    Whoever books, and however many at once: no seat beyond the capacity, and no two make-ups for one missed session.
    Raises NotFound for a programme that is none of this person's area, or is not; Refusal "full", a code of the
    registration window, or "no_make_up" where it would fill nothing: for an event of elsewhere, or that is not, alike.
    """
    with transaction() as session:
        held = {event.id: event for event in occupancy.hold_events(event_id)}
        person = rows.person_of(person_id)
        # Two who book two sessions for the same missed one at the same moment take turns here.
        occupancy.hold_persons([person.id])
        row = rows.row_of(event_id, person.id)
        if row is not None and row.state == "confirmed" and row.make_up_for_id == programme_id:
            return row
        home, programme = _homes([person.id]).get(person.id), session.get(Programme, programme_id)
        if home is None or programme is None or not lies_in(home, programme.division_code):
            raise NotFound()
        event = held.get(event_id)
        if event is None or not _around(event, home):
            raise Refusal("no_make_up", REFUSALS["no_make_up"])
        why = window(event.state, event.registration_opens_at, event.registration_closes_at, now)
        if why != "open":
            raise Refusal(why, REFUSALS[why])
        if event.capacity is not None and event.seats_taken >= event.capacity:
            raise Refusal("full", REFUSALS["full"])
        mine = offers(programme_id, [person.id], now).get(person.id, [])
        if event_id not in {offer.event.id for offer in mine}:
            raise Refusal("no_make_up", REFUSALS["no_make_up"])
        if not capacity.take(event_id):
            raise Refusal("full", REFUSALS["full"])
        return rows.write(
            row,
            event_id,
            person.id,
            state="confirmed",
            line=None,
            source=SOURCE,
            as_whom="trainee",
            make_up_for_id=programme_id,
            actor_id=actor_id,
            now=now,
        )
