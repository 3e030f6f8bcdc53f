"""What was decided on a scan afterwards counts, the latest word last; the scan itself stays as it was."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests import cast
from tests.attendance.crowd import CHEN, LIN, ORGANISER, seat
from training_app.attendance.models import Attendance, Scan, Settlement
from training_app.attendance.recording import recount
from training_app.checkin.presented import Presented
from training_app.checkin.service import check_in
from training_app.core.db import db, transaction


@pytest.fixture
def scanned(app):
    """Chen's ticket was shown; Lin is registered and was not seen."""
    registration_id = seat(CHEN)
    seat(LIN)
    check_in(
        cast.TODAY_SLOT,
        Presented(nonce="nonce-0001", source="camera"),
        registration_id=registration_id,
        now=cast.NOW,
    )
    return db.session.scalars(select(Scan.id)).one()


def _settle(scan_id, decision, person_id=None):
    with transaction() as session:
        session.add(
            Settlement(
                scan_id=scan_id, decision=decision, person_id=person_id, reason="seen", actor_id=ORGANISER, at=cast.NOW
            )
        )
        session.flush()
        recount(cast.TODAY_SLOT)


def _here():
    db.session.expire_all()
    return set(db.session.scalars(select(Attendance.person_id)))


def test_a_void_scan_counts_for_nobody_until_it_stands_again(scanned):
    _settle(scanned, "void")
    assert _here() == set()
    _settle(scanned, "stands")
    assert _here() == {CHEN}


def test_a_scan_may_count_for_someone_else(scanned):
    _settle(scanned, "counts", LIN)
    assert _here() == {LIN}
    assert db.session.scalars(select(Scan.person_id)).one() == CHEN
