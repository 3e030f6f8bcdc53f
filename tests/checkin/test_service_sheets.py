"""The sign-in sheet: what stands on it; and the signed scan that is kept."""

from __future__ import annotations

import re
from io import BytesIO

import pypdf
import pytest
from sqlalchemy import func, select

from tests import cast
from training_app.checkin import sheetdrawing, sheetlayout, sheets
from training_app.checkin.models import SheetScan
from training_app.core import files
from training_app.core.audit import Audit
from training_app.core.db import db
from training_app.core.errors import Invalid, NotFound
from training_app.schedule.models import Slot

PDF = b"%PDF-1.7 signed"
ORGANISER = cast.CAST["organiser"].id


def _sheet():
    return sheets.sheet_of(db.session.get(Slot, cast.TODAY_SLOT))


def _attach(data=PDF, name="签到表.pdf"):
    return sheets.attach(cast.TODAY_SLOT, data, name, actor_id=ORGANISER, now=cast.NOW)


def test_the_sheet_lists_by_subdistrict_with_duty_and_phone(ticket_of):
    for key in ("zhang", "chen", "lin"):
        ticket_of(key)
    sheet = _sheet()
    assert [(line.subdistrict, line.community, line.name, line.duty, line.phone) for line in sheet.lines] == [
        ("开元街道", "梅山社区", "林晓燕", "儿童主任", "138 0000 0008"),
        ("开元街道", "开元社区", "陈丽华", "儿童主任", "138 0000 0007"),
        ("浮桥街道", "浮桥社区", "张淑英", "儿童主任", "138 0000 0009"),
    ]
    assert (sheet.expected, sheet.columns) == (3, ("上午签名",))
    assert sheet.title == "2026 年儿童主任培训计划第四期培训签到表"
    assert sheet.time == "2026年6月14日（星期日）上午 08:30—11:30"
    assert (sheet.hosts, sheet.delivered_by) == ("泉州市鲤城区民政局", "致和社工事务所")


def test_the_rows_cost_the_same_number_of_statements_however_many_they_are(ticket_of, count_statements):
    ticket_of("chen")
    slot = db.session.get(Slot, cast.TODAY_SLOT)
    few = count_statements(lambda: sheets.sheet_of(slot))
    for key in ("lin", "zhang", "stranger"):
        ticket_of(key)
    slot = db.session.get(Slot, cast.TODAY_SLOT)
    _ = slot.event.programme, slot.event.venue
    assert count_statements(lambda: sheets.sheet_of(slot)) <= few


def test_the_paper_has_ten_blank_rows_the_figures_and_its_pages_numbered(ticket_of):
    for key in ("chen", "lin"):
        ticket_of(key)
    pdf = pypdf.PdfReader(BytesIO(sheetdrawing.draw(_sheet())))
    text = "".join(pdf.pages[0].extract_text().split())
    for words in (
        "签到表",
        "主办单位",
        "承办单位",
        "联系电话",
        "上午签名",
        "应到2人",
        "实到人",
        "请假人",
        "缺席人",
        "负责人签字",
        "不得代签",
    ):
        assert words in text, words
    assert "第1页共1页" in text
    assert all(str(n) in text for n in range(1, 13)) and "13800000007" in text


def _lines(number):
    return tuple(
        sheets.Line(100 + n, "开元街道", f"第{n}社区", f"某某{n}", "儿童主任", "138 0000 0000", "")
        for n in range(number)
    )


@pytest.mark.parametrize("number", range(10, 100, 3))
def test_no_row_is_lost_between_pages_and_the_figures_never_stand_alone(number):
    pages = sheetlayout.pages(number)
    assert sum(pages) == number and all(pages)
    for page, rows in enumerate(pages, 1):
        foot = sheetlayout.FOOT if page == len(pages) else 0
        lower = sheetlayout.table_top(page) + sheetlayout.HEAD + rows * sheetlayout.ROW + foot
        assert lower < sheetlayout.corner(2).top


