"""Scans are kept once; the attendance that stands is the one that a recount gives."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from tests import cast
from training_app.attendance.models import Attendance, Scan
from training_app.attendance.recording import Whom, record, recount, slot_facts
from training_app.core.db import db, transaction
from training_app.schedule.models import Slot

CHEN = cast.CAST["chen"].id


def _scan(nonce, at, *, outcome="accepted", reason=None):
    return {
        "nonce": nonce, "registration_id": None, "person_id": CHEN, "ticket_as_read": None, "source": "search",
        "direction": "in", "login_id": None, "actor_id": None, "device_time": at, "clock_offset_ms": None,
        "at": at, "received_at": cast.NOW, "outcome": outcome, "reason": reason,
    }  # fmt: skip


def _record(scan, *, known):
    slot = slot_facts(db.session.get(Slot, cast.TODAY_SLOT), "published")
    with transaction():
        return record(cast.TODAY_SLOT, slot, scan, Whom(CHEN, None, "trainee", cast.KAIYUAN_COMMUNITY, known))


def test_a_scan_makes_the_attendance(app):
    assert _record(_scan("n1", cast.NOW), known=False).status == "present"
    row = db.session.scalars(select(Attendance)).one()
    assert (row.status, row.arrived_at, row.division_code) == ("present", cast.NOW, cast.KAIYUAN_COMMUNITY)


def test_a_second_scan_is_a_duplicate_even_when_the_caller_did_not_know_of_the_first(app):
    _record(_scan("n1", cast.NOW), known=False)
    second = _record(_scan("n2", cast.NOW + timedelta(minutes=1)), known=False)
    assert (second.duplicate, second.first_at) == (True, cast.NOW)
    assert len(db.session.scalars(select(Attendance)).all()) == 1


def test_the_same_nonce_is_kept_once_and_gives_the_first_row(app):
    _record(_scan("n1", cast.NOW), known=False)
    again = _record(_scan("n1", cast.NOW + timedelta(minutes=5)), known=False)
    assert again.repeated.device_time == cast.NOW
    assert len(db.session.scalars(select(Scan)).all()) == 1


def test_a_scan_that_arrives_later_but_happened_earlier_moves_the_arrival(app):
    _record(_scan("n1", cast.NOW + timedelta(minutes=20)), known=False)
    _record(_scan("n2", cast.NOW), known=True)
    db.session.expire_all()
    row = db.session.scalars(select(Attendance)).one()
    assert (row.status, row.arrived_at) == ("present", cast.NOW)


def test_a_refused_scan_is_kept_and_makes_no_attendance(app):
    _record(_scan("n1", cast.NOW, outcome="refused", reason="too_early"), known=False)
    assert db.session.scalars(select(Scan.reason)).one() == "too_early"
    assert db.session.scalars(select(Attendance)).all() == []


def test_a_recount_gives_what_is_stored(app):
    _record(_scan("n1", cast.NOW), known=False)
    with transaction():
        facts = recount(cast.TODAY_SLOT)
    row = db.session.scalars(select(Attendance)).one()
    assert (facts[CHEN].status, facts[CHEN].arrived_at) == (row.status, row.arrived_at)
