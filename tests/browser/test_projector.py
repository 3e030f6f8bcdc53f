"""The wall: read from the last row, and not blank when the network stumbles."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests import cast
from tests.browser.looking import violations
from training_app.checkin import venue
from training_app.core import clock
from training_app.core.db import transaction
from training_app.schedule.models import Event, Slot

SLOT = cast.TODAY_SLOT
WALL = f"/checkin/{SLOT}/projector"


def _digits(shown):
    return f"{shown.digits[:3]} {shown.digits[3:]}"


@pytest.mark.parametrize("language", ["zh_Hans", "en"])
@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)])
def test_everything_fits_and_the_code_fills_seven_tenths_of_the_height(page_as, live, size, language):
    with transaction() as session:
        session.get(Event, cast.TODAY_EVENT).title = "儿童主任沙龙：团队建设与案例讨论（第二次）暨结业交流"
    page = page_as("organiser", size=size, language=language)
    page.goto(WALL)
    expect(page.locator("#seconds")).not_to_be_empty()
    assert page.evaluate("document.documentElement.scrollHeight <= window.innerHeight")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    dark = page.locator("#dark").bounding_box()
    assert dark["height"] > 0.7 * size[1]
    words, welcome = page.locator(".projector-words"), page.locator(".projector-welcome").bounding_box()
    assert words.evaluate("one => one.scrollHeight <= one.clientHeight")
    assert welcome["y"] + welcome["height"] <= size[1]
    assert page.locator("#digits").bounding_box()["height"] > 0.07 * size[1]
    assert violations(page) == []


def test_a_minute_and_a_half_without_network_the_right_code_is_still_there(page_as, live):
    page = page_as("organiser", size=(1280, 720))
    page.clock.install()
    with page.expect_response("**/projector.json") as answer:
        page.goto(WALL)
    # The middle of the last step that the page was given: no matter how long this machine takes until here.
    told = answer.value.json()
    half = datetime.fromtimestamp(told["steps"][-1]["ends_ms"] / 1000, UTC) - timedelta(seconds=15)
    assert half.timestamp() * 1000 - told["now_ms"] >= 75_000
    page.context.set_offline(True)
    page.clock.pause_at(half)
    page.clock.run_for(500)
    expect(page.locator("#digits")).to_have_text(_digits(venue.shown(SLOT, half)))
    expect(page.locator("#projector")).not_to_have_class("projector projector-dead")
    # When even the last one is no longer accepted the wall says so instead of sending people away.
    page.clock.fast_forward(80_000)
    page.clock.run_for(500)
    expect(page.locator("#projector")).to_have_class("projector projector-dead")


def test_an_answer_that_was_long_under_way_puts_the_wall_behind_by_half_of_it_at_most(page_as, live):
    page = page_as("organiser", size=(1280, 720))
    page.clock.install()
    # From here on no time passes on the page but what is said here.
    page.clock.pause_at(clock.now() + timedelta(minutes=1))
    held = []
    page.route("**/projector.json", lambda route: held.append((route, route.fetch())), times=1)
    page.goto(WALL)
    asked_at = page.evaluate("Date.now()")
    while not held:
        page.wait_for_timeout(20)
    page.clock.fast_forward(5000)
    (route, answer) = held[0]
    told = answer.json() | {"now_ms": asked_at}
    told["steps"][0]["ends_ms"] = asked_at + 20_000
    route.fulfill(json=told)
    # Fifteen seconds are left; half of the five that the answer took may be missing from what is shown.
    expect(page.locator("#seconds")).to_have_text("18")


@pytest.mark.parametrize(
    ("opens", "closes", "says"), [(180, 400, "签到开始时间"), (-90, -1, "签到已结束"), (20, 400, "现在可先扫码")]
)
def test_before_and_after_the_wall_says_what_is_the_matter(page_as, live, opens, closes, says):
    with transaction() as session:
        slot = session.get(Slot, SLOT)
        slot.checkin_opens_at = clock.now() + timedelta(minutes=opens)
        slot.checkin_closes_at = clock.now() + timedelta(minutes=closes)
    page = page_as("organiser", size=(1280, 720))
    page.goto(WALL)
    expect(page.get_by_text(says)).to_be_visible()
    assert page.locator("#digits").is_visible() == (opens == 20)
