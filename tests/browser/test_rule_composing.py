"""A rule is composed in the browser: read out as it changes, and without scripts by its buttons."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.looking import look
from tests.certificates.earning import CHEN, LIN, earn
from training_app.certificates.rulebook import current_rule

PAGE = "/programmes/1/certificates/rule"


def test_what_is_ticked_is_read_out_at_once(page_as):
    earn(CHEN)
    earn(LIN, slots=(1, 2, 3))
    page = page_as("organiser")
    page.goto(PAGE)
    page.get_by_role("button", name="指定期次").click()
    reads = page.locator("#reads")
    expect(reads).to_contain_text("请把每个条件填好")
    page.get_by_label("第 4 期").check()
    expect(reads).to_contain_text("第 4 期必须参加")
    expect(reads.locator(".figures")).to_contain_text("1 人会合格")
    page.get_by_label("需参加的期数").fill("9")
    page.get_by_label("需参加的期数").press("Tab")
    expect(reads).to_contain_text("请把每个条件填好")
    page.get_by_label("需参加的期数").fill("3")
    page.get_by_label("需参加的期数").press("Tab")
    expect(reads).to_contain_text("6 期中至少参加 3 期")
    assert look(page, "rule-composing") == []
    assert current_rule(1) is None
    page.get_by_role("button", name="保存为新版本").click()
    expect(page.get_by_text("规则第 1 版已生效")).to_be_visible()


def test_without_scripts_the_buttons_do_the_same_and_enter_removes_nothing(page_as):
    page = page_as("organiser", java_script_enabled=False)
    page.goto(PAGE)
    page.get_by_role("button", name="参加比例").click()
    page.get_by_label("占计划期数的百分之几").fill("50")
    page.get_by_label("占计划期数的百分之几").press("Enter")
    expect(page.locator("#reads")).to_contain_text("6 期中的 3 期")
    page.get_by_role("button", name="去掉 参加期数").click()
    expect(page.locator("#reads")).not_to_contain_text("至少参加 5 期")
    page.get_by_role("button", name="保存为新版本").click()
    expect(page.get_by_text("规则第 1 版已生效")).to_be_visible()


@pytest.mark.parametrize(
    ("who", "path"), [("organiser", "/programmes/1/certificates/why/7"), ("chen", "/passport/why")]
)
def test_what_is_missing_is_read_on_every_screen(page_as, who, path):
    earn(CHEN, slots=(1, 2, 4), points=50)
    page = page_as(who)
    page.goto(path)
    expect(page.get_by_text("怎么补上").first).to_be_visible()
    assert look(page, f"why-{who}") == []
