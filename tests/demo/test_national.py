"""What the national demo holds."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from tests import cast
from tests.demo.nowhere import AREA, clear
from training_app.attendance.models import Attendance
from training_app.certificates import service as certificates
from training_app.certificates.models import Certificate, Serial
from training_app.core import files
from training_app.core.db import db
from training_app.demo.national import telling
from training_app.people.models import Account, Grant, Person, Post
from training_app.registration.models import Registration
from training_app.reports.models import CoverageTotal, Dirty, DivisionTotal
from training_app.schedule.models import Event, Phase, Programme, Slot


@pytest.fixture
def nowhere(app, now):
    """A database with Quanzhou's tree and nobody in it."""
    clear()
    return app


@pytest.fixture
def told(nowhere):
    """What was made of the four districts."""
    return telling.tell(cast.NOW, area=AREA)


def _count(model, *conditions):
    return db.session.scalar(select(func.count()).select_from(model).where(*conditions))


def test_every_community_has_a_director_but_some(told):
    holders = _count(Post, Post.kind == "director", Post.ended_on.is_(None))
    communities = sum(telling.cities(AREA).values())
    left = _count(Post, Post.kind == "director", Post.ended_on.is_not(None))
    assert holders < communities and left > communities - holders
    assert _count(Person, Person.phone.like("+86120%")) == _count(Person)


def test_a_phase_has_six_sessions_and_one_of_them_is_today(told):
    per_phase = db.session.execute(select(Event.phase_id, func.count()).group_by(Event.phase_id)).all()
    assert {count for _phase, count in per_phase} == {6} and len(per_phase) == _count(Phase)
    assert set(db.session.scalars(select(Programme.counting_year))) == {2025, 2026}
    today = db.session.scalars(
        select(Slot).where(Slot.checkin_opens_at <= cast.NOW, Slot.checkin_closes_at >= cast.NOW)
    ).all()
    assert today and all(slot.event.state == "published" for slot in today)
    assert _count(Attendance, Attendance.slot_id.in_([slot.id for slot in today])) == 0
    assert _count(Registration, Registration.event_id.in_([slot.event_id for slot in today])) > 20


def test_seats_are_as_many_as_registrations(told):
    counted = select(Registration.event_id, func.count()).group_by(Registration.event_id)
    assert dict(map(tuple, db.session.execute(counted))) == dict(
        map(tuple, db.session.execute(select(Event.id, Event.seats_taken)))
    )


def test_every_certificate_was_earned_and_has_its_number(told):
    papers = db.session.scalars(select(Certificate)).all()
    assert 20 < len(papers) == _count(Serial, Serial.state == "used")
    for programme in db.session.scalars(select(Programme)):
        holders = [paper.person_id for paper in papers if paper.programme_id == programme.id]
        assert all(one.eligible for one in certificates.progress(programme.id, holders, cast.NOW).values())
    names = dict(map(tuple, db.session.execute(select(Person.id, Person.name))))
    assert all(paper.facts["name"] == names[paper.person_id] and len(paper.facts["attended"]) >= 5 for paper in papers)
    assert files.read(papers[0].file_sha256).startswith(b"%PDF")
    assert files.read(papers[0].picture_sha256).startswith(b"\x89PNG")


def test_four_people_log_in_and_no_director(told):
    accounts = set(db.session.scalars(select(Account.username)))
    assert accounts == {"administrator", "organiser", "auditor", "supervisor"}
    directors = select(Post.person_id).where(Post.kind == "director")
    assert _count(Account, Account.person_id.in_(directors)) == 0 and _count(Grant) == 4


def test_the_totals_are_counted(told):
    totals = {(row.counting_year, row.kind): row for row in db.session.scalars(
        select(CoverageTotal).where(CoverageTotal.division_code == AREA + "2")
    )}  # fmt: skip
    assert {year for year, _kind in totals} == {2025, 2026}
    assert totals[2026, "director"].posts == 82 and totals[2025, "director"].trained
    assert db.session.scalar(
        select(func.sum(DivisionTotal.present + DivisionTotal.late)).where(DivisionTotal.division_code == "")
    ) == _count(Attendance, Attendance.status.in_(["present", "late"]))
    assert _count(Dirty) == 0


def test_the_command_prints_what_was_made(nowhere):
    answer = nowhere.test_cli_runner().invoke(args=["demo", "--scale", "national", "--area", "350502"])
    assert answer.exit_code == 0 and " attendance\n" in answer.output and " seconds\n" in answer.output
    again = nowhere.test_cli_runner().invoke(args=["demo", "--scale", "national", "--area", "350502"])
    assert again.exit_code == 1 and "There is data in this database already" in again.output
