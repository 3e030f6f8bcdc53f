"""The tablet at the entrance, its camera looking at a ticket."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Error, expect
from sqlalchemy import select

from tests import cast
from tests.browser.conftest import PHONE, close_answer
from tests.browser.looking import look
from training_app.attendance.models import Scan
from training_app.core import clock
from training_app.core.db import db, transaction
from training_app.registration import seats, tickets

TABLET = (1280, 800)
KIOSK = f"/checkin/{cast.TODAY_SLOT}/kiosk"


@pytest.fixture
def ticket(live):
    """The address of Chen Lihua's ticket for today's session."""
    with transaction():
        chen = cast.CAST["chen"].id
        registration = seats.register(cast.TODAY_EVENT, chen, source="organiser", actor_id=2, now=clock.now())
        return f"{live.url}/t/{tickets.token_of(registration)}"


def _start(page, *, held=False):
    if held:
        page.clock.install()
    page.goto(KIOSK)
    page.locator("[name=code]").fill("4821")
    page.get_by_role("button", name="开始自助签到").click()
    page.wait_for_selector("#kiosk")
    page.wait_for_load_state("load")
    if held:
        # From here on no time passes but what the test says, however slow this machine is.
        page.clock.pause_at(clock.now() + timedelta(minutes=1))


def _scans():
    db.session.expire_all()
    return [(scan.source, scan.outcome) for scan in db.session.scalars(select(Scan).order_by(Scan.id))]


def test_a_ticket_before_the_tablet_is_answered_and_the_start_comes_back_by_itself(page_as, chromium, camera, ticket):
    page = page_as("volunteer", size=TABLET, browser=chromium(camera(ticket)))
    _start(page)
    expect(page.locator("#answer.answer-accepted:not([hidden]) #answer-name")).to_have_text("陈丽华")
    expect(page.locator("#answer")).to_be_hidden()
    expect(page.locator("#home")).to_be_visible()
    # Nothing of her stays on the page, and the ticket that is still in view is not sent again.
    assert page.locator("#answer-name").text_content() == ""
    assert _scans() == [("kiosk", "accepted")]


def test_a_name_and_four_digits_check_in_and_leave_no_trace_in_the_form(page_as, ticket):
    page = page_as("volunteer", size=TABLET)
    _start(page)
    page.get_by_role("button", name="用姓名查找").click()
    page.locator("#name").fill("陈丽华")
    page.locator("#digits").fill("0007")
    page.locator("#by-name").get_by_role("button", name="签到").click()
    page.wait_for_selector("#answer.answer-accepted:not([hidden])")
    close_answer(page)
    expect(page.locator("#home")).to_be_visible()
    assert page.locator("#name").input_value() == "" == page.locator("#digits").input_value()
    assert _scans() == [("kiosk", "accepted")]


def test_after_eight_seconds_without_a_touch_what_was_typed_is_gone(page_as, ticket):
    page = page_as("volunteer", size=TABLET)
    _start(page, held=True)
    page.get_by_role("button", name="输入十位码").click()
    page.locator("#ticket").fill("ABC")
    page.clock.fast_forward(7_000)
    expect(page.locator("#by-code")).to_be_visible()
    page.locator("#ticket").press_sequentially("D")
    page.clock.fast_forward(7_000)
    expect(page.locator("#by-code")).to_be_visible()
    page.clock.fast_forward(1_500)
    expect(page.locator("#by-code")).to_be_hidden()
    assert page.locator("#ticket").input_value() == ""


def test_the_way_out_is_a_long_press_and_four_digits(page_as, ticket):
    page = page_as("volunteer", size=TABLET)
    _start(page, held=True)
    page.goto(f"/checkin/{cast.TODAY_SLOT}")
    assert page.url.endswith(KIOSK)
    page.locator("#lock").click()
    expect(page.locator("#leave")).to_be_hidden()
    page.locator("#lock").hover()
    page.mouse.down()
    page.clock.fast_forward(2_100)
    page.mouse.up()
    expect(page.locator("#leave")).to_be_visible()
    for digits in ("0000", "4821"):
        page.locator("#leave-code").fill(digits)
        page.get_by_role("button", name="结束自助签到", exact=True).click()
    page.wait_for_url(f"**/checkin/{cast.TODAY_SLOT}")


def test_without_network_the_tablet_says_where_to_go_and_goes_on_when_it_is_back(page_as, ticket):
    page = page_as("volunteer", size=TABLET)
    _start(page)
    page.context.set_offline(True)
    page.evaluate("text => window.door.scanned(text, 'camera')", ticket)
    expect(page.locator("#answer-line")).to_contain_text("网络中断")
    page.context.set_offline(False)
    close_answer(page)
    page.evaluate("text => window.door.scanned(text, 'camera')", ticket)
    page.wait_for_selector("#answer.answer-accepted:not([hidden])")
    assert _scans() == [("kiosk", "accepted")]


def test_an_answer_that_was_lost_on_its_way_is_asked_for_again_and_counts_once(page_as, ticket):
    page = page_as("volunteer", size=TABLET)
    _start(page)
    lost = []

    def lose_the_first(route):
        if lost:
            route.continue_()
            return
        lost.append(route.fetch().status)
        route.abort()

    page.route("**/kiosk/scan", lose_the_first)
    page.evaluate("text => window.door.scanned(text, 'camera')", ticket)
    page.wait_for_selector("#answer.answer-accepted:not([hidden])")
    assert lost == [200] and _scans() == [("kiosk", "accepted")]


#: What a browser holds of doors: packs, what the server answered otherwise, pages.
KEPT = """async () => {
    const database = await new Promise((done, fail) => {
        const request = indexedDB.open("door-packs", 1);
        request.onsuccess = () => done(request.result);
        request.onerror = () => fail(request.error);
    });
    const count = name => new Promise(done => {
        const request = database.transaction(name).objectStore(name).count();
        request.onsuccess = () => done(request.result);
    });
    const held = [await count("packs"), await count("attention")];
    database.close();
    let pages = 0;
    for (const name of await caches.keys()) {
        for (const one of await (await caches.open(name)).keys()) { pages += /checkin\\/\\d+$/.test(one.url) ? 1 : 0; }
    }
    return [...held, pages];
}"""


def test_a_tablet_that_was_a_door_before_keeps_nothing_of_it_as_a_kiosk(page_as, ticket):
    page = page_as("volunteer", size=TABLET)
    door = f"/checkin/{cast.TODAY_SLOT}"
    page.goto(door)
    page.wait_for_selector("#door[data-ready=offline]", state="attached")
    assert page.evaluate(KEPT) == [1, 0, 1]
    _start(page)
    page.wait_for_selector("#kiosk[data-forgotten]", state="attached")
    assert page.evaluate(KEPT) == [0, 0, 0]
    page.context.set_offline(True)
    with pytest.raises(Error, match="ERR_"):
        page.goto(door)


@pytest.mark.parametrize(
    ("size", "language", "dark"),
    [(TABLET, "zh_Hans", False), (TABLET, "en", True), (PHONE, "zh_Hans", True), (PHONE, "en", False)],
)
def test_every_part_of_the_kiosk_is_fit_to_be_seen(page_as, ticket, size, language, dark):
    page = page_as("volunteer", size=size, language=language, dark=dark)
    page.goto(KIOSK)
    page.locator("[name=code]").fill("4821")
    page.locator(".btn-primary").click()
    page.wait_for_selector("#kiosk")
    page.wait_for_load_state("load")
    name, wrong = f"kiosk-{size[0]}-{language}-{'dark' if dark else 'light'}", []
    for panel in ("by-code", "by-name"):
        page.locator(f"[data-panel={panel}]").click()
        wrong += look(page, f"{name}/{panel}")
        # A look may take longer than the kiosk waits before it goes back by itself.
        if page.locator(f"#{panel}").is_visible():
            page.locator(f"#{panel} [data-home]").click()
        page.wait_for_selector("#home:not([hidden])")
    wrong += look(page, f"{name}/home")
    page.evaluate("text => window.door.scanned(text, 'camera')", ticket)
    page.wait_for_selector("#answer.answer-accepted:not([hidden])")
    wrong += look(page, f"{name}/answer")
    assert wrong == []
