"""Registrations as tests make them."""

from __future__ import annotations

from sqlalchemy import insert, select, update

from tests import cast
from training_app.core.db import db, transaction
from training_app.people.models import Person
from training_app.registration import seats
from training_app.registration.models import Registration
from training_app.schedule.models import Event

#: The fifth session lies ahead: registration is open.
AHEAD = 5
ORGANISER = cast.CAST["organiser"].id
CHEN, LIN, ZHANG = (cast.CAST[key].id for key in ("chen", "lin", "zhang"))
WHO = {"actor_id": ORGANISER, "now": cast.NOW}


def crowd(count: int, first: int = 1000) -> list[int]:
    """That many persons without a post, by their ids."""
    ids = list(range(first, first + count))
    with transaction() as session:
        rows = [{"id": n, "name": f"学员{n}", "pinyin": "", "created_at": cast.LONG_AGO} for n in ids]
        session.execute(insert(Person), rows)
    return ids


def capacity(seats_in_all: int | None, event_id: int = AHEAD) -> None:
    """Set an event's capacity behind everyone's back."""
    with transaction() as session:
        session.execute(update(Event).where(Event.id == event_id).values(capacity=seats_in_all))


def register(person_id: int, event_id: int = AHEAD, **more) -> Registration:
    """Register someone for the session ahead, as the organiser does."""
    return seats.register(event_id, person_id, **({"source": "organiser"} | WHO | more))


def taken(event_id: int = AHEAD) -> int:
    """The event's seats that are taken."""
    return db.session.scalar(select(Event.seats_taken).where(Event.id == event_id))


def states(event_id: int = AHEAD) -> dict[int, str]:
    """Person → state of their registration."""
    rows = db.session.execute(
        select(Registration.person_id, Registration.state).where(Registration.event_id == event_id)
    )
    return {row.person_id: row.state for row in rows}


def second_session(phase_id: int = AHEAD, event_id: int = 50, number: int = 50, kind: str = "session") -> int:
    """Another session in the phase ahead, so that an enrolment needs two seats."""
    with transaction() as session:
        session.add(
            Event(
                id=event_id,
                programme_id=cast.PROGRAMME,
                phase_id=phase_id,
                kind=kind,
                number=number,
                title="第二天",
                capacity=80,
                seats_taken=0,
                state="published",
                created_at=cast.LONG_AGO,
            )
        )
    return event_id
