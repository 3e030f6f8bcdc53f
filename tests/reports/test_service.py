"""Coverage of posts, the marks of their present holders, and what was counted in a jurisdiction."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select, update

from tests import cast
from tests.attendance.crowd import CHEN, LIN, ORGANISER, ZHANG, come, seat
from training_app.certificates.rules import Conditions
from training_app.certificates.service import set_rule
from training_app.core.db import db, transaction
from training_app.core.errors import NotFound
from training_app.divisions.models import Division
from training_app.learning.models import Score
from training_app.people.models import Person, Post
from training_app.people.posts import change_holder
from training_app.reports import service
from training_app.schedule.models import Programme

ONE_SESSION = Conditions(sessions_needed=1)


def _report(code=cast.KAIYUAN, programme=cast.PROGRAMME, now=cast.NOW):
    return service.jurisdiction_rows(code, programme, now)


def _row(report, person):
    return next(row for row in report.rows if row.post.person and row.post.person.id == person)


def _score(person, points, attempt=1):
    with transaction() as session:
        session.add(
            Score(
                programme_id=cast.PROGRAMME, person_id=person, attempt=attempt, points=Decimal(points), source="paper",
                entered_by_id=ORGANISER, entered_at=cast.NOW,
            )
        )  # fmt: skip


@pytest.fixture
def rule(app):
    set_rule(cast.PROGRAMME, ONE_SESSION, actor_id=ORGANISER, now=cast.NOW)


def test_every_community_has_a_row_the_vacant_ones_too(app):
    report = _report()
    communities = db.session.scalar(
        select(func.count()).select_from(Division).where(Division.parent_code == cast.KAIYUAN)
    )
    assert report.summary.posts == len(report.rows) == communities
    assert report.summary.vacant == communities - 2
    vacant = next(row for row in report.rows if row.post.person is None)
    assert (vacant.post.state, vacant.post.covered, vacant.post.note) == ("vacant", False, "")


def test_the_rule_of_the_programme_says_who_is_covered(rule):
    seat(CHEN, 1)
    come(CHEN, 1)
    report = _report()
    assert (report.summary.covered, report.summary.uncovered) == (1, report.summary.posts - 1)
    assert _row(report, CHEN).post.covered and not _row(report, LIN).post.covered


def test_a_successor_is_not_covered_by_what_the_one_before_did(rule):
    seat(CHEN, 1)
    come(CHEN, 1)
    change_holder(
        cast.KAIYUAN_COMMUNITY,
        "director",
        expected_person_id=CHEN,
        new_person_id=cast.CAST["stranger"].id,
        from_on=date(2026, 6, 1),
        appointed="elected",
        actor_id=ORGANISER,
        now=cast.NOW,
    )
    report = _report()
    assert report.summary.covered == 0
    row = _row(report, cast.CAST["stranger"].id)
    assert (row.post.state, [cell.status for cell in row.cells]) == ("new_untested", [""] * 6)


def test_a_session_of_another_programme_of_the_same_year_counts(rule):
    with transaction() as session:
        session.execute(
            update(Programme).where(Programme.id == cast.OTHER_PROGRAMME).values(division_code=cast.LICHENG)
        )
    set_rule(cast.OTHER_PROGRAMME, ONE_SESSION, actor_id=ORGANISER, now=cast.NOW)
    seat(CHEN, cast.OTHER_EVENT)
    come(CHEN, cast.OTHER_SLOT)
    assert _row(_report(), CHEN).post.covered
    with transaction() as session:
        session.execute(update(Programme).where(Programme.id == cast.OTHER_PROGRAMME).values(counting_year=2025))
    assert not _row(_report(), CHEN).post.covered


def test_a_stand_ins_attendance_is_not_the_directors(app):
    seat(CHEN, as_whom="stand_in")
    come(CHEN)
    assert [cell.status for cell in _row(_report(), CHEN).cells] == [""] * 6


def test_while_a_slot_runs_who_is_not_there_stands_first(app):
    for person in (CHEN, LIN):
        seat(person)
    come(LIN)
    report = _report()
    assert report.rows[0].post.person.id == CHEN and report.rows[0].missing
    assert not _row(report, LIN).missing
    assert (report.today.live, report.today.figures.here, report.today.figures.expected) == (True, 1, 2)


def test_nobody_is_missing_before_check_in_opens_or_after_the_end(app):
    seat(CHEN)
    for now in (cast.NOW - timedelta(hours=2), cast.NOW + timedelta(hours=6)):
        assert not any(row.missing for row in _report(now=now).rows)
    assert _report(now=cast.NOW + timedelta(days=1)).today is None


def test_who_has_leave_is_not_missing(app):
    seat(CHEN)
    come(CHEN, status="excused")
    assert not _row(_report(), CHEN).missing


def test_the_attendance_rate_is_of_slots_that_are_over(app):
    for event in (1, 2, 4):
        seat(CHEN, event)
    come(CHEN, 1)
    come(CHEN, 4)
    summary = _report().summary
    assert (summary.attended, summary.expected, summary.attendance_rate) == (1, 2, 50)


def test_the_pass_rate_is_there_once_scores_are(app):
    assert _report().summary.pass_rate is None
    _score(CHEN, 80)
    _score(LIN, 50)
    summary = _report().summary
    assert (summary.tested, summary.passed, summary.pass_rate) == (2, 1, 50)


def test_a_division_above_is_the_sum_of_those_below(rule):
    for person in (CHEN, ZHANG):
        seat(person, 1)
        come(person, 1)
    over = service.overview(cast.LICHENG, cast.PROGRAMME, cast.NOW)
    by_code = {part.division.code: part.summary for part in over.parts}
    assert len(over.parts) == 9
    assert (by_code[cast.KAIYUAN].covered, by_code[cast.FUQIAO].covered) == (1, 1)
    for name in ("posts", "covered", "vacant", "new_untested", "expected", "attended"):
        assert getattr(over.summary, name) == sum(getattr(part, name) for part in by_code.values())
    assert by_code[cast.KAIYUAN] == _report().summary


def test_the_list_to_act_on_holds_nobody_who_is_covered(rule):
    seat(CHEN, 1)
    come(CHEN, 1)
    over = service.overview(cast.LICHENG, cast.PROGRAMME, cast.NOW)
    assert len(over.to_act_on) == service.TO_ACT_ON
    assert not any(post.covered for post in over.to_act_on)


def test_unknown_codes_and_programmes_are_not_found(app):
    for code, programme in (("999999", cast.PROGRAMME), (cast.KAIYUAN, 999)):
        with pytest.raises(NotFound):
            _report(code, programme)
        with pytest.raises(NotFound):
            service.overview(code, programme, cast.NOW)


def test_statements_do_not_grow_with_communities(app, count_statements):
    def numbers():
        return [
            count_statements(lambda: service.jurisdiction_rows(cast.LICHENG, cast.PROGRAMME, cast.NOW)),
            count_statements(lambda: service.overview(cast.LICHENG, cast.PROGRAMME, cast.NOW)),
        ]

    few = numbers()
    with transaction() as session:
        for n in range(1000):
            code = f"35050200{n // 200 + 1}{500 + n % 200:03d}"
            if session.get(Division, code) is None:
                session.add(Division(code=code, name=f"社区{n}", level="community", parent_code=code[:9]))
                session.add(Person(id=30_000 + n, name=f"人{n}", created_at=cast.LONG_AGO, pinyin=""))
                session.flush()
                session.add(Post(division_code=code, person_id=30_000 + n, started_on=date(2024, 1, 1)))
    db.session.expire_all()
    assert len(_report(cast.LICHENG).rows) > 1000
    assert numbers() == few
