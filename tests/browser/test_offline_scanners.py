"""Two scanners without network, clocks ten minutes apart, one of them killed: every fact arrives, each person once."""

from __future__ import annotations

import contextlib
import os
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import insert, select

from tests import cast
from tests.browser.conftest import CHROMIUM, PHONE
from training_app.attendance.models import Attendance, Scan
from training_app.core import clock
from training_app.core.db import db, transaction
from training_app.people.models import Person
from training_app.registration import tickets
from training_app.registration.models import Registration

pytestmark = [pytest.mark.prove, pytest.mark.timeout(420)]

DOOR = f"/checkin/{cast.TODAY_SLOT}"
PEOPLE = 300
#: The first phone's clock is ahead.
AHEAD = timedelta(minutes=10)
#: The page's clock alone is set: the phone's worker, which would have the same clock, must not send meanwhile.
_WRONG_CLOCK = """
(() => {
    const Right = Date, ahead = %d;
    window.Date = class extends Right {
        constructor(...given) { if (given.length) { super(...given); } else { super(Right.now() + ahead); } }
        static now() { return Right.now() + ahead; }
    };
    delete window.SyncManager;
})();
"""
_HELD = """async () => (await (await import("/static/js/door-store.js")).allWaiting())"""
#: Comes back once the camera has read each of them.
_SEEN = """async people => {
    const store = await import("/static/js/door-store.js");
    const seen = held => people.every(one => held.some(scan => scan.who === one));
    while (!seen(await store.allWaiting())) { await new Promise(done => setTimeout(done, 200)); }
}"""
_SHOW = """async texts => { for (const text of texts) { await window.door.scanned(text, "camera"); } }"""


@pytest.fixture
def shown(live):
    """The tickets' addresses of three hundred people, by registration."""
    created = clock.now() - timedelta(days=3)
    with transaction() as session:
        ids = range(1000, 1000 + PEOPLE)
        session.execute(
            insert(Person),
            [
                {"id": n, "name": f"某某{n}", "pinyin": "moumou mm", "link_revision": 0, "unconfirmed": False,
                 "created_at": created}
                for n in ids
            ],
        )  # fmt: skip
        session.execute(
            insert(Registration),
            [
                {"event_id": cast.TODAY_EVENT, "person_id": n, "state": "confirmed", "source": "organiser",
                 "as_whom": "trainee", "division_code": cast.KAIYUAN_COMMUNITY, "ticket_code": f"CODE{n:06}",
                 "ticket_revision": 0, "created_at": created}
                for n in ids
            ],
        )  # fmt: skip
        rows = session.scalars(select(Registration).order_by(Registration.id)).all()
        return {row.id: f"{live.url}/t/{tickets.token_of(row)}" for row in rows}


def kill(profile: Path) -> None:
    """End a browser as a flat battery would: every process that has this profile, at once."""
    for process in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if process.name.isdigit() and str(profile).encode() in (process / "cmdline").read_bytes():
                os.kill(int(process.name), signal.SIGKILL)


def opened(page):
    page.set_default_timeout(30_000)
    page.goto(DOOR)
    page.wait_for_selector("#door[data-ready=offline]", state="attached")
    return page


def test_two_scanners_without_network_lose_no_fact_and_count_nobody_twice(
    live, playwright, page_as, camera, shown, tmp_path
):
    everyone = list(shown.values())
    filmed, early, overlap, late = everyone[:12], everyone[12:100], everyone[100:200], everyone[200:]
    profile = tmp_path / "first-phone"

    def first_phone(offline):
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
                  f"--use-file-for-fake-video-capture={video}"],
            base_url=live.url,
            viewport={"width": PHONE[0], "height": PHONE[1]},
            permissions=["camera"],
            offline=offline,
        )  # fmt: skip
        # The browser writes its cookies down every half minute: a real phone was logged in long before its battery died.
        context.add_cookies([live.cookie("volunteer"), {"name": "language", "value": "zh_Hans", "url": live.url}])
        context.add_init_script(_WRONG_CLOCK % (AHEAD / timedelta(milliseconds=1)))
        return context, context.pages[0]

    video = camera(*filmed)
    context, first = first_phone(offline=False)
    opened(first)
    second = opened(page_as("organiser"))
    context.set_offline(True)
    second.context.set_offline(True)

    # The first phone, then a flat battery.
    first.evaluate(_SHOW, early + overlap[:40])
    expect(first.locator("#queued")).to_have_text("128")
    kill(profile)
    with contextlib.suppress(Exception):
        context.close()

    # The second meanwhile: some whom the first had before, some whom it will have after, some of its own, some twice.
    second.evaluate(_SHOW, overlap + late + late[:5])

    # The first comes back, still without network, and goes on; a dozen walk past its camera.
    context, first = first_phone(offline=True)
    first.set_default_timeout(30_000)
    first.goto(DOOR)
    expect(first.locator("#queued")).to_have_text("128")
    first.locator("#start").click()
    first.evaluate(_SEEN, list(shown)[: len(filmed)])
    first.reload()
    first.evaluate(_SHOW, overlap[40:])

    held = {phone: page.evaluate(_HELD) for phone, page in (("first", first), ("second", second))}
    # Who stands before the camera again is a fact of its own.
    assert len(held["first"]) >= 200 and len(held["second"]) == 205
    assert db.session.scalars(select(Scan)).all() == []

    # Both come back, the one that scanned last first.
    second.context.set_offline(False)
    expect(second.locator("#queued")).to_have_text("0", timeout=60_000)
    context.set_offline(False)
    expect(first.locator("#queued")).to_have_text("0", timeout=60_000)
    context.close()

    db.session.expire_all()
    rows = {scan.nonce: scan for scan in db.session.scalars(select(Scan))}
    assert set(rows) == {scan["nonce"] for scans in held.values() for scan in scans}
    assert {scan.outcome for scan in rows.values()} == {"accepted"}

    true = {}
    for phone, scans in held.items():
        for scan in scans:
            moment = datetime.fromtimestamp(scan["at"] / 1000, UTC) - (AHEAD if phone == "first" else timedelta())
            true[scan["who"]] = min(true.get(scan["who"], moment), moment)
    kept = {one.registration_id: one.arrived_at for one in db.session.scalars(select(Attendance))}
    assert set(kept) == set(shown) and len(kept) == PEOPLE
    wrong = {who: (kept[who], true[who]) for who in kept if abs(kept[who] - true[who]) > timedelta(seconds=3)}
    assert wrong == {}
    # By the clock on its screen the first phone was always the later one.
    offsets = {scan.clock_offset_ms for scan in rows.values()}
    assert {round(offset / 60_000) for offset in offsets} == {-10, 0}
