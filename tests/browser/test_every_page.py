"""Every page of the demo in a real browser: both widths, both languages, both themes; nothing that axe-core minds.

The pictures land in `screenshots/`, which git ignores.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from PIL import Image
from sqlalchemy import select

from config import TestConfig
from tests import cast
from tests.browser.conftest import DESKTOP, PHONE, LiveServer
from tests.browser.looking import look
from tests.demo.telling import told_demo
from training_app import create_app
from training_app.attendance import corrections
from training_app.certificates.models import Certificate
from training_app.checkin import devices, doorlinks, enrolling, sheetreading, sheets, venue
from training_app.checkin.models import SheetReading
from training_app.checkin.sheetphotos import Mark, PageRead, RowRead
from training_app.core import clock
from training_app.core.db import db, transaction
from training_app.core.jobs import Job
from training_app.learning import outside, quiztaking
from training_app.learning.feedbackmodels import FeedbackBox
from training_app.learning.outsiderules import Entry
from training_app.learning.quizmodels import Quiz
from training_app.people import grouplinks, logins
from training_app.people.links import personal_token
from training_app.people.models import Account, Handover, Organisation, Person, Post
from training_app.registration import joining, rosters, tickets
from training_app.registration.models import Registration
from training_app.reports import sent
from training_app.schedule.models import Event, Programme, Slot, Venue

pytestmark = pytest.mark.timeout(900)

ROSTER = Path(__file__).parent.parent / "registration" / "files" / "roster.xls"
#: width, language, dark: each width in each language, and each language in each theme.
VIEWS = [(PHONE, "zh_Hans", False), (PHONE, "en", True), (DESKTOP, "zh_Hans", True), (DESKTOP, "en", False)]
#: What answers a GET without being a page: files, parts that scripts fetch, ways through.
NOT_PAGES = {
    "static",
    "web.healthz",
    "web.csrf",
    "api.describe",
    "api.me",
    "api.slots",
    "api.slot",
    "api.pack",
    "api.people",
    "api.board",
    "api.division_choice",
    "certificates.file",
    "certificates.png",
    "certificates.bundle_file",
    "certificates.verify_again",
    "certificates.share_pictures",
    "certificates.shared_picture",
    "certificates.badge_issuer",
    "certificates.badge_keys",
    "certificates.badge_key",
    "certificates.achievement",
    "certificates.badge_status",
    "certificates.calibration",
    "certificates.paper_file",
    "certificates.paper_picture",
    "certificates.job_progress",
    "checkin.board",
    "checkin.open_door",
    "checkin.pack",
    "checkin.people",
    "checkin.projector_state",
    # Shown to a phone that has asked: see MORE.
    "checkin.venue_nod",
    "checkin.venue_nod_state",
    "checkin.sheet",
    "checkin.sheet_progress",
    "checkin.sheet_scan",
    "checkin.webmanifest",
    "checkin.worker",
    "divisions.communities",
    "attendance.event_file",
    "attendance.phase_file",
    "attendance.programme_file",
    "reports.file",
    "reports.programme_figures_file",
    "reports.phase_figures_file",
    "reports.event_figures_file",
    "reports.export_file",
    "reports.export_progress",
    "reports.index",
    "home.person_feed",
    "schedule.programme_feed",
    "learning.event_quiz",
    "learning.feedback_file",
    "learning.outside_proof",
    "learning.quiz_file",
    "learning.quiz_template",
    "learning.sheet",
    "people.claim_state",
    "people.link_png",
    "registration.poster_pdf",
    "registration.poster_png",
    "registration.ticket_png",
    "registration.ticket_worker",
    "registration.own_ticket",
}


class Site:
    """The demo on a server, and the ids by which its pages are asked for."""

    def __init__(self, server: LiveServer) -> None:
        self.server = server
        first = db.session.scalar
        self.programme = first(select(Programme).where(Programme.counting_year == 2026)).id
        self.past = first(select(Programme).where(Programme.counting_year == 2023)).id
        now = clock.now()
        self.slot = first(select(Slot).join(Event).where(Slot.checkin_opens_at <= now, Slot.checkin_closes_at >= now))
        self.event = self.slot.event_id
        self.phase = first(select(Event.phase_id).where(Event.id == self.event))
        self.next = first(
            select(Event)
            .join(Slot)
            .where(Event.programme_id == self.programme, Event.kind == "session", Slot.starts_at > now)
            .order_by(Slot.starts_at)
        )
        self.chen = first(
            select(Person)
            .join(Post, Post.person_id == Person.id)
            .where(Post.division_code == cast.KAIYUAN_COMMUNITY, Post.ended_on.is_(None))
        )
        self.registration = first(
            select(Registration).where(Registration.person_id == self.chen.id, Registration.event_id == self.event)
        )
        self.coming = first(
            select(Registration)
            .join(Slot, Slot.event_id == Registration.event_id)
            .where(Registration.person_id == self.chen.id, Registration.state == "confirmed", Slot.starts_at > now)
        )
        self.said = first(select(FeedbackBox.event_id).order_by(FeedbackBox.answers.desc()))
        self.account = first(select(Account).where(Account.username == "kaiyuan"))
        self.certificate = first(select(Certificate).order_by(Certificate.id))
        self.cookies = {
            "visitor": None,
            "director": self._cookie(self.chen.id, None),
            "holder": self._cookie(self.certificate.person_id, None),
        }
        for account in db.session.scalars(select(Account).where(Account.username.is_not(None))):
            self.cookies[str(account.username)] = self._cookie(account.person_id, account.id)

    def _cookie(self, person_id: int, account_id: int | None) -> dict[str, str]:
        how = "password" if account_id else "personal_link"
        token = logins.open_login(how=how, person_id=person_id, account_id=account_id, now=clock.now())
        return self.server.cookie_of(token)

    def first_id(self, model: Any, *conditions: Any) -> int:
        found = db.session.scalar(select(model.id).where(*conditions).order_by(model.id))
        assert found, f"the demo has no {model.__name__}"
        return int(found)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A server on a copy of the demo; the clock goes on from the demo's moment."""
    folder = tmp_path_factory.mktemp("site")
    with told_demo() as (_app, told):
        with closing(sqlite3.connect(told / "demo.db")) as source, closing(sqlite3.connect(folder / "demo.db")) as copy:
            source.backup(copy)
        shutil.copytree(told / "files", folder / "files")
    config = TestConfig(instance=folder, database_url=f"sqlite:///{folder / 'demo.db'}")
    config.WTF_CSRF_ENABLED = True
    app = create_app(config)
    with time_machine.travel(cast.NOW, tick=True), app.app_context():
        server = LiveServer(app)
        try:
            yield Site(server)
        finally:
            server.stop()
            db.session.remove()
            db.engine.dispose()


