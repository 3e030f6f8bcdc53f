"""Lists of past training as they really look."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from training_app.core.errors import Invalid
from training_app.learning.outsidecolumns import Column, headings, read_days, read_hours, read_level
from training_app.registration.rostercolumns import Field

SPRING = date(2023, 5, 6)


@pytest.mark.parametrize(
    ("text", "year", "said"),
    [
        ("2023-05-06", None, (2023, SPRING, SPRING)),
        ("2023.5.6", None, (2023, SPRING, SPRING)),
        ("2023/5/6-5/8", None, (2023, SPRING, date(2023, 5, 8))),
        ("2023年5月6日至8日", None, (2023, SPRING, date(2023, 5, 8))),
        ("2023年5月6日—6月2日", None, (2023, SPRING, date(2023, 6, 2))),
        ("2023.12.30～2024.1.2", None, (2023, date(2023, 12, 30), date(2024, 1, 2))),
        ("5月6日", 2023, (2023, SPRING, SPRING)),
        ("2024年2月4日", 2023, (2023, date(2024, 2, 4), date(2024, 2, 4))),
        ("2023年", None, (2023, None, None)),
        ("2023年度", None, (2023, None, None)),
        ("2023", None, (2023, None, None)),
        ("", 2023, (2023, None, None)),
    ],
)
def test_days_are_read_as_people_write_them(text, year, said):
    assert read_days(text, year) == said


@pytest.mark.parametrize("text", ["上半年", "2023-13-40", "5月6日"])
def test_what_is_no_day_is_refused(text):
    with pytest.raises(Invalid, match="day"):
        read_days(text, None)


def test_hours_and_levels_are_read_as_people_write_them():
    assert [read_hours(t) for t in ("16", "16学时", "8.5 课时", "")] == [16, 16, Decimal("8.5"), None]
    with pytest.raises(Invalid, match="hours"):
        read_hours("两天")
    assert [read_level(t) for t in ("省级", "市级", "区县级", "线上", "省厅网络培训", "高校", "")] == [
        "province", "city", "district", "online", "online", "other", None,
    ]  # fmt: skip


def test_headings_below_a_title_are_found_and_a_training_is_no_name():
    rows = [
        ("2023 年儿童主任参训情况汇总表", "", "", "", "", "", "", "", ""),
        ("序号", "儿童主任培训班名称", "姓 名", "身份证号", "街道（乡镇）", "村（社区）", "任职时间", "培训时间", "学时"),
        ("1", "骨干班", "陈丽华", "", "开元街道", "开元社区", "2021.3", "2023.5.6", "16"),
    ]  # fmt: skip
    found = headings(rows)
    assert found.row == 1 and found.dropped == (3,)
    assert found.people[Field.NAME] == 2 and found.people[Field.SUBDISTRICT] == 4
    assert found.training == {Column.TITLE: 1, Column.STARTS: 7, Column.HOURS: 8}


def test_a_list_without_headings_is_refused():
    with pytest.raises(Invalid, match="no_headings"):
        headings([("陈丽华", "2023")])
