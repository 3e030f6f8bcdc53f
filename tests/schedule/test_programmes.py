"""The programmes' pages: list, one programme, both presets in one go, publishing in bulk."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from tests import cast
from tests.schedule.drafting import WHO, salon
from tests.schedule.reading import fields
from training_app.core.db import db, transaction
from training_app.schedule import events
from training_app.schedule.models import Event, Phase, Programme, Slot


def _more_programmes(count):
    with transaction() as session:
        session.execute(
            insert(Programme),
            [
                {
                    "title": f"计划 {n}",
                    "counting_year": 2020,
                    "division_code": cast.LICHENG,
                    "organisation_id": cast.OFFICE,
                    "preset": "one_class",
                    "planned_sessions": 1,
                    "next_line": 1,
                    "feed_revision": 0,
                    "created_at": cast.LONG_AGO,
                }
                for n in range(count)
            ],
        )


def _event(event_id):
    db.session.expire_all()
    return db.session.get(Event, event_id)


def test_the_list_takes_as_many_statements_for_ten_programmes_as_for_a_thousand(app, client_as, count_statements):
    browser = client_as("organiser")
    _more_programmes(10)
    ten = count_statements(lambda: browser.get("/programmes"))
    _more_programmes(990)
    assert count_statements(lambda: browser.get("/programmes")) == ten


def test_a_programme_takes_as_many_statements_for_six_events_as_for_sixty(app, client_as, count_statements):
    browser = client_as("organiser")
    few = count_statements(lambda: browser.get("/programmes/1"))
    for n in range(54):
        events.create(cast.PROGRAMME, salon(f"2026-{8 + n // 28:02}-{1 + n % 28:02} 19:00"), **WHO)
    assert count_statements(lambda: browser.get("/programmes/1")) == few


def test_an_organiser_lists_the_programmes_of_her_office_alone(app, client_as):
    page = client_as("organiser").get("/programmes")
    assert "2026 年儿童主任培训计划" in page.text and "丰泽区儿童主任培训" not in page.text


def test_a_programme_of_drafts_is_listed_for_its_planners_alone(app, client_as):
    _more_programmes(1)
    db.session.expire_all()
    title = db.session.scalars(select(Programme.title).order_by(Programme.id.desc())).first()
    assert title in client_as("organiser").get("/programmes").text
    assert title not in client_as("auditor").get("/programmes").text
    assert "2026 年儿童主任培训计划" in client_as("auditor").get("/programmes").text


def test_the_page_says_what_is_missing_for_whom_it_concerns(app, client_as):
    page = client_as("organiser").get("/programmes/1")
    assert "还差什么" in page.text and "授课人待定" in page.text
    assert "还差什么" not in client_as("supervisor_kaiyuan").get("/programmes/1").text


def test_a_supervisor_sees_neither_drafts_nor_how_many_seats_are_taken(app, client_as):
    draft = events.create(cast.PROGRAMME, salon(title="秘密沙龙"), **WHO)
    browser = client_as("supervisor_kaiyuan")
    page = browser.get("/programmes/1")
    assert "秘密沙龙" not in page.text and "已占名额" not in page.text and "儿童主任职责" in page.text
    assert "已占" not in browser.get("/events/4").text
    assert browser.get(f"/events/{draft.id}").status_code == 404
    assert "秘密沙龙" not in browser.get("/events").text
    assert "秘密沙龙" not in browser.get("/calendar?month=2026-07").text
    assert "秘密沙龙" in client_as("organiser").get("/programmes/1").text


def test_a_facilitator_sees_her_own_event_and_no_other(app, client_as):
    browser = client_as("facilitator")
    page = browser.get("/events")
    assert "儿童服务社会工作技巧" in page.text and "儿童主任职责" not in page.text
    assert browser.get("/events/5").status_code == 404
    assert browser.get("/programmes/2").status_code == 404


def test_a_new_programme_starts_with_a_sensible_guess_and_leads_to_the_plan(app, client_as):
    browser = client_as("organiser")
    typed = fields(browser.get("/programmes/new"))
    assert (typed["counting_year"], typed["planned_sessions"], typed["division_code"]) == ("2026", "6", cast.LICHENG)
    assert typed["delivered_by"] == "致和社工事务所"
    answer = browser.post(
        "/programmes/new", data=typed | {"title": "新计划", "guided_by": "泉州市民政局\n福建省民政厅"}
    )
    made = db.session.scalars(select(Programme).where(Programme.title == "新计划")).one()
    assert answer.location == f"/programmes/{made.id}/plan"
    page = browser.get(f"/programmes/{made.id}/edit")
    assert fields(page)["guided_by"] == "泉州市民政局\n福建省民政厅"


def test_what_was_typed_stays_when_a_year_is_wrong(app, client_as):
    browser = client_as("organiser")
    typed = fields(browser.get("/programmes/new")) | {"title": "计划甲", "counting_year": "26", "hosted_by": "某某局"}
    page = browser.post("/programmes/new", data=typed)
    assert page.status_code == 422 and "请填写四位数年份" in page.text
    assert fields(page)["title"] == "计划甲" and fields(page)["hosted_by"] == "某某局"


@pytest.mark.parametrize("field", [{"division_code": "350503"}, {"organisation_id": str(cast.OTHER_OFFICE)}])
def test_nobody_plans_for_an_office_or_a_district_of_others(app, client_as, field):
    browser = client_as("organiser")
    page = browser.post("/programmes/new", data=fields(browser.get("/programmes/new")) | field)
    assert page.status_code == 422 and "请从列表中选择" in page.text


def test_six_sessions_are_planned_published_and_taken_back(app, client_as):
    browser = client_as("organiser")
    typed = fields(browser.get("/programmes/1/plan"))
    assert len([name for name in typed if name.endswith("-day")]) == 6
    answer = browser.post("/programmes/1/plan", data=typed | {"rows-0-title": "开班第一课"})
    assert answer.status_code == 302
    made = db.session.scalars(select(Event).where(Event.id > 7).order_by(Event.id)).all()
    assert [e.state for e in made] == ["draft"] * 6 and made[0].title == "开班第一课"
    assert {e.phase.number for e in made} == set(range(7, 13))
    ids = [e.id for e in made]
    browser.post("/programmes/1/publish", data={"event": ids})
    assert {_event(i).state for i in ids} == {"published"}
    page = browser.get("/programmes/1")
    assert "已发布 6 场活动" in page.text and "撤销" in page.text
    assert "已发布 6 场活动" not in browser.get("/programmes/1").text, "an offer is made once"
    browser.post("/programmes/1/unpublish", data={"event": ids})
    assert {_event(i).state for i in ids} == {"draft"}


def test_a_class_of_two_days_is_planned_with_a_slot_each_half_day(app, client_as):
    browser = client_as("organiser")
    typed = fields(browser.get("/programmes/1/plan?preset=one_class"))
    assert browser.post("/programmes/1/plan", data=typed | {"title": "骨干班"}).status_code == 302
    made = db.session.scalars(select(Event).where(Event.title == "骨干班")).all()
    assert [len(e.slots) for e in made] == [4, 4, 4]


def test_a_plan_that_clashes_names_the_date_and_the_event_and_keeps_everything(app, client_as):
    browser = client_as("organiser")
    typed = fields(browser.get("/programmes/1/plan")) | {"rows-2-day": "2026-07-12", "rows-2-title": "撞期的一课"}
    page = browser.post("/programmes/1/plan", data=typed)
    assert page.status_code == 422 and 'href="/events/5"' in page.text and "rows-2-day-error" in page.text
    assert fields(page)["rows-2-title"] == "撞期的一课" and fields(page)["rows-2-day"] == "2026-07-12"
    assert db.session.scalars(select(Phase.id).where(Phase.id > 7)).all() == []


def test_rows_of_a_plan_come_and_go_without_scripts(app, client_as):
    browser = client_as("organiser")
    typed = fields(browser.get("/programmes/1/plan")) | {"rows-5-title": "最后一课"}
    fewer = browser.post("/programmes/1/plan", data=typed | {"rows_wish": "drop-rows-1"})
    assert fewer.status_code == 200 and "rows-1-title" not in fields(fewer)
    assert fields(fewer)["rows-5-title"] == "最后一课"
    more = browser.post("/programmes/1/plan", data=fields(fewer) | {"rows_wish": "add-rows"})
    assert [value for name, value in fields(more).items() if name.endswith("-title")][-2:] == ["最后一课", ""]
    again = browser.post("/programmes/1/plan", data=fields(fewer) | {"rows_wish": "drop-rows-4"})
    titles = [value for name, value in fields(again).items() if name.endswith("-title")]
    assert titles == ["儿童关爱保护政策", "保护实务与个案", "儿童服务社会工作技巧", "最后一课"]
    anew = browser.post(
        "/programmes/1/plan", data=typed | {"rows_wish": "propose", "first_day": "2026-09-06", "weeks": "2"}
    )
    days = [value for name, value in fields(anew).items() if name.endswith("-day") and name.startswith("rows")]
    assert days[0] == "2026-09-06" and days[1] not in ("", "2026-09-20"), "20 September 2026 is a make-up workday"
    assert fields(anew)["rows-5-title"] == "最后一课"


def test_a_plan_without_rows_says_so(app, client_as):
    browser = client_as("organiser")
    typed = {k: v for k, v in fields(browser.get("/programmes/1/plan")).items() if not k.startswith("rows-")}
    page = browser.post("/programmes/1/plan", data=typed)
    assert page.status_code == 422 and "请至少填写一个日期" in page.text


def test_a_draft_without_a_venue_stays_one_and_says_why(app, client_as):
    browser = client_as("organiser")
    first = events.create(cast.PROGRAMME, salon(), **WHO)
    second = events.create(cast.PROGRAMME, salon("2026-07-02 09:00", venue_id=None, title="无处可去"), **WHO)
    browser.post("/programmes/1/publish", data={"event": [first.id, second.id, cast.OTHER_EVENT, "x"]})
    assert (_event(first.id).state, _event(second.id).state) == ("published", "draft")
    assert "“无处可去”仍是草稿" in browser.get("/programmes/1").text


def test_phases_are_made_changed_copied_and_deleted_while_empty(app, client_as):
    browser = client_as("organiser")
    typed = fields(browser.get("/programmes/1/phases/new"))
    assert typed["number"] == "7"
    browser.post("/programmes/1/phases/new", data=typed | {"nominate_until": "2026-09-01T18:00"})
    phase = db.session.scalars(select(Phase).where(Phase.number == 7)).one()
    assert phase.nominate_until == cast.NOW.replace(month=9, day=1, hour=10, minute=0)
    browser.post(f"/phases/{phase.id}/delete")
    assert db.session.scalar(select(Phase.id).where(Phase.id == phase.id)) is None
    browser.post("/phases/4/delete")
    assert "只能删除空的期次" in browser.get("/programmes/1").text
    taken = browser.post("/phases/4/edit", data={"number": "5", "title": "", "nominate_until": ""})
    assert taken.status_code == 422 and "已存在" in taken.text
    clash = browser.post("/phases/4/copy", data={"first_day": "2026-07-12"})
    assert clash.status_code == 422 and 'href="/events/5"' in clash.text
    assert browser.post("/phases/4/copy", data={"first_day": "2026-07-13"}).status_code == 302
    copied = db.session.scalars(select(Event).where(Event.id > 7)).one()
    assert copied.slots[0].starts_at == db.session.get(Slot, 5).starts_at + timedelta(days=1)
