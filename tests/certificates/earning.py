"""What the tests of the papers start from: who has earned one, and how jobs are done to the end."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import insert, select

from tests import cast
from training_app.attendance.models import Attendance
from training_app.certificates import issuing
from training_app.certificates.models import Certificate
from training_app.core import jobs
from training_app.core.db import db, transaction
from training_app.learning import service as learning
from training_app.people.models import Person, Post

CHEN, LIN, ZHANG, ORGANISER = (cast.CAST[key].id for key in ("chen", "lin", "zhang", "organiser"))
#: After the fifth session.
LATER = cast.NOW + timedelta(days=30)
BASE = "http://localhost"


def earn(*people, points=88, slots=(1, 2, 3, 4, 5)):
    """Let these people attend five sessions and pass the test."""
    with transaction() as session:
        session.add_all(
            Attendance(slot_id=slot, person_id=person, status="present", as_whom="trainee", left_early=False)
            for person in people
            for slot in slots
        )
    if points is not None:
        cells = {(person, 1): Decimal(points) for person in people}
        learning.save(cast.PROGRAMME, cells, source="paper", actor_id=ORGANISER, now=cast.NOW)


def start(people=None, now=cast.NOW):
    return issuing.start(cast.PROGRAMME, people, base_url=BASE, actor_id=ORGANISER, now=now)


def issue(*people):
    """Issue for these, or for all who are eligible, and give the papers in the order of their numbers."""
    jobs.run(start(people or None).job_id)
    return issued()


def issued():
    db.session.expire_all()
    return list(db.session.scalars(select(Certificate).order_by(Certificate.serial)))


def crowd(count, *, first=1000, slots=(1, 2, 3, 4, 5), code=cast.MEISHAN):
    """So many more people who attended; they work in a community of Kaiyuan without a post."""
    ids = range(first, first + count)
    with transaction() as session:
        session.execute(
            insert(Person),
            [
                {"id": n, "name": f"学员{chr(0x4E00 + n % 5000)}", "pinyin": "", "division_code": code,
                 "created_at": cast.LONG_AGO, "link_revision": 0, "unconfirmed": False}
                for n in ids
            ],
        )  # fmt: skip
        session.execute(
            insert(Attendance),
            [
                {"slot_id": slot, "person_id": n, "status": "present", "as_whom": "trainee", "left_early": False}
                for n in ids
                for slot in slots
            ],
        )
    return list(ids)


def hold_post(person, code):
    with transaction() as session:
        session.add(Post(division_code=code, kind="director", person_id=person, started_on=cast.LONG_AGO.date()))
