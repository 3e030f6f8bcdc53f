"""Registering, enrolling, cancelling: every way to a seat and back passes here.

Within one transaction the rows of the event's whole phase are held in the order of their ids; seats
move by guarded updates; who gets none takes the next place of the programme's one line.
Persons that were merged are followed to whom they were merged into; what both had stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from training_app.core import audit
from training_app.core.db import db, transaction
from training_app.core.errors import NotFound, Refusal
from training_app.schedule import occupancy
from training_app.schedule.models import Event, Phase

from . import capacity, line, rows, rules
from .models import Enrolment, Registration
from .words import REFUSALS


def _refused(code: str) -> Refusal:
    return Refusal(code, REFUSALS[code])


def check(event: Event, source: str, now: datetime) -> None:
    """Raise Refusal where nobody is registered for the event through this source now."""
    why = rules.refusal(
        source=source,
        state=event.state,
        opens_at=event.registration_opens_at,
        closes_at=event.registration_closes_at,
        now=now,
    )
    if why is not None:
        raise _refused(why)


def _own(held: Sequence[Event], event_id: int) -> Event:
    for event in held:
        if event.id == event_id:
            return event
    raise NotFound()


def register(
    event_id: int,
    person_id: int,
    *,
    source: str,
    as_whom: str = "trainee",
    stand_in_for_id: int | None = None,
    division_code: str | None = None,
    actor_id: int | None,
    now: datetime,
) -> Registration:
    """A person at one event: confirmed where a seat is free, else waiting in line; harmless to repeat.

    `source`: self, nomination, roster, organiser or door; people themselves ("self") are bound by the
    event's registration window. `as_whom`: trainees and stand-ins need a seat; a waiting person who comes
    as a guest, as staff or as a walk-in needs none and is confirmed. `division_code`: instead of the person's
    present community. Registering after cancelling revives the row; the old ticket stays dead.

    Raises NotFound for an unknown event or person, Refusal with a code of `words.REFUSALS`.
    """
    with transaction():
        event = _own(occupancy.hold_events(event_id), event_id)
        person = rows.person_of(person_id)
        row = rows.row_of(event_id, person.id)
        seat = rules.takes_seat(as_whom)
        if row is not None and (row.state == "confirmed" or (row.state == "waiting" and seat)):
            return row
        if row is not None and row.state == "declined" and source == "self":
            raise _refused("declined")
        check(event, source, now)
        confirmed = not seat or capacity.take(event_id)
        return rows.write(
            row,
            event_id,
            person.id,
            state="confirmed" if confirmed else "waiting",
            line=None if confirmed else capacity.next_line(event.programme_id),
            source=source,
            as_whom=as_whom,
            division_code=division_code,
            stand_in_for_id=stand_in_for_id,
            actor_id=actor_id,
            now=now,
        )


def enrol(phase_id: int, person_id: int, *, source: str, actor_id: int | None, now: datetime) -> Enrolment:
    """A person in a phase: a seat in every session at once, or waiting whole; harmless to repeat.

    Sessions that are closed or cancelled are left out. Raises NotFound, Refusal "nothing_to_join"
    where no session is left, and as `register`.
    """
    with transaction() as session:
        phase = session.get(Phase, phase_id)
        if phase is None:
            raise NotFound()
        sessions = line.sessions_of(occupancy.hold_phase(phase_id), now)
        person = rows.person_of(person_id)
        found = session.scalar(
            select(Enrolment)
            .where(Enrolment.phase_id == phase_id, Enrolment.person_id == person.id)
            .execution_options(populate_existing=True)
        )
        if found is not None and found.state in rules.STANDING:
            return found
        if not sessions:
            raise _refused("nothing_to_join")
        for event in sessions:
            check(event, source, now)
        enrolment = found or Enrolment(phase_id=phase_id, person_id=person.id)
        enrolment.source, enrolment.created_at = source, now
        # Until its seats are taken; a row needs a state to be written.
        enrolment.state, enrolment.line = "waiting", None
        session.add(enrolment)
        session.flush()
        if line.seat_whole(enrolment, sessions, actor_id=actor_id, now=now):
            return enrolment
        enrolment.line = capacity.next_line(phase.programme_id)
        session.flush()
        audit.record(
            audit.Action.ENROLMENT_CHANGED,
            ("enrolment", enrolment.id),
            actor_id=actor_id,
            now=now,
            after={"state": "waiting", "line": enrolment.line},
        )
        line.write_whole(enrolment, sessions, state="waiting", actor_id=actor_id, now=now)
        return enrolment


def _of(registration_id: int) -> tuple[Registration, list[Event]]:
    """A registration and its event's phase, held. Raises NotFound."""
    event_id = db.session.scalar(select(Registration.event_id).where(Registration.id == registration_id))
    if event_id is None:
        raise NotFound()
    held = occupancy.hold_events(event_id)
    return db.session.get_one(Registration, registration_id, populate_existing=True), held


def cancel(registration_id: int, *, actor_id: int | None, now: datetime) -> Registration:
    """Cancel a registration; its ticket dies, its seat goes to the next in line. Harmless to repeat.

    One event of an enrolment that waits whole cancels the enrolment. Raises NotFound; Refusal
    "event_closed", or "started" where people cancel for themselves after the event's first start.
    """
    with transaction() as session:
        row, held = _of(registration_id)
        if row.state not in rules.STANDING:
            return row
        event = _own(held, row.event_id)
        if event.state == "closed":
            raise _refused("event_closed")
        span = capacity.spans([event.id]).get(event.id)
        if actor_id == row.person_id and span is not None and span[0] <= now:
            raise _refused("started")
        if row.state == "waiting" and row.enrolment_id is not None:
            cancel_enrolment(row.enrolment_id, actor_id=actor_id, now=now)
            return session.get_one(Registration, registration_id, populate_existing=True)
        if rows.end(row, actor_id=actor_id, now=now):
            capacity.give_back(event.id)
            line.advance(held, now=now)
        return row


