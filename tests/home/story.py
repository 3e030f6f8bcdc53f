"""Short ways to a registration, an attendance and many of both."""

from __future__ import annotations

from sqlalchemy import insert

from tests import cast
from training_app.attendance.models import Attendance
from training_app.core.db import transaction
from training_app.people.models import Person, Post
from training_app.registration.models import Registration

CHEN, LIN, ZHANG = (cast.CAST[key].id for key in ("chen", "lin", "zhang"))
PLACES = {CHEN: cast.KAIYUAN_COMMUNITY, LIN: cast.MEISHAN, ZHANG: cast.FUQIAO_COMMUNITY}


def registered(person, *events, state="confirmed", as_whom="trainee"):
    with transaction() as session:
        session.add_all(
            Registration(
                event_id=event,
                person_id=person,
                state=state,
                source="organiser",
                as_whom=as_whom,
                division_code=PLACES.get(person),
                ticket_code=f"T{event:03d}{person:06d}",
                created_at=cast.NOW,
            )
            for event in events
        )


def attended(person, *slots, status="present"):
    with transaction() as session:
        session.add_all(
            Attendance(
                slot_id=slot,
                person_id=person,
                status=status,
                arrived_at=cast.NOW if status in ("present", "late") else None,
                division_code=PLACES.get(person),
            )
            for slot in slots
        )


def crowd(number, first=1000):
    """So many more people of Kaiyuan, registered for all six sessions and seen at the first three."""
    ids = range(first, first + number)
    with transaction() as session:
        session.execute(
            insert(Person),
            [
                {"id": i, "name": "众", "pinyin": "zhong z", "created_at": cast.NOW, "phone": f"+86137{i:08d}"}
                for i in ids
            ],
        )
        session.execute(
            insert(Post),
            [
                {
                    "division_code": cast.MEISHAN,
                    "kind": "director",
                    "person_id": i,
                    "started_on": cast.NOW.date(),
                    "ended_on": cast.NOW.date(),
                }
                for i in ids
            ],
        )
        session.execute(
            insert(Registration),
            [
                {
                    "event_id": event,
                    "person_id": i,
                    "state": "confirmed",
                    "source": "roster",
                    "as_whom": "trainee",
                    "division_code": cast.MEISHAN,
                    "ticket_code": f"C{event}{i:08d}",
                    "ticket_revision": 0,
                    "created_at": cast.NOW,
                }
                for i in ids
                for event in range(1, 7)
            ],
        )
        session.execute(
            insert(Attendance),
            [
                {
                    "slot_id": s,
                    "person_id": i,
                    "status": "present",
                    "as_whom": "trainee",
                    "left_early": False,
                    "division_code": cast.MEISHAN,
                }
                for i in ids
                for s in range(1, 4)
            ],
        )
