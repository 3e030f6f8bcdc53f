"""The training passport: a stamp for each session, what is still missing, the paper at the end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from training_app.attendance import service as attendance
from training_app.attendance.service import Mark
from training_app.certificates import service as certificates
from training_app.certificates.models import Certificate
from training_app.certificates.rules import Conditions
from training_app.certificates.service import Progress
from training_app.core.db import db
from training_app.people import posts
from training_app.registration import makeups
from training_app.registration.makeups import Offer
from training_app.registration.models import Registration
from training_app.schedule.models import Event, Programme, Slot
from training_app.schedule.queries import published_for

from . import rules
from .mine import HELD, same_person

#: At most so many make-ups are offered; the nearest are enough to choose from.
MOST_OFFERS = 4


@dataclass(frozen=True)
class Stamp:
    """One session: its number, how its stamp looks, and the day that counts (None: not planned yet)."""

    number: int
    state: str
    day: datetime | None
    event: Event | None
    mark: Mark | None = None
    #: Filled, or to be filled, by a session of another number or programme.
    make_up: bool = False


@dataclass(frozen=True)
class Area:
    """One curriculum area: its sessions with their stamps, and the credit hours earned in it."""

    key: str
    stamps: tuple[Stamp, ...]
    hours: Decimal


@dataclass(frozen=True)
class Passport:
    """How far a person has come in one programme."""

    programme: Programme
    progress: Progress
    conditions: Conditions
    stamps: tuple[Stamp, ...]
    areas: tuple[Area, ...]
    certificate: Certificate | None
    #: What would make up for something missed, the nearest first.
    offers: tuple[Offer, ...] = ()

    @property
    def next(self) -> Stamp | None:
        """The next date: a registered one first."""
        ahead = [s for s in self.stamps if s.state in ("registered", "open") and s.day is not None]
        return min(ahead, key=lambda s: (s.state != "registered", s.day), default=None)

    @property
    def to_go(self) -> int:
        """Sessions that are missing for the paper."""
        return max(0, self.progress.sessions_needed - self.progress.sessions_done)

    @property
    def points(self) -> Decimal | None:
        """The points of the test that count, or None without a try."""
        return self.conditions.test.counted(self.progress.facts.points)

    @property
    def still_possible(self) -> int:
        """Sessions ahead that can still be attended."""
        return self.progress.sessions_possible - self.progress.sessions_done


def programmes_of(person_id: int, now: datetime) -> list[Programme]:
    """The programmes that a person has to do with, the newest first: registered, or open to their community."""
    joined = (
        select(func.coalesce(Registration.make_up_for_id, Event.programme_id))
        .select_from(Event)
        .join(Registration, Registration.event_id == Event.id)
        .where(Registration.person_id.in_(same_person(person_id)), Registration.state.in_(HELD))
    )
    found = {p.id: p for p in db.session.scalars(select(Programme).where(Programme.id.in_(joined)))}
    place = posts.division_of(person_id)
    if place is not None:
        found |= {event.programme_id: event.programme for event in published_for(place, now) if event.kind == "session"}
    return sorted(found.values(), key=lambda p: (-p.counting_year, -p.id))


def _sessions(programme_id: int) -> dict[int, list[Event]]:
    found: dict[int, list[Event]] = defaultdict(list)
    for event in db.session.scalars(
        select(Event)
        .where(Event.programme_id == programme_id, Event.kind == "session", Event.state.in_(("published", "closed")))
        .options(selectinload(Event.slots))
        .order_by(Event.number, Event.id)
    ):
        found[event.number].append(event)
    return dict(found)


def _stamp(
    number: int,
    events: Sequence[Event],
    held: set[int],
    marks: dict[int, Mark],
    done: dict[int, datetime],
    now: datetime,
) -> Stamp:
    attended = next((event for event in events if event.id in done), None)
    if attended is not None:
        mark = next((marks[slot.id] for slot in attended.slots if slot.id in marks), None)
        return Stamp(number, "earned", done[attended.id], attended, mark)
    ahead: list[tuple[bool, datetime, Event, Slot]] = []
    for event in events:
        slot = rules.next_slot(event.slots, now)
        if slot is not None and event.state == "published":
            ahead.append((event.id not in held, slot.starts_at, event, slot))
    if ahead:
        not_held, day, event, slot = min(ahead, key=lambda found: found[:2])
        state = rules.stamp_state(earned=False, registered=not not_held, ahead=True)
        return Stamp(number, state, day, event, marks.get(slot.id))
    if not events:
        return Stamp(number, "open", None, None)
    last = next((event for event in events if event.id in held), events[-1])
    mark = next((marks[slot.id] for slot in last.slots if slot.id in marks), None)
    return Stamp(number, "missed", last.slots[0].starts_at if last.slots else None, last, mark)


def passport(person_id: int, programme: Programme, now: datetime) -> Passport:
    """A person's passport in a programme, in a fixed number of statements."""
    progress = certificates.progress(programme.id, [person_id], now)[person_id]
    conditions = certificates.conditions_of(programme, certificates.current_rule(programme.id))
    sessions = _sessions(programme.id)
    slots = [slot.id for events in sessions.values() for event in events for slot in event.slots]
    marks = {slot: mark for (_p, slot), mark in attendance.marks(slots, [person_id]).items()}
    held = set(
        db.session.scalars(
            select(Registration.event_id).where(
                Registration.person_id.in_(same_person(person_id)), Registration.state == "confirmed"
            )
        )
    )
    done = {visit.event_id: visit.starts_at for visit in progress.attended}
    numbers = sorted({*range(1, programme.planned_sessions + 1), *sessions})
    made_up = _made_up(progress)
    stamps = tuple(made_up.get(n) or _stamp(n, sessions.get(n, []), held, marks, done, now) for n in numbers)
    paper = _paper(person_id, programme.id)
    hours = {visit.event_id: visit.hours for visit in progress.attended}
    offers: list[Offer] = []
    if paper is None and progress.missing:
        missing = {person_id: progress.missing}
        offers = makeups.offers(programme.id, [person_id], now, known=missing).get(person_id, [])
    return Passport(programme, progress, conditions, stamps, _areas(stamps, hours), paper, tuple(offers[:MOST_OFFERS]))


