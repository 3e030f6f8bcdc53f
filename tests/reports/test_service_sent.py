"""A report sent upward stays as it was, whatever the world does afterwards."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests import cast
from tests.attendance.crowd import CHEN, LIN, ZHANG, come, seat
from training_app.core.audit import Action, Audit
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound
from training_app.divisions.models import Division
from training_app.people.models import Person, Post
from training_app.reports import sent, upkeep
from training_app.reports.models import SentReport

TODAY = date(2026, 6, 14)
WANG = cast.CAST["supervisor_kaiyuan"].id
pytestmark = pytest.mark.usefixtures("now")


@pytest.fixture(autouse=True)
def _three(app):
    for person in (CHEN, LIN, ZHANG):
        seat(person)
    come(CHEN)
    upkeep.settle(cast.NOW)


def _freeze(code=cast.KAIYUAN, day=TODAY, **more):
    return sent.freeze(code, 2026, day, author_id=WANG, now=cast.NOW, **more)


def _bytes(report_id):
    db.session.expire_all()
    return json.dumps(db.session.get_one(SentReport, report_id).figures, ensure_ascii=False).encode()


def test_its_figures_are_those_of_the_kept_totals():
    whole = _freeze(cast.LICHENG).figures["whole"]
    province = _freeze("35").figures
    assert (whole["attendances"], whole["expected"], whole["posts"]) == (1, 3, 82)
    names = ("posts", "persons_trained", "vacant", "in_training", "new_untested", "attendances", "person_days")
    fujian = province["whole"]
    assert fujian["posts"] > whole["posts"], "Fengze lies in the province too"
    assert [fujian[name] for name in names if name not in ("posts", "vacant")] == [
        whole[name] for name in names if name not in ("posts", "vacant")
    ]


def test_a_division_has_those_a_level_below_as_rows():
    kaiyuan = next(row for row in _freeze(cast.LICHENG).figures["parts"] if row["code"] == cast.KAIYUAN)
    assert (kaiyuan["in_training"], kaiyuan["attendances"], kaiyuan["expected"]) == (2, 1, 2)
    communities = _freeze(cast.KAIYUAN).figures["parts"]
    assert {len(row["code"]) for row in communities} == {12}
    assert sum(row["in_training"] for row in communities) == 2 and communities[0]["attendances"] is None
    assert _freeze(cast.KAIYUAN_COMMUNITY).figures["parts"] == []


def test_a_transfer_a_merger_a_scan_and_a_new_name_change_nothing_of_it():
    report = _freeze(cast.LICHENG)
    before = _bytes(report.id)
    come(LIN)
    with transaction() as session:
        for post in session.scalars(select(Post).where(Post.person_id == CHEN)):
            post.ended_on = TODAY
        session.get_one(Person, WANG).name = "王改名"
        gone = session.get_one(Division, cast.KAIYUAN)
        gone.name, gone.valid_to = "不再有的街道", TODAY
        session.get_one(Person, LIN).merged_into_id = ZHANG
    upkeep.settle(cast.NOW + timedelta(minutes=1))
    assert _bytes(report.id) == before
    assert db.session.get_one(SentReport, report.id).author_name == "王督导"
    now = cast.NOW + timedelta(minutes=2)
    again = sent.freeze(cast.LICHENG, 2026, TODAY, author_id=WANG, now=now, replaces_id=report.id)
    assert _bytes(again.id) != before and _bytes(report.id) == before
    assert sent.replaced(sent.listed(cast.LICHENG)) == {report.id: again}


def test_a_day_gone_by_is_counted_as_it_was():
    yesterday = _freeze(day=TODAY - timedelta(days=1)).figures["whole"]
    assert (yesterday["attendances"], yesterday["expected"]) == (0, 0)


def test_attendance_may_be_of_one_programme():
    assert _freeze(programme_id=cast.PROGRAMME).figures["whole"]["attendances"] == 1
    assert _freeze(programme_id=cast.OTHER_PROGRAMME).figures["whole"]["attendances"] == 0


def test_numbers_count_within_a_division_and_its_year_and_each_is_on_record():
    numbers = [_freeze().number, _freeze().number, _freeze(cast.FUQIAO).number]
    assert numbers == [1, 2, 1]
    entries = db.session.scalars(select(Audit).where(Audit.action == Action.REPORT_FROZEN.value)).all()
    assert len(entries) == 3 and entries[0].after["as_of"] == "2026-06-14"


@pytest.mark.parametrize(
    ("code", "day", "why"),
    [
        (cast.KAIYUAN, TODAY + timedelta(days=1), "day_to_come"),
        (cast.KAIYUAN, date(2025, 12, 31), "before_year"),
        ("35", TODAY - timedelta(days=1), "too_large"),
    ],
)
def test_a_day_that_cannot_be_counted_is_refused(code, day, why):
    with pytest.raises(Invalid) as refused:
        _freeze(code, day)
    assert refused.value.code == why and not sent.listed(code)


def test_a_year_without_a_programme_and_a_report_of_elsewhere_are_not_found():
    elsewhere = _freeze(cast.FUQIAO)
    with pytest.raises(NotFound):
        _freeze(replaces_id=elsewhere.id)
    with pytest.raises(NotFound):
        sent.freeze(cast.KAIYUAN, 2024, TODAY, author_id=WANG, now=cast.NOW)


def test_a_large_division_takes_as_many_statements_as_a_small_one(count_statements):
    few = count_statements(lambda: _freeze(cast.KAIYUAN))
    assert count_statements(lambda: _freeze("3505")) <= few + 2