def read_a_sheet(slot_id: int, registration_id: int, actor_id: int) -> None:
    """Let a photo of the slot's sheet wait for a look: an unsure row, one without a code, a walk-in's, another's page."""
    picture = BytesIO()
    Image.new("RGB", (294, 78), "#eee").save(picture, "JPEG")
    rows = [
        RowRead(n, id_, (Mark(guess, picture.getvalue()),))
        for n, (id_, guess) in enumerate([(registration_id, "unsure"), (None, "unsure"), (None, "signed")])
    ]
    pages = [(1, PageRead(slot_id, 1, 1, 2, 3, 2, rows)), (2, PageRead(0, 1, 1))]
    now = clock.now()
    kept = sheets.attach(slot_id, b"\xff\xd8\xff a photo", "IMG_2026.jpg", actor_id=actor_id, now=now)
    with transaction():
        if sheetreading.start(slot_id, [kept.id], actor_id=actor_id, now=now):
            reading = db.session.scalar(select(SheetReading.id).where(SheetReading.scan_id == kept.id))
            sheetreading.store(reading, pages, None)


def picture() -> bytes:
    """A photo of a paper."""
    out = BytesIO()
    Image.new("RGB", (800, 560), "#FBF7F1").save(out, "PNG")
    return out.getvalue()


