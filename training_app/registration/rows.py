"""A registration's row: opened, revived, ended; each with its audit entry and its news."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from training_app.core import audit
from training_app.core.db import db
from training_app.core.errors import NotFound
from training_app.core.signals import registration_cancelled, registration_confirmed, registration_promoted
from training_app.people import posts
from training_app.people.models import Person

from . import tickets
from .models import Registration
from .rules import takes_seat


def person_of(person_id: int) -> Person:
    """The person, or whom they were merged into. Raises NotFound."""
    person = db.session.get(Person, person_id)
    while person is not None and person.merged_into_id is not None:
        person = db.session.get(Person, person.merged_into_id)
    if person is None:
        raise NotFound()
    return person


def row_of(event_id: int, person_id: int) -> Registration | None:
    """The person's registration for the event as it stands now, in whatever state."""
    return db.session.scalar(
        select(Registration)
        .where(Registration.event_id == event_id, Registration.person_id == person_id)
        .execution_options(populate_existing=True)
    )


def _record(row: Registration, before: str | None, *, actor_id: int | None, now: datetime) -> None:
    audit.record(
        audit.Action.REGISTRATION_CHANGED,
        ("registration", row.id),
        actor_id=actor_id,
        now=now,
        before={"state": before} if before else None,
        after={"state": row.state, "as_whom": row.as_whom, "source": row.source, "line": row.line},
    )


def write(
    row: Registration | None,
    event_id: int,
    person_id: int,
    *,
    state: str,
    line: int | None,
    source: str,
    as_whom: str,
    division_code: str | None = None,
    stand_in_for_id: int | None = None,
    enrolment_id: int | None = None,
    make_up_for_id: int | None = None,
    actor_id: int | None,
    now: datetime,
) -> Registration:
    """Bring a new, ended or waiting row into `state` (confirmed or waiting); the seat is taken already.

    A row that had ended comes back with a new typed code, so that no old ticket opens it.
    `division_code` None: the person's present community.
    """
    before = row.state if row is not None else None
    community = division_code or (posts.division_of(person_id) if before != "waiting" else None)
    if row is None:
        row = Registration(event_id=event_id, person_id=person_id, ticket_revision=0)
    if before != "waiting":
        row.ticket_code = tickets.new_code()
        row.created_at = now
        row.source = source
        row.division_code = community
        row.make_up_for_id = make_up_for_id
    row.state, row.line, row.as_whom = state, line, as_whom
    row.stand_in_for_id, row.enrolment_id = stand_in_for_id, enrolment_id
    db.session.add(row)
    db.session.flush()
    tickets.key_of(event_id)
    _record(row, before, actor_id=actor_id, now=now)
    if state == "confirmed" and before == "waiting":
        registration_promoted.send(registration_id=row.id, now=now)
    elif state == "confirmed":
        registration_confirmed.send(registration_id=row.id, actor_id=actor_id, now=now)
    return row


def move_up(row: Registration, *, actor_id: int | None, now: datetime) -> None:
    """Confirm a waiting row whose seat is taken already, and tell."""
    row.state, row.line = "confirmed", None
    db.session.flush()
    _record(row, "waiting", actor_id=actor_id, now=now)
    registration_promoted.send(registration_id=row.id, now=now)


def end(row: Registration, *, actor_id: int | None, now: datetime) -> bool:
    """Cancel a standing row and kill its ticket. True when a seat came free, which the caller gives back."""
    before = row.state
    row.state, row.line = "cancelled", None
    row.ticket_revision += 1
    db.session.flush()
    _record(row, before, actor_id=actor_id, now=now)
    registration_cancelled.send(registration_id=row.id, actor_id=actor_id, now=now)
    return before == "confirmed" and takes_seat(row.as_whom)
