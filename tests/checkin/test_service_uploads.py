"""Scans that phones had written down: each counted once, by the corrected time, in whatever order they come."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests import cast
from training_app.attendance.models import Attendance, Scan
from training_app.checkin import uploads
from training_app.core.actors import Actor, ActorGrant, Role
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid
from training_app.people.models import Device

NOW_MS = int(cast.NOW.timestamp() * 1000)
MINUTE = 60_000


def _shown(token, nonce, at=NOW_MS, **other):
    return {"nonce": nonce, "ticket": token, "source": "camera", "direction": "in", "at": at, "said": "ok"} | other


def _send(*scans, sent_at=NOW_MS, queued=None, now=cast.NOW, device_id=None):
    body = {"sent_at": sent_at, "queued": len(scans) if queued is None else queued, "scans": list(scans)}
    read = uploads.read(body)
    grant = ActorGrant(100, Role.DOOR_VOLUNTEER, event_id=cast.TODAY_EVENT)
    volunteer = Actor(login_id=100, device_id=device_id, grants=(grant,))
    made = uploads.decide(cast.TODAY_SLOT, read, by=volunteer, now=now)
    return [(nonce, answer.code) for nonce, answer in made]


def _rows():
    db.session.expire_all()
    return list(db.session.scalars(select(Scan).order_by(Scan.id)))


def test_a_clock_that_is_wrong_counts_by_what_it_is_off(app, ticket_of):
    _chen, token = ticket_of("chen")
    late = NOW_MS + 10 * MINUTE
    assert _send(_shown(token, "nonce-0001", at=late - 20 * MINUTE), sent_at=late) == [("nonce-0001", "ok")]
    scan = _rows()[0]
    assert scan.at == cast.NOW - timedelta(minutes=20)
    assert scan.device_time == cast.NOW - timedelta(minutes=10)
    assert scan.clock_offset_ms == -10 * MINUTE
    assert scan.said == "ok"


def test_a_phone_that_lives_in_1970_is_taken_all_the_same(app, ticket_of):
    _chen, token = ticket_of("chen")
    assert _send(_shown(token, "nonce-0001", at=1_000_000), sent_at=1_000_000 + 5 * MINUTE) == [("nonce-0001", "ok")]
    assert _rows()[0].at == cast.NOW - timedelta(minutes=5)


def test_whatever_is_sent_again_gets_the_first_answer_and_is_one_scan(app, ticket_of):
    _chen, token = ticket_of("chen")
    one, other = _shown(token, "nonce-0001"), _shown(token, "nonce-0002", at=NOW_MS - 5 * MINUTE)
    first = _send(one, other)
    assert _send(other, one, now=cast.NOW + timedelta(minutes=1), sent_at=NOW_MS + MINUTE) == first[::-1]
    assert [scan.nonce for scan in _rows()] == ["nonce-0001", "nonce-0002"]
    kept = db.session.scalars(select(Attendance)).one()
    assert kept.arrived_at == cast.NOW - timedelta(minutes=5)


def test_in_out_and_undo_come_by_upload_too(app, ticket_of):
    chen, token = ticket_of("chen")
    assert _send(
        _shown(token, "nonce-0001", at=NOW_MS - 9 * MINUTE),
        _shown(token, "nonce-0002", at=NOW_MS - 4 * MINUTE, direction="out"),
    ) == [("nonce-0001", "ok"), ("nonce-0002", "out")]
    assert db.session.scalars(select(Attendance)).one().left_at == cast.NOW - timedelta(minutes=4)
    by_name = {"nonce": "nonce-0003", "registration": chen.id, "source": "search", "direction": "undo", "at": NOW_MS}
    assert _send(by_name) == [("nonce-0003", "undo")]
    assert db.session.scalars(select(Attendance)).all() == []


def test_one_scan_that_cannot_be_read_stops_no_other(app, ticket_of):
    _chen, token = ticket_of("chen")
    broken = [
        _shown(token, "short"),
        _shown(token, "nonce-0002", source="elsewhere"),
        _shown(token, "nonce-0003", direction="sideways"),
        _shown(token, "nonce-0004", at="yesterday"),
        _shown(token, "nonce-0005", at=10**20),
        _shown(None, "nonce-0006"),
        "nonsense",
    ]
    assert _send(*broken, _shown(token, "nonce-0009"))[-1] == ("nonce-0009", "ok")
    assert [scan.nonce for scan in _rows()] == ["nonce-0009"]


@pytest.mark.parametrize(
    "body",
    [
        None, [], {}, {"sent_at": "now", "scans": []}, {"sent_at": 1.5, "scans": []}, {"sent_at": True, "scans": []},
        {"sent_at": 1, "scans": {}}, {"sent_at": 1, "scans": [{}] * 101}, {"sent_at": 1, "queued": -1, "scans": []},
    ],
)  # fmt: skip
def test_a_batch_of_another_shape_is_refused_whole(body):
    with pytest.raises(Invalid) as refused:
        uploads.read(body)
    assert refused.value.code == "shape"


def test_an_enrolled_scanner_is_seen_with_what_it_still_holds(app, ticket_of):
    _chen, token = ticket_of("chen")
    with transaction() as session:
        device = Device(kind="scanner", name="大门", organisation_id=cast.OFFICE, created_by_id=2, created_at=cast.NOW)
        session.add(device)
        session.flush()
        number = device.id
    _send(_shown(token, "nonce-0001"), queued=3, device_id=number, sent_at=NOW_MS + MINUTE)
    db.session.expire_all()
    seen = db.session.get(Device, number)
    assert (seen.last_seen_at, seen.queued, seen.last_sync_at) == (cast.NOW, 2, None)
    assert seen.clock_offset_ms == -MINUTE
    _send(queued=0, device_id=number)
    db.session.expire_all()
    assert db.session.get(Device, number).last_sync_at == cast.NOW
    assert _rows()[0].device_id == number
