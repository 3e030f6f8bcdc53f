"""The waiting line: whole enrolments seated at once, freed seats given to the next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import exists, or_, select

from training_app.core import audit
from training_app.core.db import db
from training_app.schedule.models import Event

from . import capacity, rows
from .models import Enrolment, Registration
from .rules import OPEN, Waiter, moved_up

#: Waiting rows that are looked at together.
_AT_ONCE = 200


def sessions_of(events: Iterable[Event], now: datetime) -> list[Event]:
    """The sessions that an enrolment fills: neither closed nor cancelled, and still ahead.

    Where all are over they are filled all the same: an organiser enters what was held on paper.
    """
    found = [event for event in events if event.kind == "session" and event.state in OPEN]
    return _ahead(found, now) or found


def _ahead(events: Sequence[Event], now: datetime) -> list[Event]:
    until = capacity.spans(event.id for event in events)
    return [event for event in events if event.id not in until or until[event.id][1] > now]


def seated(person_ids: Iterable[int], event_ids: Iterable[int]) -> set[tuple[int, int]]:
    """(person, event) of everyone among these whose registration is confirmed."""
    rows_seated = db.session.execute(
        select(Registration.person_id, Registration.event_id).where(
            Registration.person_id.in_(list(person_ids)),
            Registration.event_id.in_(list(event_ids)),
            Registration.state == "confirmed",
        )
    )
    return {(row.person_id, row.event_id) for row in rows_seated}


def without_row(phase_id: int, event_id: int) -> list[Enrolment]:
    """The confirmed enrolments of a phase whose persons never had a registration for this event, the oldest first."""
    there = exists().where(Registration.event_id == event_id, Registration.person_id == Enrolment.person_id)
    return list(
        db.session.scalars(
            select(Enrolment)
            .where(Enrolment.phase_id == phase_id, Enrolment.state == "confirmed", ~there)
            .order_by(Enrolment.id)
        )
    )


def write_whole(
    enrolment: Enrolment, sessions: Sequence[Event], *, state: str, actor_id: int | None, now: datetime
) -> None:
    """Bring a person's rows in all sessions in line with the enrolment, whose seats are taken already.

    A seat that the person had alone becomes part of the enrolment once that is confirmed; a place in
    line that she had alone stays hers until then.
    """
    for event in sessions:
        row = rows.row_of(event.id, enrolment.person_id)
        if row is not None and row.state == "confirmed":
            if state == "confirmed":
                row.enrolment_id = enrolment.id
        elif row is None or state == "confirmed" or row.state != "waiting":
            rows.write(
                row,
                event.id,
                enrolment.person_id,
                state=state,
                line=enrolment.line,
                source=enrolment.source,
                as_whom="trainee",
                enrolment_id=enrolment.id,
                actor_id=actor_id,
                now=now,
            )


def seat_whole(enrolment: Enrolment, sessions: Sequence[Event], *, actor_id: int | None, now: datetime) -> bool:
    """Take the seats that the enrolment still needs and confirm it, or change nothing."""
    have = seated([enrolment.person_id], [event.id for event in sessions])
    if not capacity.take_all([e.id for e in sessions if (enrolment.person_id, e.id) not in have]):
        return False
    confirm(enrolment, sessions, actor_id=actor_id, now=now)
    return True


def confirm(enrolment: Enrolment, sessions: Sequence[Event], *, actor_id: int | None, now: datetime) -> None:
    """Confirm an enrolment whose seats are taken."""
    before = enrolment.state
    enrolment.state, enrolment.line = "confirmed", None
    db.session.flush()
    audit.record(
        audit.Action.ENROLMENT_CHANGED,
        ("enrolment", enrolment.id),
        actor_id=actor_id,
        now=now,
        before={"state": before},
        after={"state": "confirmed"},
    )
    write_whole(enrolment, sessions, state="confirmed", actor_id=actor_id, now=now)


def advance(events: Sequence[Event], *, now: datetime) -> int:
    """Give free seats of held events to the next in line; gives how many persons moved up.

    Nobody moves up into an event that is not open or is over.
    """
    going = _ahead([event for event in events if event.state in OPEN], now)
    if not going:
        return 0
    sessions = sessions_of(going, now)
    moved = 0
    for waiter in moved_up(_waiters(going, sessions), capacity.free(event.id for event in going)):
        if waiter.enrolment_id is not None:
            enrolment = db.session.get_one(Enrolment, waiter.enrolment_id)
            moved += seat_whole(enrolment, sessions, actor_id=None, now=now)
        elif capacity.take_all(waiter.needs):
            rows.move_up(db.session.get_one(Registration, waiter.registration_id), actor_id=None, now=now)
            moved += 1
    return moved


def _waiters(events: Sequence[Event], sessions: Sequence[Event]) -> Iterator[Waiter]:
    """Everyone in line for these events, in the line's order; an enrolment once, with all that it needs."""
    wanted = frozenset(event.id for event in sessions)
    seen: set[int] = set()
    last = (0, 0)
    while True:
        chunk = db.session.execute(
            select(
                Registration.id,
                Registration.line,
                Registration.enrolment_id,
                Registration.person_id,
                Registration.event_id,
            )
            .where(
                Registration.event_id.in_([event.id for event in events]),
                Registration.state == "waiting",
                or_(
                    Registration.line > last[0],
                    (Registration.line == last[0]) & (Registration.id > last[1]),
                ),
            )
            .order_by(Registration.line, Registration.id)
            .limit(_AT_ONCE)
        ).all()
        have = seated({row.person_id for row in chunk if row.enrolment_id}, wanted)
        for row in chunk:
            if row.enrolment_id is None:
                yield Waiter(row.line, row.id, None, row.person_id, frozenset({row.event_id}))
            elif row.enrolment_id not in seen:
                seen.add(row.enrolment_id)
                needs = frozenset(e for e in wanted if (row.person_id, e) not in have)
                yield Waiter(row.line, row.id, row.enrolment_id, row.person_id, needs)
        if len(chunk) < _AT_ONCE:
            return
        last = (chunk[-1].line, chunk[-1].id)