def test_a_sheet_of_a_hundred_says_page_x_of_y_on_each(ticket_of):
    ticket_of("chen")
    sheet = _sheet()
    many = sheets.Sheet(**{**{f: getattr(sheet, f) for f in sheet.__dataclass_fields__}, "lines": _lines(100)})
    pdf = pypdf.PdfReader(BytesIO(sheetdrawing.draw(many)))
    found = [re.findall("第(\\d+)页共(\\d+)页", "".join(page.extract_text().split())) for page in pdf.pages]
    assert found == [[(str(n + 1), str(len(pdf.pages)))] for n in range(len(pdf.pages))]


def test_a_signed_sheet_is_kept_by_its_content_and_on_record(app):
    scan = _attach()
    kept, media_type, data = sheets.scan_file(cast.TODAY_EVENT, scan.id)
    assert (kept.name, media_type, data) == ("签到表.pdf", "application/pdf", PDF)
    assert db.session.scalars(select(Audit.action)).all() == ["sheet.attached"]


def test_the_same_file_is_kept_once_and_another_beside_it(app):
    assert _attach().id == _attach().id
    _attach(b"\xff\xd8\xff\xe0 a photo", "IMG_1.HEIC")
    assert [(one.name, one.size) for one in sheets.attached(cast.TODAY_EVENT)] == [
        ("IMG_1.HEIC", 12),
        ("签到表.pdf", 15),
    ]


@pytest.mark.parametrize(
    "data", [b"", b"<html>%PDF-", b"MZ\x90", b"PK\x03\x04", b"%PDF-" + b"x" * (8 * 1024 * 1024)], ids=range(5)
)
def test_what_is_no_scan_is_refused_with_a_sentence_and_not_kept(app, data):
    with pytest.raises(Invalid) as refused:
        _attach(data, "签到表.pdf")
    assert "file" in refused.value.fields
    assert db.session.scalar(select(func.count()).select_from(SheetScan)) == 0
    assert db.session.scalar(select(func.count()).select_from(files.StoredFile)) == 0


@pytest.mark.parametrize("brand", [b"heic", b"mif1", b"heix"])
def test_an_iphones_picture_is_refused_with_what_to_do_about_it(app, brand):
    with pytest.raises(Invalid) as refused:
        _attach(b"\0\0\0\x24ftyp" + brand + b"\0" * 40, "IMG_1.HEIC")
    assert refused.value.code == "file_heic"
    assert "HEIC" in str(refused.value.fields["file"])


def test_of_several_files_all_are_kept_or_none(app):
    with pytest.raises(Invalid):
        sheets.attach_all(cast.TODAY_SLOT, [(PDF, "a.pdf"), (b"MZ", "b.exe")], actor_id=ORGANISER, now=cast.NOW)
    assert sheets.attached(cast.TODAY_EVENT) == []
    both = [(PDF, "a.pdf"), (PDF + b"2", "b.pdf")]
    assert len(sheets.attach_all(cast.TODAY_SLOT, both, actor_id=ORGANISER, now=cast.NOW)) == 2
    with pytest.raises(Invalid) as refused:
        sheets.attach_all(cast.TODAY_SLOT, [(PDF, "a.pdf")] * 13, actor_id=ORGANISER, now=cast.NOW)
    assert refused.value.code == "file_many"


def test_a_path_in_the_name_is_dropped(app):
    assert _attach(name="C:\\Users\\lin\\..\\sheet.pdf").name == "sheet.pdf"


def test_another_events_sheet_is_not_there(app):
    scan = _attach()
    with pytest.raises(NotFound):
        sheets.scan_file(5, scan.id)


@pytest.mark.parametrize(("number", "word"), [(1, "一"), (10, "十"), (12, "十二"), (20, "二十"), (35, "三十五")])
def test_numbers_in_chinese(number, word):
    assert sheets.chinese_number(number) == word
