"""Many registrations of one event, or enrolments of one phase, changed in one transaction."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from training_app.core.db import db, transaction

from . import seats
from .models import Enrolment, Registration


def _of_event(event_id: int, ids: Collection[int], state: str) -> list[int]:
    return list(
        db.session.scalars(
            select(Registration.id)
            .where(Registration.event_id == event_id, Registration.id.in_(list(ids)), Registration.state == state)
            .order_by(Registration.line, Registration.id)
        )
    )


def cancel(event_id: int, registration_ids: Collection[int], *, actor_id: int, now: datetime) -> list[int]:
    """Cancel these registrations of an event, the waiting before the confirmed, so that nobody who is to
    go moves up first. Gives the ids that were cancelled now; ids of other events are passed over.

    Raises Refusal "event_closed".
    """
    with transaction():
        standing = [
            number for state in ("waiting", "confirmed") for number in _of_event(event_id, registration_ids, state)
        ]
        for number in standing:
            seats.cancel(number, actor_id=actor_id, now=now)
        return standing


def accept(event_id: int, registration_ids: Collection[int], *, actor_id: int, now: datetime) -> tuple[int, int]:
    """Confirm these waiting registrations of an event in the order of the line, as far as there are seats.

    Gives how many were confirmed and how many still wait.
    """
    with transaction():
        rows = [
            seats.accept(number, actor_id=actor_id, now=now)
            for number in _of_event(event_id, registration_ids, "waiting")
        ]
        confirmed = sum(row.state == "confirmed" for row in rows)
        return confirmed, len(rows) - confirmed


def restore(event_id: int, registration_ids: Collection[int], *, actor_id: int, now: datetime) -> tuple[int, int]:
    """Undo cancellations of an event. Gives how many have a seat again and how many now wait.

    Raises Refusal "event_cancelled" or "event_closed".
    """
    with transaction():
        rows = [
            seats.restore(number, actor_id=actor_id, now=now)
            for number in sorted(_of_event(event_id, registration_ids, "cancelled"))
        ]
        confirmed = sum(row.state == "confirmed" for row in rows)
        return confirmed, len(rows) - confirmed


def cancel_enrolments(phase_id: int, enrolment_ids: Collection[int], *, actor_id: int, now: datetime) -> list[int]:
    """Cancel these enrolments of a phase, the waiting before the confirmed; gives whose: the persons' ids."""
    with transaction():
        rows = db.session.execute(
            select(Enrolment.id, Enrolment.person_id)
            .where(
                Enrolment.phase_id == phase_id,
                Enrolment.id.in_(list(enrolment_ids)),
                Enrolment.state.in_(("waiting", "confirmed")),
            )
            .order_by(Enrolment.state.desc(), Enrolment.line, Enrolment.id)
        ).all()
        for row in rows:
            seats.cancel_enrolment(row.id, actor_id=actor_id, now=now)
        return [row.person_id for row in rows]


def enrol_again(phase_id: int, person_ids: Collection[int], *, actor_id: int, now: datetime) -> tuple[int, int]:
    """Undo cancellations of a phase by the persons' ids. Gives how many have seats again and how many wait.

    Raises as `seats.enrol`.
    """
    with transaction():
        known = db.session.scalars(
            select(Enrolment.person_id).where(
                Enrolment.phase_id == phase_id,
                Enrolment.person_id.in_(list(person_ids)),
                Enrolment.state == "cancelled",
            )
        ).all()
        made = [
            seats.enrol(phase_id, person, source="organiser", actor_id=actor_id, now=now) for person in sorted(known)
        ]
        confirmed = sum(row.state == "confirmed" for row in made)
        return confirmed, len(made) - confirmed
