"""Today says when a missed session can be made up, and leads to the page that finds and books it."""

from __future__ import annotations

import pytest
import time_machine

from tests import cast
from tests.certificates.making_up import CHEN, NOW, other_programme, session_ahead
from tests.home.story import attended, registered
from tests.reports.papers import certify
from training_app.core.db import db
from training_app.home import passport
from training_app.registration import makeups

HINT = "缺的课可以补上"
FINDER = f'href="/passport?programme={cast.PROGRAMME}#make-ups"'


@pytest.fixture(autouse=True)
def _two_days_later(app, now):
    """Chen was at the first and the fourth session and missed the second and the third."""
    registered(CHEN, 1, 4, 5)
    attended(CHEN, 1, 4)
    with time_machine.travel(NOW, tick=False):
        yield


def _today(client_as, who="chen", language="zh_Hans"):
    browser = client_as(who)
    browser.set_cookie("language", language)
    return browser.get("/").text


def test_without_a_session_that_would_help_nothing_is_said(client_as):
    assert HINT not in _today(client_as)


def test_the_nearest_make_up_is_named_and_leads_to_all_of_them(client_as):
    near = session_ahead(other_programme(), 1, "responsibilities", days=5)
    session_ahead(other_programme(), 2, "responsibilities", days=9)
    page = _today(client_as)
    assert HINT in page and FINDER in page
    assert "<strong>补第 1 期</strong>" in page and "<strong>补第 2 期</strong>" not in page
    assert "You can make up for a missed session" in _today(client_as, language="en")
    assert passport.make_up(CHEN, NOW)[1].event.id == near
    finder = client_as("chen").get(f"/passport?programme={cast.PROGRAMME}").text
    assert 'id="make-ups"' in finder and "补第 1 期" in finder and "补第 2 期" in finder


def test_it_is_gone_when_everything_missed_is_booked_or_the_paper_is_there(client_as):
    first, second = (session_ahead(other_programme(), n, "responsibilities", days=4 + n) for n in (1, 2))
    makeups.book(first, CHEN, cast.PROGRAMME, actor_id=CHEN, now=NOW)
    assert HINT in _today(client_as), "the third session is missing still"
    makeups.book(second, CHEN, cast.PROGRAMME, actor_id=CHEN, now=NOW)
    assert HINT not in _today(client_as)


def test_who_holds_the_paper_need_not_make_up(client_as):
    session_ahead(other_programme(), 1, "responsibilities")
    certify(CHEN)
    assert HINT not in _today(client_as)


def test_on_the_day_of_an_event_the_ticket_stands_there_and_no_hint(client_as):
    session_ahead(other_programme(), 1, "responsibilities", days=40)
    with time_machine.travel(cast.NOW, tick=False):
        page = _today(client_as)
    assert HINT not in page and "T004 0000 07" in page


def test_who_missed_nothing_is_told_nothing(client_as):
    session_ahead(other_programme(), 1, "responsibilities")
    attended(CHEN, 2, 3)
    db.session.expire_all()
    assert HINT not in _today(client_as)


def test_it_takes_as_many_statements_for_many_offers_as_for_one(client_as, count_statements):
    programme = other_programme()
    session_ahead(programme, 1, "responsibilities")
    browser = client_as("chen")
    browser.get("/")
    one = count_statements(lambda: browser.get("/"))
    for number in range(2, 8):
        session_ahead(programme, number, "responsibilities", days=10 + number)
    assert count_statements(lambda: browser.get("/")) <= one
