"""The desk and the door's page."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from tests import cast
from training_app.attendance.models import Scan
from training_app.checkin import board
from training_app.core.db import db, transaction
from training_app.people.models import Person
from training_app.registration.models import Registration

DOOR = f"/checkin/{cast.TODAY_SLOT}"
JSON = {"Accept": "application/json"}


def _post(browser, nonce="nonce-0001", headers=JSON, **data):
    return browser.post(f"{DOOR}/scan", data={"nonce": nonce, **data}, headers=headers)


def _fill(number):
    """So many people more on the list of the fourth session."""
    with transaction() as session:
        people = [
            {"id": 1000 + n, "name": f"某某{n}", "pinyin": "moumou mm", "link_revision": 0, "unconfirmed": False,
             "created_at": cast.LONG_AGO}
            for n in range(number)
        ]  # fmt: skip
        session.execute(insert(Person), people)
        session.execute(
            insert(Registration),
            [
                {"event_id": cast.TODAY_EVENT, "person_id": p["id"], "state": "confirmed", "source": "organiser",
                 "as_whom": "trainee", "division_code": cast.KAIYUAN_COMMUNITY, "ticket_code": f"CODE{p['id']:06}",
                 "ticket_revision": 0, "created_at": cast.LONG_AGO}
                for p in people
            ],
        )  # fmt: skip


def test_the_desk_shows_the_open_slot_to_whoever_may_scan_there(client_as):
    for who in ("organiser", "facilitator", "volunteer"):
        page = client_as(who).get("/checkin").get_data(as_text=True)
        assert "儿童服务社会工作技巧" in page and "签到中" in page
        assert "外区培训" not in page
    assert "儿童服务社会工作技巧" not in client_as("foreign_organiser").get("/checkin").get_data(as_text=True)


def test_a_volunteer_is_offered_neither_projector_nor_links_nor_phone_numbers(client_as, ticket_of):
    ticket_of("chen")
    volunteer = client_as("volunteer")
    assert "door-links" not in volunteer.get("/checkin").get_data(as_text=True)
    for path in (DOOR, f"{DOOR}/board", f"{DOOR}/people?q=0007"):
        page = volunteer.get(path).get_data(as_text=True)
        assert "陈丽华" in page
        assert not re.search(r"138\s?0000\s?0007", page)


def test_a_scan_answers_in_json_with_name_place_and_time(client_as, ticket_of):
    _registration, token = ticket_of("chen")
    body = _post(client_as("volunteer"), ticket=token, source="camera").get_json()
    assert (body["tone"], body["name"], body["place"], body["time"]) == (
        "accepted", "陈丽华", "开元街道 · 开元社区", "08:40",
    )  # fmt: skip


def test_a_second_scan_says_when_the_first_was(client_as, ticket_of):
    _registration, token = ticket_of("chen")
    volunteer = client_as("volunteer")
    _post(volunteer, ticket=token, source="camera")
    body = _post(volunteer, "nonce-0002", ticket=token, source="camera").get_json()
    assert (body["tone"], body["first"]) == ("again", "08:40")


def test_the_scan_names_its_device_and_person(client_as, ticket_of):
    registration, token = ticket_of("chen")
    _post(client_as("volunteer"), ticket=token, source="camera")
    _post(client_as("organiser"), "nonce-0002", registration_id=registration.id, source="search")
    kept = db.session.execute(select(Scan.login_id, Scan.actor_id, Scan.source).order_by(Scan.id)).all()
    assert kept == [(100, None, "camera"), (2, 2, "search")]


@pytest.mark.parametrize(
    "data", [{"nonce": "x"}, {"nonce": ""}, {"source": "elsewhere"}, {"registration_id": "x"}, {"waited_ms": "-1"}]
)
def test_a_scan_of_another_shape_is_refused_and_leaves_nothing(client_as, ticket_of, data):
    sent = {"nonce": "nonce-0001", "source": "camera", "ticket": ticket_of("chen")[1]} | data
    answer = client_as("volunteer").post(f"{DOOR}/scan", data=sent, headers=JSON)
    assert answer.status_code == 422 and answer.get_json()["error"]["sentence"]
    assert db.session.scalars(select(Scan)).all() == []


def test_without_scripts_the_answer_is_a_page(client_as, ticket_of):
    registration, _token = ticket_of("chen")
    page = _post(client_as("volunteer"), headers={}, ticket=registration.ticket_code, source="typed")
    assert page.status_code == 200
    assert "answer-accepted" in page.get_data(as_text=True) and "陈丽华" in page.get_data(as_text=True)


def test_a_scan_costs_six_statements_and_a_duplicate_five(client_as, ticket_of, count_statements):
    _registration, token = ticket_of("chen")
    volunteer = client_as("volunteer")
    # Login, BEGIN, everything that the decision and the permission need, attendance, scan; then COMMIT, not counted.
    assert count_statements(lambda: _post(volunteer, ticket=token, source="camera")) + 1 <= 6
    again = count_statements(lambda: _post(volunteer, "nonce-0002", ticket=token, source="camera"))
    assert again + 1 <= 5


def test_the_board_answers_304_until_something_happens(client_as, ticket_of, count_statements):
    registration, token = ticket_of("chen")
    volunteer = client_as("volunteer")
    first = volunteer.get(f"{DOOR}/board")
    tag = {"If-None-Match": first.headers["ETag"]}
    assert volunteer.get(f"{DOOR}/board", headers=tag).status_code == 304
    assert count_statements(lambda: volunteer.get(f"{DOOR}/board", headers=tag)) == 3
    _post(volunteer, ticket=token, source="camera")
    fresh = volunteer.get(f"{DOOR}/board", headers=tag)
    assert fresh.status_code == 200 and 'data-here="1"' in fresh.get_data(as_text=True)
    assert registration.id


def test_the_board_counts_walk_ins_apart(client_as, ticket_of):
    ticket_of("lin")
    volunteer = client_as("volunteer")
    walk_in = {"name": "刘新来", "phone": "13700000001", "nonce": "nonce-0009"}
    assert volunteer.post(f"{DOOR}/walk-in", data=walk_in, headers=JSON).get_json()["mark"] == "现场登记"
    figures = board.tally(cast.TODAY_SLOT)
    assert (figures.expected, figures.here, figures.others) == (1, 0, 1)


def test_one_other_is_said_as_one(client_as):
    volunteer = client_as("volunteer")
    volunteer.set_cookie("language", "en")
    for number, words in ((1, "1 other is here"), (2, "2 others are here")):
        walk_in = {"name": "刘新来", "phone": f"1370000000{number}", "nonce": f"nonce-001{number}"}
        volunteer.post(f"{DOOR}/walk-in", data=walk_in, headers=JSON)
        assert words in volunteer.get(f"{DOOR}/board").text


@pytest.mark.parametrize("page", ["sheets", "door-links"])
def test_the_way_back_from_an_events_papers_is_that_of_every_staff_page(client_as, page):
    text = client_as("organiser").get(f"/events/{cast.TODAY_EVENT}/{page}").text
    way = re.search(r'<p class="crumbs">(.*?)</p>', text, re.DOTALL).group(1)
    assert re.findall(r'href="([^"]+)"', way) == ["/checkin", f"/events/{cast.TODAY_EVENT}"]


def test_a_walk_in_that_is_mistyped_keeps_what_was_typed(client_as):
    volunteer = client_as("volunteer")
    sent = {"name": "刘新来", "phone": "137", "nonce": "nonce-0009"}
    assert "phone" in volunteer.post(f"{DOOR}/walk-in", data=sent, headers=JSON).get_json()["fields"]
    page = volunteer.post(f"{DOOR}/walk-in", data=sent)
    assert page.status_code == 422 and 'value="刘新来"' in page.get_data(as_text=True)


@pytest.mark.parametrize("text", ["陈丽", "clh", "chenli", "CLH", "0007"])
def test_the_search_finds_by_name_pinyin_initials_and_digits(app, ticket_of, text):
    with transaction() as session:
        session.get(Person, cast.CAST["chen"].id).pinyin = "chenlihua clh"
    ticket_of("chen")
    ticket_of("lin")
    assert [one.name for one in board.find(cast.TODAY_SLOT, text)] == ["陈丽华"]


@pytest.mark.parametrize("text", ["", "  ", "007", "%", "_", "不存在"])
def test_the_search_does_not_guess(app, ticket_of, text):
    ticket_of("chen")
    assert board.find(cast.TODAY_SLOT, text) == []


def test_door_board_and_desk_cost_the_same_at_ten_and_at_a_thousand(client_as, count_statements):
    volunteer = client_as("volunteer")
    pages = (DOOR, f"{DOOR}/board", f"{DOOR}/people?q=mm", "/checkin")
    _fill(10)
    few = [count_statements(lambda path=path: volunteer.get(path)) for path in pages]
    with transaction() as session:
        session.execute(Registration.__table__.delete())
        session.execute(Person.__table__.delete().where(Person.id >= 1000))
    _fill(1000)
    assert [count_statements(lambda path=path: volunteer.get(path)) for path in pages] == few


def test_only_the_door_may_compile_webassembly(client_as):
    policy = "Content-Security-Policy"
    organiser = client_as("organiser")
    assert "wasm-unsafe-eval" in organiser.get(DOOR).headers[policy]
    assert "wasm-unsafe-eval" not in organiser.get("/checkin").headers[policy]
    assert "wasm-unsafe-eval" not in organiser.get(f"{DOOR}/projector").headers[policy]


def test_inside_wechat_the_page_says_how_to_open_the_browser(client_as):
    volunteer = client_as("volunteer")
    assert "在浏览器打开" not in volunteer.get(DOOR).get_data(as_text=True)
    wechat = {"User-Agent": "Mozilla/5.0 (Linux; Android 10) MicroMessenger/8.0.40"}
    assert "在浏览器打开" in volunteer.get(DOOR, headers=wechat).get_data(as_text=True)


def test_a_scan_that_waited_in_the_phone_counts_from_when_it_was_made(client_as, ticket_of):
    _registration, token = ticket_of("chen")
    body = _post(client_as("volunteer"), ticket=token, source="camera", waited_ms=5 * 60 * 1000).get_json()
    assert body["time"] == "08:35"
    assert db.session.scalars(select(Scan.device_time)).one() == cast.NOW - timedelta(minutes=5)


def test_the_search_does_not_tell_a_phone_number_digit_by_digit(client_as, ticket_of):
    ticket_of("chen")
    door = client_as("volunteer")
    for typed in ("0007", "00007", "90007", "13800000007", "15900000007"):
        assert "陈丽华" in door.get(f"/checkin/4/people?q={typed}").text
    for typed in ("007", "13800000070"):
        assert "陈丽华" not in door.get(f"/checkin/4/people?q={typed}").text
