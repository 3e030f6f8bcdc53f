"""A programme's calendar feed: what it holds, in which language, and how its link dies."""

from __future__ import annotations

import logging

import pytest
from icalendar import Calendar

from tests import cast
from tests.schedule.drafting import WHO, moment, salon, slot
from training_app.core.db import db
from training_app.core.links import Purpose, make_token
from training_app.schedule import events, feeds, moves, states
from training_app.schedule.models import Programme


def _address():
    db.session.expire_all()
    return f"/feeds/programme/{feeds.token_of(db.session.get(Programme, cast.PROGRAMME))}.ics"


def _entries(answer):
    calendar = Calendar.from_ical(answer.data)
    return calendar, {str(entry["uid"]).split("@")[0]: entry for entry in calendar.walk("VEVENT")}


def test_whoever_has_the_link_gets_the_published_events(app, client_as):
    events.create(cast.PROGRAMME, salon(title="还是草稿"), **WHO)
    answer = client_as("visitor").get(_address())
    assert answer.status_code == 200 and answer.content_type == "text/calendar; charset=utf-8"
    calendar, entries = _entries(answer)
    assert sorted(entries) == [f"slot-{n}-event-{n}" for n in range(1, 7)]
    today = entries["slot-4-event-4"]
    assert today["dtstart"].dt == moment("2026-06-14 08:30") and today["dtstart"].params["TZID"] == "Asia/Shanghai"
    assert (str(today["status"]), today["sequence"]) == ("CONFIRMED", 0)
    assert "开元街道新时代文明实践所" in today["location"] and "第 4 期" in today["summary"]
    assert [str(zone["tzid"]) for zone in calendar.walk("VTIMEZONE")] == ["Asia/Shanghai"]
    assert "还是草稿" not in answer.text


def test_a_move_keeps_the_entry_and_raises_its_sequence(app, client_as):
    moves.move(5, starts_at=moment("2026-07-14 09:00"), venue_id=cast.VENUE, **WHO)
    entry = _entries(client_as("visitor").get(_address()))[1]["slot-5-event-5"]
    assert (entry["dtstart"].dt, entry["sequence"]) == (moment("2026-07-14 09:00"), 1)


def test_a_cancelled_event_is_said_to_be_so(app, client_as):
    states.cancel(5, "台风", **WHO)
    entry = _entries(client_as("visitor").get(_address()))[1]["slot-5-event-5"]
    assert (str(entry["status"]), entry["sequence"]) == ("CANCELLED", 1)
    assert "已取消" in entry["summary"] and "台风" in entry["description"]


def test_each_half_day_is_an_entry_of_its_own(app, client_as):
    halves = (slot("2026-07-01 09:00"), slot("2026-07-01 14:00", label="afternoon"))
    made = events.create(cast.PROGRAMME, salon(slots=halves), **WHO)
    states.publish(made.id, **WHO)
    entries = _entries(client_as("visitor").get(_address()))[1]
    titles = [str(e["summary"]) for uid, e in entries.items() if uid.endswith(f"event-{made.id}")]
    assert len(titles) == 2 and "上午" in titles[0] and "下午" in titles[1]


@pytest.mark.parametrize(("lang", "words"), [("en", "Session 4"), ("zh", "第 4 期"), ("xx", "第 4 期")])
def test_the_address_chooses_the_language(app, client_as, lang, words):
    entries = _entries(client_as("visitor").get(f"{_address()}?lang={lang}"))[1]
    assert words in entries["slot-4-event-4"]["summary"]


def test_a_new_link_ends_the_old_one(app, client_as):
    old = _address()
    assert client_as("organiser").post("/programmes/1/feed").status_code == 302
    assert client_as("visitor").get(old).status_code == 404
    assert client_as("visitor").get(_address()).status_code == 200


@pytest.mark.parametrize("token", ["1", "1-", "x-y", "99-AAAAAAAAAAAAAAAAAAAAAAAAAAA", "1-AAAAAAAAAAAAAAAAAAAAAAAAAAA"])
def test_a_wrong_link_is_nothing(app, client_as, token):
    assert client_as("visitor").get(f"/feeds/programme/{token}.ics").status_code == 404


def test_a_token_for_something_else_opens_no_calendar(app, client_as):
    other = make_token(Purpose.PERSON, cast.PROGRAMME, 0)
    assert client_as("visitor").get(f"/feeds/programme/{other}.ics").status_code == 404


def test_the_link_is_shown_to_those_who_see_the_programme_and_masked_in_logs(app, client_as, caplog):
    token = feeds.token_of(db.session.get(Programme, cast.PROGRAMME))
    assert token in client_as("supervisor_kaiyuan").get("/programmes/1").text
    assert "换新链接" not in client_as("supervisor_kaiyuan").get("/programmes/1").text
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("access").warning("GET %s 200", _address())
    assert token not in caplog.text and "/feeds/programme/" in caplog.text
