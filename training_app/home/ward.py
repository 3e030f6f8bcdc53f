"""A supervisor's day: who of her communities is not here yet, and for which phases she may still nominate."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import joinedload

from training_app.attendance.models import Attendance
from training_app.attendance.rules import EXPECTED
from training_app.core.actors import Actor
from training_app.core.db import db
from training_app.core.permissions import Permission as P
from training_app.divisions.models import Division
from training_app.divisions.rules import within_any
from training_app.people import policy
from training_app.people.merging import HOLDER
from training_app.people.models import Person
from training_app.registration.models import Registration
from training_app.registration.queries import seated_twice
from training_app.schedule.models import Phase, Programme, Slot
from training_app.schedule.queries import PHASE_ANNOUNCED
from training_app.schedule.visibility import visible_programmes

#: So many names at once; the attendance page has all.
MOST = 30


@dataclass(frozen=True)
class Missing:
    """Somebody who is expected and not here yet."""

    person_id: int
    name: str
    phone: str | None
    community: str
    slot_id: int


def missing(actor: Actor, slot_ids: Collection[int]) -> tuple[list[Missing], int]:
    """Who of the actor's areas is expected in these slots and has no mark yet: the first of them, and how many."""
    if not slot_ids:
        return [], 0
    rows = (
        select(Person.id, Person.name, Person.phone, Division.name, Slot.id)
        .select_from(Slot)
        .join(Registration, Registration.event_id == Slot.event_id)
        .join(Person, Person.id == Registration.person_id)
        .outerjoin(Division, Division.code == Registration.division_code)
        .outerjoin(Attendance, and_(Attendance.slot_id == Slot.id, Attendance.person_id == HOLDER))
        .where(
            Slot.id.in_(slot_ids),
            Registration.state == "confirmed",
            Registration.as_whom.in_(EXPECTED),
            Attendance.id.is_(None),
            ~seated_twice(),
            within_any(Registration.division_code, policy.jurisdictions(actor, P.PERSON_VIEW)),
        )
    )
    total = db.session.scalar(select(func.count()).select_from(rows.subquery())) or 0
    found = db.session.execute(rows.order_by(Registration.division_code, Person.id).limit(MOST))
    return [Missing(row[0], row[1], row[2], row[3] or "", row[4]) for row in found], total


def open_for_nomination(actor: Actor, now: datetime, most: int = 3) -> list[Phase]:
    """The phases for which the actor may still name her directors, the next deadline first."""
    if not policy.allows_anywhere(actor, P.NOMINATION_SUBMIT):
        return []
    return list(
        db.session.scalars(
            select(Phase)
            .join(Programme, Programme.id == Phase.programme_id)
            .where(visible_programmes(actor, P.NOMINATION_SUBMIT), Phase.nominate_until > now, PHASE_ANNOUNCED)
            .options(joinedload(Phase.programme))
            .order_by(Phase.nominate_until, Phase.id)
            .limit(most)
        )
    )
