"""A phase's cockpit: the programme's sessions in a row, what each lacks, and an excerpt of the matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from training_app.attendance import service as attendance
from training_app.attendance.models import Attendance
from training_app.attendance.rules import EXPECTED, HERE
from training_app.attendance.service import Mark
from training_app.certificates import service as certificates
from training_app.certificates.service import Progress
from training_app.core.actors import Actor
from training_app.core.db import db
from training_app.core.permissions import Permission as P
from training_app.divisions.models import Division
from training_app.people import policy
from training_app.people.merging import HOLDER
from training_app.people.models import Person
from training_app.registration.models import Registration
from training_app.schedule.access import programme_scope
from training_app.schedule.models import Event, Phase, Programme, Slot
from training_app.schedule.queries import FIRST_START
from training_app.schedule.rules import slot_state
from training_app.schedule.visibility import visible_rows

from . import desk, rules
from .needs import Need, needs

#: Rows of the matrix that the cockpit shows; the whole one is a page of its own.
EXCERPT = 8


@dataclass(frozen=True)
class Card:
    """One session: draft, live, today, over or ahead; `count` of `of` are here, or registered while it is ahead."""

    event: Event
    state: str
    slot: Slot | None
    count: int
    of: int
    waiting: int

    @property
    def percent(self) -> int:
        """The share in whole percent."""
        return round(100 * self.count / self.of) if self.of else 0


@dataclass(frozen=True)
class MatrixRow:
    """A person with one mark a session, in the order of the cards, and how far they have come."""

    person: Person
    community: str
    marks: tuple[Mark | None, ...]
    progress: Progress


@dataclass(frozen=True)
class Cockpit:
    """Everything on the page."""

    phase: Phase
    cards: tuple[Card, ...]
    rows: tuple[MatrixRow, ...]
    people: int
    needs: tuple[Need, ...]
    #: The slot at which people check in now, where the actor may scan.
    door: Slot | None
    #: The event whose group notice is the next to be sent.
    notice: Event | None
    #: The actor may see figures of the programme.
    may_report: bool


def _sessions(phase: Phase) -> list[Event]:
    """The programme's sessions; where a phase holds several of its own, only those."""
    found = list(
        db.session.scalars(
            select(Event)
            .where(Event.programme_id == phase.programme_id, Event.kind == "session", Event.state != "cancelled")
            .options(
                joinedload(Event.programme),
                joinedload(Event.phase),
                joinedload(Event.venue),
                selectinload(Event.slots),
                selectinload(Event.facilitations),
            )
            .order_by(Event.number, FIRST_START, Event.id)
        )
    )
    own = [event for event in found if event.phase_id == phase.id]
    return own if len(own) > 1 else found


def _been(actor: Actor, found: Sequence[Event]) -> dict[int, int]:
    """How many of the expected were at each event, whichever slot, in one statement."""
    rows = db.session.execute(
        select(Slot.event_id, func.count(Attendance.person_id.distinct()))
        .join(Slot, Slot.id == Attendance.slot_id)
        .join(Event, Event.id == Slot.event_id)
        .join(Programme, Programme.id == Event.programme_id)
        .where(
            Slot.event_id.in_([event.id for event in found]),
            Attendance.status.in_(HERE),
            Attendance.as_whom.in_(EXPECTED),
            visible_rows(actor, P.ATTENDANCE_VIEW, Attendance.division_code),
        )
        .group_by(Slot.event_id)
    )
    return {row[0]: row[1] for row in rows}


def _card(event: Event, registered: dict[tuple[int, str], int], been: dict[int, int], now: datetime) -> Card:
    confirmed, waiting = registered.get((event.id, "confirmed"), 0), registered.get((event.id, "waiting"), 0)
    live = next((slot for slot in event.slots if slot_state(slot, now) == "open"), None)
    coming = rules.next_slot(event.slots, now)
    if event.state == "draft":
        return Card(event, "draft", coming, confirmed, event.capacity or confirmed, waiting)
    if event.state == "published" and live is not None:
        return Card(event, "live", live, been.get(event.id, 0), confirmed, waiting)
    if event.state == "published" and coming is not None:
        state = "today" if rules.slot_of_today(event.slots, now) else "ahead"
        return Card(event, state, coming, confirmed, event.capacity or confirmed, waiting)
    return Card(event, "over", None, been.get(event.id, 0), confirmed, waiting)


