"""The supervisor's page and the organiser's page of a phase's nominations, and the places."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select

from tests import cast
from training_app.core.db import db, transaction
from training_app.people.models import Person
from training_app.registration import nominations, quotas, seats
from training_app.registration.models import Nomination

PAGE, DECIDE, PLACES = "/phases/5/nominations", "/phases/5/nominations/decide", "/phases/5/quotas"
CHEN, LIN, ZHANG = (cast.CAST[key].id for key in ("chen", "lin", "zhang"))


@pytest.fixture
def named(app):
    for key, area in ((CHEN, cast.KAIYUAN), (LIN, cast.KAIYUAN), (ZHANG, cast.FUQIAO)):
        nominations.nominate(5, [key], jurisdictions=(area,), actor_id=4, now=cast.NOW)
    return {n.person_id: n.id for n in db.session.scalars(select(Nomination))}


def _text(answer):
    return answer.get_data(as_text=True)


def test_the_supervisor_sees_her_communities_and_nobody_elses(client_as):
    text = _text(client_as("supervisor_kaiyuan").get(PAGE))
    assert "陈丽华" in text
    assert "梅山社区" in text
    assert "空缺" in text
    assert "张淑英" not in text
    assert "tel:+8613800000007" in text


def test_she_ticks_nominates_and_withdraws(client_as, app):
    browser = client_as("supervisor_kaiyuan")
    done = browser.post(PAGE, data={"id": [str(CHEN), str(LIN)]}, follow_redirects=True)
    assert "已提名 2 人" in _text(done)
    [first, _second] = db.session.scalars(select(Nomination).order_by(Nomination.person_id))
    done = browser.post(PAGE, data={"withdraw": str(first.id)}, follow_redirects=True)
    assert "已撤回 1 人的提名" in _text(done)


def test_what_she_ticked_stays_when_there_are_too_few_places(client_as, app):
    quotas.set_places(5, {cast.KAIYUAN: 1}, actor_id=2, now=cast.NOW)
    answer = client_as("supervisor_kaiyuan").post(PAGE, data={"id": [str(CHEN), str(LIN)]})
    assert answer.status_code == 422
    assert "多勾了 1 人" in _text(answer)
    assert _text(answer).count("checked") == 2


def test_after_the_deadline_nothing_can_be_ticked_and_the_page_says_whom_to_ask(client_as):
    text = _text(client_as("supervisor_kaiyuan").get("/phases/4/nominations"))
    assert "截止" in text
    assert 'name="id"' not in text


def test_the_organiser_sees_all_and_filters_by_subdistrict(client_as, named):
    browser = client_as("organiser")
    assert all(name in _text(browser.get(PAGE)) for name in ("陈丽华", "张淑英"))
    filtered = _text(browser.get(f"{PAGE}?subdistrict={cast.FUQIAO}"))
    assert "张淑英" in filtered
    assert "陈丽华" not in filtered


def test_an_auditor_reads_and_decides_nothing(client_as, named):
    text = _text(client_as("auditor").get(PAGE))
    assert "陈丽华" in text
    assert 'name="action"' not in text


def test_the_organiser_accepts_in_bulk_and_hears_what_became_of_each(client_as, named):
    browser = client_as("organiser")
    done = browser.post(DECIDE, data={"action": "accept", "id": list(named.values())}, follow_redirects=True)
    assert "已确认 3 人" in _text(done)
    assert "已确认" in _text(browser.get(f"{PAGE}?state=accepted"))
    again = browser.post(DECIDE, data={"action": "accept", "id": list(named.values())}, follow_redirects=True)
    assert "3 人此前已审过" in _text(again)


def test_a_refusal_without_a_reason_keeps_the_ticks(client_as, named):
    answer = client_as("organiser").post(DECIDE, data={"action": "refuse", "id": [named[CHEN]], "reason": " "})
    assert answer.status_code == 422
    assert "请写明原因" in _text(answer)
    assert _text(answer).count("checked") == 1


def test_the_supervisor_reads_the_reason(client_as, named):
    client_as("organiser").post(DECIDE, data={"action": "refuse", "id": [named[CHEN]], "reason": "上期已参加"})
    assert "上期已参加" in _text(client_as("supervisor_kaiyuan").get(PAGE))
    assert "上期已参加" not in _text(client_as("supervisor_fuqiao").get(PAGE))


def test_the_places_of_all_subdistricts_are_set_on_one_page(client_as):
    browser = client_as("organiser")
    data = {f"places-{cast.KAIYUAN}": "13", f"places-{cast.FUQIAO}": ""}
    assert "1 个街道" in _text(browser.post(PLACES, data=data, follow_redirects=True))
    assert 'value="13"' in _text(browser.get(PLACES))


def test_a_wrong_number_is_named_beside_its_field_and_stays(client_as):
    answer = client_as("organiser").post(PLACES, data={f"places-{cast.KAIYUAN}": "十三", f"places-{cast.FUQIAO}": "4"})
    assert answer.status_code == 422
    assert f"places-{cast.KAIYUAN}-error" in _text(answer)
    assert 'value="十三"' in _text(answer)
    assert 'value="4"' in _text(answer)


@pytest.mark.parametrize("who", ["organiser", "supervisor_kaiyuan"])
def test_the_pages_cost_the_same_for_ten_and_for_a_thousand_nominations(client_as, count_statements, who):
    browser = client_as(who)
    counts = []
    for people in (10, 1000):
        with transaction() as session:
            made = session.scalars(
                insert(Person).returning(Person.id),
                [
                    {"name": f"学员{n}", "pinyin": "", "link_revision": 0, "unconfirmed": False, "created_at": cast.NOW}
                    for n in range(people)
                ],
            ).all()
            session.execute(
                insert(Nomination),
                [
                    {
                        "phase_id": 5,
                        "person_id": person_id,
                        "division_code": cast.KAIYUAN_COMMUNITY,
                        "by_id": 4,
                        "created_at": cast.NOW,
                    }
                    for person_id in made
                ],
            )
        browser.get(PAGE)
        counts.append(count_statements(lambda: browser.get(PAGE)))
    assert counts[0] == counts[1]


def test_who_has_a_seat_already_is_not_called_missing(client_as, app):
    page = client_as("supervisor_kaiyuan")
    before = _text(page.get(PAGE)).count("未提名")
    seats.enrol(5, CHEN, source="organiser", actor_id=2, now=cast.NOW)
    after = _text(page.get(PAGE))
    assert after.count("未提名") == before - 1 and "已报名" in after
