"""Numbers: reserved with a job's item, used by one certificate or voided on record, never given again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from training_app.core import audit
from training_app.core.db import db, insert_unless_there, transaction
from training_app.core.errors import Refusal
from training_app.core.jobs import Job, JobState

from .codes import new_check_code, new_verify_code, serial
from .models import Serial, SerialCounter


class Number(NamedTuple):
    """A reserved number and the codes that were made with it."""

    serial: str
    verify_code: str
    check_code: str


def reserve(job_id: int, prefixes: Mapping[int, str], *, programme_id: int, now: datetime) -> dict[int, Number | None]:
    """The numbers of these persons in this job, each under its prefix; the same ones whenever they are asked again.

    Gives None for a number that was given up meanwhile, and for all when the job was stopped and they have none.
    """
    with transaction() as session:
        stopped = _stopped(job_id)
        rows = session.scalars(select(Serial).where(Serial.job_id == job_id, Serial.person_id.in_(prefixes)))
        found: dict[int, Number | None] = {
            row.person_id: Number(row.serial, row.verify_code, row.check_code) if row.state != "voided" else None
            for row in rows
        }
        new = {person: prefix for person, prefix in prefixes.items() if person not in found}
        for prefix, persons in _by_prefix(new).items():
            if stopped:
                found |= dict.fromkeys(persons)
                continue
            first = _count_on(prefix, len(persons))
            for at, person in enumerate(persons):
                made = Number(serial(prefix, first + at), new_verify_code(), new_check_code())
                common = {"job_id": job_id, "person_id": person, "programme_id": programme_id, "reserved_at": now}
                session.add(Serial(**made._asdict(), **common))
                found[person] = made
        session.flush()
        return found


def _stopped(job_id: int) -> bool:
    # Whoever stops it waits, or has voided what was reserved: no number is reserved behind their back.
    job = db.session.scalar(select(Job.state).where(Job.id == job_id).with_for_update(read=True))
    return job == JobState.CANCELLED.value


def _by_prefix(prefixes: Mapping[int, str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for person, prefix in prefixes.items():
        found.setdefault(prefix, []).append(person)
    return found


def _count_on(prefix: str, count: int) -> int:
    """Take so many numbers of a prefix; gives the first."""
    insert_unless_there(SerialCounter, {"prefix": prefix, "next_number": 1}, ["prefix"])
    after: int = db.session.scalars(
        update(SerialCounter)
        .where(SerialCounter.prefix == prefix)
        .values(next_number=SerialCounter.next_number + count)
        .returning(SerialCounter.next_number)
    ).one()
    return after - count


def voided() -> Refusal:
    """The number was given up while its paper was being made."""
    return Refusal("number_voided", _l("Its number was voided when the job was stopped. Issue it again."))


def use(number: str) -> bool:
    """Mark a number used in the open transaction; False when it was voided meanwhile."""
    changed = db.session.execute(
        update(Serial).where(Serial.serial == number, Serial.state == "reserved").values(state="used")
    )
    return bool(changed.rowcount)  # type: ignore[attr-defined]


def void(job_id: int, *, reason: str, actor_id: int | None, now: datetime, person_id: int | None = None) -> int:
    """Void what a job reserved and did not use, for one person or all, in the open transaction; gives how many."""
    wanted = [Serial.job_id == job_id, Serial.state == "reserved"]
    if person_id is not None:
        wanted.append(Serial.person_id == person_id)
    numbers = db.session.scalars(
        update(Serial).where(*wanted).values(state="voided", reason=reason).returning(Serial.serial)
    ).all()
    for number in sorted(numbers):
        audit.record(
            audit.Action.SERIAL_VOIDED,
            ("serial", None),
            actor_id=actor_id,
            now=now,
            after={"serial": number, "reason": reason},
        )
    return len(numbers)
