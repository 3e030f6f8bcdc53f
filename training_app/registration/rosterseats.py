"""Many persons registered together, as from a roster, in few statements.

The rules are those of `seats`: here their rows are written together. Who has a row already, in
whatever state, passes through `seats` itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, insert, select, update

from training_app.core import audit
from training_app.core.db import db, transaction
from training_app.core.errors import NotFound, Refusal
from training_app.core.signals import registration_confirmed
from training_app.people.models import Person
from training_app.people.posts import present_posts
from training_app.schedule import occupancy
from training_app.schedule.models import Event, Phase, Programme

from . import capacity, line, rules, seats, tickets
from .models import Enrolment, Registration
from .words import REFUSALS


def register_many(
    event_id: int, wanted: Mapping[int, str | None], *, source: str, actor_id: int, now: datetime
) -> Counter[str]:
    """Register persons (id → community as the roster has it) for an event, in the mapping's order.

    Gives how many are confirmed, waiting, and were "already" there. Raises as `seats.register`.
    """
    with transaction() as session:
        events = [event for event in occupancy.hold_events(event_id) if event.id == event_id]
        if not events:
            raise NotFound()
        counts: Counter[str] = Counter()
        known = dict(
            session.execute(
                select(Registration.person_id, Registration.state).where(Registration.event_id == event_id)
            ).all()
        )
        for person_id in [p for p in wanted if p in known]:
            if known[person_id] in rules.STANDING:
                counts["already"] += 1
                continue
            row = seats.register(
                event_id,
                person_id,
                source=source,
                division_code=wanted[person_id],
                actor_id=actor_id,
                now=now,
            )
            counts[row.state] += 1
        fresh = [p for p in wanted if p not in known]
        seats.check(events[0], source, now)
        _write(events, fresh, wanted, None, counts, source=source, actor_id=actor_id, now=now)
        return counts


def enrol_many(
    phase_id: int, wanted: Mapping[int, str | None], *, source: str, actor_id: int, now: datetime
) -> Counter[str]:
    """Enrol persons in a phase: each gets a seat in every session at once, or waits whole.

    Gives how many are confirmed, waiting, and were "already" there. Raises as `seats.enrol`.
    """
    with transaction() as session:
        if session.get(Phase, phase_id) is None:
            raise NotFound()
        sessions = line.sessions_of(occupancy.hold_phase(phase_id), now)
        counts: Counter[str] = Counter()
        enrolled = dict(
            session.execute(select(Enrolment.person_id, Enrolment.state).where(Enrolment.phase_id == phase_id)).all()
        )
        registered = set(
            session.scalars(
                select(Registration.person_id).where(Registration.event_id.in_([event.id for event in sessions]))
            )
        )
        fresh = []
        for person_id in wanted:
            if enrolled.get(person_id) in rules.STANDING:
                counts["already"] += 1
            elif person_id in enrolled or person_id in registered:
                made = seats.enrol(phase_id, person_id, source=source, actor_id=actor_id, now=now)
                counts[made.state] += 1
            else:
                fresh.append(person_id)
        if not sessions:
            raise Refusal("nothing_to_join", REFUSALS["nothing_to_join"])
        for event in sessions:
            seats.check(event, source, now)
        _write(sessions, fresh, wanted, phase_id, counts, source=source, actor_id=actor_id, now=now)
        return counts


def _write(
    events: Sequence[Event],
    person_ids: Sequence[int],
    communities: Mapping[int, str | None],
    phase_id: int | None,
    counts: Counter[str],
    *,
    source: str,
    actor_id: int,
    now: datetime,
) -> None:
    """Write the rows of persons who have none in these held events."""
    if not person_ids:
        return
    ids = [event.id for event in events]
    free = [seats_left for seats_left in capacity.free(ids).values() if seats_left is not None]
    seated = min([len(person_ids), *(max(0, n) for n in free)])
    _take(ids, seated)
    lines = _lines(events[0].programme_id, len(person_ids) - seated)
    places: list[int | None] = [*[None] * seated, *lines]
    for event_id in ids:
        tickets.key_of(event_id)
    enrolments: dict[int, int] = {}
    if phase_id is not None:
        enrolments = _enrol(phase_id, person_ids, places, source=source, actor_id=actor_id, now=now)
    where = _communities(person_ids, communities)
    rows = [
        {
            "event_id": event_id,
            "person_id": person_id,
            "enrolment_id": enrolments.get(person_id),
            "state": "confirmed" if place is None else "waiting",
            "line": place,
            "source": source,
            "as_whom": "trainee",
            "division_code": where.get(person_id),
            "ticket_code": tickets.new_code(),
            "ticket_revision": 0,
            "created_at": now,
        }
        for event_id in ids
        for person_id, place in zip(person_ids, places, strict=True)
    ]
    made = db.session.execute(
        insert(Registration).returning(Registration.id, Registration.state, Registration.line), rows
    ).all()
    audit.record_each(
        audit.Action.REGISTRATION_CHANGED,
        "registration",
        [(row.id, {"state": row.state, "as_whom": "trainee", "source": source, "line": row.line}) for row in made],
        actor_id=actor_id,
        now=now,
    )
    for row in made:
        if row.state == "confirmed":
            registration_confirmed.send(registration_id=row.id, actor_id=actor_id, now=now)
    counts["confirmed"] += seated
    counts["waiting"] += len(person_ids) - seated


def _take(event_ids: Sequence[int], count: int) -> None:
    """Take `count` seats in each event; the events are held, so what was free still is."""
    taken: CursorResult[Any] = db.session.execute(  # type: ignore[assignment]
        update(Event)
        .where(Event.id.in_(event_ids), (Event.capacity.is_(None)) | (Event.seats_taken + count <= Event.capacity))
        .values(seats_taken=Event.seats_taken + count)
        .execution_options(synchronize_session=False)
    )
    if taken.rowcount != len(event_ids):
        raise RuntimeError("a held event lost its free seats")


def _lines(programme_id: int, count: int) -> list[int]:
    """The next `count` places of the programme's one line."""
    if not count:
        return []
    after = db.session.execute(
        update(Programme)
        .where(Programme.id == programme_id)
        .values(next_line=Programme.next_line + count)
        .returning(Programme.next_line)
        .execution_options(synchronize_session=False)
    ).scalar_one()
    return list(range(after - count, after))


