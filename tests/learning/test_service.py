"""Scores, one by one and from a file."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import func, select

from tests import cast
from training_app.attendance.models import Attendance
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound
from training_app.learning import importing, service
from training_app.learning.models import Score

CHEN, LIN, ZHANG, ORGANISER = (cast.CAST[key].id for key in ("chen", "lin", "zhang", "organiser"))


@pytest.fixture(autouse=True)
def _attended(app):
    with transaction() as session:
        for person in (CHEN, LIN):
            session.add(Attendance(slot_id=1, person_id=person, status="present", as_whom="trainee", left_early=False))


def save(cells, programme=cast.PROGRAMME):
    cells = {key: None if value is None else Decimal(value) for key, value in cells.items()}
    return service.save(programme, cells, source="paper", actor_id=ORGANISER, now=cast.NOW)


def stored():
    return service.points(cast.PROGRAMME, [CHEN, LIN, ZHANG])


def test_scores_are_entered_changed_and_taken_back():
    assert save({(CHEN, 1): "55", (LIN, 1): "90.5"}).entered == 2
    assert save({(CHEN, 1): "56", (CHEN, 2): "70"}).changed == 1
    assert save({(LIN, 1): None}).removed == 1
    assert stored() == {CHEN: {1: Decimal(56), 2: Decimal(70)}}


def test_the_same_page_sent_twice_changes_nothing_more():
    save({(CHEN, 1): "55"})
    assert save({(CHEN, 1): "55"}).total == 0


@pytest.mark.parametrize("points", ["101", "-1", "60.55", "NaN"])
def test_points_out_of_range_are_refused(points):
    with pytest.raises(Invalid, match="points"):
        save({(LIN, 1): "80", (CHEN, 1): points})
    assert stored() == {}


def test_a_second_try_needs_a_first():
    with pytest.raises(Invalid, match="first_try_missing"):
        save({(CHEN, 2): "70"})
    assert stored() == {}


def test_who_does_not_take_part_has_no_score():
    with pytest.raises(NotFound):
        save({(ZHANG, 1): "70"})


def load(text, name="成绩.csv"):
    return importing.import_file(cast.PROGRAMME, text.encode("gbk"), name, actor_id=ORGANISER, now=cast.NOW)


def test_a_messy_list_is_imported():
    found, saved = load(
        "2026 年结业测试成绩表,,,\n序号,姓 名,社区,成绩,补考\n1,陈 丽华,开元,52,66\n2,林晓燕,梅山社区,91,\n,,,,\n"
    )
    assert saved.entered == 3
    assert found.bad == ()
    assert stored() == {CHEN: {1: Decimal(52), 2: Decimal(66)}, LIN: {1: Decimal(91)}}


def test_one_bad_row_stops_all_and_every_bad_row_is_named():
    found, saved = load(
        "姓名,联系电话,得分\n陈丽华,13800000007,70\n无此人,,80\n林晓燕,13800000008,一百\n陈丽华,13800000007,71\n林晓燕,13800000007,71\n"
    )
    assert saved is None
    assert [row.number for row in found.bad] == [3, 4, 5, 6]
    assert db.session.scalar(select(func.count()).select_from(Score)) == 0


def test_a_list_without_headings_is_refused_with_what_to_do():
    with pytest.raises(Invalid, match="no_headings"):
        load("陈丽华,70\n")
