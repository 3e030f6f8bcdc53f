"""The ticket on a phone, the poster and what its code opens."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image
from pypdf import PdfReader
from sqlalchemy import update

from tests import cast
from tests.registration.people import AHEAD, CHEN, LIN, WHO, ZHANG, capacity, register, states
from training_app.attendance import leaves
from training_app.core.db import db, transaction
from training_app.core.links import Purpose, make_token
from training_app.people.links import personal_token
from training_app.people.models import Person
from training_app.registration import joining, seats, standins, tickets
from training_app.registration.models import Registration
from training_app.registration.pictures import ticket as picture
from training_app.schedule.models import Event

ENGLISH = {"Accept-Language": "en"}


def _path(row):
    return f"/t/{tickets.token_of(row)}"


def _event(event_id=AHEAD, **values):
    with transaction() as session:
        session.execute(update(Event).where(Event.id == event_id).values(**values))


def test_whoever_holds_the_link_sees_the_ticket_and_nothing_more(app, client_as):
    row = register(CHEN)
    page = client_as("visitor").get(_path(row))
    assert page.status_code == 200 and page.headers["Cache-Control"] == "no-store"
    for shown in ("陈丽华", "开元社区", "特殊儿童服务", "开元街道新时代文明实践所", tickets.grouped(row.ticket_code)):
        assert shown in page.text
    assert "0007" not in page.text and "/cancel" not in page.text and 'class="qr"' in page.text


def test_its_owner_can_cancel_or_send_someone(app, client_as):
    row = register(CHEN)
    page = client_as("chen").get(_path(row)).text
    assert f"/my/registrations/{row.id}/cancel" in page and f"/my/registrations/{row.id}/stand-in" in page
    assert "/cancel" not in client_as("lin").get(_path(row)).text


def test_its_owner_is_shown_the_way_to_leave_and_a_stranger_is_not(app, client_as):
    row = register(CHEN)
    way = f"/events/{AHEAD}/leave"
    assert way in client_as("chen").get(_path(row)).text
    assert way not in client_as("visitor").get(_path(row)).text
    assert client_as("chen").get(way).status_code == 200


def test_who_waits_for_a_seat_is_not_sent_to_a_leave_that_is_not_there(app, client_as):
    capacity(1)
    register(LIN)
    row = register(CHEN)
    page = client_as("chen").get(_path(row)).text
    assert f"/events/{AHEAD}/leave" not in page and f"/my/registrations/{row.id}/cancel" in page


def test_who_waits_sees_the_place_and_no_code(app, client_as):
    capacity(1)
    rows = [register(person) for person in (CHEN, LIN, ZHANG)]
    page = client_as("visitor").get(_path(rows[2]), headers=ENGLISH).text
    assert "number 2 on the waiting list" in page and 'class="qr"' not in page
    assert client_as("visitor").get(_path(rows[2]) + "/ticket.png").status_code == 404
    seats.cancel(rows[0].id, **WHO)
    assert "number 1 on" in client_as("visitor").get(_path(rows[2]), headers=ENGLISH).text


def test_a_cancelled_event_says_so_instead_of_a_code(app, client_as):
    row = register(CHEN)
    _event(state="cancelled", cancel_reason="台风")
    page = client_as("visitor").get(_path(row)).text
    assert "台风" in page and 'class="qr"' not in page


@pytest.mark.parametrize("change", [lambda t: t[:-3], lambda t: t.replace(".0.", ".1."), lambda t: "x" * 300])
def test_a_wrong_ticket_gets_a_sentence_and_no_name(app, client_as, change):
    token = tickets.token_of(register(CHEN))
    for path in (f"/t/{change(token)}", f"/t/{change(token)}/ticket.png"):
        page = client_as("visitor").get(path)
        assert page.status_code == 404 and "陈丽华" not in page.text


def test_a_cancelled_ticket_is_dead(app, client_as):
    row = register(CHEN)
    path = _path(row)
    seats.cancel(row.id, **WHO)
    assert client_as("visitor").get(path).status_code == 404
    assert client_as("chen").get(f"/my/registrations/{row.id}").status_code == 404


def test_the_picture_holds_the_same_code(app, client_as):
    row = register(CHEN)
    answer = client_as("visitor").get(_path(row) + "/ticket.png")
    assert answer.mimetype == "image/png" and len(answer.data) < 100_000
    (found,) = zxingcpp.read_barcodes(Image.open(BytesIO(answer.data)))
    assert tickets.read(found.text).registration_id == row.id


def test_a_picture_has_room_for_long_titles_and_rare_names(app):
    row = register(CHEN)
    _event(title="“手拉手”关爱行动启动仪式暨第二期儿童主任团建沙龙与案例研讨分享交流活动" * 2)
    with transaction():
        db.session.get(Registration, row.id).person.name = "陈𬭎"
    with app.test_request_context():
        image = Image.open(BytesIO(picture(db.session.get(Registration, row.id), "http://localhost/t/1")))
    assert image.width == 900 and zxingcpp.read_barcodes(image)


def test_the_worker_keeps_tickets_alone(app, client_as):
    answer = client_as("visitor").get("/t/worker.js")
    assert answer.mimetype == "text/javascript" and "/t/" in answer.text and "/static/" in answer.text


def test_ones_own_registration_leads_to_the_ticket(app, client_as):
    row = register(CHEN)
    answer = client_as("chen").get(f"/my/registrations/{row.id}")
    assert answer.status_code == 302 and answer.location == _path(row)
    for method, more in (("get", ""), ("post", "/cancel"), ("get", "/stand-in"), ("post", "/stand-in/withdraw")):
        assert getattr(client_as("lin"), method)(f"/my/registrations/{row.id}{more}").status_code == 404
    assert states() == {CHEN: "confirmed"}


def test_a_director_cancels_and_comes_back(app, client_as):
    row = register(CHEN)
    browser = client_as("chen")
    answer = browser.post(f"/my/registrations/{row.id}/cancel")
    assert states() == {CHEN: "cancelled"} and answer.location == f"/join/{joining.token_of(AHEAD)}"
    browser.post(answer.location)
    assert states() == {CHEN: "confirmed"}


def test_nobody_cancels_on_the_day_once_it_has_begun(app, client_as):
    row = register(CHEN, event_id=cast.TODAY_EVENT)
    browser = client_as("chen")
    assert "/cancel" not in browser.get(_path(row)).text
    answer = browser.post(f"/my/registrations/{row.id}/cancel", follow_redirects=True)
    assert "flash-error" in answer.text and states(cast.TODAY_EVENT) == {CHEN: "confirmed"}


def test_a_director_proposes_a_stand_in_and_takes_it_back(app, client_as):
    row = register(CHEN)
    browser, path = client_as("chen"), f"/my/registrations/{row.id}/stand-in"
    wrong = browser.post(path, data={"name": "庄小明", "phone": "123"})
    assert wrong.status_code == 422 and "庄小明" in wrong.text and "phone-error" in wrong.text
    browser.post(path, data={"name": "庄小明", "phone": "13900000001"})
    page = browser.get(_path(row)).text
    assert "庄小明" in page and f"{path}/withdraw" in page
    again = browser.post(path, data={"name": "李四", "phone": ""})
    assert again.status_code == 422 and "庄小明" in again.text and "李四" in again.text
    browser.post(f"{path}/withdraw")
    assert standins.latest(row.id).state == "withdrawn" and f"{path}/withdraw" not in browser.get(_path(row)).text


JOIN = "/join/"


def test_a_known_director_registers_in_one_tap(app, client_as):
    path = JOIN + joining.token_of(AHEAD)
    browser = client_as("chen")
    page = browser.get(path)
    assert page.status_code == 200 and "陈丽华" in page.text and f'action="{path}"' in page.text
    answer = browser.post(path, follow_redirects=True)
    assert states() == {CHEN: "confirmed"} and 'class="qr"' in answer.text
    assert f'action="{path}"' not in browser.get(path).text


def test_a_full_event_offers_the_line(app, client_as):
    capacity(1)
    register(LIN)
    path = JOIN + joining.token_of(AHEAD)
    browser = client_as("chen")
    assert "Join the waiting list" in browser.get(path, headers=ENGLISH).text
    browser.post(path)
    assert states()[CHEN] == "waiting"
    assert "number 1 on the waiting list" in browser.get(path, headers=ENGLISH).text


def test_an_unknown_visitor_is_told_how_to_be_known(app, client_as):
    path = JOIN + joining.token_of(AHEAD)
    page = client_as("visitor").get(path)
    assert page.status_code == 200 and "特殊儿童服务" in page.text and f'action="{path}"' not in page.text
    assert "/login?next=/join/" in page.text
    assert client_as("visitor").post(path).status_code == 403 and states() == {}


def test_whoever_scans_the_poster_first_and_opens_their_link_then_comes_back_to_it(app, client_as):
    path = JOIN + joining.token_of(AHEAD)
    phone = client_as("visitor")
    phone.get(path)
    link = f"/p/{personal_token(db.session.get(Person, CHEN))}"
    assert phone.post(link).location == path
    assert f'action="{path}"' in phone.get(path).text


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"registration_closes_at": cast.NOW}, "Registration is over"),
        ({"registration_opens_at": cast.NOW.replace(day=20)}, "not open yet"),
        ({"state": "cancelled", "cancel_reason": "台风"}, "台风"),
        ({"state": "closed"}, "over and closed"),
    ],
)
def test_a_shut_window_is_explained(app, client_as, values, said):
    _event(**values)
    path = JOIN + joining.token_of(AHEAD)
    page = client_as("chen").get(path, headers=ENGLISH).text
    assert said in page and f'action="{path}"' not in page
    assert "flash-error" in client_as("chen").post(path, follow_redirects=True).text and states() == {}


def test_a_poster_of_another_kind_of_link_or_of_a_draft_opens_nothing(app, client_as):
    _event(state="draft")
    for token in (joining.token_of(AHEAD), make_token(Purpose.GROUP, AHEAD, 0), "5-x", "x", joining.token_of(999)):
        assert client_as("chen").get(JOIN + token).status_code == 404


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_poster_says_what_when_and_where_and_its_code_opens_the_registration(app, client_as, language):
    browser = client_as("organiser")
    pdf = browser.get(f"/events/{AHEAD}/poster.pdf?language={language}")
    page = PdfReader(BytesIO(pdf.data)).pages[0]
    assert pdf.mimetype == "application/pdf" and [round(float(n)) for n in page.mediabox[2:]] == [595, 842]
    text = re.sub(r"\s", "", page.extract_text())
    for said in (
        "特殊儿童服务",
        "2026年7月12日" if language == "zh" else "12July2026",
        "08:30",
        "致和社工事务所",
        "开元街道",
    ):
        assert said in text
    png = browser.get(f"/events/{AHEAD}/poster.png?language={language}")
    (found,) = zxingcpp.read_barcodes(Image.open(BytesIO(png.data)))
    assert found.text == f"http://localhost/join/{joining.token_of(AHEAD)}"


def test_a_poster_carries_its_code_whole_whatever_its_title(app, client_as):
    _event(title="“手拉手”关爱行动启动仪式暨第二期儿童主任团建沙龙与案例研讨分享交流活动" * 3)
    png = client_as("organiser").get(f"/events/{AHEAD}/poster.png")
    assert zxingcpp.read_barcodes(Image.open(BytesIO(png.data)))


def test_the_ticket_says_what_stands_of_leave_to_its_holder_alone(app, client_as):
    row = register(CHEN)
    path = f"/t/{tickets.token_of(row)}"

    def shown(who="chen"):
        return client_as(who).get(path, headers=ENGLISH).text

    leaves.ask(AHEAD, CHEN, [AHEAD], "家中有事", actor_id=CHEN, now=cast.NOW)
    assert "Leave asked" in shown() and "Leave asked" not in shown("lin")
    leaves.decide(AHEAD, CHEN, [AHEAD], granted=False, reason="人手不够", **WHO)
    assert "Leave refused" in shown() and "人手不够" in shown()
    leaves.ask(AHEAD, CHEN, [AHEAD], "还是不行", actor_id=CHEN, now=cast.NOW)
    leaves.drop(AHEAD, CHEN, actor_id=CHEN, now=cast.NOW)
    assert "Leave asked" not in shown() and "Leave taken back" not in shown()
