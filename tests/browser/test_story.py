"""The whole job, as the people do it: from the plan to the certificate that a stranger can check."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pypdfium2
import pytest
import time_machine
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect
from sqlalchemy import select

from config import ROOT
from tests import cast
from tests.browser.conftest import DESKTOP, PROJECTOR
from tests.browser.looking import look
from training_app.core import clock
from training_app.core.db import db
from training_app.people.links import personal_token
from training_app.people.models import Person
from training_app.registration.models import Registration
from training_app.schedule.models import Event, Phase, Programme, Slot

TITLE, VENUE = "儿童主任护苗培训", "鲤城区社工站二楼"
#: On the wall clock: ten minutes before the session; its check-in opened at half past nine.
NOW, START, END = (9, 50), "10:00", "11:30"


@pytest.fixture
def day():
    """Today at 9.50 in Quanzhou, and time goes on: cookies of a browser that lives in real time stay valid."""
    today = clock.local(datetime.now(UTC)).replace(hour=NOW[0], minute=NOW[1], second=0, microsecond=0)
    with time_machine.travel(today, tick=True):
        yield today


class Visitors:
    """Opens pages and looks at each of them; what is wrong with any of them is told at the end."""

    def __init__(self) -> None:
        self.wrong: list[str] = []
        self.seen: set[str] = set()

    def look(self, page: Page, name: str) -> None:
        if name not in self.seen:
            self.seen.add(name)
            self.wrong += look(page, f"story-{name}")


def read_code(png: bytes) -> str:
    """What the QR code in a picture says."""
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(png)).convert("L"))
    assert len(found) == 1, f"{len(found)} codes in the picture"
    return str(found[0].text)


def newest(model: Any) -> Any:
    """The row that was made last."""
    db.session.expire_all()
    return db.session.scalars(select(model).order_by(model.id.desc())).first()


def plan(page: Page, visitors: Visitors) -> tuple[int, int, int]:
    """The organiser makes a venue, a programme, a phase and its session, and publishes; gives the three ids and the slot's."""
    page.goto("/venues/new")
    page.fill("[name=name]", VENUE)
    page.fill("[name=address]", "涂门街 8 号")
    page.select_option("[name=division_code]", cast.KAIYUAN)
    visitors.look(page, "venue")
    page.click(".submit-bar .btn-primary")

    page.goto("/programmes/new")
    page.fill("[name=title]", TITLE)
    page.fill("[name=planned_sessions]", "1")
    page.fill("[name=hosted_by]", "泉州市鲤城区民政局")
    visitors.look(page, "programme")
    page.click(".submit-bar .btn-primary")
    programme = newest(Programme)
    assert programme.title == TITLE

    page.goto(f"/programmes/{programme.id}/phases/new")
    page.fill("[name=title]", "护苗第一期")
    visitors.look(page, "phase")
    page.click(".submit-bar .btn-primary")
    phase = newest(Phase)

    page.goto(f"/programmes/{programme.id}/events/new?kind=session")
    page.fill("[name=title]", "儿童关爱保护政策")
    page.select_option("[name=curriculum_area]", "policies")
    page.select_option("[name=phase_id]", str(phase.id))
    page.fill("[name=slots-0-day]", clock.local(clock.now()).date().isoformat())
    page.fill("[name=slots-0-starts]", START)
    page.fill("[name=slots-0-ends]", END)
    page.fill("[name=slots-0-credit_hours]", "4")
    page.select_option("[name=venue_id]", label=VENUE)
    page.fill("[name=capacity]", "40")
    visitors.look(page, "event-form")
    page.click(".submit-bar .btn-primary")
    event = newest(Event)
    assert page.url.endswith(f"/events/{event.id}"), page.locator("main").inner_text()
    page.click("form[action$='/publish'] button")
    visitors.look(page, "event")
    slot = newest(Slot)
    assert (newest(Event).state, slot.event_id) == ("published", event.id)
    return phase.id, event.id, slot.id