def addresses(site: Site) -> dict[str, tuple[str, Any]]:
    """Endpoint → who asks, and where: a path, or what gives it when its turn comes."""
    event, slot, phase, programme, past = site.event, site.slot.id, site.phase, site.programme, site.past
    chen, now = site.chen.id, clock.now()
    with transaction():
        link = grouplinks.create(
            cast.KAIYUAN,
            "开元群",
            organisation_id=site.first_id(Organisation, Organisation.kind == "office"),
            days=30,
            actor_id=site.account.person_id,
            now=now,
        )
        door = doorlinks.make(event, "大门", actor_id=site.account.person_id, now=now)
    scanner = devices.make("scanner", "一号入口", [event], actor_id=site.account.person_id, now=now)
    code = enrolling.new_code(scanner.id, actor_id=site.account.person_id, now=now)
    roster = rosters.upload(
        ROSTER.read_bytes(),
        "名单.xls",
        purpose="roster",
        phase_id=site.next.phase_id,
        actor_id=site.account.person_id,
        now=now,
    )
    read_a_sheet(slot, site.registration.id, site.account.person_id)
    elsewhere = outside.enter(
        chen,
        Entry("province", "全省儿童主任骨干培训班", "省民政厅", Decimal(16), now.year - 1, date(now.year - 1, 9, 1)),
        proof=outside.Proof(picture(), "证书.png"),
        source="phone",
        actor_id=chen,
        now=now,
    )
    test = site.first_id(Quiz, Quiz.event_id.is_(None))
    after_class = site.first_id(Quiz, Quiz.event_id == event)
    begun = quiztaking.start(after_class, chen, now=now).id
    quiztaking.keep(begun, {0: [0], 1: [0, 1]}, now=now)
    # She is there, so the form of today's session is open to her.
    corrections.correct(slot, chen, "present", "纸质签到表上有签名", actor_id=site.account.person_id, now=now)
    certificate = site.certificate
    frozen = sent.freeze(
        cast.KAIYUAN, 2026, clock.local_date(now), author_id=site.account.person_id, now=now, note="报区民政局"
    )
    handover = site.first_id(Handover, Handover.state == "submitted")
    return {
        "home.today": ("organiser", "/"),
        "home.own_today": ("director", "/mine"),
        "home.schedule": ("director", "/dates"),
        "home.feed": ("director", "/dates/calendar"),
        "home.passport": ("director", "/passport"),
        "home.why": ("director", "/passport/why"),
        "home.me": ("director", "/me"),
        "home.phase": ("organiser", f"/phases/{phase}"),
        "home.person": ("organiser", f"/people/{chen}"),
        "home.search": ("organiser", "/search?q=clh"),
        "attendance.index": ("organiser", "/attendance"),
        "attendance.phase": ("kaiyuan", f"/phases/{phase}/attendance"),
        "attendance.programme": ("organiser", f"/programmes/{programme}/attendance"),
        "attendance.event": ("organiser", f"/events/{event}/attendance"),
        "attendance.reconcile": ("organiser", f"/events/{event}/reconciliation?show=all"),
        "attendance.person": ("organiser", f"/events/{event}/attendance/{chen}"),
        "attendance.leave": ("director", f"/events/{site.coming.event_id}/leave"),
        "attendance.leave_for": ("kaiyuan", f"/events/{site.coming.event_id}/attendance/{chen}/leave"),
        "certificates.index": ("organiser", "/certificates"),
        "certificates.programme": ("organiser", f"/programmes/{past}/certificates"),
        "certificates.certificate": ("organiser", f"/certificates/{certificate.id}"),
        "certificates.job": ("organiser", f"/certificates/jobs/{site.first_id(Job)}"),
        "certificates.mine": ("director", "/certificates/mine"),
        "certificates.share": ("holder", f"/certificates/{certificate.id}/share"),
        "certificates.paper": ("organiser", f"/programmes/{past}/certificates/paper"),
        "certificates.register": ("organiser", f"/programmes/{past}/certificates/register"),
        "certificates.why": ("organiser", f"/programmes/{programme}/certificates/why/{chen}"),
        "certificates.rule": ("organiser", f"/programmes/{past}/certificates/rule"),
        "certificates.verify": ("visitor", f"/c/{certificate.verify_code}"),
        "certificates.verify_typed": ("visitor", "/verify"),
        "checkin.index": ("organiser", "/checkin"),
        "checkin.door": ("organiser", f"/checkin/{slot}"),
        "checkin.devices_list": ("organiser", "/checkin/devices"),
        "checkin.device": ("organiser", f"/checkin/devices/{scanner.id}"),
        "checkin.new_device": ("organiser", "/checkin/devices/new?kind=api"),
        "checkin.enrol": ("visitor", f"/e/{code}"),
        "checkin.projector": ("organiser", f"/checkin/{slot}/projector"),
        "checkin.kiosk": ("organiser", f"/checkin/{slot}/kiosk"),
        "checkin.waiting_nods": ("organiser", f"/checkin/{slot}/nods"),
        "checkin.door_links": ("organiser", f"/events/{event}/door-links"),
        "checkin.door_link_shown": ("organiser", f"/events/{event}/door-links/{door.id}"),
        "checkin.door_link": ("visitor", f"/d/{door.token}"),
        "checkin.sheet_scans": ("organiser", f"/events/{event}/sheets"),
        "checkin.sheet_review": ("organiser", f"/checkin/{slot}/paper"),
        "checkin.digits": ("visitor", "/v"),
        # Asked for when its turn comes: a code is right for a minute at most.
        "checkin.venue": ("visitor", lambda: f"/v/{slot}/{venue.shown(slot, clock.now()).code}"),
        "checkin.venue_page": ("visitor", f"/v/{slot}"),
        "learning.feedback_form": ("director", f"/events/{event}/feedback"),
        "learning.feedback_results": ("organiser", f"/events/{site.said}/feedback/results"),
        "learning.feedback_poster": ("facilitator", f"/events/{event}/feedback/poster"),
        "learning.feedback_paper": ("organiser", f"/events/{site.said}/feedback/paper"),
        "learning.feedback_programme": ("kaiyuan", f"/programmes/{programme}/feedback"),
        "learning.feedback_items": ("organiser", f"/programmes/{programme}/feedback/items"),
        "learning.scores": ("organiser", f"/programmes/{programme}/scores"),
        "learning.history": ("organiser", f"/programmes/{programme}/scores/history"),
        "learning.import_scores": ("organiser", f"/programmes/{programme}/scores/import"),
        "learning.quiz_list": ("organiser", f"/programmes/{programme}/quizzes"),
        "learning.new_quiz": ("organiser", f"/programmes/{past}/quiz/new"),
        "learning.new_event_quiz": ("organiser", f"/events/{site.next.id}/quiz/new"),
        "learning.quiz": ("organiser", f"/quizzes/{test}"),
        "learning.quiz_settings": ("organiser", f"/quizzes/{test}/settings"),
        "learning.quiz_questions": ("organiser", f"/quizzes/{test}/questions"),
        "learning.new_question": ("organiser", f"/quizzes/{test}/questions/new"),
        "learning.edit_question": ("organiser", f"/quizzes/{test}/questions/4"),
        "learning.import_questions": ("organiser", f"/quizzes/{test}/questions/import"),
        "learning.own_quiz": ("director", f"/my/quizzes/{after_class}"),
        "learning.own_try": ("director", f"/my/tries/{begun}"),
        "learning.outside_list": ("organiser", "/elsewhere"),
        "learning.outside_whom": ("organiser", "/elsewhere/whom?q=陈"),
        "learning.outside_enter": ("organiser", f"/people/{chen}/elsewhere/new"),
        "learning.outside_one": ("organiser", f"/elsewhere/{elsewhere.id}"),
        "learning.outside_import": ("organiser", "/elsewhere/import"),
        "learning.outside_mine": ("director", "/my/elsewhere"),
        "learning.outside_propose": ("director", "/my/elsewhere/new"),
        "people.index": ("organiser", "/people"),
        "people.person_new": ("organiser", "/people/new"),
        "people.person_edit": ("organiser", f"/people/{chen}/edit"),
        "people.person_posts": ("organiser", f"/people/{chen}/posts"),
        "people.merge": ("organiser", f"/people/{chen}/merge"),
        "people.link": ("organiser", f"/people/{chen}/link"),
        "people.link_sheet": ("organiser", f"/people/links?under={cast.KAIYUAN}"),
        "people.waiting_claims": ("organiser", "/people/claims"),
        "people.group_links": ("organiser", "/people/group-links"),
        "people.group_link_page": ("organiser", f"/people/group-links/{link.id}"),
        "people.group_link": ("visitor", f"/g/{grouplinks.token_of(link)}"),
        "people.claim": ("visitor", "/claim"),
        "people.personal_link": ("visitor", f"/p/{personal_token(site.chen)}"),
        "people.staff": ("administrator", "/people/staff"),
        "people.account_new": ("administrator", "/people/staff/new"),
        "people.roles": ("administrator", f"/people/accounts/{site.account.id}/roles"),
        "people.organisation_list": ("administrator", "/organisations"),
        "people.organisation_edit": ("administrator", f"/organisations/{site.first_id(Organisation)}"),
        "people.organisation_new": ("administrator", "/organisations/new"),
        "people.handovers": ("kaiyuan", "/handovers"),
        "people.handover": ("organiser", f"/handovers/{handover}"),
        "people.handover_new": ("kaiyuan", "/handovers/new"),
        "people.devices": ("director", "/me/devices"),
        "people.password": ("organiser", "/password"),
        "people.login": ("visitor", "/login"),
        "registration.index": ("organiser", "/registrations"),
        "registration.event": ("organiser", f"/events/{event}/registrations"),
        "registration.add": ("organiser", f"/events/{event}/registrations/new?q=chen"),
        "registration.phase": ("organiser", f"/phases/{phase}/registrations"),
        "registration.add_to_phase": ("organiser", f"/phases/{phase}/registrations/new?q=chen"),
        "registration.nominate": ("kaiyuan", f"/phases/{site.next.phase_id}/nominations"),
        "registration.phase_quotas": ("organiser", f"/phases/{site.next.phase_id}/quotas"),
        "registration.roster": ("organiser", f"/phases/{site.next.phase_id}/roster"),
        "registration.event_roster": ("organiser", f"/events/{event}/roster"),
        "registration.nomination_roster": ("kaiyuan", f"/phases/{site.next.phase_id}/nominations/roster"),
        "registration.messages": ("organiser", f"/events/{event}/messages"),
        "registration.ticket": ("visitor", f"/t/{tickets.token_of(site.registration)}"),
        "registration.join": ("director", f"/join/{joining.token_of(site.next.id)}"),
        "registration.stand_in": ("director", f"/my/registrations/{site.coming.id}/stand-in"),
        "reports.ledgers_of": ("kaiyuan", f"/reports/{cast.KAIYUAN}/ledgers"),
        "reports.digest": ("kaiyuan", "/reports/digest"),
        "reports.division": ("kaiyuan", f"/reports/{cast.KAIYUAN}"),
        "reports.act": ("auditor", f"/reports/{cast.LICHENG}/act"),
        "reports.sent_list": ("kaiyuan", f"/reports/{cast.KAIYUAN}/sent"),
        "reports.sent_report": ("kaiyuan", f"/reports/sent/{frozen.id}"),
        "reports.programmes": ("auditor", f"/reports/{cast.LICHENG}/programmes"),
        "reports.programme_figures": ("kaiyuan", f"/programmes/{programme}/figures?area={cast.KAIYUAN}"),
        "reports.phase_figures": ("organiser", f"/phases/{phase}/figures"),
        "reports.event_figures": ("organiser", f"/events/{event}/figures"),
        "reports.behind": ("kaiyuan", f"/reports/{cast.KAIYUAN}/behind"),
        "schedule.programmes": ("organiser", "/programmes"),
        "schedule.new_programme": ("organiser", "/programmes/new"),
        "schedule.programme": ("organiser", f"/programmes/{programme}"),
        "schedule.edit_programme": ("organiser", f"/programmes/{programme}/edit"),
        "schedule.plan": ("organiser", f"/programmes/{programme}/plan"),
        "schedule.new_phase": ("organiser", f"/programmes/{programme}/phases/new"),
        "schedule.edit_phase": ("organiser", f"/phases/{phase}/edit"),
        "schedule.copy_phase": ("organiser", f"/phases/{phase}/copy"),
        "schedule.new_event": ("organiser", f"/programmes/{programme}/events/new?kind=salon"),
        "schedule.event": ("organiser", f"/events/{event}"),
        "schedule.edit_event": ("organiser", f"/events/{site.next.id}/edit"),
        "schedule.copy_event": ("organiser", f"/events/{event}/copy"),
        "schedule.move_event": ("organiser", f"/events/{site.next.id}/move"),
        "schedule.cancel_event": ("organiser", f"/events/{site.next.id}/cancel"),
        "schedule.calendar": ("organiser", "/calendar"),
        "schedule.events": ("organiser", "/events"),
        "schedule.venues": ("organiser", "/venues"),
        "schedule.new_venue": ("organiser", "/venues/new"),
        "schedule.edit_venue": ("organiser", f"/venues/{site.first_id(Venue)}/edit"),
        "registration.roster_import": ("organiser", f"/rosters/{roster.id}"),
    }


