"""Several people corrected at once, all or none."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from tests import cast
from tests.attendance.crowd import CHEN, LIN, ORGANISER, ZHANG, come, fill, seat
from training_app.attendance import service
from training_app.attendance.models import Correction
from training_app.core.audit import Action, Audit
from training_app.core.db import db
from training_app.core.errors import Invalid, NotFound

SLOT = cast.TODAY_SLOT


def _correct(people, status="present", reason="签到表上有签名", **more):
    return service.correct_all(SLOT, people, status, reason, actor_id=ORGANISER, now=cast.NOW, **more)


def _mark(person):
    return service.marks([SLOT], [person]).get((person, SLOT))


def test_several_people_get_the_same_status_and_an_audit_entry_each(app):
    for person in (CHEN, LIN):
        seat(person)
    assert _correct([CHEN, LIN]) == 2
    assert (_mark(CHEN).status, _mark(LIN).status) == ("present", "present")
    entries = db.session.scalars(select(Audit).where(Audit.action == Action.ATTENDANCE_CORRECTED.value)).all()
    assert {entry.after["person"] for entry in entries} == {CHEN, LIN}


def test_left_early_is_a_mark_beside_the_status(app):
    seat(CHEN)
    come(CHEN)
    _correct([CHEN], left_early=True)
    assert (_mark(CHEN).status, _mark(CHEN).left_early) == ("present", True)


def test_who_was_not_there_did_not_leave_early(app):
    seat(CHEN)
    _correct([CHEN], "absent", left_early=True)
    assert not _mark(CHEN).left_early


def test_one_who_does_not_belong_to_the_slot_stops_them_all(app):
    seat(CHEN)
    with pytest.raises(NotFound):
        _correct([CHEN, ZHANG])
    assert _mark(CHEN) is None
    assert db.session.scalar(select(func.count()).select_from(Correction)) == 0


def test_nobody_ticked_is_said_beside_the_list(app):
    with pytest.raises(Invalid, match="nobody") as fault:
        _correct([])
    assert set(fault.value.fields) == {"person"}


def test_everything_that_is_missing_is_said_at_once(app):
    with pytest.raises(Invalid) as fault:
        _correct([], "", "")
    assert set(fault.value.fields) == {"status", "reason", "person"}


def test_a_hundred_corrections_take_no_more_statements_than_two(app, count_statements):
    fill(100)
    two = count_statements(lambda: _correct([10_000, 10_001], "late"))
    hundred = count_statements(lambda: _correct(list(range(10_000, 10_100)), "absent"))
    assert hundred == two