def nominate(page: Page, phase_id: int, visitors: Visitors) -> None:
    """The supervisor of Kaiyuan names both of her directors on one page."""
    page.goto(f"/phases/{phase_id}/nominations")
    for key in ("chen", "lin"):
        page.check(f"[name=id][value='{cast.CAST[key].id}']")
    visitors.look(page, "nominate")
    page.click(".sticky-bar .btn-primary")
    expect(page.locator(".state-wait")).to_have_count(2)


def accept(page: Page, phase_id: int, event_id: int, visitors: Visitors) -> None:
    """The organiser accepts everyone who was nominated."""
    page.goto(f"/phases/{phase_id}/nominations")
    visitors.look(page, "nominations")
    page.check("[data-tick-all]")
    page.click("button[name=action][value=accept]")
    db.session.expire_all()
    registered = select(Registration.person_id).where(
        Registration.event_id == event_id, Registration.state == "confirmed"
    )
    assert set(db.session.scalars(registered)) == {cast.CAST["chen"].id, cast.CAST["lin"].id}
    page.goto(f"/events/{event_id}/messages")
    visitors.look(page, "messages")


def open_own_link(page: Page, key: str, visitors: Visitors) -> None:
    """A director opens her personal link on her phone; the phone is remembered."""
    person = db.session.get_one(Person, cast.CAST[key].id)
    page.goto(f"/p/{personal_token(person)}")
    expect(page.locator("main")).to_contain_text(person.name)
    visitors.look(page, "personal-link")
    page.click("main form button[type=submit]")
    page.wait_for_url("**/")


def ticket_of(page: Page, visitors: Visitors) -> str:
    """What a scanner reads from the director's first page on the day."""
    page.goto("/")
    visitors.look(page, "today")
    return read_code(page.locator(".ticket").first.screenshot())


def scan_at_the_door(organiser: Page, volunteer: Page, event_id: int, slot_id: int, visitors: Visitors) -> None:
    """A volunteer opens the door link and holds her camera to the ticket before it."""
    organiser.goto(f"/events/{event_id}/door-links")
    organiser.fill("[name=label]", "大门")
    organiser.click(".submit-bar .btn-primary")
    visitors.look(organiser, "door-links")
    if "/door-links/" not in organiser.url:
        organiser.click("a[href*='/door-links/']")
    visitors.look(organiser, "door-link")
    volunteer.goto(read_code(organiser.locator("main").screenshot()))
    visitors.look(volunteer, "door-link-opened")
    volunteer.click("main form button[type=submit]")
    volunteer.goto(f"/checkin/{slot_id}")
    volunteer.click("#start")
    expect(volunteer.locator("#answer.answer-accepted")).to_be_visible()
    expect(volunteer.locator("#answer-name")).to_have_text("陈丽华")
    visitors.look(volunteer, "door-answer")
    expect(volunteer.locator("#answer")).to_be_hidden()
    visitors.look(volunteer, "door")


def sign_in_by_the_wall(projector: Page, phone: Page, slot_id: int, visitors: Visitors) -> None:
    """Another director scans the venue's code on the projector and confirms with one tap."""
    projector.goto(f"/checkin/{slot_id}/projector")
    visitors.look(projector, "projector")
    phone.goto(read_code(projector.locator(".projector-code").screenshot()))
    expect(phone.locator(".answer-name")).to_have_text("林晓燕")
    visitors.look(phone, "venue-code")
    phone.click(".btn-checkin")
    expect(phone.locator(".answer-accepted")).to_be_visible()
    visitors.look(phone, "venue-done")
    expect(projector.locator("#here")).to_have_text("2")
    expect(projector.locator("#welcome")).to_contain_text("林晓燕")


