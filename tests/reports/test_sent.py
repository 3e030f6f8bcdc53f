"""The pages of reports sent upward."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from tests import cast
from tests.attendance.crowd import CHEN, LIN, come, seat
from training_app.core.db import db, transaction
from training_app.people.models import Person
from training_app.reports import upkeep
from training_app.reports.models import SentReport

PATH = f"/reports/{cast.KAIYUAN}/sent"
FORM = {"as_of": "2026-06-14", "year": "2026", "programme": "0", "replaces": "0", "note": "报区民政局"}


@pytest.fixture(autouse=True)
def _two(app):
    seat(CHEN)
    seat(LIN)
    come(CHEN)
    upkeep.settle(cast.NOW)


def _frozen(client_as, who="supervisor_kaiyuan", **more):
    browser = client_as(who)
    answer = browser.post(PATH, data=FORM | more)
    assert answer.status_code == 302
    return browser, answer.headers["Location"]


def _report(text):
    return re.search(r'<article class="sent-report">.*</article>', text, re.S).group()


def test_the_supervisor_freezes_it_and_it_prints_the_same_again(client_as):
    browser, path = _frozen(client_as)
    text = browser.get(path).text
    for words in ("2026年度开元街道儿童主任轮训情况报表", "第 1 号", "2026年6月14日", "王督导", "盖章", "报区民政局"):
        assert words in text
    for words in ("应训", "实训", "人次", "人天", "参训率", "合格率", "空缺", "初任未考核"):
        assert words in text
    come(LIN)
    with transaction() as session:
        session.get_one(Person, cast.CAST["supervisor_kaiyuan"].id).name = "王改名"
    upkeep.settle(cast.NOW)
    assert _report(browser.get(path).text) == _report(text)


def test_it_speaks_english_too(client_as):
    browser, path = _frozen(client_as, note="")
    browser.set_cookie("language", "en")
    text = browser.get(path).text
    assert "As at" in text and "Organisation (chop)" in text and "盖章" not in text


def test_the_list_says_what_was_replaced(client_as):
    browser, _path = _frozen(client_as)
    first = db.session.scalars(select(SentReport)).one()
    browser.post(PATH, data=FORM | {"replaces": str(first.id)})
    text = browser.get(PATH).text
    assert "已被第 2 号替代" in text and text.index("2026年第 2 号") < text.index("2026年第 1 号")


def test_a_day_to_come_is_refused_with_a_sentence_and_what_was_typed_stays(client_as):
    answer = client_as("supervisor_kaiyuan").post(PATH, data=FORM | {"as_of": "2026-06-15"})
    assert answer.status_code == 422 and "这一天还没有到" in answer.text and "报区民政局" in answer.text


def test_others_do_not_find_it_and_the_auditor_reads_without_freezing(client_as):
    _browser, path = _frozen(client_as)
    assert client_as("supervisor_fuqiao").get(path).status_code == 404
    assert client_as("foreign_organiser").get(path).status_code == 404
    assert client_as("auditor").get(path).status_code == 200
    assert "定稿并查看" not in client_as("auditor").get(PATH).text