def _enrol(
    phase_id: int, person_ids: Sequence[int], places: Sequence[int | None], *, source: str, actor_id: int, now: datetime
) -> dict[int, int]:
    rows = [
        {
            "phase_id": phase_id,
            "person_id": person_id,
            "state": "confirmed" if place is None else "waiting",
            "line": place,
            "source": source,
            "created_at": now,
        }
        for person_id, place in zip(person_ids, places, strict=True)
    ]
    made = db.session.execute(
        insert(Enrolment).returning(Enrolment.id, Enrolment.person_id, Enrolment.state, Enrolment.line), rows
    ).all()
    audit.record_each(
        audit.Action.ENROLMENT_CHANGED,
        "enrolment",
        [(row.id, {"state": row.state, "line": row.line}) for row in made],
        actor_id=actor_id,
        now=now,
    )
    return {row.person_id: row.id for row in made}


def _communities(person_ids: Sequence[int], given: Mapping[int, str | None]) -> dict[int, str]:
    """The community of each: as given, else of the present post, else where the person works."""
    found = {person_id: code for person_id in person_ids if (code := given.get(person_id))}
    rest = [person_id for person_id in person_ids if person_id not in found]
    if rest:
        rows = db.session.execute(
            select(Person.id, Person.division_code).where(Person.id.in_(rest), Person.division_code.is_not(None))
        )
        found |= {person_id: code for person_id, code in rows if code}
        found |= {person_id: held[0].division_code for person_id, held in present_posts(rest).items()}
    return found
