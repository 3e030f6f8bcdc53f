"""The supervisor's page, the pages above it, and who sees what."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select, update

from tests import cast
from tests.attendance.crowd import CHEN, LIN, ZHANG, come, seat
from training_app.core.audit import Action, Audit
from training_app.core.db import db, transaction
from training_app.reports import upkeep
from training_app.schedule.models import Programme

KAIYUAN, FUQIAO, LICHENG = (f"/reports/{code}" for code in (cast.KAIYUAN, cast.FUQIAO, cast.LICHENG))


@pytest.fixture(autouse=True)
def _three(app):
    for person in (CHEN, LIN, ZHANG):
        seat(person)
    come(CHEN)
    upkeep.settle(cast.NOW)


def _get(client_as, who, path, language="zh_Hans"):
    browser = client_as(who)
    browser.set_cookie("language", language)
    answer = browser.get(path)
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize(
    ("who", "where"), [("supervisor_kaiyuan", KAIYUAN), ("auditor", LICHENG), ("organiser", LICHENG)]
)
def test_the_reports_begin_at_ones_own_area(client_as, who, where):
    assert client_as(who).get("/reports").headers["Location"] == where


def test_the_supervisor_has_her_communities_with_call_and_state(client_as):
    text = _get(client_as, "supervisor_kaiyuan", KAIYUAN)
    for words in ("开元街道", "陈丽华", "林晓燕", "空缺", "培训中", "轮训覆盖", "今天 第 4 期", "未到 1 人"):
        assert words in text
    assert 'href="tel:+8613800000008"' in text
    assert text.index("林晓燕") < text.index("陈丽华"), "who is not here yet stands first"


def test_the_supervisor_of_kaiyuan_sees_nothing_of_fuqiao(client_as):
    text = _get(client_as, "supervisor_kaiyuan", KAIYUAN)
    assert "张淑英" not in text and "13800000009" not in text and "1 / 2" in text
    browser = client_as("supervisor_kaiyuan")
    for path in (FUQIAO, LICHENG, f"{FUQIAO}/communities.xlsx", f"{LICHENG}/communities.xlsx", "/reports/3505"):
        assert browser.get(path).status_code == 404
    assert "张淑英" in _get(client_as, "supervisor_fuqiao", FUQIAO)


def test_the_district_drills_down_a_level_a_click(client_as):
    text = _get(client_as, "auditor", LICHENG)
    assert "需要您处理" in text and f'href="{KAIYUAN}?year=2026"' in text
    below = _get(client_as, "auditor", f"{KAIYUAN}?year=2026")
    assert f'href="{LICHENG}?year=2026"' in below, "and back up"


def test_who_sees_everywhere_drills_from_the_nation_to_a_community_a_click_a_level(client_as):
    path = client_as("administrator").get("/reports").headers["Location"]
    for code in ("35", "3505", cast.LICHENG, cast.KAIYUAN):
        text = _get(client_as, "administrator", path)
        path = f"/reports/{code}?year=2026"
        assert f'href="{path}"' in text
    assert "陈丽华" in _get(client_as, "administrator", path)
    assert client_as("auditor").get("/reports/nation").status_code == 404


def test_the_list_to_act_on_is_narrowed_by_reason_and_kind(client_as):
    text = _get(client_as, "auditor", f"{LICHENG}/act")
    assert "空缺" in text and "下一页" in text
    only = _get(client_as, "auditor", f"{LICHENG}/act?reason=new_untested")
    assert "没有因这些原因需要处理的岗位" in only
    supervisors = _get(client_as, "auditor", f"{LICHENG}/act?kind=supervisor&reason=vacant")
    assert "江南街道" in supervisors and "开元街道" not in supervisors


def test_whoever_hands_in_changes_is_led_from_a_vacant_post_to_its_successor(client_as):
    own = f"/reports/{cast.KAIYUAN}/act?reason=vacant"
    named = f'href="/handovers/new?subdistrict={cast.KAIYUAN}"'
    assert named in _get(client_as, "supervisor_kaiyuan", own)
    assert named not in _get(client_as, "auditor", own)


def test_a_page_takes_as_many_statements_at_every_level(client_as, count_statements):
    browser = client_as("administrator")
    paths = [f"/reports/{code}?year=2026" for code in ("nation", "35", "3505", cast.LICHENG)]
    assert len({count_statements(lambda path=path: browser.get(path)) for path in paths}) <= 2


def test_the_organiser_of_another_district_sees_nothing_here(client_as):
    assert client_as("foreign_organiser").get(LICHENG).status_code == 404


def test_a_programme_of_others_is_not_there(client_as):
    assert client_as("auditor").get(f"{LICHENG}?programme=2").status_code == 404
    with transaction() as session:
        session.execute(
            update(Programme).where(Programme.id == 2).values(division_code=cast.LICHENG, counting_year=2025)
        )
    upkeep.settle(cast.NOW)
    text = _get(client_as, "auditor", f"{LICHENG}?programme=2")
    assert "2025 年度" in text and '<option value="2025" selected>' in text


def test_an_area_without_a_programme_says_so(client_as):
    with transaction() as session:
        session.execute(update(Programme).values(division_code="350503"))
    assert "还没有培训计划" in _get(client_as, "auditor", LICHENG)


def test_the_workbook_has_typed_cells_in_chinese_and_is_on_record(client_as):
    browser = client_as("supervisor_kaiyuan")
    browser.set_cookie("language", "en")
    answer = browser.get(f"{KAIYUAN}/communities.xlsx")
    head, *rows = CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    by_name = {row[3]: dict(zip(head, row, strict=True)) for row in rows}
    chen = by_name["陈丽华"]
    assert (chen["街道（乡镇）"], chen["联系电话"], chen["任职时间"]) == ("开元街道", "13800000007", date(2024, 1, 1))
    assert (chen["第 4 期 06-14"], chen["参加期数"], chen["状态"], chen["已覆盖"]) == ("已到", 1.0, "培训中", "否")
    assert "张淑英" not in by_name
    entry = db.session.scalars(select(Audit).where(Audit.action == Action.EXPORT_MADE.value)).one()
    assert (entry.actor_id, entry.after["division"]) == (cast.CAST["supervisor_kaiyuan"].id, cast.KAIYUAN)


def test_pages_speak_english_too(client_as):
    text = _get(client_as, "supervisor_kaiyuan", KAIYUAN, "en")
    assert "Training coverage, 2026" in text and "Not here yet" in text and "轮训" not in text
    assert "To act on" in _get(client_as, "auditor", LICHENG, "en")


def test_the_print_button_has_its_script(client_as):
    text = _get(client_as, "supervisor_kaiyuan", KAIYUAN)
    assert "data-print" in text and "js/print.js" in text


def test_a_programme_of_drafts_does_not_take_the_place_of_the_one_that_runs(client_as):
    with transaction() as session:
        session.add(
            Programme(
                title="明年的计划",
                counting_year=2027,
                planned_sessions=6,
                preset="one_session_phases",
                division_code=cast.LICHENG,
                organisation_id=cast.OFFICE,
                feed_revision=0,
                created_at=cast.LONG_AGO,
            )
        )
    text = _get(client_as, "supervisor_kaiyuan", KAIYUAN)
    assert "明年的计划" not in text and "今天 第 4 期" in text
