"""Numbers: reserved with a job's item, used by one certificate or voided on record, never given again."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from training_app.core import audit
from training_app.core.db import db, insert_unless_there, transaction
from training_app.core.errors import Refusal

from .codes import new_check_code, new_verify_code, serial
from .models import Serial, SerialCounter


def reserve(job_id: int, person_id: int, *, programme_id: int, prefix: str, now: datetime) -> Serial:
    """The number of this person in this job; the same one whenever it is asked again.

    Raises Refusal "number_voided" when it was given up meanwhile.
    """
    with transaction() as session:
        found = session.scalar(select(Serial).where(Serial.job_id == job_id, Serial.person_id == person_id))
        if found is not None:
            if found.state == "voided":
                raise voided()
            return found
        insert_unless_there(SerialCounter, {"prefix": prefix, "next_number": 1}, ["prefix"])
        after = session.scalars(
            update(SerialCounter)
            .where(SerialCounter.prefix == prefix)
            .values(next_number=SerialCounter.next_number + 1)
            .returning(SerialCounter.next_number)
        ).one()
        made = Serial(
            serial=serial(prefix, after - 1),
            job_id=job_id,
            person_id=person_id,
            programme_id=programme_id,
            verify_code=new_verify_code(),
            check_code=new_check_code(),
            reserved_at=now,
        )
        session.add(made)
        session.flush()
        return made


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
    for number in numbers:
        audit.record(
            audit.Action.SERIAL_VOIDED,
            ("serial", None),
            actor_id=actor_id,
            now=now,
            after={"serial": number, "reason": reason},
        )
    return len(numbers)
