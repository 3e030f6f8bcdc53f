"""A phone that waits: for the opening, for the door's nod, and for its own place."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from tests import cast
from tests.browser.looking import look
from training_app.attendance.models import Scan
from training_app.checkin import venue
from training_app.core import clock
from training_app.core.db import db, transaction
from training_app.registration import seats
from training_app.schedule.models import Event, Slot, Venue

SLOT = cast.TODAY_SLOT


@pytest.fixture
def listed(live):
    """Chen and Lin are on the list of today's session."""
    with transaction():
        for key in ("chen", "lin"):
            seats.register(cast.TODAY_EVENT, cast.CAST[key].id, source="organiser", actor_id=2, now=clock.now())


def _opens_in(seconds):
    with transaction() as session:
        session.get(Slot, SLOT).checkin_opens_at = clock.now() + timedelta(seconds=seconds)


def _address():
    return f"/v/{SLOT}/{venue.shown(SLOT, clock.now()).code}"


def _scans():
    db.session.expire_all()
    return list(db.session.scalars(select(Scan).order_by(Scan.id)))


def test_the_page_wakes_by_itself_after_a_locked_screen_and_asks_the_server_nothing(page_as, listed):
    _opens_in(20 * 60)
    phone = page_as("chen")
    phone.clock.install()
    phone.goto(_address())
    expect(phone.locator("#left")).to_contain_text("分")
    expect(phone.locator(".btn-checkin")).to_be_hidden()
    asked = []
    phone.on("request", lambda request: asked.append(request.url))
    # Nineteen minutes later it still waits; after the opening and its own few seconds it is awake.
    phone.clock.fast_forward(19 * 60_000)
    expect(phone.locator(".btn-checkin")).to_be_hidden()
    phone.clock.fast_forward(65_000)
    expect(phone.locator(".btn-checkin")).to_be_visible()
    expect(phone.locator("#wait")).to_be_hidden()
    expect(phone.locator("#woken")).to_have_text("签到开始了。")
    assert asked == []
    _opens_in(-60)
    phone.locator(".btn-checkin").click()
    phone.wait_for_selector(".answer-accepted")
    assert [(scan.source, scan.outcome) for scan in _scans()] == [("venue_code", "accepted")]


def test_phones_do_not_all_wake_in_the_same_second(page_as, listed, chromium):
    _opens_in(20 * 60)
    opens = db.session.get(Slot, SLOT).checkin_opens_at
    browser, left = chromium(), []
    for chance in (0, 0.99):
        phone = page_as("chen", browser=browser)
        phone.add_init_script(f"Math.random = () => {chance}")
        phone.clock.install()
        phone.goto(_address())
        phone.clock.pause_at(opens + timedelta(seconds=3.5))
        left.append(phone.locator(".btn-checkin").is_visible())
    assert left == [True, False]


def test_a_phone_whose_clock_is_an_hour_slow_goes_by_the_servers(page_as, listed):
    _opens_in(20 * 60)
    phone = page_as("chen")
    phone.clock.install(time=clock.now() - timedelta(hours=1))
    phone.add_init_script("Object.defineProperty(performance, 'timing', {value: undefined})")
    phone.goto(_address())
    phone.clock.fast_forward(20 * 60_000 + 5_000)
    expect(phone.locator(".btn-checkin")).to_be_visible()


def test_a_page_without_scripts_comes_back_at_the_opening(page_as, listed):
    phone = page_as("chen", java_script_enabled=False)
    # The first visit takes a slow machine its time; the second is there before the opening.
    phone.goto(_address())
    _opens_in(4)
    phone.goto(_address())
    expect(phone.locator(".btn-checkin")).to_be_hidden()
    expect(phone.locator(".btn-checkin")).to_be_visible()
    phone.locator(".btn-checkin").click()
    phone.wait_for_selector(".answer-accepted")