def issue(page: Page, live: Any, programme_id: int, visitors: Visitors) -> None:
    """Scores are entered, and the certificates of all who are eligible are made by the job process."""
    page.goto(f"/programmes/{programme_id}/scores")
    page.fill(f"#p{cast.CAST['chen'].id}-1", "88")
    page.fill(f"#p{cast.CAST['lin'].id}-1", "52")
    visitors.look(page, "scores")
    page.click(".sticky-bar .btn-primary")
    page.goto(f"/programmes/{programme_id}/certificates")
    visitors.look(page, "certificates")
    page.click("form[action$='/certificates/issue'] .btn-primary")
    page.wait_for_url("**/certificates/jobs/*")
    environment = os.environ | {
        "INSTANCE": str(live.app.config["INSTANCE"]),
        "DATABASE_URL": live.app.config["DATABASE_URL"],
        "SECRET_KEY": live.app.config["SECRET_KEY"],
        "FILES": str(live.app.config["FILES"]),
    }
    command = [sys.executable, "-m", "flask", "--app", "training_app", "jobs"]
    worker = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        expect(page.locator("progress").first).to_have_attribute("value", "1", timeout=60_000)
        visitors.look(page, "job")
    finally:
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=30) == 0


@pytest.mark.timeout(400)
def test_the_whole_story(day, live, chromium, page_as, camera):
    visitors = Visitors()
    organiser = page_as("visitor", size=DESKTOP)
    organiser.goto("/login")
    visitors.look(organiser, "login")
    organiser.fill("[name=name]", "organiser")
    organiser.fill("[name=password]", cast.PASSWORD)
    organiser.click("main form button[type=submit]")
    expect(organiser.locator("nav a[aria-current=page]")).to_be_visible()
    visitors.look(organiser, "organiser-today")

    phase_id, event_id, slot_id = plan(organiser, visitors)
    programme_id = newest(Programme).id
    kaiyuan, fuqiao = page_as("supervisor_kaiyuan", size=DESKTOP), page_as("supervisor_fuqiao", size=DESKTOP)
    nominate(kaiyuan, phase_id, visitors)
    accept(organiser, phase_id, event_id, visitors)

    chen, lin = page_as("visitor"), page_as("visitor", language="en", dark=True)
    open_own_link(chen, "chen", visitors)
    ticket = ticket_of(chen, visitors)
    assert re.fullmatch(rf"{re.escape(live.url)}/t/1\.{event_id}\.\d+\.0\.[\w-]{{86}}", ticket)
    volunteer = page_as("visitor", browser=chromium(camera(ticket)))
    scan_at_the_door(organiser, volunteer, event_id, slot_id, visitors)
    open_own_link(lin, "lin", visitors)
    sign_in_by_the_wall(page_as("organiser", size=PROJECTOR), lin, slot_id, visitors)

    organiser.goto(f"/phases/{phase_id}")
    visitors.look(organiser, "cockpit")
    for supervisor, names in ((kaiyuan, ["陈丽华", "林晓燕"]), (fuqiao, [])):
        supervisor.goto(f"/phases/{phase_id}/attendance")
        text = supervisor.locator("main").inner_text()
        assert [name for name in ("陈丽华", "林晓燕", "张淑英") if name in text] == names
        visitors.look(supervisor, f"attendance-{'full' if names else 'empty'}")

    issue(organiser, live, programme_id, visitors)
    chen.goto("/passport")
    visitors.look(chen, "passport")
    chen.goto("/certificates/mine")
    visitors.look(chen, "mine")
    paper = chen.locator("a[href*='.pdf']").first.get_attribute("href")
    pdf = chen.request.get(paper)
    assert pdf.status == 200
    picture = pypdfium2.PdfDocument(pdf.body())[0].render(scale=3).to_pil()
    code = zxingcpp.read_barcodes(picture.convert("L"))
    assert [found.text.startswith(f"{live.url}/c/") for found in code] == [True]
    stranger = page_as("visitor")
    stranger.goto(code[0].text)
    expect(stranger.locator("main")).to_contain_text("有效")
    expect(stranger.locator("main")).to_contain_text(TITLE)
    # A stranger who holds a copy learns no more of the name than its first character.
    assert "陈丽华" not in stranger.content()
    visitors.look(stranger, "verify")
    assert not visitors.wrong, "\n".join(visitors.wrong)
