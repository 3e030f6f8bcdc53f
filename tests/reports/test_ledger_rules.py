"""The columns that the bureau's form has, and how an area falls into parts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from training_app.core.faces import SERIF
from training_app.reports.ledgerbooks import csv_text, said
from training_app.reports.ledgerpapers import _lines
from training_app.reports.ledgerrules import BY_EVENT, BY_PERSON, Heading, numbers_said, packed, ranges, unpacked


def test_the_ledger_by_event_has_the_bureaus_columns_in_their_order():
    assert "｜".join(column.words for column in BY_EVENT) == (
        "序号｜期次｜培训时间｜地点｜主题及内容｜授课人｜单位及职务/职称｜培训对象｜应训人数｜实训人数｜学时｜考核方式｜"
        "合格人数｜满意率｜主办单位｜承办单位｜佐证材料｜备注"
    )


def test_the_ledger_by_person_has_the_bureaus_columns_in_their_order():
    assert "｜".join(column.words for column in BY_PERSON) == (
        "序号｜姓名｜性别｜街道（乡镇）｜村（社区）｜职务｜任职时间｜是否初任｜联系电话｜参加期次｜累计学时｜考核成绩｜"
        "是否合格｜证书编号｜发证日期｜备注"
    )


def test_an_area_is_cut_between_subdistricts_and_nothing_is_left_out():
    counts = [("350502001", 900), ("350502002", 900), ("350502003", 900), ("350502004", 2500), ("350502005", 1)]
    assert ranges("350502", counts, 2000) == [
        "350502-350502003",
        "350502003-350502004",
        "350502004-350502005",
        "350502005-350503",
    ]
    assert ranges("350502004", []) == ["350502004-350502005"]


def test_rows_come_back_as_they_were_put_away():
    rows = [[None, "换\u2028行\n", date(2024, 2, 29), 3, Decimal("4.5"), ""], [None]]
    assert list(unpacked(packed(rows))) == rows
    assert list(unpacked(packed([]))) == []


def test_numbers_of_phases_are_said_once_and_in_order():
    assert numbers_said([4, 1, 2, 2]) == "第1、2、4期" and numbers_said([]) == ""


def test_csv_has_a_mark_for_excel_and_nothing_that_runs():
    columns = (
        Heading("序号", 5, "number"),
        Heading("姓名", 9),
        Heading("合格率", 8, "rate"),
        Heading("日期", 9, "date"),
    )
    rows = [
        [None, "=HYPERLINK(1)", 0.5, date(2024, 1, 1)],
        [None, "＋8613800000000", None, None],
        ["", "-1", 1.0, None],
    ]
    data = csv_text(columns, rows)
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.decode("utf-8-sig").split("\r\n") == [
        "序号,姓名,合格率,日期",
        "1,'=HYPERLINK(1),50.0%,2024-01-01",
        "2,'＋8613800000000,,",
        ",'-1,100.0%,",
        "",
    ]


def test_numbers_have_no_idle_zeros():
    assert [said(value, "hours") for value in (4.0, Decimal("4.50"), 3)] == ["4", "4.5", "3"]


def test_no_line_of_the_paper_begins_with_a_closing_sign():
    assert _lines("儿童主任、督导", 4 * 8, 8, SERIF) == ["儿童主", "任、督导"]
    assert _lines("", 10, 8, SERIF) == [""]
