"""A person's page, and search."""

from __future__ import annotations

import pytest

from tests import cast
from tests.home.story import CHEN, LIN, ZHANG, attended, registered
from training_app.core.db import transaction
from training_app.people.models import Person
from training_app.people.names import pinyin_of
from training_app.registration.models import Registration


@pytest.fixture
def pinyin(app):
    with transaction() as session:
        for person in session.query(Person):
            person.pinyin = pinyin_of(person.name)


def test_a_person_page_gathers_posts_registrations_and_marks(app, client_as):
    registered(CHEN, 1, 4)
    attended(CHEN, 1, status="late")
    page = client_as("organiser").get(f"/people/{CHEN}").text
    for text in ("开元社区", "2024年1月1日", "儿童关爱保护政策", "迟到", "138 0000 0007"):
        assert text in page, text


def test_a_stand_in_is_named_with_whom_they_came_for(app, client_as):
    with transaction() as session:
        session.add(
            Registration(
                event_id=4, person_id=LIN, state="confirmed", source="self", as_whom="stand_in",
                stand_in_for_id=CHEN, ticket_code="S", created_at=cast.NOW,
            )
        )  # fmt: skip
    assert "代 陈丽华 参会" in client_as("organiser").get(f"/people/{LIN}").text


def test_kaiyuans_supervisor_does_not_see_fuqiaos_people(client_as):
    browser = client_as("supervisor_kaiyuan")
    assert browser.get(f"/people/{CHEN}").status_code == 200
    assert browser.get(f"/people/{ZHANG}").status_code == 404


@pytest.mark.parametrize("typed", ["陈丽", "chenlihua", "clh", "陈 丽华", "0007"])
def test_people_are_found_by_chinese_pinyin_initials_and_digits(pinyin, client_as, typed):
    assert f'href="/people/{CHEN}"' in client_as("organiser").get("/search", query_string={"q": typed}).text


@pytest.mark.parametrize("typed", ["社会工作", "ertongfuwu", "etfwshgzjq"])
def test_events_are_found_by_title_pinyin_and_initials(client_as, typed):
    assert "儿童服务社会工作技巧" in client_as("organiser").get("/search", query_string={"q": typed}).text


def test_search_stays_in_ones_area(pinyin, client_as):
    page = client_as("supervisor_kaiyuan").get("/search?q=zsy").text
    assert "张淑英" not in page and "没有找到" in page
    assert "儿童服务社会工作技巧" not in client_as("foreign_organiser").get("/search?q=儿童服务").text


def test_an_odd_search_is_answered_kindly(client_as):
    for typed in ("", "%", "'; --", "x" * 500):
        assert client_as("organiser").get("/search", query_string={"q": typed}).status_code == 200
