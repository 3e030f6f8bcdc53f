"""The projector, and the phone that has read its code."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from tests import cast
from training_app.attendance.models import Attendance, Scan
from training_app.checkin import venue
from training_app.core.db import db, transaction
from training_app.people.grouplinks import create

pytestmark = pytest.mark.usefixtures("app")
SLOT = cast.TODAY_SLOT
PROJECTOR = f"/checkin/{SLOT}/projector"


def _address():
    return f"/v/{SLOT}/{venue.shown(SLOT, cast.NOW).code}"


def _scans():
    return db.session.scalars(select(Scan)).all()


def test_the_projector_carries_this_code_and_the_next(client_as):
    state = client_as("organiser").get(f"{PROJECTOR}.json").get_json()
    assert [one["digits"].replace(" ", "") for one in state["steps"]] == [
        venue.shown(SLOT, cast.NOW, ahead=n).digits for n in (0, 1)
    ]
    assert state["steps"][1]["ends_ms"] - state["steps"][0]["ends_ms"] == state["step_ms"] == 30_000


def test_the_projector_is_answered_304_while_nothing_changes(client_as, ticket_of):
    registration, _token = ticket_of("chen")
    organiser = client_as("organiser")
    first = organiser.get(f"{PROJECTOR}.json")
    tag = {"If-None-Match": first.headers["ETag"]}
    assert organiser.get(f"{PROJECTOR}.json", headers=tag).status_code == 304
    venue.enter(
        SLOT, venue.make_pass(SLOT, cast.NOW), registration_id=registration.id, login_id=7, actor_id=7, now=cast.NOW
    )
    fresh = organiser.get(f"{PROJECTOR}.json", headers=tag).get_json()
    assert (fresh["here"], fresh["expected"], fresh["welcome"]) == (1, 1, "开元社区 陈丽华")


def test_looking_at_the_page_checks_nobody_in(client_as, ticket_of):
    ticket_of("chen")
    page = client_as("chen").get(_address())
    assert page.status_code == 200 and "陈丽华" in page.get_data(as_text=True)
    assert _scans() == []


def test_one_tap_checks_a_remembered_director_in(client_as, ticket_of):
    ticket_of("chen")
    chen = client_as("chen")
    chen.get(_address())
    done = chen.post(f"/v/{SLOT}")
    assert done.status_code == 200 and "answer-accepted" in done.get_data(as_text=True)
    assert [(scan.source, scan.actor_id) for scan in _scans()] == [("venue_code", 7)]


def test_the_pass_stands_in_the_form_too_for_a_phone_that_keeps_no_cookies(client_as, ticket_of):
    ticket_of("chen")
    page = client_as("chen").get(_address()).get_data(as_text=True)
    token = re.search(r'name="pass" value="([^"]+)"', page).group(1)
    assert client_as("chen").post(f"/v/{SLOT}", data={"pass": token}).status_code == 200


def test_an_old_code_says_that_it_has_changed_and_a_forged_one_that_it_is_not_ours(client_as):
    visitor = client_as("visitor")
    old = f"/v/{SLOT}/{venue.shown(SLOT, cast.NOW, ahead=-4).code}"
    page = visitor.get(old)
    assert page.status_code == 410 and "二维码已更换" in page.get_data(as_text=True)
    assert "不是会场屏幕上的二维码" in visitor.get(f"/v/{SLOT}/0123456789abcdef").get_data(as_text=True)


def test_a_pass_outlives_its_code_when_the_page_is_loaded_again(client_as, ticket_of):
    ticket_of("chen")
    chen = client_as("chen")
    chen.get(_address())
    old = f"/v/{SLOT}/{venue.shown(SLOT, cast.NOW, ahead=-4).code}"
    assert chen.get(old).status_code == 200
    assert chen.get(f"/v/{SLOT}").status_code == 200


def test_a_pass_does_not_open_another_slot(client_as):
    chen = client_as("chen")
    chen.get(_address())
    assert chen.get("/v/5").status_code == 404
    assert chen.post("/v/5").status_code == 404


def test_six_digits_buy_the_same_pass(client_as, ticket_of):
    ticket_of("chen")
    chen = client_as("chen")
    done = chen.post("/v", data={"digits": venue.shown(SLOT, cast.NOW).digits})
    assert (done.status_code, done.location) == (302, f"/v/{SLOT}")
    assert "陈丽华" in chen.get(f"/v/{SLOT}").get_data(as_text=True)


def test_an_unknown_phone_is_asked_who_it_is_and_offered_the_groups_way(client_as):
    visitor = client_as("visitor")
    with transaction():
        create(cast.LICHENG, "群", organisation_id=cast.OFFICE, days=30, actor_id=2, now=cast.NOW)
    page = visitor.get(_address()).get_data(as_text=True)
    address = re.search(r'href="(/g/[^"]+)"', page).group(1)
    assert address.endswith(f"next=/v/{SLOT}") and visitor.get(address).status_code == 200


def test_the_ten_characters_of_a_ticket_check_in_and_wrong_ones_may_be_corrected(client_as, ticket_of):
    registration, _token = ticket_of("chen")
    visitor = client_as("visitor")
    visitor.get(_address())
    wrong = visitor.post(f"/v/{SLOT}", data={"code": "ZZZZZZZZZZ"})
    assert wrong.status_code == 422 and "十位码" in wrong.get_data(as_text=True)
    assert visitor.post(f"/v/{SLOT}", data={"code": registration.ticket_code.lower()}).status_code == 200


def test_a_walk_in_registers_with_her_own_phone_and_mistakes_stay_on_the_page(client_as):
    visitor = client_as("visitor")
    visitor.get(_address())
    typed = {"name": "刘新来", "phone": "137", "subdistrict": cast.KAIYUAN, "division": cast.MEISHAN}
    wrong = visitor.post(f"/v/{SLOT}/walk-in", data=typed)
    assert wrong.status_code == 422 and 'value="刘新来"' in wrong.get_data(as_text=True)
    done = visitor.post(f"/v/{SLOT}/walk-in", data=typed | {"phone": "13700000001"}).get_data(as_text=True)
    assert "answer-accepted" in done and "现场报名" in done
    assert [row.as_whom for row in db.session.scalars(select(Attendance))] == ["walk_in"]


@pytest.mark.parametrize("name", ["陈丽华", "冒名者"])
def test_the_answer_to_a_known_number_is_the_same_as_to_an_unknown_one(client_as, ticket_of, name):
    ticket_of("chen")
    pages = []
    for phone in ("13800000007", "13700000001"):
        visitor = client_as("visitor")
        visitor.get(_address())
        page = visitor.post(f"/v/{SLOT}/walk-in", data={"name": name, "phone": phone})
        pages.append(
            (page.status_code, re.sub(r'name="csrf[^>]+>|content="[^"]{40,}"', "", page.get_data(as_text=True)))
        )
    assert pages[0] == pages[1]


def test_a_remembered_director_on_no_list_registers_by_one_tap(client_as):
    zhang = client_as("zhang")
    assert "不在本场名单上" in zhang.get(_address()).get_data(as_text=True)
    assert "answer-accepted" in zhang.post(f"/v/{SLOT}").get_data(as_text=True)


def test_a_door_link_is_opened_by_a_tap_and_ends_when_the_organiser_says_so(client_as):
    organiser, phone = client_as("organiser"), client_as("visitor")
    made = organiser.post(f"/events/{cast.TODAY_EVENT}/door-links", data={"label": "门口二"})
    shown = organiser.get(made.location).get_data(as_text=True)
    address = re.search(r"http://localhost(/d/[\w-]+)", shown).group(1)
    assert phone.get(address).status_code == 200
    assert phone.get("/checkin").status_code == 302
    opened = phone.post(address)
    assert opened.location == f"/checkin/{SLOT}" and phone.get(opened.location).status_code == 200
    organiser.post(f"{made.location}/end")
    assert phone.get("/checkin").status_code == 302
    assert phone.get(address).status_code == 404
