"""The door's phone page in a real browser, its camera looking at a ticket."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from tests import cast
from tests.browser.conftest import PROJECTOR, answered
from training_app.attendance.models import Attendance, Scan
from training_app.checkin import venue
from training_app.core import clock
from training_app.core.db import db, transaction
from training_app.core.qr import matrix
from training_app.people.models import Person
from training_app.registration import seats, tickets


@pytest.fixture
def ticket(live):
    """The address of Chen Lihua's ticket for today's session."""
    with transaction():
        chen = cast.CAST["chen"].id
        registration = seats.register(cast.TODAY_EVENT, chen, source="organiser", actor_id=2, now=clock.now())
        token = tickets.token_of(registration)
    return f"{live.url}/t/{token}"


def _scans():
    db.session.expire_all()
    return list(db.session.scalars(select(Scan).order_by(Scan.id)))


@pytest.fixture
def plain(page_as):
    """The phone of a volunteer whose old browser can keep nothing but texts."""
    page = page_as("volunteer")
    page.add_init_script("Object.defineProperty(window, 'indexedDB', {value: undefined})")
    return page


def _start(page):
    page.goto(f"/checkin/{cast.TODAY_SLOT}")
    page.locator("#start").click()


def test_a_ticket_before_the_camera_is_answered_in_green_and_not_sent_again_while_in_view(
    page_as, chromium, camera, ticket
):
    page = page_as("volunteer", browser=chromium(camera(ticket)))
    _start(page)
    page.wait_for_selector("#answer.answer-accepted:not([hidden])")
    assert page.locator("#answer-name").inner_text() == "陈丽华"
    assert page.locator("#answer-place").inner_text() == "开元街道 · 开元社区"
    assert page.locator("#door").get_attribute("data-reader") == "zxing-wasm"
    page.wait_for_selector("#answer", state="hidden")
    expect(page.locator("#here")).to_have_text("1")
    # The code stands before the camera all this time, until the page has asked for the count once more.
    with page.expect_response("**/board"):
        pass
    expect(page.locator("#queued")).to_have_text("0")
    assert [(scan.source, scan.outcome) for scan in _scans()] == [("camera", "accepted")]


def test_without_webassembly_the_plain_reader_reads_the_ticket(page_as, chromium, camera, ticket):
    page = page_as("volunteer", browser=chromium(camera(ticket)))
    page.add_init_script("delete window.WebAssembly;")
    _start(page)
    page.wait_for_selector("#answer.answer-accepted:not([hidden])")
    assert page.locator("#door").get_attribute("data-reader") == "qr"


def test_a_foreign_code_is_refused_in_red_with_what_to_do(page_as, chromium, camera, live):
    page = page_as("volunteer", browser=chromium(camera("https://example.org/some/advertisement")))
    with answered(page):
        _start(page)
    page.wait_for_selector("#answer.answer-refused:not([hidden])")
    assert "不是本系统的签到码" in page.locator("#answer-line").inner_text()
    assert [scan.reason for scan in _scans()] == ["not_a_ticket"]


def test_a_scan_without_network_is_kept_said_and_sent_once_when_the_network_returns(plain, ticket):
    page = plain
    page.goto(f"/checkin/{cast.TODAY_SLOT}")
    page.context.set_offline(True)
    page.evaluate("text => window.door.scanned(text, 'camera')", ticket)
    page.wait_for_selector("#answer.answer-waiting:not([hidden])")
    expect(page.locator("#queued")).to_have_text("1")
    assert _scans() == []
    page.context.set_offline(False)
    expect(page.locator("#queued")).to_have_text("0")
    expect(page.locator("#here")).to_have_text("1")
    assert [scan.outcome for scan in _scans()] == ["accepted"]


def test_a_kept_scan_survives_the_page_being_closed(plain, ticket):
    page = plain
    page.goto(f"/checkin/{cast.TODAY_SLOT}")
    page.context.set_offline(True)
    page.evaluate("text => window.door.scanned(text, 'camera')", ticket)
    expect(page.locator("#queued")).to_have_text("1")
    page.close()
    page.context.set_offline(False)
    again = page.context.new_page()
    again.add_init_script("Object.defineProperty(window, 'indexedDB', {value: undefined})")
    again.goto(f"/checkin/{cast.TODAY_SLOT}")
    expect(again.locator("#here")).to_have_text("1")
    assert len(_scans()) == 1


def test_an_answer_that_was_lost_on_its_way_is_asked_for_again_and_counts_once(plain, ticket):
    """The server has written the scan, the phone has not heard of it: the retry carries the same nonce."""
    page = plain
    page.goto(f"/checkin/{cast.TODAY_SLOT}")
    lost = []

    def lose_the_first(route):
        if lost:
            route.continue_()
            return
        lost.append(route.fetch().status)
        route.abort()

    page.route("**/scan", lose_the_first)
    page.evaluate("text => window.door.scanned(text, 'camera')", ticket)
    page.wait_for_selector("#answer.answer-waiting:not([hidden])")
    page.wait_for_selector("#answer.answer-accepted:not([hidden])")
    assert lost == [200]
    assert len(_scans()) == 1
    assert len(list(db.session.scalars(select(Attendance)))) == 1


def test_a_name_is_found_by_initials_and_checked_in_by_one_tap(page_as, ticket, live):
    with transaction():
        db.session.get(Person, cast.CAST["chen"].id).pinyin = "chenlihua clh"
    page = page_as("volunteer")
    page.goto(f"/checkin/{cast.TODAY_SLOT}")
    page.locator("#q").fill("clh")
    with answered(page):
        page.locator("#found button").click()
    page.wait_for_selector("#answer.answer-accepted:not([hidden])")
    assert page.locator("#answer-name").inner_text() == "陈丽华"
    assert [scan.source for scan in _scans()] == ["search"]


def test_a_walk_in_is_registered_at_the_door(page_as, live):
    page = page_as("volunteer")
    page.goto(f"/checkin/{cast.TODAY_SLOT}")
    page.locator("#walk-in summary").click()
    page.locator("#walk-in [name=name]").fill("刘新来")
    page.locator("#walk-in [name=phone]").fill("137")
    page.locator("#walk-in button.btn-primary").click()
    page.wait_for_selector("#walk-in .field-error")
    assert page.locator("#walk-in [name=name]").input_value() == "刘新来"
    page.locator("#walk-in [name=phone]").fill("13700000001")
    page.locator("#walk-in button.btn-primary").click()
    page.wait_for_selector("#answer.answer-accepted:not([hidden])")
    assert "现场登记" in page.locator("#answer-line").inner_text()
    page.wait_for_selector(".arrivals >> text=刘新来")


def test_the_projector_shows_the_present_code_and_says_when_the_network_is_lost(page_as, live):
    page = page_as("organiser", size=PROJECTOR)
    page.goto(f"/checkin/{cast.TODAY_SLOT}/projector")
    expect(page.locator("#seconds")).not_to_be_empty()
    drawn = page.evaluate("document.getElementById('dark').getAttribute('d').length")
    codes = [venue.shown(cast.TODAY_SLOT, clock.now(), ahead=n).code for n in (-1, 0, 1)]
    assert drawn > 100
    side = {len(matrix(f"{live.url}/v/{cast.TODAY_SLOT}/{code}")) + 8 for code in codes}
    assert int(page.locator("#symbol").get_attribute("viewBox").split()[2]) in side
    assert page.evaluate("document.documentElement.scrollHeight <= window.innerHeight")
    page.context.set_offline(True)
    page.wait_for_selector("#offline:not([hidden])")
    page.context.set_offline(False)
    page.wait_for_selector("#offline", state="hidden")


def test_a_director_reads_the_wall_with_her_own_phone_and_is_in_with_one_tap(page_as, ticket):
    wall = page_as("organiser", size=PROJECTOR)
    wall.goto(f"/checkin/{cast.TODAY_SLOT}/projector")
    shown = wall.evaluate("JSON.parse(document.getElementById('projector').dataset.state).steps[0].digits")
    phone = page_as("chen")
    phone.goto(f"/v/{cast.TODAY_SLOT}/{venue.shown(cast.TODAY_SLOT, clock.now()).code}")
    phone.get_by_role("button", name="签到").click()
    phone.wait_for_selector(".answer-accepted")
    assert "陈丽华" in phone.locator(".answer-name").inner_text()
    expect(wall.locator("#welcome")).to_contain_text("陈丽华")
    assert len(shown.replace(" ", "")) == 6
