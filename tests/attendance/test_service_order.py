"""Whatever order scans arrive in, and however often: one attendance, the same as a recount gives."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select

from tests import cast
from tests.attendance.crowd import seat
from training_app.attendance.models import Attendance, Scan
from training_app.attendance.recording import recount
from training_app.checkin.presented import Presented
from training_app.checkin.service import check_in
from training_app.core.db import db, transaction

CHEN = cast.CAST["chen"].id
AFTER = cast.NOW + timedelta(hours=6)

_fact = st.tuples(st.sampled_from(["in", "in", "in", "out", "undo"]), st.integers(0, 150))


def _history():
    """Facts by two devices, one of whose clocks is ten minutes slow, and an order of arrival with repetitions."""
    facts = st.lists(_fact, min_size=1, max_size=7)
    return facts.flatmap(
        lambda made: st.tuples(
            st.just(made),
            st.permutations(range(len(made))),
            st.lists(st.integers(0, len(made) - 1), max_size=4),
        )
    )


def _upload(registration_id, facts, order):
    for index in order:
        direction, minute = facts[index]
        slow = index % 2
        check_in(
            cast.TODAY_SLOT,
            Presented(
                nonce=f"fact-{index:04}",
                source="camera",
                direction=direction,
                device_time=cast.NOW + timedelta(minutes=minute - 10 * slow),
                clock_offset_ms=600_000 * slow,
            ),
            registration_id=registration_id,
            now=AFTER,
        )


def _row():
    db.session.expire_all()
    columns = (Attendance.status, Attendance.arrived_at, Attendance.left_at, Attendance.minutes, Attendance.left_early)
    return db.session.execute(select(*columns).where(Attendance.slot_id == cast.TODAY_SLOT)).one_or_none()


def _forget():
    with transaction() as session:
        session.execute(delete(Attendance))
        session.execute(delete(Scan))


@pytest.fixture
def seated(app):
    return seat(CHEN)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=_history())
def test_the_order_of_arrival_changes_nothing(seated, history):
    facts, order, again = history
    _forget()
    _upload(seated, facts, [*order, *again])
    mixed = _row()
    assert db.session.scalar(select(func.count()).select_from(Scan)) == len(facts)
    with transaction():
        recount(cast.TODAY_SLOT)
    assert _row() == mixed
    _forget()
    _upload(seated, facts, range(len(facts)))
    assert _row() == mixed
