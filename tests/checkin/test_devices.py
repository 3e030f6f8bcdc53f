"""The devices' pages, and the phone that becomes one."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import insert

from tests import cast
from training_app.attendance.models import Scan
from training_app.checkin import devices, enrolling
from training_app.core.db import db, transaction
from training_app.people.models import Device, Grant, Login
from training_app.web.masking import masked

LIST = "/checkin/devices"
ONE = f"{LIST}/{cast.SCANNER}"


def _set(**values):
    with transaction():
        device = db.session.get(Device, cast.SCANNER)
        for name, value in values.items():
            setattr(device, name, value)


def _text(response):
    return response.get_data(as_text=True)


def _code(client):
    made = client.post(f"{LIST}/new", data={"name": "门口三号机", "events": ["4"]})
    return re.search(r"/e/([\w-]+)", _text(client.get(made.headers["Location"])))[1]


def test_the_list_shows_when_a_device_last_synced_what_it_holds_and_that_its_clock_is_wrong(app, client_as):
    _set(last_sync_at=cast.NOW - timedelta(minutes=2), queued=3, clock_offset_ms=240_000)
    page = _text(client_as("organiser").get(LIST))
    assert "门口二号机" in page and "2分钟前" in page and "3 条待上传" in page and "慢了 4分钟" in page
    assert "丰泽门口" not in page


def test_a_clock_that_is_right_within_a_minute_is_not_spoken_of(app, client_as):
    _set(last_sync_at=cast.NOW, queued=0, clock_offset_ms=-59_000)
    page = _text(client_as("organiser").get(LIST))
    assert "待上传" not in page and "时钟" not in page


def test_a_phone_enrols_by_the_code_and_keeps_only_its_events_doors(client_as):
    phone = client_as("visitor")
    code = _code(client_as("organiser"))
    assert "门口三号机" in _text(phone.get(f"/e/{code}"))
    enrolled = phone.post(f"/e/{code}")
    assert (enrolled.status_code, enrolled.headers["Location"]) == (302, "/checkin")
    desk = _text(phone.get("/checkin"))
    assert "门口三号机" in desk and "儿童服务社会工作技巧" in desk and "外区培训" not in desk
    assert phone.get("/checkin/4").status_code == 200
    assert [phone.get(path).status_code for path in ("/checkin/5", "/checkin/7")] == [404, 404]


def test_the_second_phone_gets_a_clear_sentence(client_as):
    code = _code(client_as("organiser"))
    client_as("visitor").post(f"/e/{code}")
    for late in (client_as("visitor").post(f"/e/{code}"), client_as("visitor").get(f"/e/{code}")):
        assert late.status_code == 410
        assert "门口三号机" in _text(late)


def test_a_phone_that_enrols_is_nobody_else_any_more(client_as):
    phone = client_as("chen")
    phone.post(f"/e/{_code(client_as('organiser'))}")
    assert phone.get("/checkin").status_code == 200
    with phone.session_transaction() as session:
        assert session["_user_id"] != "chen-token"
    assert client_as("chen").get("/me/devices").status_code == 302


def test_a_revoked_scanner_finds_the_door_shut_at_its_next_click(client_as):
    phone = client_as("scanner")
    assert phone.get("/checkin/4").status_code == 200
    client_as("organiser").post(f"{ONE}/revoke")
    assert phone.get("/checkin/4").status_code == 302


def test_a_scanners_events_are_changed_and_it_is_renamed(client_as):
    organiser, phone = client_as("organiser"), client_as("scanner")
    saved = organiser.post(ONE, data={"name": "侧门", "events": ["5"]})
    assert saved.status_code == 302
    assert [phone.get(f"/checkin/{slot}").status_code for slot in (4, 5)] == [404, 200]
    assert "侧门" in _text(phone.get("/checkin"))


@pytest.mark.parametrize("data", [{"name": "", "events": ["4"]}, {"name": "门", "events": ["7"]}])
def test_what_cannot_be_saved_changes_nothing_and_stays_typed(client_as, data):
    answer = client_as("organiser").post(ONE, data=data)
    assert answer.status_code == 422
    assert "门口二号机" in _text(client_as("organiser").get(LIST))
    assert f'value="{data["name"]}"' in _text(answer)


def test_a_program_is_made_and_its_token_shown_once(app, client_as):
    organiser = client_as("organiser")
    made = organiser.post(f"{LIST}/new?kind=api", data={"name": "区里的系统", "events": ["4"], "scopes": ["door:read"]})
    token = re.search(r'id="device-token">([\w-]+)<', _text(made))[1]
    device = db.session.query(Device).filter_by(name="区里的系统").one()
    assert device.scopes == ["door:read"]
    assert token not in _text(organiser.get(f"{LIST}/{device.id}"))


def test_the_scan_names_the_scanner(client_as, ticket_of):
    _registration, token = ticket_of("chen")
    client_as("scanner").post("/checkin/4/scan", data={"nonce": "nonce-0001", "ticket": token, "source": "camera"})
    client_as("scanner").post(
        "/checkin/4/walk-in", data={"nonce": "nonce-0002", "name": "来人甲", "phone": "13700000001"}
    )
    assert [(s.device_id, s.actor_id) for s in db.session.query(Scan)] == [(cast.SCANNER, None)] * 2


def _many(number):
    with transaction() as session:
        ids = range(2000, 2000 + number)
        row = {"kind": "scanner", "organisation_id": cast.OFFICE, "created_by_id": 2, "created_at": cast.NOW}
        session.execute(insert(Device), [row | {"id": n, "name": f"机 {n}", "scopes": [], "queued": 0} for n in ids])
        session.execute(
            insert(Grant),
            [
                {"role": "door_volunteer", "device_id": n, "event_id": 4, "valid_from": cast.LONG_AGO, "label": "",
                 "valid_to": cast.NOW + timedelta(days=1)}
                for n in ids
            ],
        )  # fmt: skip
        session.execute(
            insert(Login),
            [
                {"token_hash": f"{n:064}", "how": "device", "device_id": n, "created_at": cast.NOW, "device_name": "",
                 "expires_at": cast.NOW + timedelta(days=1)}
                for n in ids
            ],
        )  # fmt: skip


def test_the_list_takes_as_many_statements_for_a_thousand_devices_as_for_ten(client_as, count_statements):
    organiser = client_as("organiser")
    _many(10)
    few = count_statements(lambda: organiser.get(LIST))
    with transaction() as session:
        session.query(Grant).filter(Grant.device_id >= 2000).delete()
        session.query(Login).filter(Login.device_id >= 2000).delete()
        session.query(Device).filter(Device.id >= 2000).delete()
    _many(1000)
    assert count_statements(lambda: organiser.get(LIST)) == few


def test_the_codes_secret_is_masked_in_logs(app, now):
    device = devices.make("scanner", "门", [4], actor_id=2, now=now)
    code = enrolling.new_code(device.id, actor_id=2, now=now)
    assert code not in masked(f"GET /e/{code} 200")
