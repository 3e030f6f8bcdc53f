"""The page on which a rule is composed, in words at once, tried on those who take part, and kept in versions."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from tests import cast
from tests.certificates.earning import CHEN, LIN, ORGANISER, ZHANG, crowd, earn, issue
from training_app.certificates import service
from training_app.certificates.asking import kinds
from training_app.certificates.models import Rule
from training_app.certificates.rules import Conditions
from training_app.core.db import db, transaction
from training_app.schedule.models import Event

PAGE = "/programmes/1/certificates/rule"


@pytest.fixture
def organiser(app, client_as):
    return client_as("organiser")


def text_of(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))


def value_of(page, name):
    [field] = re.findall(rf'<input[^>]*name="{name}"[^>]*>', page.text)
    return re.search(r'value="([^"]*)"', field)[1]


def rule(*rows, **more):
    """What a browser sends: a row is a kind and what is typed in its fields."""
    sent = {"asked": [kind for kind, _typed in rows]} | more
    for place, (_kind, typed) in enumerate(rows):
        sent |= {f"asked-{place}-{name}": value for name, value in typed.items()}
    return sent


FOUR = ("sessions", {"count": "4"})
TEST = ("test", {"required": "y", "pass_mark": "60", "counts": "best"})


def kept():
    return [row.conditions["asked"] for row in db.session.scalars(select(Rule).order_by(Rule.version))]


def test_a_rule_of_every_kind_is_composed_and_read_out(organiser):
    rows = [
        FOUR,
        ("share", {"percent": "80"}),
        ("named", {"numbers": ["1", "3"]}),
        ("area", {"area": "every", "least": "1"}),
        ("area", {"area": "special_services", "least": "2"}),
        ("hours", {"hours": "16"}),
        ("outside", {}),
        ("salons", {"count": "1"}),
        ("test", {"required": "y", "pass_mark": "70", "counts": "latest"}),
    ]
    page = text_of(organiser.post(PAGE, data=rule(*rows, do="preview")))
    for sentence in (
        "6 期中至少参加 4 期",
        "至少参加计划期数的 80%：6 期中的 5 期",
        "第 1、3 期必须参加",
        "每个课程领域至少参加 1 期",
        "“特殊儿童服务”至少参加 2 期",
        "至少 16 学时",
        "至少参加 1 次沙龙",
        "70 分",
    ):
        assert sentence in page, sentence
    assert kept() == []
    assert organiser.post(PAGE, data=rule(*rows)).status_code == 302
    assert [one["kind"] for one in kept()[0]] == [kind for kind, _typed in rows]


def test_a_condition_is_added_and_removed_without_scripts_and_the_rest_stays(organiser):
    typed = rule(("sessions", {"count": "3"}), ("hours", {"hours": "7.5"}))
    page = organiser.post(PAGE, data=typed | {"add": "share"})
    assert page.status_code == 200
    assert re.findall(r'name="asked" value="(\w+)"', page.text) == ["sessions", "share", "hours"]
    assert value_of(page, "asked-0-count") == "3" and value_of(page, "asked-2-hours") == "7.5"
    page = organiser.post(PAGE, data=typed | {"remove": "0"})
    assert re.findall(r'name="asked" value="(\w+)"', page.text) == ["hours"]
    assert kept() == []


def test_only_what_the_rule_lacks_is_offered(organiser):
    page = organiser.post(PAGE, data=rule(FOUR, ("area", {"area": "every", "least": "1"}), do="preview")).text
    offered = re.findall(r'name="add"\s+value="(\w+)"', page)
    assert offered == [one.kind for one in kinds() if one.kind != "sessions"]


def test_those_who_take_part_are_counted_before_it_is_saved(organiser):
    earn(CHEN, LIN)
    earn(ZHANG, slots=(1,), points=None)
    page = text_of(organiser.get(PAGE))
    assert "2 人会合格" in page and "1 人够不到了" in page
    page = text_of(organiser.post(PAGE, data=rule(("sessions", {"count": "6"}), TEST, do="preview")))
    assert "0 人会合格" in page and "2 人还来得及" in page
    assert "现行规则下有 2 人合格。 其中 2 人将不再合格。" in page


@pytest.mark.parametrize(
    ("row", "parameter", "sentence"),
    [
        (("sessions", {"count": "7"}), "count", "计划共 6 期"),
        (("sessions", {"count": "五"}), "count", "整数"),
        (("sessions", {"count": "0"}), "count", "没有要求"),
        (("salons", {"count": "-1"}), "count", "0 到 60"),
        (("share", {"percent": "120"}), "percent", "0 到 100"),
        (("named", {"numbers": ["7"]}), "numbers", "没有第 7 期"),
        (("named", {}), "numbers", "请勾选"),
        (("area", {"area": "policies", "least": "2"}), "least", "只安排了 1 期"),
        (("hours", {"hours": "NaN"}), "hours", "请填写数字"),
        # Written out, it would be a million digits on every page that reads the rule.
        (("hours", {"hours": "1e-999999"}), "hours", "请填写数字"),
        (("test", {"required": "y", "pass_mark": "101", "counts": "best"}), "pass_mark", "0 到 100"),
    ],
)
def test_what_nobody_can_meet_is_marked_and_what_was_typed_stays(organiser, row, parameter, sentence):
    page = organiser.post(PAGE, data=rule(row))
    assert page.status_code == 422
    assert re.search(f'id="asked-0-{parameter}-error">[^<]*{sentence}', page.text)
    for value in row[1].values():
        assert isinstance(value, list) or f'value="{value}"' in page.text
    assert kept() == []


def test_an_area_that_the_programme_does_not_have_is_refused(organiser):
    with transaction() as session:
        session.get(Event, 1).state = "cancelled"
    page = organiser.post(PAGE, data=rule(("area", {"area": "policies", "least": "1"})))
    assert page.status_code == 422 and "没有安排“儿童关爱保护相关政策”" in page.text


@pytest.mark.parametrize("rows", [(), (TEST,), (("outside", {}),)])
def test_a_rule_that_asks_for_nothing_is_refused(organiser, rows):
    page = organiser.post(PAGE, data=rule(*rows))
    assert page.status_code == 422 and "否则人人都合格" in page.text
    assert kept() == []


def test_the_same_condition_twice_is_refused(organiser):
    page = organiser.post(PAGE, data=rule(FOUR, ("sessions", {"count": "5"})))
    assert page.status_code == 422 and "重复" in page.text


def test_versions_say_who_when_and_what_changed(organiser):
    organiser.post(PAGE, data=rule(FOUR, TEST))
    organiser.post(PAGE, data=rule(("sessions", {"count": "5"}), ("named", {"numbers": ["6"]})))
    page = text_of(organiser.get(PAGE))
    assert "第 2 版" in page and cast.CAST["organiser"].name in page
    assert "6 期中至少参加 4 期 → 6 期中至少参加 5 期" in page
    assert "新增： 第 6 期必须参加" in page
    assert "取消： 测试达到 60 分" in page


def test_a_changed_rule_changes_no_past_decision(organiser):
    earn(CHEN)
    [paper] = issue(CHEN)
    before = dict(paper.facts)
    organiser.post(PAGE, data=rule(("sessions", {"count": "6"}), TEST))
    db.session.expire_all()
    assert (paper.rule_version, paper.facts, paper.revoked_at) == (1, before, None)
    assert not service.progress(cast.PROGRAMME, [CHEN], cast.NOW)[CHEN].eligible
    assert "已发证" in text_of(organiser.get("/programmes/1/certificates?state=issued"))
    assert kept()[0] == [
        {"kind": "sessions", "count": 5},
        {"kind": "test", "required": True, "pass_mark": "60", "counts": "best"},
    ]


def test_a_rule_from_before_the_list_is_edited_like_any_other(organiser):
    with transaction() as session:
        old = {"sessions_needed": 3, "hours_needed": "12.5", "salons_needed": 0, "test_required": False,
               "pass_mark": "60", "counts": "best", "counts_outside": True}  # fmt: skip
        session.add(Rule(programme_id=1, version=1, conditions=old, created_at=cast.NOW, created_by_id=ORGANISER))
    page = organiser.get(PAGE)
    assert re.findall(r'name="asked" value="(\w+)"', page.text) == ["sessions", "hours", "outside"]
    assert value_of(page, "asked-1-hours") == "12.5"


def test_a_thousand_people_take_as_many_statements_as_ten(organiser, count_statements):
    service.set_rule(cast.PROGRAMME, Conditions(5, test_required=False), actor_id=ORGANISER, now=cast.NOW)
    crowd(10)
    organiser.get(PAGE)
    ten = count_statements(lambda: organiser.get(PAGE))
    crowd(990, first=2000)
    assert count_statements(lambda: organiser.get(PAGE)) == ten
    assert ten <= 40
