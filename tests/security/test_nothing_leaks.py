"""Whoever looks after one subdistrict learns nothing of another: no name, no number, and no count that moves."""

from __future__ import annotations

import re
from difflib import unified_diff

import pytest
from sqlalchemy import update

from tests import cast
from tests.security import neighbours, walking
from tests.security.neighbours import FUQIAO, KAIYUAN
from training_app.core.db import db, transaction
from training_app.people import grouplinks, links
from training_app.people.models import Grant, GroupLink, Person
from training_app.registration import joining, tickets
from training_app.registration.models import Registration
from training_app.reports import exports
from training_app.schedule import feeds
from training_app.schedule.models import Programme

#: What stands in every text of Fuqiao's people, their numbers however they are written, who was there before.
MARKS = re.compile(rf"{FUQIAO.word}|139\D?9999\D?\d{{4}}|{cast.CAST['zhang'].name}|138\D?0000\D?000[59]\b")
#: Answers that everyone in the world gets, whoever asks and whatever is behind the number: no secret of anyone's.
OPEN_TO_ALL = {
    # A slot's page says that there is a check-in, as the venue's screen does: never whose, or when.
    "checkin.venue_page",
}


@pytest.fixture
def kaiyuan(app, now, monkeypatch):
    """A year of Kaiyuan, and nothing of Fuqiao but two of the cast; an auditor who sees Kaiyuan alone."""
    monkeypatch.setitem(exports.AT_ONCE, "csv", 0)
    monkeypatch.setattr(app, "request_class", walking.Remembering)
    with transaction() as session:
        auditor = cast.CAST["auditor"].id
        session.execute(update(Grant).where(Grant.person_id == auditor).values(division_code=cast.KAIYUAN))
    neighbours.train(KAIYUAN)
    return app


def _tokens(session):
    """Secrets of Kaiyuan's own, by the endpoint that opens with one."""
    chen = session.get_one(Person, cast.CAST["chen"].id)
    ticket = tickets.token_of(session.get_one(Registration, 1))
    return {
        "people.personal_link": links.personal_token(chen),
        "home.person_feed": links.feed_token(chen),
        "people.group_link": grouplinks.token_of(session.get_one(GroupLink, 1)),
        "schedule.programme_feed": feeds.token_of(session.get_one(Programme, cast.PROGRAMME)),
        "registration.ticket": ticket,
        "registration.ticket_png": ticket,
        "registration.join": joining.token_of(cast.TODAY_EVENT),
    }


def _shown(path, before, after):
    """What became different, for a failing test's message."""
    lines = unified_diff(before.text.splitlines(), after.text.splitlines(), n=0, lineterm="")
    return path, before[:2], after[:2], [line[:200] for line in lines][:12]


@pytest.mark.timeout(400)
@pytest.mark.parametrize("who", ["supervisor_kaiyuan", "auditor", "chen", "foreign_organiser"])
def test_a_year_of_the_next_subdistrict_moves_nothing_and_names_nobody(kaiyuan, client_as, who):
    """Every address, with the ids of what is there and of what comes, before and after Fuqiao's year."""
    with transaction() as session:
        paths = walking.addresses(kaiyuan, _tokens(session))
    browser = client_as(who)
    before = walking.walk(
        browser, {name: paths[name] for name in paths.keys() - OPEN_TO_ALL}, parameters=who == "supervisor_kaiyuan"
    )
    awaited = walking.next_ids()
    neighbours.train(FUQIAO)
    missing = [model.__name__ for model, number in awaited.items() if db.session.get(model, number) is None]
    assert missing == ["Organisation", "PhonePerson", "SheetReading"], (
        "of these Fuqiao's year makes none: nothing of hers was asked for"
    )
    after = walking.again(browser, before)
    moved = [_shown(path, before[path], after[path]) for path in before if before[path] != after[path]]
    assert moved == []
    # What was asked for is said again by the page that was asked.
    named = [path for path, answer in after.items() if "q=" not in path and MARKS.search(answer.text)]
    assert named == []
    assert sum(answer.status == 200 for answer in after.values()) > 20, "too few doors were open to prove anything"
