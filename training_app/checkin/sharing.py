"""One phone checks in one person per slot; whoever follows on the same phone waits for a nod of the door.

A phone is known by its cookie alone, never by an address: a whole hall shares one.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased

from training_app.core.db import db, is_sqlite
from training_app.divisions.models import Division
from training_app.people.models import Person
from training_app.registration.models import Registration

from .models import PhonePerson
from .presented import Presented

#: The reason of a scan that waits for the nod.
SECOND = "second_person"
_First = aliased(PhonePerson)
_FirstPerson = aliased(Person)


class Asking(NamedTuple):
    """Someone who waits for the nod, or was refused it, and who was first on the same phone."""

    id: int
    name: str
    community: str | None
    first: str | None
    asked_at: datetime
    state: str


def objection(slot_id: int, person_id: int, registration_id: int, presented: Presented, now: datetime) -> str | None:
    """Why this phone may not check this person in by itself, or None, in the open transaction.

    The first person takes the phone for this slot; anyone else is put on the door's list. Scans
    that name no phone (a volunteer's camera, paper) are not concerned.
    """
    key = presented.phone_key
    if key is None or presented.direction != "in":
        return None
    state = _state(slot_id, key, person_id)
    if state is None and not _write(slot_id, person_id, registration_id, presented, "first", now):
        state = "asked"
        if not _write(slot_id, person_id, registration_id, presented, state, now):
            # The same person tapped twice at once: the other tap has just been written.
            state = _state(slot_id, key, person_id)
    return None if state in (None, "first", "allowed") else SECOND


def _state(slot_id: int, key: str, person_id: int) -> str | None:
    return db.session.scalar(
        select(PhonePerson.state).where(
            PhonePerson.slot_id == slot_id, PhonePerson.phone_key == key, PhonePerson.person_id == person_id
        )
    )


def _write(slot_id: int, person_id: int, registration_id: int, presented: Presented, state: str, now: datetime) -> bool:
    """Insert the row unless one of its unique keys is taken; says whether it is there now."""
    make = sqlite.insert if is_sqlite() else postgresql.insert
    statement = make(PhonePerson).values(
        slot_id=slot_id,
        phone_key=presented.phone_key,
        person_id=person_id,
        registration_id=registration_id,
        state=state,
        source=presented.source,
        asked_at=now,
    )
    return db.session.scalar(statement.on_conflict_do_nothing().returning(PhonePerson.id)) is not None


def asking(slot_id: int, states: tuple[str, ...] = ("asked",)) -> list[Asking]:
    """Who waits for the nod of this slot's door, the longest first."""
    rows = db.session.execute(
        select(
            PhonePerson.id,
            Person.name,
            Division.name,
            _FirstPerson.name,
            PhonePerson.asked_at,
            PhonePerson.state,
        )
        .join(Person, Person.id == PhonePerson.person_id)
        .join(Registration, Registration.id == PhonePerson.registration_id)
        .outerjoin(Division, Division.code == Registration.division_code)
        .outerjoin(
            _First,
            (_First.slot_id == PhonePerson.slot_id)
            & (_First.phone_key == PhonePerson.phone_key)
            & (_First.state == "first"),
        )
        .outerjoin(_FirstPerson, _FirstPerson.id == _First.person_id)
        .where(PhonePerson.slot_id == slot_id, PhonePerson.state.in_(states))
        .order_by(PhonePerson.asked_at, PhonePerson.id)
        .limit(100)
    )
    return [Asking(*row) for row in rows]


def latest(slot_id: int, key: str) -> PhonePerson | None:
    """The last person who had to ask on this phone, whatever was answered."""
    return db.session.scalar(
        select(PhonePerson)
        .where(PhonePerson.slot_id == slot_id, PhonePerson.phone_key == key, PhonePerson.state != "first")
        .order_by(PhonePerson.id.desc())
        .limit(1)
    )
