"""Lists of registrations, enrolments and what waits for the organiser, in few statements whatever their length."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload

from training_app.core.db import db
from training_app.divisions.rules import within, within_any
from training_app.people.models import Person
from training_app.people.persons import matches
from training_app.schedule.models import Event, Phase, Programme, Slot

from .models import Enrolment, Nomination, Registration, StandIn
from .rules import OPEN, SEATED, STANDING


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list of registrations is narrowed to; empty narrows nothing but to those that stand."""

    state: str = ""
    subdistrict: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """Registrations of an event by what they are."""

    confirmed: int = 0
    waiting: int = 0
    cancelled: int = 0
    #: Confirmed guests, staff and walk-ins, who take no seat; part of `confirmed`.
    beside: int = 0

    @property
    def seated(self) -> int:
        """Confirmed people who have one of the seats."""
        return self.confirmed - self.beside

    def of(self, state: str) -> int:
        """How many rows a list with this state filter has."""
        return self.confirmed + self.waiting if not state else int(getattr(self, state, 0))


def seated_twice() -> ColumnElement[bool]:
    """Whether a registration is a merged record's whose person has a seat under the record that stayed as well.

    For statements that read Registration and its Person.
    """
    own = aliased(Registration)
    return exists().where(
        own.event_id == Registration.event_id,
        own.person_id == Person.merged_into_id,
        own.state == "confirmed",
        own.as_whom.in_(SEATED),
    )


def events(listed: ColumnElement[bool], now: datetime, *, past: bool) -> Select[Any]:
    """The statement of the events that are listed: those ahead, the next first, or those over, the last first.

    Slots, venue, phase and programme are loaded.
    """
    ends = select(func.max(Slot.ends_at)).where(Slot.event_id == Event.id).scalar_subquery()
    starts = select(func.min(Slot.starts_at)).where(Slot.event_id == Event.id).scalar_subquery()
    return (
        select(Event)
        .join(Event.programme)
        .where(listed, Event.state != "cancelled", ends <= now if past else ends > now)
        .options(
            contains_eager(Event.programme), joinedload(Event.venue), joinedload(Event.phase), selectinload(Event.slots)
        )
        .order_by(starts.desc() if past else starts, Event.id)
    )


def counts(event_ids: Iterable[int], seen: ColumnElement[bool]) -> dict[int, Counts]:
    """Counts of each event of the registrations that satisfy `seen`, in one statement."""
    ids = list(event_ids)
    if not ids:
        return {}
    beside = Registration.as_whom.not_in(SEATED)
    rows = db.session.execute(
        select(Registration.event_id, Registration.state, beside.label("beside"), func.count())
        .join(Event, Event.id == Registration.event_id)
        .join(Programme, Programme.id == Event.programme_id)
        .join(Person, Person.id == Registration.person_id)
        .where(Registration.event_id.in_(ids), seen)
        .group_by(Registration.event_id, Registration.state, beside)
    )
    found: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for event_id, state, is_beside, count in rows:
        if state in ("confirmed", "waiting", "cancelled"):
            found[event_id][state] += count
            if is_beside and state == "confirmed":
                found[event_id]["beside"] += count
    return {event_id: Counts(**values) for event_id, values in found.items()}


def of_areas(codes: tuple[str, ...]) -> ColumnElement[bool]:
    """The condition that a Registration is for one of these areas, as `schedule.visibility.areas` gives them."""
    return within_any(Registration.division_code, codes)


def narrowed(codes: tuple[str, ...], filters: Filters) -> list[ColumnElement[bool]]:
    """The conditions on Registration and Person of a list; `codes`: the areas that the actor may see."""
    conditions = [of_areas(codes)]
    if filters.subdistrict:
        conditions.append(within(Registration.division_code, filters.subdistrict))
    if filters.text.strip():
        conditions.append(matches(filters.text))
    return conditions


def registrations(event_id: int, codes: tuple[str, ...], filters: Filters) -> Select[Any]:
    """The statement of an event's registrations: the seated by community, then the line in its order."""
    states = [filters.state] if filters.state else sorted(STANDING)
    return (
        select(Registration)
        .join(Registration.person)
        .where(Registration.event_id == event_id, Registration.state.in_(states), *narrowed(codes, filters))
        .options(
            joinedload(Registration.person),
            joinedload(Registration.division),
            joinedload(Registration.stand_in_for),
        )
        .order_by(Registration.state, Registration.line, Registration.division_code, Registration.id)
    )


