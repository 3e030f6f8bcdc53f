"""A ticket that was opened once opens in a hall without network."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Error, expect

from tests import cast
from training_app.registration import joining, seats, tickets

#: The fifth session lies ahead.
AHEAD = 5


def _ticket(key: str) -> str:
    person = cast.CAST[key].id
    row = seats.register(AHEAD, person, source="organiser", actor_id=2, now=datetime.now(UTC))
    return f"/t/{tickets.token_of(row)}"


def test_a_kept_ticket_opens_without_network_and_another_persons_does_not(live, page_as):
    mine, other = _ticket("chen"), _ticket("lin")
    phone = page_as("visitor")
    phone.goto(mine)
    phone.wait_for_selector("[data-kept]:not([hidden])")
    phone.context.set_offline(True)
    phone.reload()
    assert phone.locator("h1").inner_text() == "陈丽华" and phone.locator("svg.qr").count() == 1
    assert (
        phone.evaluate("getComputedStyle(document.querySelector('.ticket-head')).backgroundColor") != "rgba(0, 0, 0, 0)"
    )
    phone.click("details.keep summary")
    phone.wait_for_function("document.querySelector('.keep-picture').naturalWidth > 0")
    with pytest.raises(Error):
        phone.goto(other)


def test_a_ticket_that_was_cancelled_is_forgotten_as_soon_as_there_is_network(live, page_as):
    path = _ticket("chen")
    phone = page_as("visitor")
    phone.goto(path)
    phone.wait_for_selector("[data-kept]:not([hidden])")
    row = tickets.read(path)
    seats.cancel(row.registration_id, actor_id=2, now=datetime.now(UTC))
    phone.reload()
    assert phone.locator("svg.qr").count() == 0
    phone.wait_for_function("async path => !(await caches.match(path))", arg=path)
    phone.context.set_offline(True)
    with pytest.raises(Error):
        phone.reload()


def test_a_director_registers_cancels_and_comes_back_with_one_thumb(live, page_as):
    phone = page_as("chen")
    phone.goto(f"/join/{joining.token_of(AHEAD)}")
    phone.click("main button.btn-primary")
    expect(phone.locator("svg.qr")).to_have_count(1)
    phone.click("form[action$='/cancel'] button")
    phone.wait_for_url("**/join/*")
    phone.click("main button.btn-primary")
    expect(phone.locator("svg.qr")).to_have_count(1)
