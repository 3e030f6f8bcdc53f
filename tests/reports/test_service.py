"""Coverage of posts, the marks of their present holders, and what was counted in a jurisdiction."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select, update

from tests import cast
from tests.attendance.crowd import CHEN, LIN, ORGANISER, ZHANG, come, seat
from tests.learning.outsiders import hand_in
from tests.reports.papers import certify
from training_app.certificates.papers import revoke
from training_app.certificates.rules import Conditions
from training_app.certificates.service import set_rule
from training_app.core.db import db, transaction
from training_app.core.errors import NotFound
from training_app.divisions.models import Division
from training_app.learning.models import Score
from training_app.people.models import Person, Post
from training_app.people.posts import change_holder
from training_app.reports import recount, service, totals, upkeep
from training_app.schedule.models import Programme, Slot


def _report(code=cast.KAIYUAN, programme=cast.PROGRAMME, now=cast.NOW, **page):
    # Some facts of these tests are written past the services that would note them.
    recount.everything(now)
    db.session.expire_all()
    return service.jurisdiction_rows(code, programme, now, **page)


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


def _overview(code=cast.LICHENG):
    upkeep.settle(cast.NOW)
    db.session.expire_all()
    return service.overview(code, 2026, cast.NOW)


def test_every_community_has_a_row_the_vacant_ones_too(app):
    report = _report()
    communities = db.session.scalar(
        select(func.count()).select_from(Division).where(Division.parent_code == cast.KAIYUAN)
    )
    assert report.summary.posts == len(report.rows) == communities
    assert report.summary.vacant == communities - 2
    vacant = next(row for row in report.rows if row.post.person is None)
    assert (vacant.post.state, vacant.post.covered, vacant.post.note) == ("vacant", False, "")


def test_a_valid_certificate_covers_the_post_of_its_holder(app):
    paper = certify(CHEN)
    report = _report()
    assert (report.summary.covered, report.summary.uncovered) == (1, report.summary.posts - 1)
    assert _row(report, CHEN).post.covered and not _row(report, LIN).post.covered
    revoke(paper, reason="mistake", actor_id=ORGANISER, now=cast.NOW)
    assert _report().summary.covered == 0


def test_a_successor_is_not_covered_by_what_the_one_before_did(app):
    certify(CHEN)
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


def test_a_certificate_of_another_programme_of_the_same_year_counts_where_that_holds_the_post(app):
    certify(CHEN, cast.OTHER_PROGRAMME)
    assert not _row(_report(), CHEN).post.covered, "it is of another district"
    with transaction() as session:
        session.execute(update(Programme).where(Programme.id == cast.OTHER_PROGRAMME).values(division_code="3505"))
    assert _row(_report(), CHEN).post.covered
    with transaction() as session:
        session.execute(update(Programme).where(Programme.id == cast.OTHER_PROGRAMME).values(counting_year=2025))
    assert not _row(_report(), CHEN).post.covered


def test_confirmed_training_elsewhere_covers_where_the_rule_counts_it(app):
    hand_in(CHEN, confirmed=True, now=cast.NOW)
    assert not _row(_report(), CHEN).post.covered
    set_rule(cast.PROGRAMME, Conditions(5, counts_outside=True), actor_id=ORGANISER, now=cast.NOW)
    assert _row(_report(), CHEN).post.covered


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


def test_today_is_the_slot_in_which_people_of_this_area_sit(app):
    with transaction() as session:
        # Another session of today begins earlier; nobody of Kaiyuan is in it.
        start = cast.NOW - timedelta(minutes=30)
        session.execute(
            update(Slot).where(Slot.event_id == 3).values(starts_at=start, ends_at=start + timedelta(hours=3))
        )
    seat(ZHANG, 3)
    seat(CHEN)
    assert _report().today.event.id == cast.TODAY_EVENT
    assert _report(cast.FUQIAO).today.event.id == 3
    assert _report("350502001").today is None


def test_who_has_leave_is_not_missing(app):
    seat(CHEN)
    come(CHEN, status="excused")
    assert not _row(_report(), CHEN).missing


def test_the_attendance_rate_is_of_slots_whose_check_in_has_opened(app):
    for event in (1, 2, 4, 5):
        seat(CHEN, event)
    come(CHEN, 1)
    come(CHEN, 4)
    summary = _report().summary
    assert (summary.attended.attendances, summary.attended.expected, summary.attendance_rate) == (2, 3, 67)


def test_the_pass_rate_is_there_once_scores_are(app):
    assert _report().summary.pass_rate is None
    _score(CHEN, 80)
    _score(LIN, 50)
    summary = _report().summary
    assert (summary.tested, summary.passed, summary.pass_rate) == (2, 1, 50)


def test_a_division_above_is_the_sum_of_those_below_and_agrees_with_the_communities(app):
    for person in (CHEN, ZHANG):
        seat(person, 1)
        come(person, 1)
        certify(person)
    over = _overview()
    by_code = {part.division.code: part for part in over.parts}
    assert len(over.parts) == 9
    kaiyuan, fuqiao = by_code[cast.KAIYUAN], by_code[cast.FUQIAO]
    assert (kaiyuan.directors.trained, fuqiao.directors.trained) == (1, 1)
    for name in ("posts", "trained", "vacant", "new_untested", "in_training", "untrained"):
        assert getattr(over.figures.directors, name) == sum(getattr(part.directors, name) for part in over.parts)
    summary = _report().summary
    assert kaiyuan.attended == replace(summary.attended, certified=1)
    posts = kaiyuan.directors
    assert (posts.posts, posts.trained, posts.vacant) == (summary.posts, summary.covered, summary.vacant)


def test_every_level_from_the_nation_down_has_the_same_director(app):
    certify(CHEN)
    upkeep.settle(cast.NOW)
    assert [totals.coverage(code, 2026).directors.trained for code in ("", "35", "3505", cast.LICHENG)] == [1] * 4
    assert [part.division.code for part in totals.parts("", 2026)] == ["35"]
    assert [part.directors.trained for part in totals.parts(cast.KAIYUAN[:4], 2026) if part.directors.trained] == [1]


def test_the_list_to_act_on_holds_nobody_who_is_covered(app):
    certify(CHEN)
    over = _overview()
    assert len(over.to_act_on.posts) == service.TO_ACT_ON
    whole = totals.to_act_on(cast.LICHENG, 2026)
    everyone = [
        post for page in range(1, whole.pages + 1) for post in totals.to_act_on(cast.LICHENG, 2026, page=page).posts
    ]
    assert len(everyone) == len({post.division.code for post in everyone}) == whole.total
    assert CHEN not in [post.person.id for post in everyone if post.person]
    assert [post.person.id for post in totals.to_act_on(cast.LICHENG, 2026, ["out_of_reach"]).posts] == [LIN, ZHANG]


def test_a_day_gone_by_is_asked_of_the_facts(app):
    certify(CHEN)
    earlier = date(2026, 6, 1)
    now = recount.coverage_on(cast.LICHENG, 2026, date(2026, 6, 14), cast.NOW)[cast.LICHENG, "director"]
    before = recount.coverage_on(cast.LICHENG, 2026, earlier, cast.NOW)[cast.LICHENG, "director"]
    assert (now["trained"], before["trained"]) == (1, 0)
    by_part = recount.coverage_on(cast.LICHENG, 2026, earlier, cast.NOW, digits=9)
    assert sum(figures["posts"] for (_code, kind), figures in by_part.items() if kind == "director") == before["posts"]


def test_a_page_of_communities_keeps_the_figures_of_all_and_whoever_is_missing_in_front(app):
    seat(CHEN), seat(LIN)
    come(LIN)
    every = _report()
    pages = [_report(page=number, per_page=5) for number in range(1, len(every.rows) // 5 + 2)]
    assert [row.post for page in pages for row in page.rows] == [row.post for row in every.rows]
    assert [page.summary for page in pages] == [every.summary] * len(pages)
    assert pages[0].rows[0].post.person.id == CHEN and pages[0].rows[0].missing


def test_unknown_codes_and_programmes_are_not_found(app):
    for code, programme in (("999999", cast.PROGRAMME), (cast.KAIYUAN, 999)):
        with pytest.raises(NotFound):
            _report(code, programme)


def test_statements_do_not_grow_with_communities(app, count_statements):
    def numbers():
        return [
            count_statements(lambda: service.jurisdiction_rows(cast.LICHENG, cast.PROGRAMME, cast.NOW)),
            count_statements(lambda: service.overview(cast.LICHENG, 2026, cast.NOW)),
            count_statements(lambda: totals.to_act_on(cast.LICHENG, 2026)),
        ]

    upkeep.settle(cast.NOW)
    few = numbers()
    with transaction() as session:
        for n in range(1000):
            code = f"35050200{n // 200 + 1}{500 + n % 200:03d}"
            if session.get(Division, code) is None:
                session.add(Division(code=code, name=f"社区{n}", level="community", parent_code=code[:9]))
                session.add(Person(id=30_000 + n, name=f"人{n}", created_at=cast.LONG_AGO, pinyin=""))
                session.flush()
                session.add(Post(division_code=code, person_id=30_000 + n, started_on=date(2024, 1, 1)))
    recount.everything(cast.NOW)
    db.session.expire_all()
    assert len(_report(cast.LICHENG).rows) > 1000
    assert numbers() == few