def test_a_second_person_on_the_phone_is_in_by_a_tap_at_the_door_whose_page_stays(page_as, listed, chromium, live):
    browser = chromium()
    phone, door = page_as("chen", browser=browser), page_as("volunteer", browser=browser)
    phone.goto(_address())
    phone.locator(".btn-checkin").click()
    phone.wait_for_selector(".answer-accepted")
    phone.context.add_cookies([live.cookie("lin")])
    phone.goto(_address())
    phone.locator(".btn-checkin").click()
    expect(phone.get_by_role("heading", name="请让工作人员点头确认")).to_be_visible()
    door.goto(f"/checkin/{SLOT}")
    asking = door.locator("#board .nods li")
    expect(asking).to_contain_text("林晓燕")
    asking.get_by_role("button", name="同意签到", exact=True).click()
    expect(asking).to_have_count(0)
    assert door.url.endswith(f"/checkin/{SLOT}")
    phone.wait_for_selector(".answer-accepted")
    expect(phone.locator(".answer-name")).to_have_text("林晓燕")
    assert [scan.reason for scan in _scans()] == [None, "second_person", None]


@pytest.fixture
def near_only(live):
    """Today's event asks for a phone within 200 m of its venue."""
    with transaction() as session:
        session.get(Event, cast.TODAY_EVENT).checkin_within_m = 200
        place = session.get(Venue, cast.VENUE)
        place.latitude, place.longitude = 24.9073, 118.5869


def test_the_phone_is_asked_for_its_place_at_the_tap_and_is_in_near_the_venue(page_as, listed, near_only):
    phone = page_as("chen", geolocation={"latitude": 24.908, "longitude": 118.5869, "accuracy": 20})
    phone.context.grant_permissions(["geolocation"])
    phone.goto(_address())
    expect(phone.locator(".venue-position")).to_contain_text("200 米")
    phone.locator(".btn-checkin").click()
    phone.wait_for_selector(".answer-accepted")
    assert [scan.note for scan in _scans()] == ["80 m"]


def test_a_phone_that_does_not_say_where_it_is_is_told_to_ask_at_the_door(page_as, listed, near_only):
    phone = page_as("chen")
    phone.add_init_script("navigator.geolocation.getCurrentPosition = (_found, fail) => fail({code: 1})")
    phone.goto(_address())
    phone.locator(".btn-checkin").click()
    phone.wait_for_selector(".answer-refused")
    assert "让志愿者扫您的签到码" in phone.locator(".answer-line").inner_text()
    assert [scan.reason for scan in _scans()] == ["no_position"]


@pytest.mark.parametrize(("language", "dark"), [("zh_Hans", False), ("en", True)])
def test_what_a_waiting_phone_shows_is_fit_to_be_seen(page_as, listed, live, chromium, language, dark):
    browser = chromium()
    phone = page_as("chen", browser=browser, language=language, dark=dark)
    name = f"waiting-{language}-{'dark' if dark else 'light'}"
    _opens_in(20 * 60)
    phone.goto(_address())
    wrong = look(phone, f"{name}/checkin.venue-early")
    visitor = page_as("visitor", browser=browser, language=language, dark=dark)
    visitor.goto(_address())
    wrong += look(visitor, f"{name}/checkin.venue-early-visitor")
    _opens_in(-60)
    phone.goto(_address())
    phone.locator(".btn-checkin").click()
    phone.wait_for_selector(".answer-accepted")
    phone.context.add_cookies([live.cookie("lin")])
    phone.goto(_address())
    phone.locator(".btn-checkin").click()
    phone.wait_for_selector("[data-nod-url]", state="attached")
    wrong += look(phone, f"{name}/checkin.venue_nod")
    door = page_as("volunteer", browser=browser, language=language, dark=dark)
    door.goto(f"/checkin/{SLOT}/nods")
    wrong += look(door, f"{name}/checkin.waiting_nods")
    assert wrong == []
