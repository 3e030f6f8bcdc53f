"""The door's worker: a new version takes over cleanly, what is over is wiped, what waits is sent without a page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Error, expect
from sqlalchemy import select

from tests import cast
from tests.browser.conftest import PHONE
from training_app.attendance.models import Scan
from training_app.checkin import parts
from training_app.core import clock
from training_app.core.db import db, transaction
from training_app.registration import seats, tickets

DOOR = f"/checkin/{cast.TODAY_SLOT}"
_SHELF = """async () => {
    const found = {};
    for (const name of (await caches.keys()).filter(one => one.startsWith("door-"))) {
        found[name] = (await (await caches.open(name)).keys()).map(one => new URL(one.url).pathname);
    }
    return found;
}"""

#: Comes back once there is a shelf of this name; once it is the only one.
_WAIT = """async name => {
    const doors = async () => (await caches.keys()).filter(one => one.startsWith("door-"));
    while (%s) { await new Promise(done => setTimeout(done, 100)); }
}"""
_THERE = _WAIT % "!(await doors()).includes(name)"
_ALONE = _WAIT % "(await doors()).join() !== name"


@pytest.fixture
def ticket(live):
    """The address of Chen Lihua's ticket."""
    with transaction():
        row = seats.register(cast.TODAY_EVENT, cast.CAST["chen"].id, source="organiser", actor_id=2, now=clock.now())
        return f"{live.url}/t/{tickets.token_of(row)}"


def opened(page, path=DOOR):
    page.goto(path)
    page.wait_for_selector("#door[data-ready=offline]", state="attached")
    return page


def test_a_new_version_takes_over_with_its_own_files_and_page(page_as, ticket, live, monkeypatch):
    page = opened(page_as("volunteer"))
    old = page.evaluate(_SHELF)
    monkeypatch.setattr(parts, "PARTS", (*parts.PARTS, "js/rows.js"))
    page.reload()
    new = f"door-{_version(live)}"
    page.evaluate(_THERE, new)
    # A worker that the test's tools watch is never idle; a phone stops an idle one after half a minute.
    protocol = page.context.new_cdp_session(page)
    protocol.send("ServiceWorker.enable")
    protocol.send("ServiceWorker.stopAllWorkers")
    page.evaluate(_ALONE, new)
    page.reload()
    page.wait_for_selector("#door[data-ready=offline]", state="attached")
    kept = page.evaluate(_SHELF)
    assert list(kept) == [new] and new not in old
    assert "/static/js/rows.js" in kept[new] and DOOR in kept[new]
    page.context.set_offline(True)
    page.reload()
    assert page.locator("#door").get_attribute("data-kept") == "1"


def _version(live):
    with live.app.test_request_context():
        return parts.version()


def test_a_version_of_which_a_file_is_missing_leaves_the_old_one_at_work(page_as, ticket, monkeypatch):
    page = opened(page_as("volunteer"))
    old = page.evaluate(_SHELF)
    monkeypatch.setattr(parts, "PARTS", (*parts.PARTS, "js/not-there.js"))
    page.reload()
    page.evaluate("navigator.serviceWorker.getRegistration().then(one => one.update()).catch(() => null)")
    page.context.set_offline(True)
    page.reload()
    assert page.locator("#door").get_attribute("data-kept") == "1"
    assert set(old) <= set(page.evaluate(_SHELF))


def _too_busy_for_scans(application):
    """The server, when it can take no scan now: whatever the phone sends is still its own."""

    def answer(environ, start_response):
        if environ["REQUEST_METHOD"] == "POST" and environ["PATH_INFO"].endswith("/scans"):
            start_response("503 Service Unavailable", [("Content-Length", "0")])
            return [b""]
        return application(environ, start_response)

    return answer


def test_when_the_event_is_long_over_the_phone_holds_nothing_of_it_but_what_waits(page_as, ticket, live, monkeypatch):
    page = opened(page_as("volunteer"))
    # What waits is sent as soon as there is a network again, by the worker too: here it finds no ear yet.
    monkeypatch.setattr(live.app, "wsgi_app", _too_busy_for_scans(live.app.wsgi_app))
    page.context.set_offline(True)
    page.evaluate("text => window.door.scanned(text, 'camera')", ticket)
    expect(page.locator("#queued")).to_have_text("1")
    page.evaluate(
        """async () => {
            const store = await import("/static/js/door-store.js");
            await store.changePack(4, kept => { kept.expires_at = Date.now() - 1000; });
        }"""
    )
    with pytest.raises(Error):
        page.reload()
    page.context.set_offline(False)
    page.goto("/checkin")
    held = page.evaluate(
        """async () => {
            const store = await import("/static/js/door-store.js");
            return [await store.allPacks(), (await store.allWaiting()).length];
        }"""
    )
    assert held[0] == [] and held[1] == 1
    assert all(DOOR not in paths for paths in page.evaluate(_SHELF).values())


def test_what_waits_is_sent_by_the_worker_when_no_page_is_open(page_as, ticket):
    page = opened(page_as("volunteer"))
    context = page.context
    context.set_offline(True)
    page.evaluate("text => window.door.scanned(text, 'camera')", ticket)
    expect(page.locator("#queued")).to_have_text("1")
    other = context.new_page()
    protocol = context.new_cdp_session(other)
    found = []
    protocol.on("ServiceWorker.workerRegistrationUpdated", lambda event: found.extend(event["registrations"]))
    protocol.send("ServiceWorker.enable")
    page.close()
    context.set_offline(False)
    number = next(one["registrationId"] for one in found if one["scopeURL"].endswith("/checkin/"))
    origin = page.url.split("/checkin")[0]
    protocol.send(
        "ServiceWorker.dispatchSyncEvent",
        {"origin": origin, "registrationId": number, "tag": "door-upload", "lastChance": True},
    )
    until = clock.now() + timedelta(seconds=45)
    while not (rows := list(db.session.scalars(select(Scan)))) and clock.now() < until:
        db.session.rollback()
        other.evaluate("new Promise(done => setTimeout(done, 100))")
    assert [scan.outcome for scan in rows] == ["accepted"]
    assert rows[0].said == "ok"


def test_the_installed_door_opens_without_network_at_the_slot_that_was_kept(page_as, ticket):
    page = opened(page_as("volunteer", size=PHONE))
    page.context.set_offline(True)
    page.goto("/checkin/open")
    assert page.url.endswith(DOOR)
    assert page.locator("#door").get_attribute("data-kept") == "1"
    with pytest.raises(Error):
        page.goto("/checkin")


def test_a_network_that_hangs_does_not_keep_the_queue_waiting(page_as, ticket):
    page = opened(page_as("volunteer"))
    page.context.route(DOOR, lambda route: None)
    page.goto(DOOR)
    assert page.locator("#door").get_attribute("data-kept") == "1"
