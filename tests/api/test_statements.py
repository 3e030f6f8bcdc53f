"""As many statements for a thousand rows as for ten."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, insert

from tests import cast
from tests.api.conftest import SLOT, V1
from training_app.core.db import transaction
from training_app.people.models import Person
from training_app.registration.models import Registration
from training_app.schedule.models import Slot


def _people(number):
    ids = range(1000, 1000 + number)
    with transaction() as session:
        session.execute(delete(Registration).where(Registration.person_id >= 1000))
        session.execute(delete(Person).where(Person.id >= 1000))
        session.execute(
            insert(Person),
            [
                {"id": n, "name": f"某某{n}", "pinyin": "moumou mm", "link_revision": 0, "unconfirmed": False,
                 "created_at": cast.LONG_AGO}
                for n in ids
            ],
        )  # fmt: skip
        session.execute(
            insert(Registration),
            [
                {"event_id": cast.TODAY_EVENT, "person_id": n, "state": "confirmed", "source": "organiser",
                 "as_whom": "trainee", "division_code": cast.KAIYUAN_COMMUNITY, "ticket_code": f"CODE{n:06}",
                 "ticket_revision": 0, "created_at": cast.LONG_AGO}
                for n in ids
            ],
        )  # fmt: skip


def _slots(number):
    with transaction() as session:
        session.execute(delete(Slot).where(Slot.id >= 1000))
        like = session.get(Slot, cast.TODAY_SLOT)
        kept = (
            "event_id",
            "starts_at",
            "ends_at",
            "checkin_opens_at",
            "checkin_closes_at",
            "late_after",
            "credit_hours",
        )
        row = {name: getattr(like, name) for name in kept} | {"label": "whole"}
        session.execute(insert(Slot), [row | {"id": n} for n in range(1000, 1000 + number)])


@pytest.mark.parametrize(
    ("fill", "path"),
    [
        (_slots, f"{V1}/slots"),
        (_people, SLOT),
        (_people, f"{SLOT}/people?q=moumou"),
        (_people, f"{SLOT}/board"),
        (_people, f"{SLOT}/pack"),
    ],
)
def test_a_list_takes_as_many_statements_for_a_thousand_rows_as_for_ten(program, count_statements, fill, path):
    program.get(path)
    counts = []
    for number in (10, 1000):
        fill(number)
        counts.append(count_statements(lambda: program.get(path)))
    assert counts[0] == counts[1]


def test_a_scan_takes_one_statement_more_than_at_the_door(program, client_as, count_statements, ticket_of):
    """Both log in and look the slot up; a program's sign of life is one statement besides."""
    _chen, first = ticket_of("chen")
    _lin, second = ticket_of("lin")
    program.get(f"{V1}/me")
    door = client_as("scanner")
    sent = {"nonce": "nonce-0001", "ticket": first, "source": "camera"}
    at_door = count_statements(lambda: door.post(f"/checkin/{cast.TODAY_SLOT}/scan", data=sent))
    assert count_statements(lambda: program.scan("nonce-0002", ticket=second)) <= at_door + 1
