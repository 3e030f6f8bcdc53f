"""An event's pages: created, changed, moved, cancelled, thrown away, and all of it taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests import cast
from tests.schedule.drafting import WHO, moment, salon, slot
from tests.schedule.reading import fields
from training_app.core.db import db, transaction
from training_app.schedule import events, states
from training_app.schedule.drafts import AgendaDraft, FacilitatorDraft, HostDraft
from training_app.schedule.models import Event, Slot

SALON = {
    "title": "团建沙龙",
    "slots-0-day": "2026-07-01",
    "agenda-0-title": "花信使",
    "facilitators-0-name": "许老师",
    "facilitators-0-phone": "13900001111",
}


def _event(event_id):
    db.session.expire_all()
    return db.session.get(Event, event_id)


def _latest():
    return db.session.scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()


def _count():
    return db.session.scalar(select(func.count()).select_from(Event))


def _new(browser, **more):
    return fields(browser.get("/programmes/1/events/new?kind=salon")) | SALON | {"venue_id": "1"} | more


def test_a_salon_is_planned_with_all_that_hangs_on_it(app, client_as):
    browser = client_as("organiser")
    typed = _new(browser, **{"guided_by": "泉州市民政局", "description": "请穿运动鞋"})
    answer = browser.post("/programmes/1/events/new", data=typed)
    made = _latest()
    assert answer.location == f"/events/{made.id}" and (made.kind, made.state, made.number) == ("salon", "draft", 1)
    page = browser.get(answer.location).text
    for text in (
        "花信使",
        "许老师",
        "泉州市民政局",
        "请穿运动鞋",
        "开元街道新时代文明实践所",
        "新华北路 1 号",
        "14:30",
    ):
        assert text in page
    assert "13900001111" not in page


def test_the_page_of_an_event_takes_as_many_statements_whatever_hangs_on_it(app, client_as, count_statements):
    browser = client_as("organiser")
    small = events.create(
        cast.PROGRAMME,
        salon(
            agenda=(AgendaDraft(20, "talk", "甲"),),
            facilitators=(FacilitatorDraft("许老师", "13900001111"),),
            hosts=(HostDraft("hosted_by", "甲局"),),
        ),
        **WHO,
    )
    large = events.create(
        cast.PROGRAMME,
        salon(
            "2026-07-02 09:00",
            agenda=tuple(AgendaDraft(5, "talk", f"第{n}") for n in range(30)),
            facilitators=tuple(
                FacilitatorDraft(f"许老{c}", f"139000022{n}") for n, c in enumerate("甲乙丙丁戊己庚辛壬癸", 10)
            ),
            hosts=tuple(HostDraft("hosted_by", f"单位{n}") for n in range(10)),
            slots=tuple(slot(f"2026-07-{n:02} 09:00") for n in range(2, 12)),
        ),
        **WHO,
    )
    few, many = f"/events/{small.id}", f"/events/{large.id}"
    browser.get("/events/4")
    assert count_statements(lambda: browser.get(many)) == count_statements(lambda: browser.get(few))


def test_rows_come_and_go_without_scripts_and_nothing_typed_is_lost(app, client_as):
    browser = client_as("organiser")
    typed = _new(browser, **{"agenda-1-minutes": "not a number"})
    more = browser.post("/programmes/1/events/new", data=typed | {"rows_wish": "add-facilitators"})
    assert more.status_code == 200 and "facilitators-1-name" in fields(more)
    assert fields(more)["agenda-1-minutes"] == "not a number" and fields(more)["title"] == "团建沙龙"
    fewer = browser.post("/programmes/1/events/new", data=fields(more) | {"rows_wish": "drop-agenda-1"})
    assert "agenda-1-minutes" not in fields(fewer) and fields(fewer)["agenda-0-title"] == "花信使"
    for nonsense in ("drop-agenda-99", "add-title", "x", "drop-"):
        assert browser.post("/programmes/1/events/new", data=typed | {"rows_wish": nonsense}).status_code == 200
    assert _count() == 7


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"title": ""}, "title", "请填写此项"),
        ({"slots-0-day": "yesterday"}, "slots-0-day", "请按年-月-日填写日期"),
        ({"slots-0-ends": "08:00"}, "slots-0-ends", "结束时间须晚于开始时间"),
        ({"slots-0-credit_hours": "9"}, "slots-0-credit_hours", "半天最多计 4 学时"),
        ({"slots-0-opens": "23:00"}, "slots-0-closes", "签到结束时间须晚于开始时间"),
        ({"capacity": "0"}, "capacity", "人数上限至少为 1"),
        ({"agenda-0-minutes": "0"}, "agenda-0-minutes", "请填写分钟数"),
        ({"agenda-0-minutes": "soon"}, "agenda-0-minutes", "请填写整数"),
        ({"facilitators-0-phone": "12"}, "facilitators-0-phone", ""),
        ({"venue_id": "2"}, "venue_id", "请从列表中选择"),
        ({"venue_id": "x"}, "venue_id", "请从列表中选择"),
        ({"phase_id": "7"}, "phase_id", "请从列表中选择"),
        ({"registration_closes_at": "2027-01-01T00:00"}, "registration_closes_at", "报名须在活动结束前截止"),
    ],
)
def test_a_wrong_field_gets_its_sentence_beside_it_and_everything_stays(app, client_as, wrong, field, sentence):
    browser = client_as("organiser")
    page = browser.post("/programmes/1/events/new", data=_new(browser, **wrong))
    assert page.status_code == 422 and f'id="{field}-error"' in page.text and sentence in page.text
    kept = fields(page)
    assert kept["agenda-0-title"] == "花信使" and kept["facilitators-0-name"] == "许老师"
    for name, value in wrong.items():
        assert kept[name] == value or name in ("venue_id", "phase_id")
    assert _count() == 7


def test_an_event_without_any_slot_asks_for_one(app, client_as):
    browser = client_as("organiser")
    typed = {k: v for k, v in _new(browser).items() if not k.startswith("slots-")}
    page = browser.post("/programmes/1/events/new", data=typed)
    assert page.status_code == 422 and "slots-0-day-error" in page.text


def test_a_clash_names_the_other_event_with_a_link_and_keeps_what_was_typed(app, client_as):
    browser = client_as("organiser")
    typed = _new(browser, **{"slots-0-day": "2026-06-14", "slots-0-starts": "09:00", "slots-0-ends": "10:00"})
    page = browser.post("/programmes/1/events/new", data=typed)
    assert page.status_code == 409 and "儿童服务社会工作技巧" in page.text and 'href="/events/4"' in page.text
    assert fields(page)["agenda-0-title"] == "花信使" and _count() == 7


def test_a_clash_with_what_others_plan_says_when_but_not_what(app, client_as):
    with transaction() as session:
        session.get(Event, cast.OTHER_EVENT).venue_id = cast.VENUE
        session.get(Slot, cast.OTHER_SLOT).starts_at += timedelta(days=3)
        session.get(Slot, cast.OTHER_SLOT).ends_at += timedelta(days=3)
    browser = client_as("organiser")
    typed = _new(browser, **{"slots-0-day": "2026-06-17", "slots-0-starts": "09:00", "slots-0-ends": "10:00"})
    page = browser.post("/programmes/1/events/new", data=typed)
    assert page.status_code == 409 and "其他单位" in page.text and "6月17日 周三 08:30–11:30" in page.text
    assert "外区培训" not in page.text and "/events/7" not in page.text
    plan = fields(browser.get("/programmes/1/plan")) | {"rows-0-day": "2026-06-17"}
    page = browser.post("/programmes/1/plan", data=plan)
    assert page.status_code == 422 and "rows-0-day-error" in page.text and "外区培训" not in page.text


def test_a_holiday_is_said_and_not_refused(app, client_as):
    browser = client_as("organiser")
    answer = browser.post("/programmes/1/events/new", data=_new(browser, **{"slots-0-day": "2026-10-01"}))
    assert answer.status_code == 302
    assert "法定节假日" in browser.get(answer.location).text
    answer = browser.post("/programmes/1/events/new", data=_new(browser, **{"slots-0-day": "2026-09-20"}))
    assert "调休上班日" in browser.get(answer.location).text


def test_changing_nothing_changes_nothing(app, client_as):
    browser = client_as("organiser")
    before = [(s.id, s.starts_at, s.checkin_opens_at, s.late_after) for s in _event(4).slots]
    answer = browser.post("/events/4/edit", data=fields(browser.get("/events/4/edit")))
    assert answer.status_code == 302
    event = _event(4)
    assert event.revision == 0
    assert [(s.id, s.starts_at, s.checkin_opens_at, s.late_after) for s in event.slots] == before


def test_the_facilitator_keeps_her_seat_when_the_form_comes_back(app, client_as):
    browser = client_as("organiser")
    made = events.create(cast.PROGRAMME, salon(facilitators=(FacilitatorDraft("许老师", "13900001111"),)), **WHO)
    leader = _event(made.id).facilitations[0].person_id
    typed = fields(browser.get(f"/events/{made.id}/edit")) | {"facilitators-0-unit_and_title": "督导"}
    browser.post(f"/events/{made.id}/edit", data=typed)
    assert [(f.person_id, f.unit_and_title) for f in _event(made.id).facilitations] == [(leader, "督导")]


def test_nobodys_name_is_learned_by_guessing_an_id(app, client_as):
    browser = client_as("organiser")
    made = events.create(cast.PROGRAMME, salon(), **WHO)
    typed = fields(browser.get(f"/events/{made.id}/edit"))
    typed |= {"facilitators-0-person_id": "10:某人", "facilitators-0-name": "某人"}
    browser.post(f"/events/{made.id}/edit", data=typed)
    assert [f.person.name for f in _event(made.id).facilitations] == ["某人"]
    assert "外区社工" not in browser.get(f"/events/{made.id}").text


def test_a_new_venue_of_a_published_event_offers_the_message(app, client_as):
    browser = client_as("organiser")
    typed = fields(browser.get("/events/5/edit")) | {"slots-0-starts": "09:00"}
    browser.post("/events/5/edit", data=typed)
    page = browser.get("/events/5")
    assert "时间或地点有变，请通知已报名的人" in page.text and "09:00" in page.text
    if "registration.messages" in app.view_functions:
        assert 'href="/events/5/messages"' in page.text
    assert "请通知已报名的人" not in browser.get("/events/5").text


def test_a_change_of_the_description_offers_nothing(app, client_as):
    browser = client_as("organiser")
    browser.post("/events/5/edit", data=fields(browser.get("/events/5/edit")) | {"description": "带笔"})
    assert "请通知已报名的人" not in browser.get("/events/5").text


def test_a_move_takes_everything_along_and_is_undone_in_one_tap(app, client_as):
    browser = client_as("organiser")
    before = _event(5).slots[0].starts_at
    typed = fields(browser.get("/events/5/move")) | {"day": "2026-07-14"}
    assert browser.post("/events/5/move", data=typed).location == "/events/5"
    assert _event(5).slots[0].checkin_opens_at == before + timedelta(days=2, minutes=-30)
    page = browser.get("/events/5").text
    assert 'action="/events/5/move"' in page and "撤销" in page
    browser.post("/events/5/move", data={"day": "2026-07-12", "starts": "08:30", "venue_id": "1"})
    assert _event(5).slots[0].starts_at == before


def test_a_move_onto_another_event_is_refused(app, client_as):
    browser = client_as("organiser")
    page = browser.post("/events/5/move", data={"day": "2026-06-14", "starts": "09:00", "venue_id": "1"})
    assert page.status_code == 409 and 'href="/events/4"' in page.text and fields(page)["starts"] == "09:00"


def test_a_cancellation_needs_its_reason_offers_the_message_and_is_undone(app, client_as):
    browser = client_as("organiser")
    assert browser.post("/events/5/cancel", data={"reason": "  "}).status_code == 422
    assert _event(5).state == "published"
    browser.post("/events/5/cancel", data={"reason": "台风"})
    page = browser.get("/events/5").text
    assert _event(5).state == "cancelled" and "台风" in page and "请通知已报名的人" in page
    assert 'action="/events/5/restore"' in page
    browser.post("/events/5/restore")
    assert _event(5).state == "published"


def test_publishing_and_taking_back_offer_each_other(app, client_as):
    browser = client_as("organiser")
    made = events.create(cast.PROGRAMME, salon(), **WHO)
    browser.post(f"/events/{made.id}/publish")
    assert f'action="/events/{made.id}/unpublish"' in browser.get(f"/events/{made.id}").text
    browser.post(f"/events/{made.id}/unpublish")
    assert _event(made.id).state == "draft"


def test_an_event_without_a_venue_is_not_published_and_says_why(app, client_as):
    browser = client_as("organiser")
    made = events.create(cast.PROGRAMME, salon(venue_id=None), **WHO)
    browser.post(f"/events/{made.id}/publish")
    assert "请先选择地点再发布" in browser.get(f"/events/{made.id}").text and _event(made.id).state == "draft"


def test_a_restored_event_whose_venue_was_taken_meanwhile_says_by_what(app, client_as):
    browser = client_as("organiser")
    browser.post("/events/5/cancel", data={"reason": "台风"})
    events.create(cast.PROGRAMME, salon("2026-07-12 09:00", title="补位沙龙"), **WHO)
    browser.post("/events/5/restore")
    assert "补位沙龙" in browser.get("/events/5").text and _event(5).state == "cancelled"


def test_a_thrown_away_draft_is_fetched_back_in_one_tap(app, client_as):
    browser = client_as("organiser")
    made = events.create(cast.PROGRAMME, salon(title="误删沙龙", agenda=(AgendaDraft(20, "talk", "讲座"),)), **WHO)
    id_ = made.id
    answer = browser.post(f"/events/{id_}/delete")
    assert answer.location == "/programmes/1" and _event(id_) is None
    undo = f"/programmes/1/deleted/{id_}/undo"
    assert f'action="{undo}"' in browser.get("/programmes/1").text
    back = browser.post(undo)
    page = browser.get(back.location).text
    assert "误删沙龙" in page and "讲座" in page


def test_a_published_event_is_not_thrown_away(app, client_as):
    browser = client_as("organiser")
    browser.post("/events/5/delete")
    assert _event(5) is not None


def test_a_copy_proposes_the_next_week_and_becomes_a_draft(app, client_as):
    browser = client_as("organiser")
    typed = fields(browser.get("/events/5/copy"))
    assert (typed["day"], typed["starts"]) == ("2026-07-19", "08:30")
    answer = browser.post("/events/5/copy", data=typed)
    made = _latest()
    assert answer.location == f"/events/{made.id}" and made.state == "draft"
    assert made.slots[0].starts_at == moment("2026-07-19 08:30")


def test_an_old_event_is_copied_to_a_week_that_lies_ahead(app, client_as):
    assert fields(client_as("organiser").get("/events/1/copy"))["day"] == "2026-06-21"


def test_a_closed_event_cannot_be_changed_and_says_so(app, client_as):
    with transaction() as session:
        session.get(Event, 3).state = "closed"
    browser = client_as("organiser")
    page = browser.post("/events/3/edit", data=fields(browser.get("/events/3/edit")) | {"description": "补记"})
    assert page.status_code == 409 and "请先恢复再修改" in page.text and fields(page)["description"] == "补记"


def test_a_seat_less_than_taken_is_refused_beside_the_capacity(app, client_as):
    with transaction() as session:
        session.get(Event, 5).seats_taken = 9
    browser = client_as("organiser")
    page = browser.post("/events/5/edit", data=fields(browser.get("/events/5/edit")) | {"capacity": "8"})
    assert page.status_code == 422 and "已有 9 人占用名额" in page.text
    assert states.publish(5, **WHO).capacity == 80
