"""The first page, for each who may stand before it."""

from __future__ import annotations

import re
from datetime import timedelta

import time_machine
from sqlalchemy import insert, select, update

from tests import cast
from tests.home.story import CHEN, LIN, ZHANG, attended, crowd, registered
from training_app.attendance import leaves
from training_app.core import qr
from training_app.core.db import db, transaction
from training_app.home import desk
from training_app.people.models import Person
from training_app.registration import tickets
from training_app.registration.models import Nomination, Registration
from training_app.schedule.models import Event, Slot, Venue


def test_a_visitor_is_led_to_the_login(client_as):
    assert client_as("visitor").get("/").location.startswith("/login")


def test_on_the_day_the_ticket_stands_first(app, client_as):
    registered(CHEN, 4, 5)
    page = client_as("chen").get("/").text
    assert "T004 0000 07" in page and "儿童服务社会工作技巧" in page and "开元街道新时代文明实践所" in page


def test_the_ticket_reads_as_its_pages_address(app, client_as):
    registered(CHEN, 4)
    page = client_as("chen").get("/").text
    row = db.session.scalars(select(Registration)).one()
    expected = qr.svg(f"http://localhost/t/{tickets.token_of(row)}", "您的签到二维码")
    assert str(expected) in page


def test_who_is_checked_in_sees_it_on_the_ticket(app, client_as):
    registered(CHEN, 4)
    attended(CHEN, 4)
    assert "您已签到" in client_as("chen").get("/").text


def test_until_she_is_checked_in_the_six_digits_and_the_way_out_stand_under_the_ticket(app, client_as):
    registered(CHEN, 4)
    page = client_as("chen").get("/").text
    assert 'href="/v"' in page and "输入六位数字" in page and "来不了？" in page
    attended(CHEN, 4)
    page = client_as("chen").get("/").text
    assert 'href="/v"' not in page and "来不了？" not in page


def test_on_other_days_the_next_date_stands_first(app, client_as):
    registered(CHEN, 5, 6)
    page = client_as("chen").get("/").text
    assert "您的下一次" in page and page.index("特殊儿童服务") < page.index("您的下一次") + 400
    assert "T005" not in page


def test_who_waits_is_told_so_and_gets_no_ticket(app, client_as):
    registered(CHEN, 4, state="waiting")
    page = client_as("chen").get("/").text
    assert "您正在候补" in page and "T004" not in page


def test_a_cancelled_date_says_why(app, client_as):
    registered(CHEN, 5)
    with transaction() as session:
        event = session.get(Event, 5)
        event.state, event.cancel_reason = "cancelled", "台风来袭"
    assert "台风来袭" in client_as("chen").get("/").text


def test_a_draft_is_seen_by_nobody(app, client_as):
    registered(CHEN, 5)
    with transaction() as session:
        session.get(Event, 5).state = "draft"
    assert "特殊儿童服务" not in client_as("chen").get("/").text


def test_what_is_open_to_her_is_offered(app, client_as):
    page = client_as("chen").get("/").text
    assert "可以报名" in page and "综合研讨与结业" in page and "外区培训" not in page


def test_one_tap_registers_for_what_is_open(app, client_as):
    browser = client_as("chen")
    form = re.search(r'action="(/join/6-[^"]+)"', browser.get("/").text)
    assert browser.post(form.group(1)).status_code == 302
    row = db.session.scalars(select(Registration)).one()
    assert (row.event_id, row.person_id, row.source) == (6, CHEN, "self")
    assert "/join/6-" not in browser.get("/").text


def test_a_stranger_without_post_is_told_what_to_do(client_as):
    assert "请联系主办方登记岗位" in client_as("stranger").get("/").text


def test_the_facts_of_a_merged_person_are_hers(app, client_as):
    registered(LIN, 4)
    with transaction() as session:
        session.get(Person, LIN).merged_into_id = CHEN
    assert "T004 0000 08" in client_as("chen").get("/").text


def test_an_organiser_sees_today_and_what_waits(app, client_as):
    registered(CHEN, 4)
    registered(ZHANG, 5, state="waiting")
    with transaction() as session:
        session.add(Nomination(phase_id=5, person_id=LIN, division_code=cast.MEISHAN, by_id=4, created_at=cast.NOW))
    page = client_as("organiser").get("/").text
    for text in ("林老师", "实到 0 / 应到 1", "签到中", "1 人提名待审核", "1 人在候补", "授课人待定"):
        assert text in page, text


def test_another_office_sees_nothing_of_it(app, client_as):
    registered(CHEN, 4)
    registered(ZHANG, 5, state="waiting")
    page = client_as("foreign_organiser").get("/").text
    assert "候补" not in page and "儿童服务社会工作技巧" not in page and "外区培训" in page


def test_a_supervisor_counts_her_own_people_only(app, client_as):
    registered(CHEN, 4)
    registered(ZHANG, 4)
    attended(ZHANG, 4)
    assert "实到 0 / 应到 1" in client_as("supervisor_kaiyuan").get("/").text
    assert "实到 1 / 应到 1" in client_as("supervisor_fuqiao").get("/").text


def test_a_supervisor_sees_who_of_hers_is_missing_and_can_call(app, client_as):
    registered(CHEN, 4)
    registered(LIN, 4)
    registered(ZHANG, 4)
    attended(LIN, 4)
    page = client_as("supervisor_kaiyuan").get("/").text
    assert "还有 1 人未到" in page and "陈丽华" in page and "tel:+8613800000007" in page
    assert "林晓燕" not in page and "张淑英" not in page
    attended(CHEN, 4, status="late")
    assert "全部到齐" in client_as("supervisor_kaiyuan").get("/").text


