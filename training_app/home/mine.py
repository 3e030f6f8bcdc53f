"""A person's own things: registrations, marks, what is open to them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from training_app.attendance import leaves
from training_app.attendance import service as attendance
from training_app.attendance.service import Mark
from training_app.core.db import db
from training_app.people import posts
from training_app.people.models import Person, Post
from training_app.registration import joining
from training_app.registration.models import Registration
from training_app.schedule.models import Event, Slot
from training_app.schedule.queries import published_for

from . import rules

#: States of a registration that its holder still sees.
HELD = ("confirmed", "waiting")


def same_person(person_id: int) -> ColumnElement[int]:
    """The ids whose facts are this person's: hers, and those of the records merged into her."""
    return select(Person.id).where(or_(Person.id == person_id, Person.merged_into_id == person_id)).scalar_subquery()


def registrations(person_id: int) -> list[Registration]:
    """What a person is registered for and has not cancelled, drafts left out; everything shown is loaded."""
    found = db.session.scalars(
        select(Registration)
        .join(Event, Event.id == Registration.event_id)
        .where(
            Registration.person_id.in_(same_person(person_id)),
            Registration.state.in_(HELD),
            Event.state != "draft",
        )
        .options(
            contains_eager(Registration.event).options(
                joinedload(Event.programme), joinedload(Event.venue), selectinload(Event.slots)
            )
        )
    ).all()
    return sorted(found, key=lambda r: (r.event.slots[0].starts_at if r.event.slots else r.created_at, r.id))


@dataclass(frozen=True)
class OwnDay:
    """A registration with the slot that counts, the mark that it already has, and the state of the leave asked."""

    registration: Registration
    slot: Slot
    mark: Mark | None
    #: asked, granted or refused; None without leave, or when it was taken back.
    leave: str | None = None

    @property
    def event(self) -> Event:
        """The session or salon."""
        return self.registration.event


@dataclass(frozen=True)
class Own:
    """A person's own page: what is on today, what comes, what is over, what is open to them."""

    today: OwnDay | None
    ahead: tuple[OwnDay, ...]
    past: tuple[OwnDay, ...]
    #: Cancelled events that would still lie ahead.
    cancelled: tuple[Registration, ...]
    open: tuple[Event, ...]
    posts: tuple[Post, ...]

    @property
    def join_tokens(self) -> dict[int, str]:
        """What the posters of the open events carry, by event: one tap registers."""
        return {event.id: joining.token_of(event.id) for event in self.open}

    @property
    def next(self) -> OwnDay | None:
        """The next date after today's."""
        return next((day for day in self.ahead if day.registration.state == "confirmed"), None)


def _marks(ids: Sequence[int], slots: Collection[Slot]) -> dict[int, Mark]:
    found = attendance.marks([slot.id for slot in slots], ids)
    return {slot_id: mark for (_person, slot_id), mark in found.items()}


def _leaves(ids: Sequence[int], slots: Collection[Slot]) -> dict[int, str]:
    found = leaves.latest([slot.id for slot in slots], ids)
    return {slot_id: leave.state for (_person, slot_id), leave in found.items() if leave.state != "dropped"}


def open_events(division_code: str | None, held: Collection[int], now: datetime) -> list[Event]:
    """Events of the community's area for which one may register now and has not."""
    if division_code is None:
        return []
    return [
        event
        for event in published_for(division_code, now)
        if event.id not in held
        and rules.registration_open(event.state, event.registration_opens_at, event.registration_closes_at, now)
    ]


def own(person_id: int, now: datetime) -> Own:
    """Everything on a director's own pages, in a fixed number of statements."""
    held = registrations(person_id)
    slots = [slot for r in held for slot in r.event.slots]
    ids = db.session.scalars(select(Person.id).where(Person.id.in_(same_person(person_id)))).all()
    marks = _marks(ids, slots)
    asked = _leaves(ids, [slot for slot in slots if slot.ends_at > now])
    running = [r for r in held if r.event.state == "published" and r.state == "confirmed"]
    slot = rules.slot_of_today([slot for r in running for slot in r.event.slots], now)
    today = None
    if slot is not None:
        holder = next(r for r in running if r.event_id == slot.event_id)
        today = OwnDay(holder, slot, marks.get(slot.id), asked.get(slot.id))
    ahead, past, cancelled = [], [], []
    for r in held:
        coming = rules.next_slot(r.event.slots, now)
        if r.event.state == "cancelled":
            if coming is not None:
                cancelled.append(r)
        elif coming is not None and r.event.state == "published":
            if today is None or r.id != today.registration.id:
                ahead.append(OwnDay(r, coming, marks.get(coming.id), asked.get(coming.id)))
        elif r.event.slots and r.state == "confirmed":
            last = r.event.slots[-1]
            past.append(OwnDay(r, last, next((marks[s.id] for s in r.event.slots if s.id in marks), None)))
    present = tuple(posts.present_posts([person_id]).get(person_id, ()))
    place = present[0].division_code if present else posts.division_of(person_id)
    return Own(
        today=today,
        ahead=tuple(sorted(ahead, key=lambda day: day.slot.starts_at)),
        past=tuple(reversed(past)),
        cancelled=tuple(cancelled),
        open=tuple(open_events(place, {r.event_id for r in held}, now)),
        posts=present,
    )
