"""The projector, and the phone that has read its code."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from tests import cast
from training_app.attendance.models import Attendance, Scan
from training_app.checkin import rules, venue
from training_app.core.db import db, transaction
from training_app.people.grouplinks import create
from training_app.schedule.models import Event, Venue

pytestmark = pytest.mark.usefixtures("app")
SLOT = cast.TODAY_SLOT
PROJECTOR = f"/checkin/{SLOT}/projector"


def _address():
    return f"/v/{SLOT}/{venue.shown(SLOT, cast.NOW).code}"


def _scans():
    return db.session.scalars(select(Scan)).all()


def test_the_projector_carries_this_code_and_those_of_the_next_two_minutes(client_as):
    state = client_as("organiser").get(f"{PROJECTOR}.json").get_json()
    assert [one["digits"].replace(" ", "") for one in state["steps"]] == [
        venue.shown(SLOT, cast.NOW, ahead=n).digits for n in (0, 1, 2, 3)
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
    assert "answer-accepted" in done and "现场登记" in done
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


EARLY = cast.NOW - timedelta(hours=1)
OPENS = cast.NOW - timedelta(minutes=40)


def _address_at(moment):
    return f"/v/{SLOT}/{venue.shown(SLOT, moment).code}"


def test_the_page_is_opened_early_and_holds_all_that_it_needs_to_wake_by_itself(client_as, ticket_of):
    ticket_of("chen")
    with time_machine.travel(EARLY, tick=False):
        chen = client_as("chen")
        page = chen.get(_address_at(EARLY)).get_data(as_text=True)
    assert "本页会自动开启" in page and "08:00" in page
    assert f'data-opens="{int(OPENS.timestamp() * 1000)}"' in page
    assert f'data-now="{int(EARLY.timestamp() * 1000)}"' in page
    # The button is there already, and hidden: waking asks the server nothing.
    assert re.search(r"data-when-open\s+hidden", page) and "btn-checkin" in page


def test_without_scripts_the_page_asks_again_a_moment_after_the_opening_not_all_in_one_second(client_as, ticket_of):
    ticket_of("chen")
    with time_machine.travel(EARLY, tick=False):
        chen = client_as("chen")
        pages = [chen.get(_address_at(EARLY)).get_data(as_text=True) for _ in range(40)]
    waits = {int(re.search(r'http-equiv="refresh"\s+content="(\d+);url=/v/4"', page).group(1)) for page in pages}
    assert min(waits) >= 1201 and max(waits) <= 1205 and len(waits) > 1


def test_a_page_opened_early_checks_in_until_ten_minutes_after_the_opening(client_as, ticket_of):
    ticket_of("chen")
    with time_machine.travel(EARLY, tick=False):
        chen = client_as("chen")
        chen.get(_address_at(EARLY))
    with time_machine.travel(OPENS + timedelta(minutes=10), tick=False):
        assert "answer-accepted" in chen.post(f"/v/{SLOT}").get_data(as_text=True)


def test_after_those_ten_minutes_the_code_must_be_scanned_again(client_as, ticket_of):
    ticket_of("chen")
    with time_machine.travel(EARLY, tick=False):
        chen = client_as("chen")
        chen.get(_address_at(EARLY))
    with time_machine.travel(OPENS + timedelta(minutes=11), tick=False):
        assert chen.post(f"/v/{SLOT}").status_code == 410
    assert _scans() == []


def test_a_tap_before_the_opening_is_a_fact_and_leads_back_to_the_waiting_page(client_as, ticket_of):
    ticket_of("chen")
    with time_machine.travel(EARLY, tick=False):
        chen = client_as("chen")
        chen.get(_address_at(EARLY))
        page = chen.post(f"/v/{SLOT}")
    assert page.status_code == 409 and "本页会自动开启" in page.get_data(as_text=True)
    assert [scan.reason for scan in _scans()] == ["too_early"]


def test_the_phone_is_known_for_a_year_by_a_cookie_that_scripts_cannot_read(client_as, ticket_of):
    ticket_of("chen")
    chen = client_as("chen")
    (cookie,) = [line for line in chen.get(_address()).headers.getlist("Set-Cookie") if line.startswith("phone=")]
    assert "HttpOnly" in cookie and "Path=/v" in cookie and "Max-Age=31536000" in cookie
    chen.post(f"/v/{SLOT}")
    secret = re.match("phone=([^;]+)", cookie).group(1)
    assert [scan.phone_key for scan in _scans()] == [rules.phone_key(secret)]
    # The next code finds the same phone.
    assert f"phone={secret};" in " ".join(chen.get(_address()).headers.getlist("Set-Cookie"))


def _second_person(client_as, ticket_of):
    """One phone: Chen has checked in, then Lin types her ticket's ten characters."""
    ticket_of("chen")
    lin, _token = ticket_of("lin")
    phone = client_as("chen")
    phone.get(_address())
    phone.post(f"/v/{SLOT}")
    phone.get(_address())
    return phone, phone.post(f"/v/{SLOT}", data={"code": lin.ticket_code})


