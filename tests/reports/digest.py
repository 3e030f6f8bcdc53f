"""A week with news in Kaiyuan and in Fuqiao, and the Monday after it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from tests import cast
from tests.attendance.crowd import CHEN, LIN, ZHANG, come, seat
from training_app.core.db import db, transaction
from training_app.core.outgoing import Outgoing
from training_app.people.models import Person
from training_app.reports import upkeep

WANG, ZHENG = (cast.CAST[key].id for key in ("supervisor_kaiyuan", "supervisor_fuqiao"))
#: 08:00 of the Monday after the fourth session, and the days after it.
MONDAY = datetime(2026, 6, 15, 0, 0, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1, hours=3)
#: The Monday of the week in which the fifth session is held.
JULY = datetime(2026, 7, 6, 0, 0, tzinfo=UTC)
MAIL = {"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": 1, "MAIL_FROM": "office@example.org"}
NO_MAIL = {"MAIL_SERVER": "", "MAIL_PORT": 25, "MAIL_FROM": ""}


def a_week():
    """The fourth session: Chen came late, Lin stayed away; Zhang of Fuqiao came. Counted."""
    for person in (CHEN, LIN, ZHANG):
        seat(person)
    come(CHEN, status="late")
    come(LIN, status="absent")
    come(ZHANG)
    upkeep.settle(MONDAY)


def addresses(*people):
    with transaction() as session:
        for person_id in people:
            session.get_one(Person, person_id).email = f"p{person_id}@example.org"


def written():
    """What was written of digests, by (person, week)."""
    db.session.expire_all()
    rows = db.session.scalars(select(Outgoing).where(Outgoing.kind == "digest").order_by(Outgoing.id))
    return {(row.person_key, row.subject): row for row in rows}
