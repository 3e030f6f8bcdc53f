"""A quiz on the phone: kept answer by answer, without network too, and by a browser without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from tests import cast
from tests.browser.looking import look
from tests.learning.quizzing import CHEN, attended, made
from training_app.core.db import db
from training_app.learning.models import Score
from training_app.learning.quizmodels import QuizAnswer, QuizTry


@pytest.fixture
def quiz(live):
    attended(CHEN)
    return made()


def tap(page, question, option):
    page.locator(f"[data-question='{question}'] .option").nth(option).click()


def kept():
    db.session.expire_all()
    return {row.question: row.chosen for row in db.session.scalars(select(QuizAnswer))}


def points():
    db.session.expire_all()
    return [int(row.points) for row in db.session.scalars(select(Score).where(Score.programme_id == cast.PROGRAMME))]


def test_a_director_finds_takes_and_hands_in_the_test(page_as, quiz):
    phone = page_as("chen")
    phone.goto("/")
    phone.locator(f"a[href='/my/quizzes/{quiz}']").click()
    phone.get_by_role("button", name="开始作答").click()
    for question, options in ((0, [0]), (1, [0, 1]), (2, [1])):
        for option in options:
            tap(phone, question, option)
    expect(phone.locator("[data-state]")).to_have_text("已保存")
    expect(phone.locator("[data-answered]")).to_have_text("3")
    assert look(phone, "quiz/taking") == []
    # A double tap is one hand-in.
    phone.get_by_role("button", name="交卷").dblclick()
    expect(phone.locator("[data-quiz-done]")).to_contain_text("100 分")
    assert look(phone, "quiz/result") == []
    assert points() == [100]


def test_answers_wait_on_the_phone_for_the_network_and_survive_a_closed_page(page_as, quiz):
    phone = page_as("chen")
    phone.goto(f"/my/quizzes/{quiz}")
    phone.get_by_role("button", name="开始作答").click()
    tap(phone, 0, 0)
    expect(phone.locator("[data-state]")).to_have_text("已保存")
    address = phone.url
    phone.context.set_offline(True)
    tap(phone, 1, 0)
    tap(phone, 1, 1)
    expect(phone.locator("[data-state]")).to_contain_text("没有网络")
    phone.close()
    assert kept() == {0: [0]}
    phone.context.set_offline(False)
    again = phone.context.new_page()
    again.goto(address)
    expect(again.locator("[data-answered]")).to_have_text("2")
    expect(again.locator("[data-state]")).to_have_text("已保存")
    assert kept() == {0: [0], 1: [0, 1]}
    assert again.evaluate("Object.keys(localStorage)") == []


def test_two_tabs_end_in_one_hand_in(page_as, quiz):
    first = page_as("chen")
    first.goto(f"/my/quizzes/{quiz}")
    first.get_by_role("button", name="开始作答").click()
    second = first.context.new_page()
    second.goto(first.url)
    for question, option in ((0, 0), (1, 0), (1, 1), (2, 1)):
        tap(first, question, option)
    expect(first.locator("[data-state]")).to_have_text("已保存")
    first.get_by_role("button", name="交卷").click()
    expect(first.locator("[data-quiz-done]")).to_be_visible()
    # The other tab is told at its next answer, which changes nothing.
    tap(second, 0, 1)
    expect(second.locator("[data-quiz-done]")).to_contain_text("100 分")
    assert points() == [100]
    assert len(db.session.scalars(select(QuizTry)).all()) == 1


def test_it_is_a_form_where_no_script_runs(page_as, quiz):
    phone = page_as("chen", java_script_enabled=False)
    phone.goto(f"/my/quizzes/{quiz}")
    phone.get_by_role("button", name="开始作答").click()
    tap(phone, 0, 0)
    phone.get_by_role("button", name="保存答案，稍后继续").click()
    expect(phone.locator("[data-question='0'] input:checked")).to_have_count(1)
    tap(phone, 1, 0)
    tap(phone, 1, 1)
    phone.get_by_role("button", name="交卷").click()
    expect(phone.get_by_role("alert")).to_contain_text("还有 1 道题没答")
    tap(phone, 2, 1)
    phone.get_by_role("button", name="就这样交卷").click()
    expect(phone.locator("[data-quiz-done]")).to_contain_text("100 分")


def test_what_is_tapped_before_the_script_has_come_is_kept_too(page_as, quiz):
    phone = page_as("chen")
    held = []
    phone.route("**/js/quiz.js*", lambda route: held.append(route))
    phone.goto(f"/my/quizzes/{quiz}")
    phone.get_by_role("button", name="开始作答").click(no_wait_after=True)
    tap(phone, 0, 0)
    assert kept() == {}
    held[0].continue_()
    expect(phone.locator("[data-state]")).to_have_text("已保存")
    assert kept() == {0: [0]}
