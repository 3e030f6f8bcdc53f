"""Why somebody has earned the paper, or why not and what would fix it: one row a condition, with what it rests on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from training_app.core.db import db
from training_app.learning import outside
from training_app.learning.models import OutsideTraining
from training_app.learning.outsiderules import CONFIRMED
from training_app.people.merging import records
from training_app.registration import makeups
from training_app.registration.makeups import Offer
from training_app.registration.models import Registration
from training_app.registration.rules import STANDING
from training_app.schedule.models import Event, Programme

from .asking import Condition, Judged, Plan
from .kinds_feedback import Given
from .rulebook import conditions_of, current_rule, plan_of
from .rules import Conditions, judged
from .service import Progress, progress
from .standings import Held, held_by

#: Make-ups that are shown; the nearest are enough to choose from.
MOST_OFFERS = 4


@dataclass(frozen=True, slots=True)
class Visit:
    """A session or salon that was attended and counts; `number` is the one that it fills."""

    event_id: int
    kind: str
    number: int
    title: str
    day: datetime
    hours: Decimal
    make_up: bool


@dataclass(frozen=True, slots=True)
class Next:
    """The next time that a session or salon is held which still counts; `seats` is None where there is no limit."""

    event: Event
    day: datetime
    seats: int | None
    registered: bool


@dataclass(frozen=True)
class Row:
    """One condition: what it asks for, whether it is met, what that rests on, and what would fix it."""

    kind: str
    words: Any
    judged: Judged
    visits: tuple[Visit, ...] = ()
    #: Points by try, the first first.
    points: tuple[Decimal, ...] = ()
    elsewhere: tuple[OutsideTraining, ...] = ()
    #: Without feedback, while the form is open and after it.
    unanswered: tuple[Visit, ...] = ()
    too_late: tuple[Visit, ...] = ()
    next: tuple[Next, ...] = ()
    offers: tuple[Offer, ...] = ()
    second_try: bool = False


@dataclass(frozen=True)
class Why:
    """Everything about one person's way to a programme's paper; `version` is None while the rule is only proposed."""

    programme: Programme
    person_id: int
    version: int | None
    progress: Progress
    rows: tuple[Row, ...]
    held: Held | None


@dataclass(frozen=True)
class _Known:
    """What the rows are made of."""

    plan: Plan
    progress: Progress
    visits: Sequence[Visit]
    next: Mapping[tuple[str, int], Next]
    offers: Sequence[Offer]
    elsewhere: Sequence[OutsideTraining]


def why(programme: Programme, person_id: int, now: datetime) -> Why:
    """The way of one person to the paper of a programme, condition by condition, in a fixed number of statements."""
    rule = current_rule(programme.id)
    conditions, plan = conditions_of(programme, rule), plan_of(programme)
    far = progress(programme.id, [person_id], now, conditions=conditions)[person_id]
    offers: list[Offer] = []
    if far.missing and not far.eligible:
        offers = makeups.offers(programme.id, [person_id], now, known={person_id: far.missing}).get(person_id, [])
    known = _Known(
        plan=plan,
        progress=far,
        visits=_visits(far),
        next=_next(programme.id, person_id, now),
        offers=offers,
        elsewhere=_elsewhere(person_id, programme.counting_year, conditions),
    )
    found = judged(conditions, far.facts, plan)
    rows = tuple(_row(one, said, known) for one, said in zip(conditions.asked, found, strict=True))
    held = held_by(programme.id, [person_id]).get(person_id)
    return Why(programme, person_id, rule.version if rule else None, far, rows, held)


def _row(one: Condition, said: Judged, known: _Known) -> Row:
    """The row of a condition: its own facts, and while it is not met what lies ahead for it."""
    facts = known.progress.facts
    given: Given = facts.gathered.get(one.kind, Given())
    asked = [visit for visit in known.visits if visit.event_id in facts.events - given.events]
    helping = one.helping(facts, known.plan) if one.by_coming and not said.met else frozenset()
    return Row(
        kind=one.kind,
        words=one.words(known.plan),
        judged=said,
        # What brings no hours is nothing that a number of hours rests on.
        visits=tuple(
            visit
            for visit in known.visits
            if _counts(one, known.plan, visit.kind, visit.number) and (visit.hours or one.kind != "hours")
        ),
        points=facts.points if one.kind == "test" else (),
        elsewhere=tuple(known.elsewhere) if one.kind == "outside" else (),
        unanswered=tuple(visit for visit in asked if one.kind == "feedback" and visit.event_id not in given.over),
        too_late=tuple(visit for visit in asked if one.kind == "feedback" and visit.event_id in given.over),
        next=tuple(_ahead(helping, known, salons=not said.met and one.kind in ("salons", "hours"))),
        offers=tuple(offer for offer in known.offers if offer.number in helping)[:MOST_OFFERS],
        second_try=said.code == "test_failed" and len(facts.points) == 1,
    )


def _counts(one: Condition, plan: Plan, kind: str, number: int) -> bool:
    """Whether a session or salon counts for a condition."""
    return one.kind in ("salons", "hours") if kind == "salon" else number in one.concerned(plan)


def _ahead(helping: Collection[int], known: _Known, *, salons: bool) -> list[Next]:
    """What can still be attended for a condition, one of each session and salon."""
    been = {visit.number for visit in known.visits if visit.kind == "salon"}
    return [
        coming
        for (kind, number), coming in known.next.items()
        if (number in helping if kind == "session" else salons and number not in been)
    ]


def _visits(far: Progress) -> list[Visit]:
    """What counts, in the order of the days, with the events' titles in one statement."""
    ids = [visit.event_id for visit in far.attended]
    titles = {row.id: row.title for row in db.session.execute(select(Event.id, Event.title).where(Event.id.in_(ids)))}
    made = {one.event_id for one in far.make_ups if one.attended}
    return [
        Visit(
            visit.event_id,
            visit.kind,
            visit.number,
            titles[visit.event_id],
            visit.starts_at,
            visit.hours,
            visit.event_id in made,
        )
        for visit in sorted(far.attended, key=lambda visit: (visit.starts_at, visit.event_id))
    ]


def _next(programme_id: int, person_id: int, now: datetime) -> dict[tuple[str, int], Next]:
    """The next event of each kind and number that can still be attended; one with a seat of the person's own first."""
    mine = set(
        db.session.scalars(
            select(Registration.event_id).where(
                Registration.person_id.in_(records([person_id])), Registration.state.in_(STANDING)
            )
        )
    )
    events = db.session.scalars(
        select(Event)
        .where(Event.programme_id == programme_id, Event.state == "published")
        .options(selectinload(Event.slots), joinedload(Event.venue))
    )
    coming = []
    for event in events:
        slot = next((one for one in event.slots if one.checkin_closes_at > now), None)
        if slot is not None:
            seats = None if event.capacity is None else event.capacity - event.seats_taken
            coming.append(Next(event, slot.starts_at, seats, event.id in mine))
    found: dict[tuple[str, int], Next] = {}
    for one in sorted(coming, key=lambda one: (not one.registered, one.seats == 0, one.day)):
        found.setdefault((one.event.kind, one.event.number), one)
    return dict(sorted(found.items(), key=lambda pair: pair[1].day))


def _elsewhere(person_id: int, year: int, conditions: Conditions) -> list[OutsideTraining]:
    if not conditions.counts_outside:
        return []
    return [one for one in outside.of_person(person_id) if one.state == CONFIRMED and one.counting_year == year]