def test_a_second_person_on_the_phone_waits_and_is_in_once_the_door_nods(client_as, ticket_of):
    phone, answer = _second_person(client_as, ticket_of)
    assert (answer.status_code, answer.location) == (303, f"/v/{SLOT}/nod")
    assert "请让工作人员点头" in phone.get(answer.location).get_data(as_text=True)
    assert phone.get(f"/v/{SLOT}/nod.json").get_json() == {"state": "asked"}
    door = client_as("volunteer")
    for listed in (f"/checkin/{SLOT}/nods", f"/checkin/{SLOT}", f"/checkin/{SLOT}/board"):
        page = door.get(listed).get_data(as_text=True)
        assert "林晓燕" in page and "用陈丽华的手机" in page and "138" not in page
    asked = re.search(r'action="(/checkin/4/nods/\d+)"', page).group(1)
    assert door.post(asked, data={"answer": "yes"}).location == f"/checkin/{SLOT}/nods"
    assert phone.get(f"/v/{SLOT}/nod.json").get_json() == {"state": "allowed"}
    done = phone.get(f"/v/{SLOT}/nod").get_data(as_text=True)
    assert "answer-accepted" in done and "林晓燕" in done
    assert "用陈丽华的手机" not in door.get(f"/checkin/{SLOT}/nods").get_data(as_text=True)


def test_a_no_is_said_on_the_phone_and_stays_on_the_list_for_a_change_of_mind(client_as, ticket_of):
    phone, _answer = _second_person(client_as, ticket_of)
    door = client_as("volunteer")
    asked = re.search(
        r'action="(/checkin/4/nods/\d+)"', door.get(f"/checkin/{SLOT}/nods").get_data(as_text=True)
    ).group(1)
    answer = door.post(asked, data={"answer": "no"}, headers={"Accept": "application/json"})
    assert answer.get_json()["tone"] == "refused"
    assert "工作人员没有同意" in phone.get(f"/v/{SLOT}/nod").get_data(as_text=True)
    assert "林晓燕" in door.get(f"/checkin/{SLOT}/nods").get_data(as_text=True)
    assert door.post(asked, data={"answer": "yes"}, headers={"Accept": "application/json"}).get_json()["code"] == "ok"


def test_the_doors_live_part_changes_with_who_waits(client_as, ticket_of):
    door = client_as("volunteer")
    before = door.get(f"/checkin/{SLOT}/board").headers["ETag"]
    _second_person(client_as, ticket_of)
    asked = door.get(f"/checkin/{SLOT}/board", headers={"If-None-Match": before})
    assert asked.status_code == 200
    number = re.search(r'action="(/checkin/4/nods/\d+)"', asked.get_data(as_text=True)).group(1)
    door.post(number, data={"answer": "no"})
    assert door.get(f"/checkin/{SLOT}/board", headers={"If-None-Match": asked.headers["ETag"]}).status_code == 200


def test_the_list_of_who_waits_is_asked_for_again_and_answered_304_while_nothing_changes(client_as, ticket_of):
    door, listed = client_as("volunteer"), f"/checkin/{SLOT}/nods"
    assert f'hx-get="{listed}"' in door.get(listed).text
    live = {"HX-Request": "true"}
    before = door.get(listed, headers=live)
    assert "没有人在等" in before.text and "<html" not in before.text
    same = live | {"If-None-Match": before.headers["ETag"]}
    assert door.get(listed, headers=same).status_code == 304
    # The page itself is never a stale one.
    assert door.get(listed, headers={"If-None-Match": before.headers["ETag"]}).status_code == 200
    _second_person(client_as, ticket_of)
    after = door.get(listed, headers=same)
    assert after.status_code == 200 and "林晓燕" in after.text
    # Whoever was logged out meanwhile gets no login page in the middle of the list.
    gone = client_as("visitor").get(listed, headers=live)
    assert (gone.status_code, gone.headers["HX-Refresh"], gone.text) == (401, "true", "")


