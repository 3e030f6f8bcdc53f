"""Who falls behind, what would help, and the text for the group."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from tests import cast
from tests.certificates.earning import crowd, earn
from tests.certificates.making_up import CHEN, LIN, NOW, ORGANISER, ZHANG, other_programme, seat, session_ahead
from training_app.certificates import service as certificates
from training_app.certificates.rules import Conditions
from training_app.core.db import db
from training_app.people.phones import shown
from training_app.registration.models import Registration
from training_app.reports import behind
from training_app.schedule.models import Programme

DISTRICT = f"/reports/{cast.LICHENG}/behind"


@pytest.fixture
def three(app, time_machine):
    """The rule asks for four of six. Chen was at three, Lin at two, Zhang at none; two sessions lie ahead."""
    time_machine.move_to(NOW)
    certificates.set_rule(cast.PROGRAMME, Conditions(4, test_required=False), actor_id=ORGANISER, now=NOW)
    earn(CHEN, slots=(1, 3, 4), points=None)
    earn(LIN, slots=(1, 4), points=None)
    for person in (CHEN, LIN, ZHANG):
        seat(person, 5, 6)


def lines(code=cast.LICHENG):
    return behind.lines(db.session.get(Programme, cast.PROGRAMME), code, NOW)


def test_the_three_kinds_are_told_apart_the_most_urgent_first(three):
    assert [(line.person.id, line.state) for line in lines()] == [
        (ZHANG, "out_of_reach"),
        (LIN, "no_miss_left"),
        (CHEN, "under_way"),
    ]
    assert behind.count(lines()) == {"out_of_reach": 1, "no_miss_left": 1, "under_way": 1}
    assert [line.person.id for line in lines(cast.FUQIAO)] == [ZHANG]


def test_who_has_reached_the_rule_is_not_behind(three):
    earn(CHEN, slots=(2,), points=None)
    assert CHEN not in [line.person.id for line in lines()]


def test_the_page_names_the_make_up_and_books_it_in_one_tap(three, client_as):
    event = session_ahead(other_programme(), 7, "responsibilities", days=5)
    organiser = client_as("organiser")
    page = organiser.get(f"{DISTRICT}?state=no_miss_left").text
    assert "补第 7 期" in page and "林晓燕" in page and "张淑英" not in page
    assert f'href="/people/{LIN}"' in page and f'href="tel:{cast.CAST["lin"].phone}"' in page
    back = f"{DISTRICT}?state=no_miss_left"
    sent = {"person": LIN, "event": event, "back": back}
    answer = organiser.post(f"/programmes/{cast.PROGRAMME}/make-ups", data=sent)
    assert answer.status_code == 302 and answer.location == back
    assert db.session.scalar(select(Registration.source).where(Registration.event_id == event)) == "make_up"
    # With a make-up ahead she has a miss left.
    assert {line.person.id: line.state for line in lines()}[LIN] == "under_way"
    for elsewhere in ("//evil.example", "https://evil.example", "/\\evil.example"):
        answer = organiser.post(f"/programmes/{cast.PROGRAMME}/make-ups", data=sent | {"back": elsewhere})
        assert "evil" not in answer.location


def test_a_supervisor_books_for_her_own_directors_alone(three, client_as):
    event = session_ahead(other_programme(), 7, "responsibilities", days=5)
    supervisor, path = client_as("supervisor_kaiyuan"), f"/programmes/{cast.PROGRAMME}/make-ups"
    assert supervisor.post(path, data={"person": ZHANG, "event": event}).status_code == 404
    assert supervisor.post(path, data={"person": "x", "event": event}).status_code == 404
    assert supervisor.post(path, data={"person": LIN, "event": event}).status_code == 302
    assert (
        db.session.scalar(select(func.count()).select_from(Registration).where(Registration.source == "make_up")) == 1
    )
    page = supervisor.get(f"/reports/{cast.KAIYUAN}/behind").text
    assert "张淑英" not in page and "林晓燕" in page
    assert supervisor.get(DISTRICT).status_code == 404


def test_the_text_for_the_group_holds_names_and_no_phone_numbers(three, client_as):
    page = client_as("organiser").get(DISTRICT).text
    text = re.search(r"<textarea.*?>(.*?)</textarea>", page, re.S)[1]
    for key in ("chen", "lin", "zhang"):
        assert cast.CAST[key].name in text
        assert cast.CAST[key].phone not in text and shown(cast.CAST[key].phone) not in text
    assert not re.search(r"\d{7}", text)


def test_the_text_says_places_as_people_do_and_lists_as_the_language_does(three, client_as):
    said = {}
    for language in ("zh_Hans", "en"):
        browser = client_as("organiser")
        browser.set_cookie("language", language)
        said[language] = browser.get(DISTRICT).text
    assert "陈丽华（开元社区）" in said["zh_Hans"] and "居委会" not in said["zh_Hans"]
    assert "陈丽华 (开元社区)" in said["en"] and "、" not in said["en"]


def test_a_director_books_from_her_passport(three, client_as):
    event = session_ahead(other_programme(), 7, "responsibilities", days=5)
    lin = client_as("lin")
    page = lin.get("/passport").text
    assert "补第 7 期" in page
    answer = lin.post(f"/my/make-ups/{cast.PROGRAMME}", data={"event": event})
    assert answer.status_code == 302 and answer.location.startswith("/my/registrations/")
    row = db.session.scalars(select(Registration).where(Registration.event_id == event)).one()
    assert (row.person_id, row.make_up_for_id) == (LIN, cast.PROGRAMME)
    page = lin.get("/passport").text
    assert "make-up booked" in page or "已报补课" in page
    # A second one for the other missed session of that area is refused where none is there.
    assert lin.post(f"/my/make-ups/{cast.PROGRAMME}", data={"event": 5}).location.startswith("/passport")


def test_too_many_for_one_list_are_looked_at_a_division_below(three, client_as, monkeypatch):
    monkeypatch.setattr(behind, "MOST", 1)
    page = client_as("organiser").get(DISTRICT)
    assert page.status_code == 200 and f"/reports/{cast.KAIYUAN}/behind" in page.text


def test_the_page_takes_as_many_statements_for_many_people_as_for_few(three, client_as, count_statements):
    session_ahead(other_programme(), 7, "responsibilities", days=5)
    client = client_as("organiser")
    few = count_statements(lambda: client.get(DISTRICT))
    crowd(40, slots=(1, 4))
    assert count_statements(lambda: client.get(DISTRICT)) == few
