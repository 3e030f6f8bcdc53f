"""The demo tells its story once, into an empty database, and holds something that is open right now."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests import cast
from tests.demo.telling import told_demo
from training_app.attendance.models import Attendance, Scan
from training_app.attendance.recording import recount
from training_app.attendance.rules import HERE
from training_app.certificates import service as certificates
from training_app.certificates.models import Certificate
from training_app.core.clock import local_date
from training_app.core.db import db, transaction
from training_app.demo import current, story
from training_app.people.links import person_of
from training_app.people.models import Account, Handover, Person, Post
from training_app.registration.models import Nomination, Registration, StandIn
from training_app.schedule.models import Event, Programme, Slot
from training_app.schedule.rules import slot_state

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def told():
    """The demo's application."""
    with told_demo() as (app, _folder):
        yield app


def _count(model, *conditions):
    return db.session.scalar(select(func.count()).select_from(model).where(*conditions))


def _programme(year):
    return db.session.scalars(select(Programme).where(Programme.counting_year == year)).one()


def test_a_second_telling_changes_nothing(told):
    before = _count(Registration), _count(Scan), (told.config["INSTANCE"] / story.ACCOUNTS).read_text()
    assert story.tell(cast.NOW + timedelta(days=1), base_url="http://localhost") is False
    assert before == (_count(Registration), _count(Scan), (told.config["INSTANCE"] / story.ACCOUNTS).read_text())


def test_a_database_with_data_is_never_touched(app):
    assert story.tell(cast.NOW, base_url="http://localhost") is False
    assert _count(Person) == len(cast.CAST)


def test_more_than_a_hundred_took_part_in_two_phases_of_2023(told):
    programme = _programme(2023)
    people = db.session.scalar(
        select(func.count(Registration.person_id.distinct()))
        .join(Event, Event.id == Registration.event_id)
        .where(Event.programme_id == programme.id, Event.kind == "session")
    )
    sessions = db.session.scalars(
        select(Event).where(Event.programme_id == programme.id, Event.kind == "session")
    ).all()
    assert people > 100 and len({event.phase_id for event in sessions}) == 2
    assert {event.number for event in sessions} == set(range(1, 7)) and programme.planned_sessions == 6
    assert all(event.state == "closed" for event in sessions)


def test_nearly_twenty_directors_came_to_the_salon_in_kaiyuan(told):
    salon = db.session.scalars(select(Event).where(Event.title.contains("团队建设沙龙"))).one()
    assert local_date(salon.slots[0].starts_at).isoformat() == "2024-02-04"
    assert salon.venue.name == "开元街道新时代文明实践所"
    assert [item.kind for item in salon.agenda] == [
        "icebreaker",
        "icebreaker",
        "group_pk",
        "case_discussion",
        "launch",
        "other",
    ]
    assert {host.role for host in salon.hosts} == {"guided_by", "hosted_by", "delivered_by"}
    assert _count(Attendance, Attendance.slot_id == salon.slots[0].id, Attendance.status.in_(HERE)) == 19


def test_the_papers_of_2023_are_specimens_and_the_rest_can_be_issued(told):
    papers = db.session.scalars(select(Certificate)).all()
    assert len(papers) == story.PAPERS
    assert all(paper.facts["specimen"] and paper.kind == "completion" for paper in papers)
    people = db.session.scalars(select(Person.id)).all()
    eligible = [p for p in certificates.progress(_programme(2023).id, people, cast.NOW).values() if p.eligible]
    assert len(eligible) > len(papers)


def test_licheng_has_its_82_communities_and_some_posts_are_vacant(told):
    assert _count(Post, Post.kind == "director", Post.ended_on.is_(None)) == 80
    assert _count(Post, Post.kind == "supervisor", Post.ended_on.is_(None)) == 9


@pytest.mark.parametrize("hour", range(0, 24, 3))
def test_the_door_is_open_whenever_the_demo_is_loaded(hour):
    now = cast.NOW + timedelta(hours=hour)
    slot = current.todays_slot(now)
    assert slot.checkin_opens_at < now < slot.late_after < slot.checkin_closes_at
    assert slot.checkin_closes_at - now > timedelta(hours=3)


def test_a_session_is_open_right_now_with_people_arriving_and_waiting(told):
    live = [
        s
        for s in db.session.scalars(select(Slot))
        if s.event.state == "published" and slot_state(s, cast.NOW) == "open"
    ]
    assert len(live) == 1
    event = live[0].event
    assert event.seats_taken == event.capacity == 80
    assert _count(Registration, Registration.event_id == event.id, Registration.state == "waiting") >= 2
    assert 10 < _count(Attendance, Attendance.slot_id == live[0].id, Attendance.status.in_(HERE)) < 40
    assert _count(Registration, Registration.event_id == event.id, Registration.as_whom == "stand_in") == 1


def test_every_mark_of_real_life_is_there(told):
    found = set(db.session.scalars(select(Attendance.status).distinct()))
    assert found == {"present", "late", "excused", "absent"}
    assert _count(Registration, Registration.as_whom == "walk_in") == 1 and _count(Person, Person.unconfirmed) == 1


def test_something_waits_for_the_organiser(told):
    assert _count(Nomination, Nomination.state == "proposed") >= 5
    assert _count(Handover, Handover.state == "submitted") == 2
    assert _count(StandIn, StandIn.state == "proposed") == 1
    salon = db.session.scalars(select(Event).where(Event.title.contains("减压"))).one()
    assert (
        salon.seats_taken == 20
        and _count(Registration, Registration.event_id == salon.id, Registration.state == "waiting") > 0
    )


def test_attendance_is_what_its_facts_amount_to(told):
    key = (Attendance.slot_id, Attendance.person_id, Attendance.status, Attendance.arrived_at)
    before = set(db.session.execute(select(*key)).all())
    with transaction():
        for slot_id in db.session.scalars(select(Slot.id)).all():
            recount(slot_id)
    assert set(db.session.execute(select(*key)).all()) == before


def test_the_printed_accounts_and_links_work(told):
    text = (told.config["INSTANCE"] / story.ACCOUNTS).read_text()
    usernames = db.session.scalars(select(Account.username)).all()
    assert len(usernames) == 6 and all(f"  {name}" in text for name in usernames)
    tokens = [line.rsplit("/p/", 1)[1] for line in text.splitlines() if "/p/" in line]
    assert len(tokens) == 2 and person_of(tokens[0]).name == "陈丽华"


def test_everyone_can_log_in_and_see_a_first_page(told):
    for name in ("administrator", "organiser", "facilitator", "kaiyuan", "fuqiao", "auditor"):
        browser = told.test_client()
        assert browser.post("/login", data={"name": name, "password": "hand-in-hand"}).status_code == 302
        page = browser.get("/")
        assert page.status_code == 200 and "上午好" in page.text, name
