"""The pages of attendance: what they show, and that they change what they say."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from tests import cast
from tests.attendance.crowd import CHEN, LIN, ORGANISER, ZHANG, come, fill, seat
from training_app.attendance import leaves, service
from training_app.attendance.models import Correction
from training_app.core.db import db, transaction
from training_app.schedule.models import Event, Slot

EVENT = SLOT = cast.TODAY_SLOT


@pytest.fixture
def three(app):
    for person in (CHEN, LIN, ZHANG):
        seat(person)


def _get(client_as, path, who="organiser", status=200, language="zh_Hans"):
    browser = client_as(who)
    browser.set_cookie("language", language)
    answer = browser.get(path)
    assert answer.status_code == status
    return answer.text


def _close():
    with transaction() as session:
        session.execute(update(Slot).where(Slot.id == SLOT).values(ends_at=cast.NOW))
    return service.close(EVENT, actor_id=ORGANISER, now=cast.NOW)


def _mark(person):
    mark = service.marks([SLOT], [person]).get((person, SLOT))
    return mark and (mark.status, mark.left_early)


def test_the_index_lists_the_events_with_their_figures(three, client_as):
    come(CHEN)
    text = _get(client_as, "/attendance")
    assert "第 4 期 · 儿童服务社会工作技巧" in text and "/programmes/1/attendance" in text
    assert "外区培训" not in text


def test_the_index_says_what_belongs_there_when_nothing_is_published(app, client_as):
    with transaction() as session:
        session.execute(update(Event).values(state="draft"))
    assert "考勤会显示在这里" in _get(client_as, "/attendance")


def test_the_matrix_shows_people_and_marks_with_words(three, client_as):
    come(CHEN)
    text = _get(client_as, "/phases/4/attendance")
    assert "陈丽华" in text and "开元社区<" in text and "已到" in text and "早退" in text


def test_the_matrix_is_narrowed_by_the_address(three, client_as):
    come(CHEN)
    text = _get(client_as, f"/programmes/1/attendance?subdistrict={cast.KAIYUAN}&status=missing")
    assert "林晓燕" in text and "陈丽华" not in text and "张淑英" not in text
    assert f"attendance.xlsx?subdistrict={cast.KAIYUAN}&amp;status=missing" in text


def test_nonsense_in_the_address_narrows_nothing(three, client_as):
    text = _get(client_as, "/phases/4/attendance?subdistrict=%27;drop&status=x&page=y")
    assert "陈丽华" in text


def test_the_matrix_of_an_empty_phase_says_what_appears_there(app, client_as):
    assert "目前无人报名" in _get(client_as, "/phases/5/attendance")


def test_the_event_page_has_the_four_figures_and_who_is_missing(three, client_as):
    come(CHEN)
    text = _get(client_as, "/events/4/attendance")
    for word in ("应到", "实到", "请假", "未到"):
        assert word in text
    assert text.index("张淑英") < text.index("陈丽华"), "who is not here yet stands first"
    assert 'href="tel:+8613800000009"' in text and 'href="tel:+8613800000007"' not in text


def test_several_are_corrected_together(three, client_as):
    data = {"slot": SLOT, "person": [CHEN, LIN], "status": "late", "left_early": "y", "reason": "签到表上有签名"}
    answer = client_as("organiser").post("/events/4/attendance", data=data, follow_redirects=True)
    assert answer.status_code == 200 and "已更正 2 人的考勤" in answer.text
    assert _mark(CHEN) == _mark(LIN) == ("late", True)


def test_a_correction_without_a_reason_keeps_what_was_chosen(three, client_as):
    data = {"slot": SLOT, "person": [CHEN], "status": "late", "reason": " "}
    answer = client_as("organiser").post("/events/4/attendance", data=data)
    assert answer.status_code == 422 and "请写明原因" in answer.text
    assert f'value="{CHEN}" checked' in " ".join(answer.text.split())
    assert '<option selected value="late">' in answer.text
    assert _mark(CHEN) is None


def test_a_slot_of_another_event_is_not_corrected_here(three, client_as):
    data = {"slot": 5, "person": [CHEN], "status": "late", "reason": "x"}
    assert client_as("organiser").post("/events/4/attendance", data=data).status_code == 404


def test_the_history_shows_scans_corrections_and_leave_with_who_and_why(three, client_as):
    leaves.ask(EVENT, CHEN, [SLOT], "孩子发烧", actor_id=CHEN, now=cast.NOW)
    service.correct(SLOT, CHEN, "present", "签到表上有签名", actor_id=ORGANISER, now=cast.NOW)
    text = _get(client_as, f"/events/4/attendance/{CHEN}")
    for words in ("申请请假", "孩子发烧", "已更正", "签到表上有签名", "林静"):
        assert words in text


def test_a_correction_from_the_persons_page_leads_back_there(three, client_as):
    data = {"slot": SLOT, "person": CHEN, "status": "present", "reason": "纸上有签名", "back": "1"}
    answer = client_as("organiser").post("/events/4/attendance", data=data)
    assert answer.headers["Location"] == f"/events/4/attendance/{CHEN}"


def test_an_event_that_is_over_is_closed_and_opened_again(three, client_as):
    come(CHEN)
    browser = client_as("organiser")
    assert "尚未结束" in browser.post("/events/4/attendance/close", follow_redirects=True).text
    with transaction() as session:
        session.execute(update(Slot).where(Slot.id == SLOT).values(ends_at=cast.NOW))
    assert "结算考勤" in browser.get("/events/4/attendance").text
    assert "考勤已定案" in browser.post("/events/4/attendance/close", follow_redirects=True).text
    assert _mark(LIN) == ("absent", False)
    assert browser.post("/events/4/attendance/reopen", data={"reason": " "}).status_code == 422
    assert _mark(LIN) == ("absent", False)
    browser.post("/events/4/attendance/reopen", data={"reason": "有人漏签"})
    page = browser.get("/events/4/reconciliation").text
    assert "林静 重新打开" in page and "有人漏签" in page
    assert _mark(LIN) is None


def test_a_draft_has_no_attendance(app, client_as):
    with transaction() as session:
        session.execute(update(Event).where(Event.id == EVENT).values(state="draft"))
    _get(client_as, "/events/4/attendance", status=404)


def test_a_director_asks_for_leave_and_reads_the_answer(three, client_as):
    phone = client_as("chen")
    assert "请假" in phone.get("/events/4/leave").text
    answer = phone.post("/events/4/leave", data={"slots": SLOT, "reason": "孩子发烧"}, follow_redirects=True)
    assert "请假已提交给主办方" in answer.text and "申请请假" in answer.text
    desk = client_as("organiser")
    assert "孩子发烧" in desk.get("/events/4/attendance").text
    desk.post("/events/4/attendance/leave", data={"person": CHEN, "slots": SLOT, "answer": "grant"})
    assert "已准假" in phone.get("/events/4/leave").text
    assert _mark(CHEN) == ("excused", False)
    assert "已销假" in phone.post("/events/4/leave", data={"drop": "1"}, follow_redirects=True).text
    assert _mark(CHEN) is None


def test_leave_of_who_came_after_all_waits_for_no_answer(three, client_as):
    leaves.ask(EVENT, CHEN, [SLOT], "孩子发烧", actor_id=CHEN, now=cast.NOW)
    desk = client_as("organiser")
    assert "准假" in desk.get("/events/4/attendance").text
    come(CHEN)
    assert "孩子发烧" not in desk.get("/events/4/attendance").text


def test_who_has_asked_sees_the_answer_and_a_way_back_but_no_second_form(three, client_as):
    phone = client_as("chen")
    phone.post("/events/4/leave", data={"slots": SLOT, "reason": "孩子发烧"})
    text = phone.get("/events/4/leave").text
    assert "孩子发烧" in text and "我还是来参加" in text and 'name="reason"' not in text


def test_leave_without_a_reason_is_answered_beside_the_field(three, client_as):
    answer = client_as("chen").post("/events/4/leave", data={"slots": SLOT, "reason": ""})
    assert answer.status_code == 422 and "请写明原因，便于主办方处理" in answer.text


def test_a_refusal_needs_a_reason(three, client_as):
    leaves.ask(EVENT, CHEN, [SLOT], "孩子发烧", actor_id=CHEN, now=cast.NOW)
    desk = client_as("organiser")
    data = {"person": CHEN, "slots": SLOT, "answer": "refuse"}
    assert desk.post("/events/4/attendance/leave", data=data).status_code == 422
    desk.post("/events/4/attendance/leave", data=data | {"reason": "请安排代会"})
    assert "请安排代会" in client_as("chen").get("/events/4/leave").text


def test_a_supervisor_asks_for_her_own_director_alone(three, client_as):
    browser = client_as("supervisor_kaiyuan")
    assert browser.get(f"/events/4/attendance/{CHEN}/leave").status_code == 200
    data = {"slots": SLOT, "reason": "去市里开会"}
    answer = browser.post(f"/events/4/attendance/{CHEN}/leave", data=data, follow_redirects=True)
    assert "已为陈丽华向主办方提交请假" in answer.text
    assert browser.post(f"/events/4/attendance/{ZHANG}/leave", data=data).status_code == 404


def test_pages_speak_english_too(three, client_as):
    text = _get(client_as, "/events/4/attendance", language="en")
    assert "Not here yet" in text and "Settle the attendance" in text and "应到" not in text


@pytest.mark.parametrize(
    "path", ["/attendance", "/phases/4/attendance", "/programmes/1/attendance", "/events/4/attendance"]
)
def test_a_page_sends_as_many_statements_for_a_thousand_people_as_for_ten(app, client_as, count_statements, path):
    fill(10, range(1, 7))
    browser = client_as("organiser")
    ten = count_statements(lambda: browser.get(path))
    fill(990, range(1, 7), first=11_000)
    assert count_statements(lambda: browser.get(path)) == ten


def test_two_hundred_are_on_one_page_and_the_rest_on_the_next(app, client_as):
    fill(210)
    assert "第 1 / 2 页，共 210 条" in _get(client_as, "/phases/4/attendance")
    assert "人10209" in _get(client_as, "/phases/4/attendance?page=2")


def test_nothing_is_changed_by_looking(three, client_as):
    for path in ("/attendance", "/phases/4/attendance", "/events/4/attendance", f"/events/4/attendance/{CHEN}"):
        _get(client_as, path)
    assert db.session.scalars(select(Correction)).all() == [] and _mark(CHEN) is None
