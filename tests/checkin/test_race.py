"""Many devices scan one ticket at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import select

from tests import cast
from training_app.attendance.models import Attendance, Scan
from training_app.checkin.service import check_in
from training_app.core.db import db, transaction
from training_app.registration.models import Registration


def test_eight_devices_and_four_nonces_make_one_attendance_and_four_scans(app):
    with transaction() as session:
        session.add(
            Registration(
                id=1,
                event_id=cast.TODAY_EVENT,
                person_id=cast.CAST["chen"].id,
                state="confirmed",
                source="self",
                as_whom="trainee",
                ticket_code="ABCDE12345",
                created_at=cast.LONG_AGO,
            )
        )
    gate = Barrier(8)

    def scan(n):
        with app.app_context():
            gate.wait()
            answer = check_in(
                cast.TODAY_SLOT,
                registration_id=1,
                source="camera",
                login_id=None,
                actor_id=None,
                nonce=f"nonce-{n % 4:04}",
                now=cast.NOW,
            )
            db.session.remove()
            return answer.code

    with ThreadPoolExecutor(8) as devices:
        codes = sorted(devices.map(scan, range(8)))
    assert codes == ["duplicate"] * 6 + ["ok"] * 2
    assert len(db.session.scalars(select(Attendance)).all()) == 1
    assert len(db.session.scalars(select(Scan)).all()) == 4