def test_a_facilitator_sees_everybody_at_her_event_and_no_other(app, client_as):
    registered(CHEN, 4)
    registered(ZHANG, 4)
    page = client_as("facilitator").get("/").text
    assert "应到 2" in page and "特殊儿童服务" not in page


def test_a_supervisor_who_is_trained_too_reaches_her_own_day(app, client_as):
    registered(cast.CAST["supervisor_kaiyuan"].id, 4)
    browser = client_as("supervisor_kaiyuan")
    assert "/mine" in browser.get("/").text
    own = browser.get("/mine").text
    assert "T004 0000 04" in own and 'href="/mine"' in own


def test_the_page_after_the_day_says_what_is_next(app, client_as):
    registered(CHEN, 4, 5)
    with time_machine.travel(cast.NOW + timedelta(hours=5), tick=False):
        page = client_as("chen").get("/").text
    assert "T004" not in page and "您的下一次" in page


def test_the_first_page_takes_as_many_statements_for_a_thousand_as_for_ten(app, client_as, count_statements):
    crowd(10)
    for who in ("organiser", "supervisor_kaiyuan", "chen"):
        browser = client_as(who)
        browser.get("/")
    before = {
        who: count_statements(lambda who=who: client_as(who).get("/")) for who in ("organiser", "supervisor_kaiyuan")
    }
    crowd(990, first=2000)
    for who, number in before.items():
        assert count_statements(lambda who=who: client_as(who).get("/")) == number


def test_a_supervisor_is_not_asked_to_nominate_for_a_draft(app, client_as):
    page = client_as("supervisor_kaiyuan").get("/").text
    assert "为第 5 期提名" in page
    with transaction() as session:
        session.execute(update(Event).where(Event.id == 5).values(state="draft"))
    assert "为第 5 期提名" not in client_as("supervisor_kaiyuan").get("/").text


def test_who_waits_finds_the_way_back_to_the_page_that_cancels(app, client_as):
    registered(CHEN, 5, state="waiting")
    row = db.session.scalars(select(Registration)).one()
    browser = client_as("chen")
    for page in ("/", "/dates"):
        assert f'href="/my/registrations/{row.id}"' in browser.get(page).text
    assert "取消我的报名" in browser.get(f"/my/registrations/{row.id}", follow_redirects=True).text


def test_leave_that_was_asked_stands_beside_the_ticket_and_the_date(app, client_as):
    registered(CHEN, 4, 5)
    leaves.ask(4, CHEN, [4], "家里有事", actor_id=CHEN, now=cast.NOW)
    leaves.ask(5, CHEN, [5], "家里有事", actor_id=CHEN, now=cast.NOW)
    browser = client_as("chen")
    assert browser.get("/").text.count("已申请请假") == 1
    assert browser.get("/dates").text.count("已申请请假") == 2
    leaves.drop(5, CHEN, actor_id=CHEN, now=cast.NOW)
    assert browser.get("/dates").text.count("已申请请假") == 1


def _sessions_today(count, first):
    """More events of today, each at a venue of its own, in bulk."""
    opens, ends = cast.NOW - timedelta(minutes=30), cast.NOW + timedelta(hours=3)
    slot = {"label": "morning", "starts_at": cast.NOW, "ends_at": ends, "checkin_opens_at": opens, "credit_hours": 4}
    slot |= {"checkin_closes_at": ends, "late_after": cast.NOW}
    event = {"programme_id": cast.PROGRAMME, "kind": "salon", "title": "沙龙", "state": "published", "seats_taken": 0}
    many = range(first, first + count)
    with transaction() as session:
        session.execute(insert(Venue), [{"id": n, "name": f"地点{n}", "division_code": cast.KAIYUAN} for n in many])
        session.execute(
            insert(Event), [event | {"id": n, "number": n, "venue_id": n, "created_at": cast.LONG_AGO} for n in many]
        )
        session.execute(insert(Slot), [slot | {"id": n, "event_id": n} for n in many])


def test_the_first_page_lists_a_days_events_as_far_as_one_reads_in_as_many_statements(app, client_as, count_statements):
    browser = client_as("administrator")
    _sessions_today(2, 100)
    few = count_statements(lambda: browser.get("/"))
    _sessions_today(300, 200)
    assert count_statements(lambda: browser.get("/")) == few
    page = browser.get("/")
    assert page.text.count("today-event") == desk.MOST_TODAY and len(page.data) < 100_000
    assert "今天还有更多活动" in page.text


def test_an_event_of_several_days_is_not_among_what_comes_once_it_has_begun(app, client_as):
    page = client_as("organiser").get("/").text
    assert "特殊儿童服务" in page
    earlier = cast.NOW - timedelta(days=1)
    with transaction() as session:
        first = session.scalars(select(Slot).where(Slot.event_id == 5)).one()
        more = {name: getattr(first, name) for name in ("label", "credit_hours", "event_id")}
        session.execute(
            insert(Slot),
            [more | {"id": 500, "starts_at": earlier, "late_after": earlier, "checkin_opens_at": earlier}
             | dict.fromkeys(("ends_at", "checkin_closes_at"), earlier + timedelta(hours=3))],
        )  # fmt: skip
    assert "特殊儿童服务" not in client_as("organiser").get("/").text.split("接下来")[-1]