def cancel_enrolment(enrolment_id: int, *, actor_id: int | None, now: datetime) -> Enrolment:
    """Cancel an enrolment with its registrations; sessions that are over stay as they were. Harmless to repeat.

    Raises NotFound; Refusal "started" where people cancel for themselves during a session of the phase.
    """
    with transaction() as session:
        enrolment = session.get(Enrolment, enrolment_id)
        if enrolment is None:
            raise NotFound()
        held = occupancy.hold_phase(enrolment.phase_id)
        session.refresh(enrolment)
        if enrolment.state not in rules.STANDING:
            return enrolment
        spans = capacity.spans(event.id for event in held)
        ahead = {e.id for e in held if e.state != "closed" and (e.id not in spans or spans[e.id][1] > now)}
        if actor_id == enrolment.person_id and any(spans[e][0] <= now for e in ahead if e in spans):
            raise _refused("started")
        before = enrolment.state
        enrolment.state, enrolment.line = "cancelled", None
        session.flush()
        audit.record(
            audit.Action.ENROLMENT_CHANGED,
            ("enrolment", enrolment_id),
            actor_id=actor_id,
            now=now,
            before={"state": before},
            after={"state": "cancelled"},
        )
        standing = session.scalars(
            select(Registration)
            .where(
                Registration.enrolment_id == enrolment_id,
                Registration.event_id.in_(ahead),
                Registration.state.in_(rules.STANDING),
            )
            .order_by(Registration.event_id)
            .execution_options(populate_existing=True)
        ).all()
        for row in standing:
            if rows.end(row, actor_id=actor_id, now=now):
                capacity.give_back(row.event_id)
        line.advance(held, now=now)
        return enrolment


def advance(event_id: int, *, now: datetime) -> int:
    """Give the free seats of an event and of its phase to the next in line; gives how many moved up."""
    with transaction():
        return line.advance(occupancy.hold_events(event_id), now=now)


def accept(registration_id: int, *, actor_id: int | None, now: datetime) -> Registration:
    """Confirm a waiting registration out of turn where seats are free, with its whole enrolment if it has one.

    Who has no seat to get stays in line: look at the state. Raises NotFound.
    """
    with transaction() as session:
        row, held = _of(registration_id)
        if row.state != "waiting":
            return row
        if row.enrolment_id is not None:
            enrolment = session.get_one(Enrolment, row.enrolment_id, populate_existing=True)
            line.seat_whole(enrolment, line.sessions_of(held, now), actor_id=actor_id, now=now)
        elif _own(held, row.event_id).state in rules.OPEN and capacity.take(row.event_id):
            rows.move_up(row, actor_id=actor_id, now=now)
        return row


def restore(registration_id: int, *, actor_id: int | None, now: datetime) -> Registration:
    """Undo a cancellation: the same row again, in a free seat or at the end of the line.

    Raises NotFound, Refusal "event_cancelled" or "event_closed".
    """
    with transaction() as session:
        row, held = _of(registration_id)
        if row.state != "cancelled":
            return row
        enrolment = session.get(Enrolment, row.enrolment_id) if row.enrolment_id is not None else None
        if enrolment is not None and enrolment.state == "cancelled":
            enrol(enrolment.phase_id, row.person_id, source="organiser", actor_id=actor_id, now=now)
            return session.get_one(Registration, registration_id, populate_existing=True)
        event = _own(held, row.event_id)
        check(event, "organiser", now)
        confirmed = not rules.takes_seat(row.as_whom) or capacity.take(event.id)
        return rows.write(
            row,
            event.id,
            row.person_id,
            state="confirmed" if confirmed else "waiting",
            line=None if confirmed else capacity.next_line(event.programme_id),
            source=row.source,
            as_whom=row.as_whom,
            division_code=row.division_code,
            stand_in_for_id=row.stand_in_for_id,
            enrolment_id=row.enrolment_id if confirmed else None,
            make_up_for_id=row.make_up_for_id,
            actor_id=actor_id,
            now=now,
        )


def complete(phase_id: int, *, actor_id: int | None, now: datetime) -> tuple[int, int]:
    """Give the enrolled their seats in sessions that the phase got after they enrolled.

    Who finds no seat waits for that session alone. Rows that were cancelled stay so. Gives how many
    seats were given and how many wait. Raises NotFound.
    """
    with transaction() as session:
        phase = session.get(Phase, phase_id)
        if phase is None:
            raise NotFound()
        given = waiting = 0
        for event in line.sessions_of(occupancy.hold_phase(phase_id), now):
            for enrolment in line.without_row(phase_id, event.id):
                confirmed = capacity.take(event.id)
                rows.write(
                    None,
                    event.id,
                    enrolment.person_id,
                    state="confirmed" if confirmed else "waiting",
                    line=None if confirmed else capacity.next_line(phase.programme_id),
                    source=enrolment.source,
                    as_whom="trainee",
                    enrolment_id=enrolment.id if confirmed else None,
                    actor_id=actor_id,
                    now=now,
                )
                given, waiting = given + confirmed, waiting + (not confirmed)
        return given, waiting
