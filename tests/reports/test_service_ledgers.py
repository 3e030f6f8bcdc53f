"""What stands in the ledgers, cell by cell, and how the files read."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO

import pypdfium2
import pytest
from sqlalchemy import select, update

from tests import cast
from tests.attendance.crowd import CHEN, ZHANG, come, seat
from tests.certificates import earning
from tests.reports.ledger import ORGANISER, by_name, rows_of, sheets_of, train, wanted
from training_app.checkin import sheets as signed
from training_app.core.audit import Action, Audit
from training_app.core.db import db, transaction
from training_app.learning import feedbackkeeping
from training_app.people.models import Person, Post
from training_app.reports import exports, recount
from training_app.reports.ledgerrules import BY_DIVISION, BY_EVENT, BY_PERSON
from training_app.schedule.models import AgendaItem, Facilitation, Programme


def _export(what, format_="xlsx"):
    return exports.ask(what, format_, actor_id=ORGANISER, now=cast.NOW)


def test_a_director_has_one_row_with_everything(app):
    train()
    assert by_name(wanted("persons", cast.LICHENG))["陈丽华"] == [
        None,
        "陈丽华",
        "女",
        "开元街道",
        "开元社区",
        "儿童主任",
        date(2024, 1, 1),
        "否",
        "13800000007",
        "第1、2期",
        Decimal(8),
        Decimal("85.5"),
        "合格",
        "",
        None,
        "",
    ]


def test_a_certificate_stands_with_its_number_and_day(app):
    train()
    earning.earn(earning.CHEN, slots=(3, 4, 5), points=None)
    (paper,) = earning.issue()
    row = by_name(wanted("persons", cast.LICHENG))["陈丽华"]
    assert (row[9], row[13]) == ("第1、2、3、4、5期", paper.serial)
    assert isinstance(row[14], date)


def test_who_has_not_come_and_who_failed_are_in_it_too(app):
    train()
    found = by_name(wanted("persons", cast.LICHENG))
    assert found["林晓燕"][9:13] == ["第1期", Decimal(4), Decimal(40), "不合格"]
    assert found["王督导"][3:6] == ["开元街道", "", "儿童督导员"]
    assert found["王督导"][9:13] == ["", None, None, ""]


def test_someone_with_two_communities_stands_once(app):
    with transaction() as session:
        session.add(Post(division_code="350502004002", kind="director", person_id=CHEN, started_on=date(2025, 5, 1)))
    train()
    rows = [row for row in rows_of(wanted("persons", cast.LICHENG)) if row[1] == "陈丽华"]
    assert len(rows) == 1 and rows[0][4].count("、") == 1 and rows[0][10] == 8


def test_whoever_left_since_keeps_her_row_and_her_successor_is_new(app):
    train()
    with transaction() as session:
        session.execute(update(Post).where(Post.person_id == CHEN).values(ended_on=date(2026, 6, 1)))
        session.add(
            Post(division_code=cast.KAIYUAN_COMMUNITY, kind="director", person_id=11, started_on=date(2026, 6, 2))
        )
    recount.everything(cast.NOW)
    found = by_name(wanted("persons", cast.KAIYUAN))
    assert (found["陈丽华"][5:8], found["陈丽华"][-1]) == (["儿童主任", date(2024, 1, 1), "否"], "已离任")
    assert found["路人甲"][6:8] == [date(2026, 6, 2), "是"]


def test_a_merged_record_counts_for_the_one_who_stays(app):
    seat(cast.CAST["stranger"].id, 3, division=cast.KAIYUAN_COMMUNITY)
    come(cast.CAST["stranger"].id, 3)
    train()
    with transaction() as session:
        session.get(Person, cast.CAST["stranger"].id).merged_into_id = CHEN
    recount.everything(cast.NOW)
    found = by_name(wanted("persons", cast.LICHENG))
    assert found["陈丽华"][9] == "第1、2、3期" and "路人甲" not in found


def test_a_subdistricts_ledger_has_its_own_people_alone_and_phones_only_for_whoever_may_see_them(app):
    train()
    found = by_name(wanted("persons", cast.KAIYUAN, phones=False))
    assert set(found) == {"王督导", "陈丽华", "林晓燕"}
    assert {row[8] for row in found.values()} == {""}


def test_a_programme_narrows_the_ledger_and_another_districts_adds_nothing(app):
    train()
    assert rows_of(wanted("persons", cast.LICHENG, programme_id=cast.PROGRAMME)) == rows_of(
        wanted("persons", cast.LICHENG)
    )
    other = rows_of(wanted("persons", "3505", programme_id=cast.OTHER_PROGRAMME))
    assert all(row[9] == "" for row in other)


def _prepare_first():
    with transaction() as session:
        session.add(Facilitation(event_id=1, person_id=cast.CAST["facilitator"].id, unit_and_title="华侨大学 教授"))
        session.add(AgendaItem(event_id=1, position=1, minutes=60, kind="talk", title="政策解读"))
        session.add(AgendaItem(event_id=1, position=2, minutes=10, kind="break", title="茶歇"))
    signed.attach(1, b"%PDF-1.7 signed", "签到表.pdf", actor_id=ORGANISER, now=cast.NOW)


def test_an_event_has_one_row_with_everything(app):
    train()
    come(cast.CAST["stranger"].id, 1)
    _prepare_first()
    with transaction() as session:
        session.get(Person, 11).division_code = cast.KAIYUAN_COMMUNITY
    rows = rows_of(wanted("events", cast.LICHENG))
    assert [row[1] for row in rows] == ["第1期", "第2期", "第3期", "第4期"], "what lies ahead is not in it"
    assert rows[0] == [
        None,
        "第1期",
        date(2026, 3, 15),
        "开元街道新时代文明实践所",
        "儿童关爱保护政策：政策解读",
        "吴教授",
        "华侨大学 教授",
        "儿童主任",
        3,
        3,
        Decimal(4),
        "签到考勤、笔试",
        1,
        None,
        "泉州市鲤城区民政局",
        "致和社工事务所",
        "电子签到记录；签到表扫描件1份",
        "",
    ]


def test_a_subdistricts_events_count_its_own_people(app):
    train()
    rows = rows_of(wanted("events", cast.FUQIAO))
    assert [(row[1], row[8], row[9], row[12]) for row in rows] == [("第1期", 1, 1, 0)], (
        "where nobody was asked is left out"
    )
    assert [row[8:10] for row in rows_of(wanted("events", cast.KAIYUAN))] == [[2, 2], [2, 1], [1, 0]]


def test_coverage_has_a_sheet_a_level_and_what_it_comes_to(app):
    train()
    made = sheets_of(_export(wanted("coverage", "3505")).data)
    assert list(made) == ["县（市、区）", "乡镇（街道）"]
    district = made["县（市、区）"]
    assert district[2] == [column.words for column in BY_DIVISION]
    assert district[3][1:5] == ["泉州市", "鲤城区", "350502", 82.0] and district[3][11] == 4.0
    assert district[3][13] == pytest.approx(4 / 6) and district[3][14:17] == [2.0, 1.0, 0.5]
    assert district[-1][1:4] == ["合计", "泉州市", "3505"]
    assert sum(row[4] for row in district[3:-1]) == district[-1][4]
    by_code = {row[3]: row for row in made["乡镇（街道）"][3:]}
    assert by_code[cast.KAIYUAN][17:19] == [1.0, 0.0]


def test_the_workbook_has_typed_cells_a_title_and_no_formula(app):
    with transaction() as session:
        session.get(Person, CHEN).name = "=1+1<&>_x0041_"
    train()
    made = _export(wanted("persons", cast.LICHENG))
    assert made.name.startswith("泉州市鲤城区2026年度儿童主任培训台账（按人员）") and made.name.endswith(".xlsx")
    (rows,) = sheets_of(made.data).values()
    assert rows[0][0] == "泉州市鲤城区2026年度儿童主任培训台账（按人员）"
    assert rows[1][0].startswith("统计年度：2026年") and "制表日期：2026年6月14日" in rows[1][0]
    assert rows[2] == [column.words for column in BY_PERSON]
    chen = next(row for row in rows if row[1].startswith("=1"))
    assert chen[1] == "=1+1<&>_x0041_"
    assert chen[6] == date(2024, 1, 1) and (chen[8], chen[10], chen[11]) == ("13800000007", 8.0, 85.5)
    assert [row[0] for row in rows[3:]] == [float(number) for number in range(1, len(rows) - 2)]


def test_a_citys_workbook_begins_with_a_summary_and_has_a_sheet_a_district(app):
    train()
    made = sheets_of(_export(wanted("persons", "3505")).data)
    assert list(made) == ["汇总", "鲤城区", "丰泽区"]
    assert made["汇总"][0][0] == "泉州市2026年度儿童主任轮训覆盖统计表"
    assert "陈丽华" in [row[1] for row in made["鲤城区"]] and len(made["丰泽区"]) == 3


def test_the_events_workbook_reads_back(app):
    train()
    (rows,) = sheets_of(_export(wanted("events", cast.LICHENG)).data).values()
    assert rows[2] == [column.words for column in BY_EVENT]
    assert rows[3][2] == date(2026, 3, 15) and rows[3][8:11] == [3.0, 3.0, 4.0] and rows[3][13] == ""


def test_an_events_row_has_the_satisfaction_once_five_have_answered(app):
    train()
    for event, forms in ((1, 5), (2, 4)):
        totals = {"overall": [forms - 1, 0, 1, 0, 0]}
        feedbackkeeping.enter_paper(event, totals, actor_id=ORGANISER, now=cast.NOW)
    assert [row[13] for row in rows_of(wanted("events", cast.LICHENG))] == [0.8, None, None, None]
    data = _export(wanted("events", cast.LICHENG), "csv").data.decode("utf-8-sig")
    assert next(csv.reader(StringIO(data.splitlines()[1])))[13] == "80.0%"


def test_csv_has_one_heading_and_the_same_rows(app):
    train()
    text = _export(wanted("persons", "3505"), "csv").data.decode("utf-8-sig")
    lines = text.strip().split("\r\n")
    assert lines[0].split(",") == [column.words for column in BY_PERSON]
    assert len(lines) == 1 + len(rows_of(wanted("persons", "3505")))


def test_the_pdf_is_a4_across_and_counts_its_pages(app):
    with transaction() as session:
        ids = range(5000, 5080)
        session.add_all(Person(id=n, name=f"陈{n}", pinyin="", created_at=cast.LONG_AGO) for n in ids)
    for person in range(5000, 5080):
        seat(person, 1, division=cast.MEISHAN)
        come(person, 1)
    train()
    paper = pypdfium2.PdfDocument(BytesIO(_export(wanted("persons", cast.LICHENG), "pdf").data))
    assert len(paper) > 2
    for number in range(len(paper)):
        assert [round(side) for side in paper[number].get_size()] == [842, 595]
        text = paper[number].get_textpage().get_text_range()
        assert f"第 {number + 1} 页" in text and f"共 {len(paper)} 页" in text and "证书编号" in text
    assert "培训台账" in paper[0].get_textpage().get_text_range()


def test_what_was_taken_away_is_on_record(app):
    train()
    _export(wanted("persons", cast.KAIYUAN))
    entry = db.session.scalars(select(Audit).where(Audit.action == Action.EXPORT_MADE.value)).one()
    assert entry.actor_id == ORGANISER
    assert (entry.after["division"], entry.after["rows"], entry.after["phones"]) == (cast.KAIYUAN, 3, True)


def test_more_people_take_as_many_statements(app, count_statements):
    train()
    before = count_statements(lambda: rows_of(wanted("persons", cast.LICHENG)))
    with transaction() as session:
        session.add_all(
            Post(division_code=f"350502004{n:03d}", kind="director", person_id=ZHANG, started_on=date(2025, 1, 1))
            for n in (2, 3, 4)
        )
        session.get(Programme, cast.PROGRAMME).planned_sessions = 6
    recount.everything(cast.NOW)
    earning.crowd(30)
    assert count_statements(lambda: rows_of(wanted("persons", cast.LICHENG))) == before
