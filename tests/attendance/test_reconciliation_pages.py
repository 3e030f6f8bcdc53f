"""The page on which an event is settled and closed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from tests import cast
from tests.attendance.crowd import CHEN, LIN, fill, seat
from training_app.attendance.models import Attendance, Scan, Settlement
from training_app.core.db import db, transaction
from training_app.people.models import Person
from training_app.registration.walkins import walk_in
from training_app.schedule.models import Event, Slot

PAGE = "/events/4/reconciliation"
SLOT = cast.TODAY_SLOT


def _scans(rows):
    plain = {
        "slot_id": SLOT, "source": "camera", "direction": "in", "at": cast.NOW, "received_at": cast.NOW,
        "outcome": "accepted", "reason": None, "registration_id": None, "person_id": None, "ticket_as_read": None,
        "forced": False, "note": "", "said": None,
    }  # fmt: skip
    with transaction() as session:
        session.execute(insert(Scan), [plain | {"nonce": f"page-{n:06}"} | row for n, row in enumerate(rows)])
        return list(session.scalars(select(Scan.id).order_by(Scan.id)))


@pytest.fixture
def three(app):
    """Forced, refused, and a ticket of nobody."""
    registrations = {person: seat(person) for person in (CHEN, LIN)}
    return _scans(
        [
            {"person_id": CHEN, "registration_id": registrations[CHEN], "forced": True, "reason": "waiting",
             "note": "街道已确认", "actor_id": cast.CAST["organiser"].id},
            {"person_id": LIN, "registration_id": registrations[LIN], "outcome": "refused", "reason": "revoked",
             "said": "ok", "device_time": cast.NOW, "clock_offset_ms": 0},
            {"outcome": "refused", "reason": "unknown", "ticket_as_read": "ZZZZZ00000"},
        ]
    )  # fmt: skip


def _over(state="published"):
    with transaction() as session:
        session.execute(update(Slot).where(Slot.id == SLOT).values(ends_at=cast.NOW - timedelta(minutes=1)))
        session.execute(update(Event).where(Event.id == 4).values(state=state))


def test_the_page_has_the_figures_and_the_groups(three, client_as):
    text = client_as("organiser").get(PAGE).text
    for words in (
        "应到",
        "实到",
        "请假",
        "未到",
        "未通过，但准予进入",
        "街道已确认",
        "手机已放行，系统未通过",
        "ZZZZZ00000",
    ):
        assert words in text
    assert "共 3 次扫码" in text


def test_the_list_is_narrowed_by_the_address(three, client_as):
    text = client_as("organiser").get(f"{PAGE}?kind=unknown").text
    assert "ZZZZZ00000" in text and "街道已确认" not in text
    assert "没有符合条件的内容" in client_as("organiser").get(f"{PAGE}?show=settled").text
    assert "街道已确认" in client_as("organiser").get(f"{PAGE}?kind=x&show=y&slot=99&page=z").text


def test_ticked_rows_are_settled_with_who_and_why_in_view(three, client_as):
    desk = client_as("organiser")
    data = {"scan": [three[0], three[2]], "decision": "stands", "reason": "已核对"}
    page = desk.post(f"{PAGE}?kind=", data=data, follow_redirects=True).text
    assert "已处理 2 次扫码" in page and "ZZZZZ00000" not in page
    page = desk.get(f"{PAGE}?show=settled").text
    assert page.count("已核对") == 2 and "林静" in page


def test_a_scan_is_given_to_the_one_person_who_is_called_that(three, client_as):
    data = {"scan": three[2], "decision": "counts", "who": "林晓", "reason": "她的旧票"}
    assert client_as("organiser").post(PAGE, data=data).status_code == 302
    assert db.session.scalars(select(Attendance.person_id)).all() == [LIN]


def test_of_several_who_match_one_is_chosen_and_what_was_typed_stays(three, client_as):
    with transaction() as session:
        session.add(Person(id=500, name="林晓红", created_at=cast.LONG_AGO, pinyin=""))
    seat(500, division=cast.MEISHAN)
    desk = client_as("organiser")
    data = {"scan": three[2], "decision": "counts", "who": "林晓", "reason": "她的旧票"}
    answer = desk.post(PAGE, data=data)
    assert answer.status_code == 422 and "请选择一位" in answer.text
    for kept in ('value="林晓"', 'value="她的旧票"', 'name="person"', "checked"):
        assert kept in answer.text
    assert desk.post(PAGE, data=data | {"person": 500}).status_code == 302
    assert db.session.scalars(select(Settlement.person_id)).one() == 500


def test_what_is_missing_is_said_beside_the_field(three, client_as):
    desk = client_as("organiser")
    page = desk.post(PAGE, data={"decision": "void", "reason": "x"})
    assert page.status_code == 422 and "请至少勾选一行" in page.text
    page = desk.post(PAGE, data={"scan": three[0], "decision": "void", "reason": ""})
    assert page.status_code == 422 and "请写明原因" in page.text
    page = desk.post(PAGE, data={"scan": three[0], "decision": "counts", "who": "无此人", "reason": "x"})
    assert page.status_code == 422 and "本场没有符合的人" in page.text
    assert db.session.scalars(select(Settlement)).all() == []


def test_the_close_asks_why_things_are_left_and_keeps_it_on_record(three, client_as):
    _over()
    desk = client_as("organiser")
    page = desk.post("/events/4/attendance/close", data={"leaving": ""})
    assert page.status_code == 422 and "还有 3 次扫码未处理" in page.text and "还有未处理的扫码" in page.text
    page = desk.post("/events/4/attendance/close", data={"leaving": "不再核对"}, follow_redirects=True).text
    assert "本场已结算" in page and "3 次扫码未处理" in page and "不再核对" in page


def test_a_closed_event_is_changed_by_nobody_before_it_is_opened(three, client_as):
    _over("closed")
    desk = client_as("organiser")
    data = {"scan": three[1], "decision": "own", "reason": "本人到场"}
    assert "考勤已定案" in desk.post(PAGE, data=data, follow_redirects=True).text
    page = desk.get("/events/4/attendance").text
    assert "结算考勤" in page and 'form="correct"' not in page
    fix = {"slot": SLOT, "person": [LIN], "status": "present", "reason": "x"}
    assert "考勤已定案" in desk.post("/events/4/attendance", data=fix, follow_redirects=True).text
    assert db.session.scalars(select(Attendance)).all() == []


def test_today_leads_to_events_to_close_and_to_what_came_in_afterwards(three, client_as):
    _over()
    desk = client_as("organiser")
    assert 'href="/events/4/reconciliation"' in desk.get("/").text
    _over("closed")
    assert 'href="/events/4/reconciliation"' not in desk.get("/").text
    with transaction() as session:
        session.execute(update(Scan).where(Scan.id == three[1]).values(reason="event_closed"))
    page = desk.get("/").text
    assert 'href="/events/4/reconciliation"' in page and "结算后又上传了 1 次扫码" in page
    desk.post(PAGE, data={"scan": three[1], "decision": "stands", "reason": "本人未到"})
    assert "结算后又上传了" not in desk.get("/").text


def test_an_unconfirmed_walk_in_leads_to_the_merge(app, client_as):
    with transaction() as session:
        session.add(Person(id=500, name="陈丽花", created_at=cast.LONG_AGO, pinyin="", unconfirmed=True))
    _scans([{"person_id": 500, "registration_id": seat(500, as_whom="walk_in"), "source": "walk_in"}])
    text = client_as("organiser").get(PAGE).text
    assert "/people/500/merge" in text and "现场登记，身份未确认" in text


def test_who_was_registered_at_the_door_without_a_community_can_be_confirmed_by_the_organiser(app, client_as):
    told = {"name": "刘新来", "phone": "", "division_code": None}
    row = walk_in(SLOT, **told, actor_id=None, now=cast.NOW)
    assert row.division_code is None and row.person.division_code == cast.LICHENG
    assert client_as("organiser").get(f"/people/{row.person_id}/edit").status_code == 200
    assert client_as("organiser").get(f"/people/{row.person_id}/merge").status_code == 200
    assert client_as("foreign_organiser").get(f"/people/{row.person_id}/edit").status_code == 404


@pytest.mark.parametrize(("reader", "named"), [("organiser", False), ("administrator", True)])
def test_where_else_she_was_scanned_is_named_to_whom_may_see_it(app, client_as, reader, named):
    with transaction() as session:
        other = session.scalars(select(Slot).where(Slot.event_id == cast.OTHER_EVENT)).one()
        mine = session.get(Slot, SLOT)
        other.starts_at, other.ends_at = mine.starts_at, mine.ends_at
        title, place = session.get(Event, cast.OTHER_EVENT).title, other.id
        foreign = cast.CAST["foreign_organiser"]
    registration = seat(CHEN)
    _scans(
        [
            {"person_id": CHEN, "registration_id": registration},
            {"person_id": CHEN, "slot_id": place, "actor_id": foreign.id},
        ]
    )
    text = client_as(reader).get(f"{PAGE}?kind=twice").text
    assert "也签到过" in text
    line = text[text.index("也签到过") :][:400]
    assert (title in line) == named and ("在另一场活动" in line) != named
    assert (foreign.name in line) == named


def test_the_page_sends_as_many_statements_for_a_thousand_scans_as_for_ten(app, client_as, count_statements):
    fill(1000)
    rows = [{"person_id": 10_000 + n, "forced": True, "reason": "waiting", "note": "x"} for n in range(1000)]
    ids = _scans(rows[:10])
    with transaction() as session:
        for scan_id in ids:
            session.add(Settlement(scan_id=scan_id, decision="stands", reason="x", actor_id=2, at=cast.NOW))
    desk = client_as("organiser")
    ten = count_statements(lambda: desk.get(f"{PAGE}?show=all"))
    _scans([row | {"nonce": f"more-{n:06}"} for n, row in enumerate(rows[10:])])
    assert count_statements(lambda: desk.get(f"{PAGE}?show=all")) == ten
    assert "第 1 / 20 页，共 1000 条" in desk.get(f"{PAGE}?show=all").text


def test_many_rows_are_settled_in_few_statements(app, client_as, count_statements):
    fill(60)
    ids = _scans([{"person_id": 10_000 + n, "forced": True, "reason": "waiting", "note": "x"} for n in range(60)])
    desk = client_as("organiser")
    data = {"decision": "void", "reason": "重复"}
    few = count_statements(lambda: desk.post(PAGE, data=data | {"scan": ids[:2]}))
    assert count_statements(lambda: desk.post(PAGE, data=data | {"scan": ids[2:50]})) <= few


def test_the_page_speaks_english_too(three, client_as):
    browser = client_as("organiser")
    browser.set_cookie("language", "en")
    text = browser.get(PAGE).text
    assert "Let in against a refusal" in text and "未通过" not in text
