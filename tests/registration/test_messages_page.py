"""What is to be said about an event: texts to copy, calls to tick off, e-mails that failed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from tests import cast
from training_app.core.db import db, transaction
from training_app.core.outgoing import Outgoing
from training_app.people.models import Person
from training_app.registration import seats
from training_app.registration.models import Registration
from training_app.schedule import states

PAGE = "/events/5/messages"
CHEN, LIN = cast.CAST["chen"], cast.CAST["lin"]


@pytest.fixture
def registered(app):
    for member in (CHEN, LIN):
        seats.register(5, member.id, source="organiser", actor_id=2, now=cast.NOW)


def _text(answer):
    return answer.get_data(as_text=True)


def _between(text, start, end):
    return text.split(start, 1)[1].split(end, 1)[0]


def _messages(**wanted):
    db.session.expire_all()
    return list(db.session.scalars(select(Outgoing).filter_by(**wanted).order_by(Outgoing.id)))


def test_the_group_text_names_people_and_never_a_phone_number(client_as, registered):
    text = _between(_text(client_as("organiser").get(PAGE)), 'id="confirmed-text"', "</textarea>")
    assert "陈丽华（开元社区）、林晓燕（梅山社区）" in text
    assert "http://localhost/join/5-" in text
    assert "138" not in text


def test_the_texts_come_in_both_languages(client_as, registered):
    text = _between(_text(client_as("organiser").get(f"{PAGE}?text=en")), 'id="confirmed-text"', "</textarea>")
    assert "Hello everyone!" in text
    assert "Sunday, 12 July 2026" in text


def test_what_was_sent_to_the_group_is_ticked_off_and_who_came_later_is_not(client_as, registered):
    browser = client_as("organiser")
    upto = _messages(channel="group")[-1].id
    seats.register(5, cast.CAST["zhang"].id, source="organiser", actor_id=2, now=cast.NOW)
    browser.post(PAGE, data={"action": "told", "kind": "confirmed", "upto": upto})
    text = _between(_text(browser.get(PAGE)), 'id="confirmed-text"', "</textarea>")
    assert "张淑英" in text
    assert "陈丽华" not in text


def test_a_call_is_ticked_off_and_the_tick_taken_back(client_as, registered):
    browser = client_as("organiser")
    call = _messages(channel="call", person_key=CHEN.id)[0]
    assert f"tel:{CHEN.phone}" in _text(browser.get(PAGE))
    browser.post(PAGE, data={"action": "called", "id": call.id})
    assert [(m.state, m.done_by_id) for m in _messages(id=call.id)] == [("done", cast.CAST["organiser"].id)]
    assert "已打 1 / 2" in _text(browser.get(PAGE))
    part = browser.post(PAGE, data={"action": "not_called", "id": call.id}, headers={"HX-Request": "true"})
    assert "已打 0 / 2" in _text(part)
    assert "<html" not in _text(part)


def test_a_message_of_another_event_is_not_there(client_as, registered):
    call = _messages(channel="call")[0]
    answer = client_as("organiser").post("/events/6/messages", data={"action": "called", "id": call.id})
    assert answer.status_code == 404
    assert _messages(id=call.id)[0].state == "waiting"


def test_a_cancellation_stands_first(client_as, registered):
    states.cancel(5, "台风", actor_id=2, now=cast.NOW)
    text = _text(client_as("organiser").get(PAGE))
    assert "台风" in text
    assert 'id="confirmed-text"' not in text
    assert 'value="remind"' not in text


def test_the_reminder_is_written_by_a_button_once(client_as, registered):
    browser = client_as("organiser")
    for _twice in range(2):
        browser.post(PAGE, data={"action": "remind"})
    assert len(_messages(kind="reminder", channel="group")) == 1
    assert 'id="reminder-text"' in _text(browser.get(PAGE))


def test_a_failed_e_mail_shows_why_and_can_be_sent_once_more(client_as, registered):
    with transaction() as session:
        row = session.scalar(select(Outgoing).where(Outgoing.person_key == CHEN.id, Outgoing.channel == "call"))
        row.channel, row.to, row.state, row.problem = "email", "chen@example.org", "failed", "550 no such user"
    browser = client_as("organiser")
    assert "550 no such user" in _text(browser.get(PAGE))
    browser.post(PAGE, data={"action": "mail"})
    assert [m.state for m in _messages(channel="email")] == ["waiting"]


def test_an_event_with_nothing_to_say_says_so(client_as):
    assert "现在没有要通知的" in _text(client_as("organiser").get(PAGE))


def test_the_page_costs_the_same_for_ten_and_for_a_thousand_people(client_as, app, count_statements):
    browser, counts = client_as("organiser"), []
    for people in (10, 1000):
        with transaction() as session:
            made = session.scalars(
                insert(Person).returning(Person.id),
                [
                    {"name": f"学员{n}", "pinyin": "", "link_revision": 0, "unconfirmed": False, "created_at": cast.NOW}
                    for n in range(people)
                ],
            ).all()
            session.execute(
                insert(Registration),
                [
                    {
                        "event_id": 5,
                        "person_id": person_id,
                        "state": "confirmed",
                        "source": "roster",
                        "as_whom": "trainee",
                        "ticket_code": f"T{person_id:09d}",
                        "ticket_revision": 0,
                        "created_at": cast.NOW - timedelta(days=1),
                    }
                    for person_id in made
                ],
            )
        browser.post(PAGE, data={"action": "tell"})
        browser.post(PAGE, data={"action": "remind"})
        counts.append(count_statements(lambda: browser.get(PAGE)))
    assert counts[0] == counts[1]
