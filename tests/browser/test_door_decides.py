"""The phone decides as the server does: the same codes for the same tickets."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from tests import cast
from training_app.attendance.models import Attendance, Scan
from training_app.checkin import service
from training_app.checkin.presented import Presented
from training_app.core import clock
from training_app.core.db import db, transaction
from training_app.registration import seats, tickets
from training_app.registration.models import Registration
from training_app.schedule.models import Event, Slot

DOOR = f"/checkin/{cast.TODAY_SLOT}"
#: Decides on each [shown, now, direction] by a pack that is fetched afresh, as the page would.
_DECIDE = """async ([cases, noble]) => {
    const page = document.getElementById("door").dataset;
    const {refresh, ready} = await import("/static/js/door-pack.js");
    const {decide} = await import("/static/js/door-decide.js");
    const {kept} = await refresh({slot: Number(page.slot), pack: page.packUrl, holder: page.holder}, null);
    if (noble) { crypto.subtle.importKey = (original => function (format, key, how, ...more) {
        if (how.name === "Ed25519") { return Promise.reject(new Error("not here")); }
        return original.call(this, format, key, how, ...more);
    })(crypto.subtle.importKey); }
    const pack = await ready(kept, [], page.noble), codes = [];
    for (const [shown, now, direction] of cases) {
        codes.push((await decide(typeof shown === "number" ? {registration: shown} : {text: shown}, pack, now, direction)).code);
    }
    return codes;
}"""


@pytest.fixture
def door(page_as):
    page = page_as("volunteer")
    page.goto(DOOR)
    page.wait_for_selector("#door[data-ready=offline]", state="attached")
    return page


def register(key, event=cast.TODAY_EVENT):
    with transaction():
        return seats.register(event, cast.CAST[key].id, source="organiser", actor_id=2, now=clock.now()).id


def ticket(registration):
    return f"https://elsewhere.example/t/{tickets.token_of(db.session.get(Registration, registration))}"


def of_the_phone(door, cases, noble=False):
    sent = [[shown, int(moment.timestamp() * 1000), direction] for shown, moment, direction in cases.values()]
    return dict(zip(cases, door.evaluate(_DECIDE, [sent, noble]), strict=True))


def of_the_server(cases):
    """What the server answers to each, as if the others had not been."""
    found = {}
    for number, (name, (shown, moment, direction)) in enumerate(cases.items()):
        presented = Presented(nonce=f"case-{number:06}", source="camera", direction=direction)
        if isinstance(shown, int):
            found[name] = service.check_in(cast.TODAY_SLOT, presented, registration_id=shown, now=moment).code
        else:
            found[name] = service.scan(cast.TODAY_SLOT, shown, presented, now=moment).code
        with transaction() as session:
            session.execute(delete(Scan).where(Scan.nonce == presented.nonce))
            session.execute(delete(Attendance).where(Attendance.registration_id != _INSIDE.get("chen", 0)))
    return found


_INSIDE: dict[str, int] = {}


@pytest.fixture
def cases(live):
    """Name → what is shown, when, and in which direction; Chen is inside already."""
    slot = db.session.get(Slot, cast.TODAY_SLOT)
    late = slot.late_after + timedelta(minutes=1)
    early, over = slot.checkin_opens_at - timedelta(minutes=1), slot.checkin_closes_at + timedelta(minutes=1)
    now = clock.now()
    chen, lin, zhang = register("chen"), register("lin"), register("zhang")
    waiting, declined = register("stranger"), register("supervisor_kaiyuan")
    old = ticket(zhang)
    other = ticket(register("lin", 5))
    with transaction() as session:
        session.execute(update(Registration).where(Registration.id == zhang).values(ticket_revision=3))
        session.execute(update(Registration).where(Registration.id == waiting).values(state="waiting", line=1))
        session.execute(update(Registration).where(Registration.id == declined).values(state="cancelled"))
    service.check_in(
        cast.TODAY_SLOT, Presented(nonce="inside-0001", source="search"), registration_id=chen, now=clock.now()
    )
    _INSIDE["chen"] = chen
    good = ticket(lin)
    head, _dot, signature = good.rpartition(".")
    forged = f"{head}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"
    typed = db.session.get(Registration, lin).ticket_code
    return {
        "in time": (good, slot.late_after - timedelta(minutes=1), "in"),
        "late": (good, late, "in"),
        "the token alone": (good.rpartition("/")[2], now, "in"),
        "with a question mark": (f"  {good}/?from=singlemessage#wechat_redirect ", now, "in"),
        "too early": (good, early, "in"),
        "too late": (good, over, "in"),
        "out after the end": (good, over, "out"),
        "again": (ticket(chen), now, "in"),
        "out": (ticket(chen), now, "out"),
        "undo": (ticket(chen), now, "undo"),
        "replaced": (old, now, "in"),
        "replaced, too late": (old, over, "in"),
        "replaced, out": (old, now, "out"),
        "the newer one": (ticket(zhang), now, "in"),
        "waiting": (ticket(waiting), now, "in"),
        "cancelled": (ticket(declined), now, "in"),
        "another event's": (other, now, "in"),
        "forged": (forged, now, "in"),
        "another way of writing the signature": (f"{good[:-1]}{chr(ord(good[-1]) + 1)}", now, "in"),
        "signature too long": (f"{good}AA", now, "in"),
        "cut off": (good[:-20], now, "in"),
        "cut off early": ("1.4", now, "in"),
        "an advertisement": ("https://example.org/some/advertisement", now, "in"),
        "nothing": ("", now, "in"),
        "4 KB": (f"{good}{'A' * 4096}", now, "in"),
        "typed": (f"{typed[:4].lower()} {typed[4:8]}-{typed[8:]}", now, "in"),
        "typed wrongly": ("2222222222", now, "in"),
        "found by name": (lin, now, "in"),
        "found by name, inside": (chen, now, "in"),
        "found by name, on no list": (999_999, now, "in"),
    }  # fmt: skip


def test_the_phone_answers_as_the_server_does(door, cases):
    by_phone = of_the_phone(door, cases)
    assert by_phone == of_the_server(cases)
    assert {"ok", "late", "too_early", "too_late", "duplicate", "out", "undo", "revoked", "waiting", "cancelled"} < set(
        by_phone.values()
    )
    assert {"other_event", "forged", "truncated", "not_a_ticket", "too_long", "unknown"} < set(by_phone.values())


def test_a_browser_without_ed25519_answers_the_same(door, cases):
    assert of_the_phone(door, cases, noble=True) == of_the_phone(door, cases)


@pytest.mark.parametrize("state", ["cancelled", "closed", "draft"])
def test_an_event_that_is_not_held_lets_nobody_in(door, cases, state):
    with transaction() as session:
        session.execute(update(Event).where(Event.id == cast.TODAY_EVENT).values(state=state))
    few = {name: cases[name] for name in ("in time", "out", "cancelled", "forged", "typed wrongly", "too early")}
    assert of_the_phone(door, few) == of_the_server(few)


def test_a_genuine_ticket_that_is_not_on_the_list_is_let_in_when_everything_else_is_right(door, live):
    register("chen")
    slot = db.session.get(Slot, cast.TODAY_SLOT)
    with transaction() as session:
        lin = register("lin")
        new = ticket(lin)
        session.delete(db.session.get(Registration, lin))
    over = slot.checkin_closes_at + timedelta(minutes=1)
    cases = {"in": (new, clock.now(), "in"), "over": (new, over, "in")}
    assert of_the_phone(door, cases) == {"in": "proven", "over": "too_late"}
