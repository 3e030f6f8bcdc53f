"""People with seats and marks, as many as a test wants."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import insert, select

from tests import cast
from training_app.attendance.models import Attendance
from training_app.core.db import db, transaction
from training_app.people.models import Person
from training_app.registration.models import Registration
from training_app.schedule.models import Slot

CHEN, LIN, ZHANG, ORGANISER, SUPERVISOR = (
    cast.CAST[key].id for key in ("chen", "lin", "zhang", "organiser", "supervisor_kaiyuan")
)
PLACES = {CHEN: cast.KAIYUAN_COMMUNITY, LIN: cast.MEISHAN, ZHANG: cast.FUQIAO_COMMUNITY}
AFTER = cast.NOW + timedelta(hours=5)


def seat(person_id, event_id=cast.TODAY_EVENT, *, as_whom="trainee", state="confirmed", division=None, instead_of=None):
    """A registration; gives its id."""
    with transaction() as session:
        made = Registration(
            event_id=event_id,
            person_id=person_id,
            state=state,
            source="organiser",
            as_whom=as_whom,
            stand_in_for_id=instead_of,
            division_code=division or PLACES.get(person_id),
            ticket_code=f"C{event_id:03d}{person_id:06d}",
            created_at=cast.LONG_AGO,
        )
        session.add(made)
        session.flush()
        return made.id


def come(person_id, slot_id=cast.TODAY_SLOT, status="present", *, left_early=False):
    """The attendance that a scan would have left."""
    with transaction() as session:
        row = session.scalars(
            select(Registration).where(Registration.person_id == person_id, Registration.event_id == slot_id)
        ).first()
        session.add(
            Attendance(
                slot_id=slot_id,
                person_id=person_id,
                registration_id=row.id if row else None,
                as_whom=row.as_whom if row else "walk_in",
                division_code=row.division_code if row else PLACES.get(person_id),
                status=status,
                left_early=left_early,
                arrived_at=cast.NOW if status in ("present", "late") else None,
            )
        )


def fill(count, events=(cast.TODAY_EVENT,), *, division=cast.KAIYUAN_COMMUNITY, first=10_000):
    """`count` people with a seat and a mark in each event, in bulk."""
    ids = range(first, first + count)
    with transaction() as session:
        session.execute(
            insert(Person),
            [
                {"id": n, "name": f"人{n}", "phone": f"+86137{n:08d}", "created_at": cast.LONG_AGO, "pinyin": ""}
                for n in ids
            ],
        )
        session.execute(
            insert(Registration),
            [
                {
                    "event_id": e, "person_id": n, "state": "confirmed", "source": "roster", "as_whom": "trainee",
                    "division_code": division, "ticket_code": f"F{e:02d}{n:07d}", "created_at": cast.LONG_AGO,
                }
                for e in events
                for n in ids
            ],
        )  # fmt: skip
        seats = session.execute(
            select(Registration.id, Registration.event_id, Registration.person_id).where(
                Registration.person_id >= first
            )
        ).all()
        slots = dict(session.execute(select(Slot.event_id, Slot.id)).all())
        session.execute(
            insert(Attendance),
            [
                {
                    "slot_id": slots[event], "person_id": person, "registration_id": id_, "as_whom": "trainee",
                    "status": "present", "left_early": False, "arrived_at": cast.NOW, "division_code": division,
                }
                for id_, event, person in seats
            ],
        )  # fmt: skip
    db.session.expire_all()