#: Pages that look otherwise to another reader, and what everyone sees who is lost.
MORE = {
    "home.today-director": ("director", "/"),
    "home.today-supervisor": ("kaiyuan", "/"),
    "home.today-auditor": ("auditor", "/"),
    "home.today-facilitator": ("facilitator", "/"),
    "reports.ledgers-district": ("auditor", f"/reports/{cast.LICHENG}/ledgers?year=2023"),
    "reports.division-district": ("auditor", f"/reports/{cast.LICHENG}"),
    "reports.division-city": ("administrator", "/reports/3505"),
    "reports.division-nation": ("administrator", "/reports/nation"),
    "people.index-supervisor": ("kaiyuan", "/people"),
    "registration.index-supervisor": ("kaiyuan", "/registrations"),
    "schedule.programmes-supervisor": ("kaiyuan", "/programmes"),
    "web.not-found": ("director", "/nothing-here"),
    "people.link-dead": ("visitor", "/p/7-AAAAAAAAAAAAAAAAAAAAAAAAAAA"),
    "registration.ticket-dead": ("visitor", "/t/1.1.1.1.AAAA"),
    "checkin.enrol-dead": ("visitor", "/e/1-AAAAAAAAAAAAAAAAAAAAAAAAAAA"),
}


def test_every_page_of_the_url_map_is_looked_at(site):
    """A new page must take its place above, or among what is no page."""
    asked = {
        rule.endpoint
        for rule in site.server.app.url_map.iter_rules()
        if "GET" in rule.methods and rule.endpoint not in NOT_PAGES
    }
    assert asked == set(addresses(site))


