"""A person's page lists the training that she had elsewhere, to those who may see her."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests import cast
from tests.home.story import CHEN, LIN
from training_app.core.db import transaction
from training_app.learning import outside
from training_app.learning.outsiderules import Entry
from training_app.people.models import Person

ORGANISER = cast.CAST["organiser"].id
WHO = {"actor_id": ORGANISER, "now": cast.NOW}
PAGE = f"/people/{CHEN}"


def _entered(title, person=CHEN, *, confirmed=False):
    entry = Entry("province", title, "福建省民政厅", Decimal(16), 2025, date(2025, 9, 1), date(2025, 9, 2))
    return outside.enter(person, entry, source="staff", confirmed=confirmed, **WHO).id


@pytest.fixture(autouse=True)
def _trainings(app, now):
    _entered("骨干培训班", confirmed=True)
    _entered("线上公开课")
    outside.decide(_entered("周末讲座"), confirmed=False, reason="没有学时证明", **WHO)
    outside.withdraw(_entered("收回的培训"), **WHO)


def test_confirmed_waiting_and_refused_with_the_reason_and_nothing_that_was_taken_back(client_as):
    page = client_as("organiser").get(PAGE).text
    for words in ("外出培训", "骨干培训班", "福建省民政厅", "2025年9月1日", "16 学时", "线上公开课", "没有学时证明"):
        assert words in page, words
    assert "收回的培训" not in page
    for title, state in (("骨干培训班", "已确认"), ("线上公开课", "待确认"), ("周末讲座", "未通过")):
        assert state in page.split(title)[1].split("</li>")[0]


def test_her_supervisor_opens_one_and_the_auditor_reads_alone(client_as):
    first = '<a href="/elsewhere/1">'
    assert first in client_as("supervisor_kaiyuan").get(PAGE).text
    page = client_as("auditor").get(PAGE).text
    assert "骨干培训班" in page and first not in page


def test_another_subdistrict_sees_neither_her_nor_it(client_as):
    answer = client_as("supervisor_fuqiao").get(PAGE)
    assert answer.status_code == 404 and "骨干培训班" not in answer.text


def test_another_persons_page_has_none_of_it(client_as):
    page = client_as("organiser").get(f"/people/{LIN}").text
    assert "骨干培训班" not in page and 'id="elsewhere"' not in page


def test_what_was_entered_for_a_record_that_was_merged_is_hers(client_as):
    _entered("合并前的培训", person=cast.CAST["stranger"].id, confirmed=True)
    with transaction() as session:
        session.get_one(Person, cast.CAST["stranger"].id).merged_into_id = CHEN
    assert "合并前的培训" in client_as("organiser").get(PAGE).text


def test_many_take_as_many_statements_as_few(client_as, count_statements):
    browser = client_as("organiser")
    browser.get(PAGE)
    few = count_statements(lambda: browser.get(PAGE))
    for number in range(20):
        _entered(f"第 {number} 个培训")
    assert count_statements(lambda: browser.get(PAGE)) == few
