"""The passport and the dates."""

from __future__ import annotations

from decimal import Decimal

from tests import cast
from tests.home.story import CHEN, attended, registered
from training_app.certificates import service as certificates
from training_app.certificates.rules import LATEST, Conditions
from training_app.core.db import db, transaction
from training_app.home import mine, passport
from training_app.learning import service as learning
from training_app.people.models import Person
from training_app.schedule.models import Event, Programme

ORGANISER = cast.CAST["organiser"].id


def _passport(person=CHEN):
    return passport.passport(person, db.session.get(Programme, cast.PROGRAMME), cast.NOW)


def test_stamps_are_earned_registered_open_or_missed(app):
    registered(CHEN, 1, 2, 3, 4, 5)
    attended(CHEN, 1, 2)
    attended(CHEN, 3, status="absent")
    assert [stamp.state for stamp in _passport().stamps] == [
        "earned",
        "earned",
        "missed",
        "registered",
        "registered",
        "open",
    ]


def test_there_are_as_many_stamps_as_sessions_are_planned(app):
    with transaction() as session:
        for event in session.query(Event).filter(Event.programme_id == cast.PROGRAMME, Event.number > 4):
            event.state = "draft"
    stamps = _passport().stamps
    assert len(stamps) == 6 and stamps[5].day is None and stamps[5].state == "open"


def test_the_head_says_what_is_missing(app, client_as):
    registered(CHEN, 1, 2, 3, 4, 5)
    attended(CHEN, 1, 2, 3, 4)
    page = client_as("chen").get("/passport").text
    assert "已完成 4 期，还差 1 期即可结业" in page and "本年度最多还可参加 2 期" in page and "今天" in page


def test_areas_add_their_hours_and_name_a_late_arrival(app, client_as):
    registered(CHEN, 2, 3)
    attended(CHEN, 2)
    attended(CHEN, 3, status="late")
    area = next(area for area in _passport().areas if area.key == "responsibilities")
    assert area.hours == 8
    assert "第 2、3 期" in client_as("chen").get("/passport").text


def test_where_the_latest_try_counts_the_passport_says_so(app, client_as):
    rule = Conditions(5, counts=LATEST)
    certificates.set_rule(cast.PROGRAMME, rule, actor_id=ORGANISER, now=cast.NOW)
    tries = {(CHEN, 1): Decimal(80), (CHEN, 2): Decimal(50)}
    registered(CHEN, 5)
    learning.save(cast.PROGRAMME, tries, source="paper", actor_id=ORGANISER, now=cast.NOW)
    assert _passport().points == 50
    assert "50 分" in client_as("chen").get("/passport").text


def test_the_test_shows_its_points(app, client_as):
    registered(CHEN, 1)
    learning.save(
        cast.PROGRAMME,
        {(CHEN, 1): Decimal("58"), (CHEN, 2): Decimal("76.5")},
        source="paper",
        actor_id=ORGANISER,
        now=cast.NOW,
    )
    page = client_as("chen").get("/passport").text
    assert "76.5 分" in page and "合格" in page


def test_a_session_that_was_attended_as_another_record_counts(app):
    old = cast.CAST["lin"].id
    registered(old, 1)
    attended(old, 1)
    with transaction() as session:
        session.get(Person, old).merged_into_id = CHEN
    assert _passport().stamps[0].state == "earned"


def test_who_is_in_no_programme_is_told_what_the_page_is_for(client_as):
    assert "参加培训后，这里会盖上印章" in client_as("stranger").get("/passport").text


def test_a_number_of_a_programme_that_is_not_hers_shows_her_own(app, client_as):
    registered(CHEN, 1)
    assert "儿童主任" in client_as("chen").get("/passport?programme=2").text
    assert client_as("chen").get("/passport?programme=x").status_code == 200


def test_dates_are_registered_open_and_past(app, client_as):
    registered(CHEN, 1, 4, 5)
    attended(CHEN, 1, status="late")
    page = client_as("chen").get("/dates").text
    assert page.index("已报名") < page.index("综合研讨与结业") < page.index("儿童关爱保护政策")
    assert "迟到" in page


def test_own_dates_take_as_many_statements_for_many_as_for_one(app, count_statements):
    registered(CHEN, 4)
    one = count_statements(lambda: mine.own(CHEN, cast.NOW))
    registered(CHEN, 1, 2, 3, 5, 6)
    db.session.remove()
    assert count_statements(lambda: mine.own(CHEN, cast.NOW)) <= one


def test_me_shows_posts_and_masks_the_number(client_as):
    page = client_as("chen").get("/me").text
    assert "陈丽华" in page and "开元社区" in page and "138 **** 0007" in page and "13800000007" not in page