def _taking_part(actor: Actor, found: Sequence[Event]) -> tuple[int, list[tuple[Person, str]]]:
    """How many people are registered for any of the sessions, and the first of them by community."""
    if not policy.allows_anywhere(actor, P.ATTENDANCE_VIEW):
        return 0, []
    inside = (
        Registration.event_id == Event.id,
        Programme.id == Event.programme_id,
        Registration.event_id.in_([event.id for event in found]),
        Registration.state == "confirmed",
        Registration.as_whom == "trainee",
        visible_rows(actor, P.ATTENDANCE_VIEW, Registration.division_code),
        Person.id == Registration.person_id,
    )
    code = func.min(Registration.division_code)
    total = db.session.scalar(select(func.count(HOLDER.distinct())).where(*inside)) or 0
    ids = select(HOLDER.label("person_id"), code.label("code")).where(*inside).group_by(HOLDER).subquery()
    rows = db.session.execute(
        select(Person, Division.name)
        .join(ids, ids.c.person_id == Person.id)
        .outerjoin(Division, Division.code == ids.c.code)
        .order_by(ids.c.code, Person.id)
        .limit(EXCERPT)
    )
    return total, [(row[0], row[1] or "") for row in rows]


def _best(event: Event, person_id: int, marks: dict[tuple[int, int], Mark]) -> Mark | None:
    """The mark of a session with several slots: the best that was reached."""
    order = {"present": 0, "late": 1, "excused": 2, "absent": 3}
    found = [marks[person_id, slot.id] for slot in event.slots if (person_id, slot.id) in marks]
    return min(found, key=lambda mark: order.get(mark.status, 9), default=None)


def cockpit(actor: Actor, phase: Phase, now: datetime) -> Cockpit:
    """The cockpit as this actor may see it, in a fixed number of statements."""
    found = _sessions(phase)
    registered, been = desk.counts(actor, found), _been(actor, found)
    cards = tuple(_card(event, registered, been, now) for event in found)
    total, people = _taking_part(actor, found)
    ids = [person.id for person, _community in people]
    marks: dict[tuple[int, int], Mark] = {}
    progress: dict[int, Progress] = {}
    if ids:
        marks = attendance.marks([slot.id for event in found for slot in event.slots], ids)
        progress = certificates.progress(phase.programme_id, ids, now)
    rows = tuple(
        MatrixRow(person, community, tuple(_best(event, person.id, marks) for event in found), progress[person.id])
        for person, community in people
    )
    live = next((card for card in cards if card.state == "live"), None)
    return Cockpit(
        phase=phase,
        cards=cards,
        rows=rows,
        people=total,
        needs=tuple(needs(actor, now, programme_id=phase.programme_id)),
        door=live.slot if live and _may(actor, P.DOOR_SCAN, live.event) else None,
        notice=_notice(actor, phase, cards),
        may_report=policy.allows(actor, P.REPORT_VIEW, programme_scope(phase.programme)),
    )


def _may(actor: Actor, permission: P, event: Event) -> bool:
    return policy.allows(actor, permission, programme_scope(event.programme, event.id))


def _notice(actor: Actor, phase: Phase, cards: Sequence[Card]) -> Event | None:
    """The event that the next notice is about: this phase's own if it is not over, else the next one."""
    open_cards: list[Any] = [card for card in cards if card.state in ("live", "today", "ahead")]
    own = next((card.event for card in open_cards if card.event.phase_id == phase.id), None)
    event = own or next((card.event for card in open_cards), None)
    return event if event is not None and _may(actor, P.MESSAGE_MANAGE, event) else None