def test_another_phone_does_not_learn_who_waits(client_as, ticket_of):
    _second_person(client_as, ticket_of)
    other = client_as("visitor")
    other.get(_address())
    assert other.get(f"/v/{SLOT}/nod").status_code == 404
    assert other.get(f"/v/{SLOT}/nod.json").status_code == 404


@pytest.mark.parametrize(
    ("moment", "stage", "codes"),
    [
        (cast.NOW - timedelta(hours=4), "early", 0),
        (EARLY, "before", 4),
        (cast.NOW, "open", 4),
        (cast.NOW + timedelta(hours=4), "over", 0),
    ],
)
def test_the_wall_shows_a_code_only_while_it_is_worth_something(client_as, moment, stage, codes):
    with time_machine.travel(moment, tick=False):
        organiser = client_as("organiser")
        state = organiser.get(f"{PROJECTOR}.json").get_json()
        assert organiser.get(PROJECTOR).status_code == 200
    assert (state["stage"], len(state["steps"])) == (stage, codes)


@pytest.fixture
def near_only(database):
    """Today's event asks for a phone within 200 m of its venue."""
    with database.app.app_context(), transaction() as session:
        session.get(Event, cast.TODAY_EVENT).checkin_within_m = 200
        place = session.get(Venue, cast.VENUE)
        place.latitude, place.longitude = 24.9073, 118.5869


HERE = {"latitude": "24.9080", "longitude": "118.5869", "accuracy": "25.3"}
AWAY = {"latitude": "24.95", "longitude": "118.5869", "accuracy": "25.3"}


def test_where_nobody_asks_for_a_place_the_page_does_not_either(client_as, ticket_of):
    ticket_of("chen")
    page = client_as("chen").get(_address()).get_data(as_text=True)
    assert "data-position" not in page and "latitude" not in page


def test_near_the_venue_one_is_in_and_only_the_distance_is_kept(client_as, ticket_of, near_only):
    ticket_of("chen")
    chen = client_as("chen")
    page = chen.get(_address()).get_data(as_text=True)
    assert "data-position" in page and "200 米以内签到" in page and "不保存" in page
    assert "answer-accepted" in chen.post(f"/v/{SLOT}", data=HERE).get_data(as_text=True)
    assert [(scan.note, scan.ticket_as_read) for scan in _scans()] == [("80 m", None)]


@pytest.mark.parametrize(
    ("sent", "reason", "note"),
    [
        (AWAY, "too_far", "4750 m"),
        ({}, "no_position", ""),
        ({"latitude": "x", "longitude": "", "accuracy": "1"}, "no_position", ""),
    ],
)
def test_away_or_silent_the_phone_is_refused_and_told_to_ask_at_the_door(
    client_as, ticket_of, near_only, sent, reason, note
):
    ticket_of("chen")
    chen = client_as("chen")
    chen.get(_address())
    refused = chen.post(f"/v/{SLOT}", data=sent)
    assert refused.status_code == 409 and "让志愿者扫您的签到码" in refused.get_data(as_text=True)
    assert [(scan.outcome, scan.reason, scan.note) for scan in _scans()] == [("refused", reason, note)]
    # The pass is not spent, nor is the phone taken: she goes nearer and taps again.
    chen.get(_address())
    assert "answer-accepted" in chen.post(f"/v/{SLOT}", data=HERE).get_data(as_text=True)


def test_a_walk_in_is_asked_for_the_place_too(client_as, near_only):
    visitor = client_as("visitor")
    visitor.get(_address())
    typed = {"name": "刘新来", "phone": "13700000001", "subdistrict": cast.KAIYUAN, "division": cast.MEISHAN}
    assert visitor.post(f"/v/{SLOT}/walk-in", data=typed | AWAY).status_code == 409
    assert "answer-accepted" in visitor.post(f"/v/{SLOT}/walk-in", data=typed | HERE).get_data(as_text=True)