def enrolments(phase_id: int, codes: tuple[str, ...], filters: Filters) -> Select[Any, Any, Any]:
    """The statement of a phase's enrolments as (Enrolment, Person, Registration of one session)."""
    states = [filters.state] if filters.state else sorted(STANDING)
    first = (
        select(func.min(Registration.id))
        .where(Registration.enrolment_id == Enrolment.id)
        .correlate(Enrolment)
        .scalar_subquery()
    )
    return (
        select(Enrolment, Person, Registration)
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(Registration, Registration.id == first)
        .where(Enrolment.phase_id == phase_id, Enrolment.state.in_(states), *narrowed(codes, filters))
        .options(joinedload(Registration.division))
        .order_by(Enrolment.state, Enrolment.line, Registration.division_code, Enrolment.id)
    )


def enrolment_counts(phase_id: int, codes: tuple[str, ...], filters: Filters) -> Counts:
    """How many enrolments of a phase there are in each state, narrowed but by state."""
    found: dict[str, int] = defaultdict(int)
    for state in ("confirmed", "waiting", "cancelled"):
        whole = enrolments(phase_id, codes, Filters(state, filters.subdistrict, filters.text))
        rows = whole.with_only_columns(Enrolment.id).order_by(None).subquery()
        found[state] = db.session.scalar(select(func.count()).select_from(rows)) or 0
    return Counts(**found)


def without_seat(phase_id: int, now: datetime) -> int:
    """How many seats are missing: of confirmed enrolments in sessions ahead for which they never had a registration."""
    there = exists().where(Registration.event_id == Event.id, Registration.person_id == Enrolment.person_id)
    ahead = exists().where(Slot.event_id == Event.id, Slot.ends_at > now)
    missing = (
        select(func.count())
        .select_from(Enrolment)
        .join(Event, Event.phase_id == Enrolment.phase_id)
        .where(
            Enrolment.phase_id == phase_id,
            Enrolment.state == "confirmed",
            Event.kind == "session",
            Event.state.in_(OPEN),
            ahead,
            ~there,
        )
    )
    return db.session.scalar(missing) or 0


def open_stand_ins(event_ids: Sequence[int]) -> list[StandIn]:
    """Proposals of these events that wait for the organiser, the oldest first; registration and director loaded."""
    return list(
        db.session.scalars(
            select(StandIn)
            .join(StandIn.registration)
            .where(StandIn.state == "proposed", Registration.event_id.in_(event_ids))
            .options(
                joinedload(StandIn.registration).joinedload(Registration.person),
                joinedload(StandIn.registration).joinedload(Registration.division),
            )
            .order_by(StandIn.id)
        )
    )


def open_nominations(visible: ColumnElement[bool]) -> list[tuple[Phase, int]]:
    """Phases of the visible programmes whose nominations wait for the organiser, with how many."""
    waiting = (
        select(Nomination.phase_id, func.count().label("count"))
        .where(Nomination.state == "proposed")
        .group_by(Nomination.phase_id)
        .subquery()
    )
    rows = db.session.execute(
        select(Phase, waiting.c.count)
        .join(waiting, waiting.c.phase_id == Phase.id)
        .join(Programme, Programme.id == Phase.programme_id)
        .where(visible)
        .options(joinedload(Phase.programme))
        .order_by(Phase.id)
    )
    return [(phase, count) for phase, count in rows]


def place_in_line(row: Registration) -> int:
    """How many people wait for this event before a waiting person, plus one."""
    before = (
        select(func.count())
        .select_from(Registration)
        .where(
            Registration.event_id == row.event_id, Registration.state == "waiting", Registration.line < (row.line or 0)
        )
    )
    return (db.session.scalar(before) or 0) + 1


def of_person(event_id: int, person_id: int) -> Registration | None:
    """Someone's registration for an event, in whatever state."""
    return db.session.scalar(
        select(Registration).where(Registration.event_id == event_id, Registration.person_id == person_id)
    )


def registered(event_id: int, person_ids: Iterable[int]) -> dict[int, str]:
    """Person → state of those among these who stand on the event's list."""
    rows = db.session.execute(
        select(Registration.person_id, Registration.state).where(
            Registration.event_id == event_id,
            Registration.person_id.in_(list(person_ids)),
            Registration.state.in_(STANDING),
        )
    )
    return {row.person_id: row.state for row in rows}


def enrolled(phase_id: int, person_ids: Iterable[int]) -> dict[int, str]:
    """Person → state of those among these who are enrolled in the phase."""
    rows = db.session.execute(
        select(Enrolment.person_id, Enrolment.state).where(
            Enrolment.phase_id == phase_id,
            Enrolment.person_id.in_(list(person_ids)),
            Enrolment.state.in_(STANDING),
        )
    )
    return {row.person_id: row.state for row in rows}
