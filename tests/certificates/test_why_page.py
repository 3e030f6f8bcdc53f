"""Why somebody has earned the paper, or why not: on the organiser's page and on the passport's."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from tests import cast
from tests.certificates.earning import CHEN, LIN, ORGANISER, ZHANG, crowd, earn, issue
from training_app.certificates import service
from training_app.certificates.kinds import Area, Named, Sessions
from training_app.certificates.kinds_feedback import Feedback
from training_app.certificates.kinds_hours import Hours, Outside
from training_app.certificates.kinds_tests import KnowledgeTest
from training_app.certificates.rules import Conditions

WHO = {"actor_id": ORGANISER, "now": cast.NOW}


def page(person):
    return f"/programmes/1/certificates/why/{person}"


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def ask(*conditions):
    service.set_rule(cast.PROGRAMME, Conditions.composed(conditions), **WHO)


def test_the_organisers_page_shows_it_in_words(app, client_as):
    ask(Sessions(5), Named((5,)), KnowledgeTest())
    earn(CHEN, slots=(1, 2, 3), points=52)
    said = text_of(client_as("organiser").get(page(CHEN)))
    for sentence in (
        "还有 3 项条件未达到",
        "6 期中至少参加 5 期",
        "第 1 期 · 儿童关爱保护政策",
        "2026年3月15日",
        "第 5 期还要参加",
        "第 1 次：52 分",
        "可以补考一次",
    ):
        assert sentence in said, sentence
    assert f'href="{page(CHEN)}"' in client_as("organiser").get("/programmes/1/certificates").text


def test_a_paper_that_was_issued_is_named(app, client_as):
    earn(CHEN)
    [paper] = issue(CHEN)
    assert f"已发证：{paper.serial}" in text_of(client_as("organiser").get(page(CHEN)))


def test_a_supervisor_asks_of_her_own_people_and_of_no_others(app, client_as):
    earn(CHEN, ZHANG)
    assert client_as("supervisor_kaiyuan").get(page(CHEN)).status_code == 200
    assert client_as("supervisor_kaiyuan").get(page(ZHANG)).status_code == 404
    assert client_as("organiser").get(page(LIN)).status_code == 404
    assert client_as("organiser").get(page(99999)).status_code == 404
    assert client_as("foreign_organiser").get(page(CHEN)).status_code == 404


def test_a_director_sees_her_own_from_the_passport(app, client_as):
    ask(Sessions(5), Named((2,)), KnowledgeTest())
    earn(CHEN, slots=(1,), points=None)
    passport = client_as("chen").get("/passport").text
    assert "/passport/why?programme=1" in passport
    said = text_of(client_as("chen").get("/passport/why?programme=1"))
    assert "结业条件明细" in said and "第 1 期 · 儿童关爱保护政策" in said and "第 2 期已错过" in said
    assert "林晓燕" not in said


def test_the_form_that_is_open_is_one_tap_away(app, client_as):
    ask(Sessions(1), Feedback())
    earn(CHEN, slots=(4,), points=None)
    own = client_as("chen").get("/passport/why")
    assert 'href="/events/4/feedback"' in own.text and "还有 1 期未填写反馈" in text_of(own)
    assert "表单开放中" in text_of(client_as("organiser").get(page(CHEN)))


def test_who_is_in_no_programme_learns_what_belongs_here(app, client_as):
    said = text_of(client_as("auditor").get("/passport/why"))
    assert "您还没有参加培训计划" in said


@pytest.mark.parametrize("path", [page(CHEN), "/passport/why"])
def test_the_statements_do_not_grow_with_the_people(app, client_as, count_statements, path):
    ask(Sessions(5), Named((2,)), Area(), Hours(Decimal(20)), Outside(), Feedback(), KnowledgeTest())
    earn(CHEN, slots=(1,))
    browser = client_as("chen" if path == "/passport/why" else "organiser")
    browser.get(path)
    few = count_statements(lambda: browser.get(path))
    crowd(300)
    assert count_statements(lambda: browser.get(path)) == few
    assert few <= 45
