"""What goes out as XLSX and CSV, read back by the reader that imports use."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, time
from decimal import Decimal
from io import BytesIO, StringIO

import pytest
from python_calamine import CalamineWorkbook

from training_app.core.spreadsheets import Column, Sheet, csv_text, escaped, file_name, xlsx

COLUMNS = (Column("姓名"), Column("日期"), Column("时间"), Column("学时"), Column("签到"))
ROW = ("陈丽华", date(2026, 6, 14), datetime(2026, 6, 14, 0, 31, tzinfo=UTC), Decimal("4.0"), time(8, 31))


def _read(data, sheet=0):
    return CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_index(sheet).to_python()


def _read_csv(data):
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(StringIO(data.decode("utf-8-sig"))))


def test_a_workbook_keeps_dates_numbers_and_local_times():
    head, row = _read(xlsx([Sheet("考勤", COLUMNS, [ROW])]))
    assert head == ["姓名", "日期", "时间", "学时", "签到"]
    assert row == ["陈丽华", date(2026, 6, 14), datetime.combine(date(2026, 6, 14), time(8, 31)), 4.0, time(8, 31)]


def test_a_title_stands_above_the_headings():
    rows = _read(xlsx([Sheet("考勤", COLUMNS[:1], [("陈丽华",)], title="第四期考勤表")]))
    assert [row[0] for row in rows] == ["第四期考勤表", "姓名", "陈丽华"]


@pytest.mark.parametrize("text", ["=1+1", "+8613800000007", "-1", "@SUM(A1)", "\t=1", "＝1+1"])
def test_a_text_that_looks_like_a_formula_stays_text(text):
    (_head, row) = _read(xlsx([Sheet("一", COLUMNS[:1], [(text,)])]))
    assert row == [text]
    assert _read_csv(csv_text(Sheet("一", COLUMNS[:1], [(text,)])))[1] == [f"'{text}"]


def test_ordinary_text_and_numbers_are_not_escaped():
    assert escaped("王 芳") == "王 芳"
    assert _read_csv(csv_text(Sheet("一", COLUMNS, [ROW, ("", None, None, -2, None)])))[1:] == [
        ["陈丽华", "2026-06-14", "2026-06-14 08:31", "4", "08:31"],
        ["", "", "", "-2", ""],
    ]


def test_a_file_in_quotes_and_lines_is_read_back_the_same():
    text = '他说："明天,\n请假"'
    assert _read_csv(csv_text(Sheet("一", COLUMNS[:1], [(text,)])))[1] == [text]


def test_sheet_names_are_made_fit_and_distinct():
    book = xlsx([Sheet("开元/浮桥:[一]" * 5, COLUMNS, []), Sheet("开元/浮桥:[一]" * 5, COLUMNS, [])])
    names = CalamineWorkbook.from_filelike(BytesIO(book)).sheet_names
    assert len(set(names)) == 2 and all(len(name) <= 31 and "/" not in name for name in names)


def test_a_file_is_named_by_its_content():
    assert file_name("2026/鲤城:培训", "", None, "考勤", extension="xlsx") == "2026 鲤城 培训-考勤.xlsx"
    assert len(file_name("长" * 400, extension="csv").encode()) < 255
