"""The pages of those who run or see a registration: lists, filters, bulk actions, undo."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import insert

from tests import cast
from tests.registration.people import (
    AHEAD,
    CHEN,
    LIN,
    WHO,
    ZHANG,
    capacity,
    crowd,
    register,
    second_session,
    states,
    taken,
)
from training_app.core.db import db, transaction
from training_app.people.models import Person
from training_app.registration import seats, standins
from training_app.registration.models import Enrolment, Nomination, Registration
from training_app.schedule.models import Slot

EVENT, PHASE = f"/events/{AHEAD}/registrations", f"/phases/{AHEAD}/registrations"


def _many(count: int) -> None:
    """That many confirmed registrations and enrolments, written at once."""
    people = crowd(count)
    with transaction() as session:
        session.execute(
            insert(Enrolment),
            [
                {
                    "id": n,
                    "phase_id": AHEAD,
                    "person_id": n,
                    "state": "confirmed",
                    "source": "roster",
                    "created_at": cast.NOW,
                }
                for n in people
            ],
        )
        session.execute(
            insert(Registration),
            [
                {
                    "event_id": AHEAD,
                    "person_id": n,
                    "enrolment_id": n,
                    "state": "confirmed",
                    "source": "roster",
                    "as_whom": "trainee",
                    "division_code": cast.MEISHAN,
                    "ticket_code": f"AAAAAA{n:04}",
                    "ticket_revision": 0,
                    "created_at": cast.NOW,
                }
                for n in people
            ],
        )


@pytest.fixture
def organiser(client_as):
    return client_as("organiser")


@pytest.mark.parametrize("path", [EVENT, PHASE, "/registrations", f"{EVENT}/new?q=%E5%AD%A6%E5%91%98"])
@pytest.mark.parametrize("who", ["organiser", "supervisor_kaiyuan"])
def test_a_list_sends_as_many_statements_for_ten_as_for_a_thousand(database, client_as, count_statements, path, who):
    if who != "organiser" and "new" in path:
        who = "administrator"
    counts = []
    for number in (10, 1000):
        database.reset()
        _many(number)
        browser = client_as(who)
        counts.append(count_statements(lambda browser=browser: browser.get(path)))
    assert counts[0] == counts[1] <= 20


def test_the_list_shows_fifty_and_the_way_to_the_next(app, organiser):
    _many(120)
    page = organiser.get(EVENT).text
    assert page.count('name="id"') == 50 and "page=2" in page and "120" in page
    assert organiser.get(f"{EVENT}?page=3").text.count('name="id"') == 20
    assert organiser.get(f"{EVENT}?page=nonsense&state=odd&subdistrict=%27").status_code == 200


def test_filters_stand_in_the_address_and_narrow_the_list(app, organiser):
    capacity(2)
    for person in (CHEN, ZHANG, LIN):
        register(person)
    both = organiser.get(EVENT).text
    assert all(name in both for name in ("陈丽华", "张淑英", "林晓燕"))
    fuqiao = organiser.get(f"{EVENT}?subdistrict={cast.FUQIAO}").text
    assert "张淑英" in fuqiao and "陈丽华" not in fuqiao
    waiting = organiser.get(f"{EVENT}?state=waiting").text
    assert "林晓燕" in waiting and "陈丽华" not in waiting
    by_phone = organiser.get(f"{EVENT}?q=0009").text
    assert "张淑英" in by_phone and "林晓燕" not in by_phone


def test_a_supervisor_sees_her_own_people_and_no_count_of_others(app, client_as):
    capacity(2)
    for person in (CHEN, ZHANG, LIN):
        register(person)
    browser = client_as("supervisor_kaiyuan")
    page = browser.get(EVENT).text
    assert "陈丽华" in page and "张淑英" not in page and "0009" not in page
    assert "浮桥" not in page
    figures = re.findall(r'figure-value">([^<]*)<', page)
    assert figures == ["1", "1", "0"]
    assert 'name="action"' not in page and "/registrations/new" not in page
    assert "张淑英" not in browser.get(f"{EVENT}?q=%E5%BC%A0&subdistrict={cast.FUQIAO}").text
    assert "张淑英" not in browser.get(PHASE).text
    row = re.search(rf'{AHEAD}/registrations".*?</tr>', browser.get("/registrations").text, re.S)
    assert row and re.findall(r'class="num"[^>]*>\s*(\d+)', row[0]) == ["1", "1"]


def test_a_facilitator_sees_everyone_of_her_event_without_phone_numbers(app, client_as):
    register(ZHANG, event_id=cast.TODAY_EVENT)
    page = client_as("facilitator").get(f"/events/{cast.TODAY_EVENT}/registrations").text
    assert "张淑英" in page and "0009" not in page
    assert client_as("facilitator").get(EVENT).status_code == 404


def test_ticked_people_are_cancelled_and_that_is_undone(app, organiser):
    capacity(2)
    rows = [register(person) for person in (CHEN, ZHANG, LIN)]
    answer = organiser.post(EVENT, data={"action": "cancel", "id": [rows[0].id, rows[1].id]}, follow_redirects=True)
    assert states() == {CHEN: "cancelled", ZHANG: "cancelled", LIN: "confirmed"} and taken() == 1
    ids = re.findall(r'name="id" value="(\d+)"', answer.text.split('value="restore"')[1].split("</form>")[0])
    assert sorted(map(int, ids)) == sorted(row.id for row in rows[:2])
    answer = organiser.post(EVENT, data={"action": "restore", "id": ids}, follow_redirects=True)
    assert states() == {CHEN: "confirmed", ZHANG: "waiting", LIN: "confirmed"}
    assert "flash-error" in answer.text and 'value="restore"' not in answer.text


def test_cancelling_some_of_whom_some_wait_moves_up_nobody_who_goes(app, organiser):
    capacity(1)
    rows = [register(person) for person in (CHEN, LIN, ZHANG)]
    organiser.post(EVENT, data={"action": "cancel", "id": [rows[0].id, rows[1].id]})
    assert states() == {CHEN: "cancelled", LIN: "cancelled", ZHANG: "confirmed"}


def test_waiting_people_are_given_seats_in_their_order_as_far_as_there_are(app, organiser):
    capacity(0)
    rows = [register(person) for person in (CHEN, LIN, ZHANG)]
    capacity(2)
    page = organiser.post(EVENT, data={"action": "accept", "id": [r.id for r in rows[::-1]]}, follow_redirects=True)
    assert states() == {CHEN: "confirmed", LIN: "confirmed", ZHANG: "waiting"}
    assert "flash-done" in page.text and "flash-error" in page.text


def test_nothing_ticked_is_said_and_other_events_rows_are_left_alone(app, organiser):
    other = register(CHEN, event_id=6)
    assert "flash-error" in organiser.post(EVENT, data={"action": "cancel"}, follow_redirects=True).text
    organiser.post(EVENT, data={"action": "cancel", "id": [other.id, "x", "9" * 30]})
    assert states(6) == {CHEN: "confirmed"}


def test_a_person_is_found_and_registered(app, organiser):
    page = organiser.get(f"{EVENT}/new?q=%E9%99%88").text
    assert "陈丽华" in page and 'name="person_id" value="7"' in page
    answer = organiser.post(f"{EVENT}/new", data={"person_id": CHEN, "as_whom": "guest"}, follow_redirects=True)
    assert "陈丽华" in answer.text and states() == {CHEN: "confirmed"} and taken() == 0
    assert 'name="person_id" value="7"' not in organiser.get(f"{EVENT}/new?q=%E9%99%88").text
    assert organiser.post(f"{EVENT}/new", data={"person_id": "99999"}).status_code == 404
    # The stranger lives nowhere: outside the organiser's area.
    assert organiser.post(f"{EVENT}/new", data={"person_id": cast.CAST["stranger"].id}).status_code == 404


def test_a_refusal_is_said_on_the_page(app, organiser):
    with transaction() as session:
        session.get(Registration.event.property.mapper.class_, AHEAD).state = "closed"
    for path in (f"{EVENT}/new", f"{PHASE}/new"):
        answer = organiser.post(path, data={"person_id": CHEN}, follow_redirects=True)
        assert "flash-error" in answer.text and states() == {}


def test_a_person_is_enrolled_and_cancelled_and_that_is_undone(app, organiser):
    organiser.post(f"{PHASE}/new", data={"person_id": CHEN})
    (enrolment,) = db.session.query(Enrolment)
    assert enrolment.state == "confirmed" and "陈丽华" in organiser.get(PHASE).text
    answer = organiser.post(PHASE, data={"action": "cancel", "id": enrolment.id}, follow_redirects=True)
    assert states() == {CHEN: "cancelled"} and f'name="id" value="{CHEN}"' in answer.text
    organiser.post(PHASE, data={"action": "restore", "id": CHEN})
    assert states() == {CHEN: "confirmed"} and taken() == 1
    organiser.post(PHASE, data={"action": "restore", "id": [LIN, CHEN]})
    assert LIN not in states()


def test_a_stand_in_is_decided_on_the_events_page(app, organiser):
    row, other = register(CHEN), register(LIN)
    first = standins.propose(row.id, name="庄小明", phone="13900000001", actor_id=CHEN, now=cast.NOW)
    second = standins.propose(other.id, name="李四", phone=None, actor_id=LIN, now=cast.NOW)
    assert "庄小明" in organiser.get("/registrations").text and "庄小明" in organiser.get(EVENT).text
    target = f"/events/{AHEAD}/stand-ins"
    organiser.post(target, data={"proposal": first.id, "decision": "accept"})
    organiser.post(target, data={"proposal": second.id, "decision": "refuse", "reason": "须本人参训"})
    assert states()[CHEN] == "cancelled" and states()[LIN] == "confirmed"
    page = organiser.get(EVENT).text
    assert "庄小明" in page and "陈丽华" in page and "李四" not in page
    again = organiser.post(target, data={"proposal": second.id, "decision": "accept"}, follow_redirects=True)
    assert "flash-error" in again.text
    assert organiser.post("/events/6/stand-ins", data={"proposal": second.id}).status_code == 404


def test_the_first_page_says_what_waits_for_the_organiser(app, organiser):
    with transaction() as session:
        session.add(
            Nomination(
                phase_id=AHEAD,
                person_id=CHEN,
                division_code=cast.KAIYUAN_COMMUNITY,
                by_id=4,
                created_at=cast.NOW,
                reason="",
            )
        )
    assert f"/phases/{AHEAD}/" in organiser.get("/registrations").text.split("</section>")[0]


def test_past_events_are_on_their_own_page(app, organiser):
    ahead, past = organiser.get("/registrations").text, organiser.get("/registrations?when=past").text
    assert "特殊儿童服务" in ahead and "儿童关爱保护政策" not in ahead
    assert "儿童关爱保护政策" in past and "特殊儿童服务" not in past
    assert "外区培训" not in ahead + past


def test_a_draft_is_listed_for_whoever_plans_it_alone(app, organiser, client_as):
    with transaction() as session:
        session.get(Registration.event.property.mapper.class_, 6).state = "draft"
    assert "综合研讨与结业" in organiser.get("/registrations").text
    assert "综合研讨与结业" not in client_as("supervisor_kaiyuan").get("/registrations").text


def test_who_was_typed_at_the_door_is_marked(app, organiser):
    person = db.session.get(Person, LIN)
    with transaction():
        db.session.get(Person, LIN).unconfirmed = True
    seats.register(AHEAD, person.id, source="organiser", as_whom="walk_in", **WHO)
    assert "待核实" in organiser.get(EVENT, headers={"Accept-Language": "zh-CN"}).text


def test_seats_in_a_session_that_came_later_are_given_from_the_phases_page(app, organiser):
    seats.enrol(AHEAD, CHEN, source="organiser", **WHO)
    late = second_session()
    with transaction() as session:
        slot = session.get(Slot, AHEAD)
        copied = (
            "label",
            "starts_at",
            "ends_at",
            "checkin_opens_at",
            "checkin_closes_at",
            "late_after",
            "credit_hours",
        )
        session.add(Slot(event_id=late, **{name: getattr(slot, name) for name in copied}))
    assert 'value="complete"' in organiser.get(PHASE).text
    organiser.post(PHASE, data={"action": "complete"})
    assert states(late) == {CHEN: "confirmed"} and 'value="complete"' not in organiser.get(PHASE).text
