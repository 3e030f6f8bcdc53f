"""The files: typed, in Chinese, narrowed, on record."""

from __future__ import annotations

import csv
from datetime import date, datetime, time
from io import BytesIO, StringIO

import pytest
from flask_babel import force_locale
from python_calamine import CalamineWorkbook
from sqlalchemy import select, update

from tests import cast
from tests.attendance.crowd import CHEN, LIN, ORGANISER, ZHANG, come, fill, seat
from training_app.attendance import matrix, sheets
from training_app.core.audit import Action, Audit
from training_app.core.db import db, transaction
from training_app.people.models import Person
from training_app.schedule.models import Event

TODAY = cast.TODAY_EVENT


def _matrix(kind="xlsx", codes=("",)):
    events = matrix.events_of(Event.programme_id == cast.PROGRAMME)
    return sheets.of_matrix(
        events,
        matrix.roll_of(events, codes),
        title="2026 年儿童主任培训计划",
        subject=("programme", cast.PROGRAMME),
        kind=kind,
        actor_id=ORGANISER,
        now=cast.NOW,
    )


def _event(kind="xlsx", phones=lambda one: True):
    events = matrix.events_of(Event.id == TODAY)
    roll = matrix.roll_of(events, ("",))
    return sheets.of_event(events[0], roll, phones=phones, kind=kind, actor_id=ORGANISER, now=cast.NOW)


def _rows(export, sheet=0):
    return CalamineWorkbook.from_filelike(BytesIO(export.data)).get_sheet_by_index(sheet).to_python()


@pytest.fixture
def three(app):
    for person in (CHEN, LIN, ZHANG):
        seat(person)
    come(CHEN, status="late", left_early=True)


def test_the_matrix_has_chinese_headings_and_words_in_either_language(three):
    with force_locale("en"):
        head, *rows = _rows(_matrix())
    assert head == [
        "序号", "街道（乡镇）", "村（社区）", "姓名", "身份",
        "第 1 期 03-15", "第 2 期 04-19", "第 3 期 05-24", "第 4 期 06-14", "第 5 期 07-12", "第 6 期 08-16", "参加期数",
    ]  # fmt: skip
    assert rows[1] == [2.0, "开元街道", "开元社区居委会", "陈丽华", "学员", "", "", "", "迟到（早退）", "", "", 1.0]


def test_a_second_sheet_has_the_sessions_with_real_dates_and_figures(three):
    head, *rows = _rows(_matrix(), 1)
    assert head[:5] == ["场次", "主题", "日期", "应到", "实到"]
    assert rows[3][2:] == [date(2026, 6, 14), 3.0, 1.0, 1.0, *[0.0] * 6]


def test_an_events_file_has_arrivals_as_moments_and_phones_as_text(three):
    head, *rows = _rows(_event())
    row = dict(zip(head, rows[1], strict=True))
    assert (row["姓名"], row["联系电话"], row["状态"], row["早退"]) == ("陈丽华", "13800000007", "迟到", "早退")
    assert row["签到时间"] == datetime.combine(date(2026, 6, 14), time(8, 40))


def test_phones_are_left_out_for_who_may_not_have_them(three):
    head, *rows = _rows(_event(phones=lambda one: False))
    assert {row[head.index("联系电话")] for row in rows} == {""}


def test_a_name_that_looks_like_a_formula_is_text_in_both(three):
    with transaction() as session:
        session.execute(update(Person).where(Person.id == CHEN).values(name="=1+1"))
    assert "=1+1" in [row[3] for row in _rows(_matrix())]
    text = _matrix("csv").data
    assert text.startswith(b"\xef\xbb\xbf")
    assert "'=1+1" in [row[3] for row in csv.reader(StringIO(text.decode("utf-8-sig")))]


def test_a_file_holds_the_jurisdiction_alone_and_is_on_record(three):
    export = _matrix(codes=(cast.FUQIAO,))
    assert [row[3] for row in _rows(export)[1:]] == ["张淑英"]
    assert _rows(export, 1)[4][3:5] == [1.0, 0.0]
    entry = db.session.scalars(select(Audit).where(Audit.action == Action.EXPORT_MADE.value)).one()
    assert (entry.subject_kind, entry.subject_id, entry.actor_id) == ("programme", cast.PROGRAMME, ORGANISER)
    assert entry.after == {
        "file": "2026 年儿童主任培训计划-考勤-2026-06-14.xlsx",
        "rows": 1,
        "jurisdictions": [cast.FUQIAO],
        "subdistrict": "",
        "status": "",
    }


def test_files_are_named_by_their_content(three):
    assert _event("csv").name == "第 4 期-儿童服务社会工作技巧-2026-06-14-考勤.csv"


def test_a_thousand_rows_take_as_many_statements_as_ten(app, count_statements):
    fill(10, range(1, 7))
    ten = count_statements(_matrix)
    fill(990, range(1, 7), first=11_000)
    assert count_statements(_matrix) == ten
    assert len(_rows(_matrix())) == 1001
