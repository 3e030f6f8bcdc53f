"""People who were at the first session, its form open, and what they say of it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import insert

from tests import cast
from training_app.attendance.models import Attendance
from training_app.core.db import db, transaction
from training_app.learning import feedback
from training_app.learning.feedbackrules import Answer
from training_app.people.models import Person
from training_app.schedule.models import Slot

CHEN, LIN, ZHANG, ORGANISER = (cast.CAST[key].id for key in ("chen", "lin", "zhang", "organiser"))
EVENT = 1
#: Eight who came to the first session: two of the cast and six more.
CROWD = (CHEN, LIN, *range(201, 207))
BEST, GOOD, SO_SO, BAD, WORST = range(5)


def came(*people, event=EVENT, status="present", as_whom="trainee"):
    with transaction() as session:
        session.execute(
            insert(Attendance),
            [{"slot_id": event, "person_id": one, "status": status, "as_whom": as_whom, "left_early": False}
             for one in people],
        )  # fmt: skip


def crowd(event=EVENT):
    with transaction() as session:
        session.execute(
            insert(Person),
            [{"id": one, "name": f"学员{one}", "pinyin": "", "created_at": cast.LONG_AGO} for one in CROWD[2:]],
        )
    came(*CROWD, event=event)


def during(event=EVENT):
    """A moment at which the form of this event is open."""
    return db.session.get_one(Slot, event).ends_at + timedelta(minutes=5)


def after(event=EVENT):
    """A moment at which it is over."""
    return db.session.get_one(Slot, event).ends_at + timedelta(days=8)


def say(person, overall=BEST, *, event=EVENT, text="", version=0, now=None, **steps):
    answer = Answer({"overall": overall, **steps}, text)
    return feedback.give(event, person, answer, version=version, now=now or during(event))
