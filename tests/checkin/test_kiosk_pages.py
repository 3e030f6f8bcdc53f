"""A tablet that checks people in by itself, and opens nothing else until the digits are typed."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests import cast
from training_app.attendance.models import Attendance, Scan
from training_app.core.db import db

pytestmark = pytest.mark.usefixtures("app")
SLOT = cast.TODAY_SLOT
KIOSK = f"/checkin/{SLOT}/kiosk"
JSON = {"Accept": "application/json"}


@pytest.fixture
def tablet(client_as):
    """The volunteer's tablet as a kiosk that 4821 ends."""
    browser = client_as("volunteer")
    assert "四位数字" in browser.get(KIOSK).get_data(as_text=True)
    started = browser.post(KIOSK, data={"code": "4821", "facing": "user"})
    assert (started.status_code, started.location) == (302, KIOSK)
    return browser


def _scan(tablet, nonce="nonce-0001", **fields):
    return tablet.post(f"{KIOSK}/scan", data={"nonce": nonce} | fields, headers=JSON).get_json()


def _scans():
    return [(scan.source, scan.outcome, scan.reason) for scan in db.session.scalars(select(Scan).order_by(Scan.id))]


def test_a_ticket_its_characters_and_a_name_with_four_digits_check_in(tablet, ticket_of):
    _chen, token = ticket_of("chen")
    lin, _token = ticket_of("lin")
    ticket_of("zhang")
    assert _scan(tablet, ticket=f"https://example.org/t/{token}")["name"] == "陈丽华"
    assert _scan(tablet, "nonce-0002", ticket=lin.ticket_code.lower())["tone"] == "accepted"
    found = _scan(tablet, "nonce-0003", name="张淑英", digits="0009")
    assert (found["tone"], found["place"]) == ("accepted", "浮桥街道 · 浮桥社区")
    assert _scans() == [("kiosk", "accepted", None)] * 3
    assert len(db.session.scalars(select(Attendance)).all()) == 3


def test_the_same_number_gets_the_first_answer_again(tablet, ticket_of):
    _chen, token = ticket_of("chen")
    assert [_scan(tablet, ticket=token)["tone"] for _ in range(2)] == ["accepted", "accepted"]
    assert _scan(tablet, "nonce-0002", ticket=token)["tone"] == "again"
    assert len(_scans()) == 2


def test_a_wrong_name_says_what_to_do_and_nothing_of_anyone(tablet, ticket_of):
    ticket_of("chen")
    said = _scan(tablet, name="陈丽华", digits="9999")
    assert (said["tone"], said["name"]) == ("refused", "") and "请找门口的工作人员" in said["sentence"]
    assert _scans() == []


def test_a_foreign_code_is_refused_and_kept_like_at_any_door(tablet):
    assert _scan(tablet, ticket="https://example.org/advertisement")["tone"] == "refused"
    assert _scans() == [("kiosk", "refused", "not_a_ticket")]


def test_the_kiosk_shows_no_name_no_number_no_count_and_leads_nowhere(tablet, ticket_of):
    ticket_of("chen")
    page = tablet.get(KIOSK).get_data(as_text=True)
    for secret in ("陈丽华", "138", "0007", "应到", "未到", "开元社区"):
        assert secret not in page
    assert 'href="/' not in page.replace('href="/static', "")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/checkin",
        f"/checkin/{SLOT}",
        f"/checkin/{SLOT}/board",
        f"/checkin/{SLOT}/people?q=c",
        "/v",
        "/login",
        "/nothing",
    ],
)
def test_while_it_runs_this_browser_opens_nothing_else(tablet, path):
    answer = tablet.get(path)
    if path == "/nothing":
        assert answer.status_code == 404
    else:
        assert (answer.status_code, answer.location) == (302, KIOSK)


def test_nor_does_it_send_anything_else(tablet, ticket_of):
    chen, _token = ticket_of("chen")
    data = {"registration_id": chen.id, "nonce": "nonce-0009", "source": "search"}
    assert tablet.post(f"/checkin/{SLOT}/scan", data=data).status_code == 403
    assert tablet.post("/logout").status_code == 403
    assert _scans() == []


def test_the_language_may_be_switched(tablet):
    assert tablet.post("/language", data={"language": "en", "next": KIOSK}).location == KIOSK
    assert "Hold your ticket before the camera" in tablet.get(KIOSK).get_data(as_text=True)


def test_wrong_digits_end_nothing_and_the_right_ones_lead_to_the_door(tablet):
    wrong = tablet.post(f"{KIOSK}/leave", data={"code": "0000"})
    assert wrong.status_code == 422 and "数字不对" in wrong.get_data(as_text=True)
    assert tablet.get(f"/checkin/{SLOT}").status_code == 302
    ended = tablet.post(f"{KIOSK}/leave", data={"code": "4821"})
    assert ended.location == f"/checkin/{SLOT}"
    assert tablet.get(f"/checkin/{SLOT}").status_code == 200
    assert "四位数字" in tablet.get(KIOSK).get_data(as_text=True)


def test_three_digits_start_no_kiosk_and_say_so(client_as):
    browser = client_as("volunteer")
    refused = browser.post(KIOSK, data={"code": "482", "facing": "user"})
    assert refused.status_code == 422 and "请设四位数字" in refused.get_data(as_text=True)
    assert browser.get(f"/checkin/{SLOT}").status_code == 200


def test_a_tablet_whose_link_was_ended_is_logged_out_and_no_kiosk_any_more(tablet, client_as):
    client_as("organiser").post(f"/events/{cast.TODAY_EVENT}/door-links/100/end")
    assert "/login" in tablet.get(KIOSK).location
    assert tablet.get("/login").status_code == 200


def test_other_devices_are_not_concerned(tablet, client_as):
    assert client_as("volunteer").get(f"/checkin/{SLOT}").status_code == 200


def test_without_scripts_the_answer_is_a_page_that_goes_back_by_itself(tablet, ticket_of):
    _chen, token = ticket_of("chen")
    page = tablet.post(f"{KIOSK}/scan", data={"nonce": "nonce-0001", "ticket": token}).get_data(as_text=True)
    assert "answer-accepted" in page and f'content="8;url={KIOSK}"' in page