@pytest.mark.prove
@pytest.mark.parametrize(("size", "language", "dark"), VIEWS, ids=lambda value: str(value))
def test_every_page_is_fit_to_be_seen(site, chromium, size, language, dark):
    browser = chromium()
    wrong: list[str] = []
    contexts: dict[str, Any] = {}

    def page_of(who: str) -> Any:
        if who not in contexts:
            device = browser.new_context(
                base_url=site.server.url,
                viewport={"width": size[0], "height": size[1]},
                color_scheme="dark" if dark else "light",
                service_workers="block",
            )
            device.add_cookies([{"name": "language", "value": language, "url": site.server.url}])
            if site.cookies[who]:
                device.add_cookies([site.cookies[who]])
            contexts[who] = device.new_page()
        return contexts[who]

    name_of_view = f"{size[0]}-{language}-{'dark' if dark else 'light'}"
    for name, (who, path) in (addresses(site) | MORE).items():
        page = page_of(who)
        answer = page.goto(path() if callable(path) else path)
        expected = (
            404
            if name in ("web.not-found", "people.link-dead", "registration.ticket-dead", "checkin.enrol-dead")
            else 200
        )
        if answer.status != expected:
            wrong.append(f"{name}: {path} answered {answer.status}")
            continue
        wrong += look(page, f"{name_of_view}/{name}")
    assert not wrong, "\n".join(wrong)
