"""Who is on a roll, how they stand, and what is counted; narrowed to a jurisdiction."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from tests import cast
from tests.attendance.crowd import CHEN, LIN, ZHANG, come, fill, seat
from training_app.attendance import matrix, rolls
from training_app.core.db import db, transaction
from training_app.divisions.service import filter_choices
from training_app.people.models import Person
from training_app.schedule.models import Event, Slot

SLOT = EVENT = cast.TODAY_SLOT
EVERYONE, KAIYUAN = ("",), (cast.KAIYUAN,)


def _roll(codes=EVERYONE, **more):
    return rolls.Roll((SLOT,), (EVENT,), codes, **more)


def _names(roll, **more):
    return [rolls.entry(row).name for row in db.session.execute(rolls.entries(roll, cast.NOW, **more))]


@pytest.fixture
def three(app):
    for person in (CHEN, LIN, ZHANG):
        seat(person)


def test_a_roll_holds_who_has_a_seat_and_who_came_without_one(three):
    come(cast.CAST["stranger"].id)
    assert _names(_roll()) == ["林晓燕", "陈丽华", "张淑英", "路人甲"]


def test_a_jurisdiction_sees_its_own_people_alone(three):
    come(cast.CAST["stranger"].id)
    assert _names(_roll(KAIYUAN)) == ["林晓燕", "陈丽华"]
    assert _names(_roll(())) == []


def test_a_waiting_or_cancelled_seat_is_not_on_the_roll(app):
    seat(CHEN, state="waiting")
    seat(LIN, state="cancelled")
    assert _names(_roll()) == []


@pytest.mark.parametrize(
    ("status", "names"),
    [
        ("here", ["林晓燕", "陈丽华"]),
        ("present", ["陈丽华"]),
        ("late", ["林晓燕"]),
        ("left_early", ["林晓燕"]),
        ("missing", ["张淑英"]),
        ("absent", []),
    ],
)
def test_a_roll_is_narrowed_by_status(three, status, names):
    come(CHEN)
    come(LIN, status="late", left_early=True)
    assert _names(_roll(status=status)) == names


def test_nobody_is_missing_before_the_start(three):
    with transaction() as session:
        session.execute(update(Slot).where(Slot.id == SLOT).values(starts_at=cast.NOW.replace(hour=1)))
    assert _names(_roll(status="missing")) == []


def test_a_roll_is_narrowed_by_subdistrict(three):
    assert _names(_roll(subdistrict=cast.FUQIAO)) == ["张淑英"]


def test_who_is_not_there_stands_first(three):
    come(LIN)
    come(CHEN, status="excused")
    assert _names(_roll(), missing_first=SLOT) == ["张淑英", "陈丽华", "林晓燕"]


def test_the_figures_are_those_of_the_jurisdiction(three):
    come(CHEN)
    come(ZHANG, status="excused")
    come(cast.CAST["stranger"].id)
    every, own = rolls.figures([SLOT], EVERYONE)[SLOT], rolls.figures([SLOT], KAIYUAN)[SLOT]
    assert (every.expected, every.here, every.excused, every.missing, every.beside) == (3, 1, 1, 1, 1)
    assert (own.expected, own.here, own.excused, own.missing, own.beside) == (2, 1, 0, 1, 0)


def test_a_stand_in_is_expected_and_a_guest_is_not(app):
    seat(CHEN, as_whom="stand_in")
    seat(LIN, as_whom="guest")
    come(LIN)
    figures = rolls.figures([SLOT], EVERYONE)[SLOT]
    assert (figures.expected, figures.here, figures.beside) == (1, 0, 1)


def test_facts_of_a_merged_person_are_those_of_the_one_that_stays(three):
    fill(1, first=20_000)
    with transaction() as session:
        session.execute(update(Person).where(Person.id == 20_000).values(merged_into_id=LIN))
    assert "人20000" not in _names(_roll())
    assert rolls.rolled(_roll(), [LIN]).stands[LIN, SLOT].status == "present"


def _lines(codes=EVERYONE):
    events = matrix.events_of(Event.programme_id == cast.PROGRAMME)
    columns, roll = matrix.columns(events), matrix.roll_of(events, codes)
    who = [rolls.entry(row) for row in db.session.execute(rolls.entries(roll, cast.NOW))]
    return columns, {line.who.person_id: line for line in matrix.lines(who, columns, rolls.rolled(roll), cast.NOW)}


def test_the_six_sessions_of_a_programme_lie_side_by_side(three):
    seat(CHEN, 1)
    seat(CHEN, 5)
    come(CHEN, 1, "late", left_early=True)
    columns, lines = _lines()
    assert [column.number for column in columns] == [1, 2, 3, 4, 5, 6]
    assert [cell.key for cell in lines[CHEN].cells] == ["late+", "", "", "missing", "pending", ""]
    assert lines[CHEN].done == 1


def test_a_session_that_two_phases_repeat_is_one_column_with_the_better_mark(three):
    with transaction() as session:
        session.execute(update(Event).where(Event.id == 3).values(number=4))
    seat(CHEN, 3)
    come(CHEN, 3, "absent")
    come(CHEN, 4, "present")
    columns, lines = _lines()
    four = [column.number for column in columns].index(4)
    assert columns[four].event_id is None and len(columns) == 5
    assert lines[CHEN].cells[four].status == "present"


def test_a_stand_in_counts_for_nobody(app):
    seat(LIN, as_whom="stand_in", instead_of=CHEN)
    come(LIN)
    _columns, lines = _lines()
    assert (lines[LIN].done, lines[LIN].as_whom, lines[LIN].stand_in_for) == (0, "stand_in", "陈丽华")


def test_cells_outside_the_jurisdiction_are_not_shown(app):
    seat(CHEN, 1, division=cast.FUQIAO_COMMUNITY)
    seat(CHEN, 4)
    come(CHEN, 1)
    come(CHEN, 4)
    _columns, lines = _lines(KAIYUAN)
    assert [cell.status for cell in lines[CHEN].cells] == ["", "", "", "present", "", ""]


def test_drafts_and_cancelled_events_have_no_column(app):
    with transaction() as session:
        session.execute(update(Event).where(Event.id == 1).values(state="draft"))
        session.execute(update(Event).where(Event.id == 2).values(state="cancelled"))
    assert [c.number for c in matrix.columns(matrix.events_of(Event.programme_id == cast.PROGRAMME))] == [3, 4, 5, 6]


def test_subdistricts_of_a_filter_are_those_one_may_see(app):
    assert [code for code, _name in filter_choices(cast.LICHENG, KAIYUAN)] == [cast.KAIYUAN]
    assert len(filter_choices(cast.LICHENG, EVERYONE)) == 9