def _paper(person_id: int, programme_id: int) -> Certificate | None:
    return db.session.scalar(
        select(Certificate)
        .where(
            Certificate.programme_id == programme_id,
            Certificate.person_id.in_(same_person(person_id)),
            Certificate.revoked_at.is_(None),
        )
        .order_by(Certificate.revision.desc())
        .limit(1)
    )


def make_up(person_id: int, now: datetime) -> tuple[Programme, Offer] | None:
    """The programme of the newest year in which a person can make up for something missed now, and the nearest offer.

    The passport of that programme lists all of them. A few statements for each programme of that year.
    """
    programmes = programmes_of(person_id, now)
    for programme in programmes:
        if programme.counting_year == programmes[0].counting_year and _paper(person_id, programme.id) is None:
            offers = makeups.offers(programme.id, [person_id], now).get(person_id)
            if offers:
                return programme, offers[0]
    return None


def _made_up(progress: Progress) -> dict[int, Stamp]:
    """The stamps that make-ups fill, attended or ahead, by the number that they fill, in one statement at most."""
    ids = [one.event_id for one in progress.make_ups]
    if not ids:
        return {}
    events = {
        event.id: event
        for event in db.session.scalars(select(Event).where(Event.id.in_(ids)).options(selectinload(Event.slots)))
    }
    return {
        one.number: Stamp(
            one.number,
            "earned" if one.attended else "registered",
            events[one.event_id].slots[0].starts_at,
            events[one.event_id],
            make_up=True,
        )
        for one in progress.make_ups
    }


def _areas(stamps: Sequence[Stamp], hours: dict[int, Decimal]) -> tuple[Area, ...]:
    found: dict[str, list[Stamp]] = {}
    for stamp in stamps:
        if stamp.event is not None and stamp.event.curriculum_area:
            found.setdefault(stamp.event.curriculum_area, []).append(stamp)
    return tuple(
        Area(
            key,
            tuple(held),
            sum((hours.get(s.event.id, Decimal(0)) for s in held if s.event and s.state == "earned"), Decimal(0)),
        )
        for key, held in found.items()
    )
