"""The totals follow the facts."""

from __future__ import annotations

from sqlalchemy import event, func, insert, select

from tests import cast
from tests.attendance.crowd import CHEN, ORGANISER
from tests.reports.totals import differences, kept
from training_app.attendance.models import Scan
from training_app.core.db import db, transaction
from training_app.registration import seats
from training_app.reports import recount, upkeep
from training_app.reports.models import CoverageTotal, Dirty, PostState, SlotTotal


def _agree(now):
    upkeep.settle(now)
    before = kept()
    recount.everything(now)
    assert differences(before, kept()) == {}


def test_the_first_look_counts_everything(app):
    _agree(cast.NOW)
    assert db.session.get(CoverageTotal, ("", "director", 2026)).posts > 80


def test_a_registration_is_expected_and_in_training(app):
    upkeep.settle(cast.NOW)
    seats.register(cast.TODAY_EVENT, CHEN, source="organiser", actor_id=ORGANISER, now=cast.NOW)
    upkeep.settle(cast.NOW)
    assert db.session.get(SlotTotal, (cast.TODAY_SLOT, cast.KAIYUAN)).expected == 1
    assert db.session.get(PostState, (cast.KAIYUAN_COMMUNITY, "director", 2026)).state == "in_training"
    _agree(cast.NOW)


def test_nothing_is_left_to_do_after_a_look(app, count_statements):
    upkeep.settle(cast.NOW)
    assert db.session.scalar(select(func.count()).select_from(Dirty)) == 0
    assert count_statements(lambda: upkeep.look(cast.NOW)) <= 4


def test_who_comes_while_a_look_counts_waits_for_the_next_one(app):
    upkeep.settle(cast.NOW)
    counted = []

    def come_meanwhile(connection, _cursor, statement, *_rest):
        if statement.startswith("WITH slots"):
            counted.append(statement)
            connection.execute(insert(Scan), _scan(len(counted)))

    with transaction() as session:
        session.execute(insert(Scan), _scan(0))
    event.listen(db.engine, "after_cursor_execute", come_meanwhile)
    try:
        upkeep.look(cast.NOW)
        assert len(counted) == 1
        upkeep.look(cast.NOW)
        assert len(counted) == 2
    finally:
        event.remove(db.engine, "after_cursor_execute", come_meanwhile)


def _scan(number):
    return {
        "nonce": f"meanwhile-{number}",
        "slot_id": cast.TODAY_SLOT,
        "person_id": CHEN,
        "source": "camera",
        "direction": "in",
        "at": cast.NOW,
        "received_at": cast.NOW,
        "outcome": "accepted",
        "forced": False,
        "note": "",
    }
