"""A person's own calendar: her registrations, in her language, behind a link that she can end."""

from __future__ import annotations

import logging

from icalendar import Calendar

from tests import cast
from training_app.core.db import db, transaction
from training_app.people import links
from training_app.people.models import Person
from training_app.registration.models import Registration
from training_app.schedule import states

CHEN = cast.CAST["chen"].id


def _register(event_id, state="confirmed", person_id=CHEN):
    with transaction() as session:
        session.add(
            Registration(
                event_id=event_id,
                person_id=person_id,
                state=state,
                line=event_id if state == "waiting" else None,
                source="self",
                ticket_code=f"F{person_id}E{event_id:06}",
                created_at=cast.NOW,
            )
        )


def _address():
    db.session.expire_all()
    return f"/feeds/person/{links.feed_token(db.session.get(Person, CHEN))}.ics"


def _entries(answer):
    assert answer.status_code == 200
    return {str(e["uid"]).split("@")[0]: e for e in Calendar.from_ical(answer.data).walk("VEVENT")}


def test_it_holds_her_own_registrations_and_nobody_elses(app, client_as):
    _register(4)
    _register(5, person_id=cast.CAST["lin"].id)
    _register(6, "cancelled")
    entries = _entries(client_as("visitor").get(_address()))
    assert list(entries) == ["slot-4-event-4"] and str(entries["slot-4-event-4"]["status"]) == "CONFIRMED"


def test_a_place_in_line_is_tentative_and_a_cancelled_event_says_so(app, client_as):
    _register(5, "waiting")
    _register(6)
    states.cancel(6, "台风", actor_id=2, now=cast.NOW)
    entries = _entries(client_as("visitor").get(f"{_address()}?lang=en"))
    assert str(entries["slot-5-event-5"]["status"]) == "TENTATIVE"
    assert "Waiting list" in entries["slot-5-event-5"]["summary"]
    assert str(entries["slot-6-event-6"]["status"]) == "CANCELLED"


def test_a_new_link_ends_the_old_calendar_and_leaves_the_personal_link_alive(app, client_as):
    browser, old = client_as("chen"), _address()
    personal = links.personal_token(db.session.get(Person, CHEN))
    assert old in browser.get("/dates/calendar").text
    assert browser.post("/dates/calendar").status_code == 302
    assert client_as("visitor").get(old).status_code == 404
    assert client_as("visitor").get(_address()).status_code == 200
    assert client_as("visitor").get(f"/p/{personal}").status_code == 200
    assert _address() in browser.get("/dates/calendar").text


def test_a_lost_phone_ends_the_calendar_too_and_no_old_link_comes_back(app, client_as):
    seen = {_address()}
    for _again in range(3):
        links.renew(CHEN, with_devices=False, actor_id=2, now=cast.NOW)
        assert _address() not in seen
        seen.add(_address())
        links.renew_feed(CHEN, actor_id=CHEN, now=cast.NOW)
        assert _address() not in seen
        seen.add(_address())


def test_a_personal_link_is_no_calendar_link(app, client_as):
    personal = links.personal_token(db.session.get(Person, CHEN))
    assert client_as("visitor").get(f"/feeds/person/{personal}.ics").status_code == 404
    token = links.feed_token(db.session.get(Person, CHEN))
    assert client_as("visitor").get(f"/p/{token}").status_code == 404


def test_its_link_is_masked_in_logs(app, caplog):
    token = links.feed_token(db.session.get(Person, CHEN))
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("access").warning("GET %s 200", f"/feeds/person/{token}.ics")
    assert token not in caplog.text


def test_as_many_statements_for_one_registration_as_for_six(app, client_as, count_statements):
    browser, address = client_as("visitor"), _address()
    _register(1)
    browser.get(address)
    one = count_statements(lambda: browser.get(address))
    for event_id in range(2, 7):
        _register(event_id)
    assert count_statements(lambda: browser.get(address)) == one
