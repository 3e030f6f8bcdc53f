"""The pages of a programme's figures: who sees what, live and final, and the files."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests import cast
from tests.attendance.crowd import AFTER, CHEN, LIN, ORGANISER, ZHANG, come, seat
from training_app.attendance import closing
from training_app.core.audit import Action, Audit
from training_app.core.db import db
from training_app.registration import seats
from training_app.reports import upkeep

PROGRAMME, PHASE, EVENT = (
    f"/programmes/{cast.PROGRAMME}/figures",
    f"/phases/{cast.TODAY_PHASE}/figures",
    f"/events/{cast.TODAY_EVENT}/figures",
)


@pytest.fixture(autouse=True)
def _three(app):
    for person in (CHEN, LIN, ZHANG):
        seat(person)
    come(CHEN)
    upkeep.settle(cast.NOW)


def _total(browser, path):
    """The figures of the first row: expected, came, on time, late, excused, absent, hours, rate."""
    text = browser.get(path).text
    row = text[text.index('class="level-0"') :].split("</tr>")[0]
    return [cell.split(">")[1].split("<")[0].strip() for cell in row.split('<td class="count"')[1:]]


@pytest.mark.parametrize("path", [PROGRAMME, PHASE, EVENT])
@pytest.mark.parametrize(
    ("who", "figures"),
    [
        ("organiser", ["3", "1", "1", "0", "0", "0", "4", "33%"]),
        ("auditor", ["3", "1", "1", "0", "0", "0", "4", "33%"]),
        ("supervisor_kaiyuan", ["2", "1", "1", "0", "0", "0", "4", "50%"]),
        ("supervisor_fuqiao", ["1", "0", "0", "0", "0", "0", "0", "0%"]),
    ],
)
def test_everyone_sees_the_figures_of_their_own_people(client_as, path, who, figures):
    assert _total(client_as(who), path) == figures


def test_the_figures_are_narrowed_to_a_division_below_and_to_no_other(client_as):
    auditor = client_as("auditor")
    assert _total(auditor, f"{PROGRAMME}?area={cast.FUQIAO}")[:2] == ["1", "0"]
    supervisor = client_as("supervisor_kaiyuan")
    assert _total(supervisor, f"{PROGRAMME}?area={cast.KAIYUAN_COMMUNITY}")[:2] == ["1", "1"]
    for area in (cast.FUQIAO, cast.LICHENG, "35", "nowhere", "350502004999"):
        for path in (PROGRAMME, PHASE, EVENT, f"{PROGRAMME}.csv"):
            assert supervisor.get(f"{path}?area={area}").status_code == 404, area


def test_what_belongs_to_others_is_not_found(client_as):
    for who in ("supervisor_kaiyuan", "organiser", "auditor"):
        browser = client_as(who)
        for path in (
            f"/programmes/{cast.OTHER_PROGRAMME}",
            f"/phases/{cast.OTHER_PHASE}",
            f"/events/{cast.OTHER_EVENT}",
        ):
            for ending in ("", ".csv", ".xlsx"):
                assert browser.get(f"{path}/figures{ending}").status_code == 404
    assert client_as("foreign_organiser").get(PROGRAMME).status_code == 404


def test_a_live_page_asks_again_and_is_told_304_until_something_was_counted(client_as, count_statements):
    browser = client_as("supervisor_kaiyuan")
    assert "every 4s" in browser.get(PROGRAMME).text
    asks = {"HX-Request": "true"}
    first = browser.get(PROGRAMME, headers=asks)
    assert "<html" not in first.text and first.headers["Cache-Control"] == "private, no-cache"
    again = asks | {"If-None-Match": first.headers["ETag"]}
    assert browser.get(PROGRAMME, headers=again).status_code == 304
    assert count_statements(lambda: browser.get(PROGRAMME, headers=again)) <= 4
    seats.register(cast.TODAY_EVENT, ORGANISER, source="organiser", actor_id=ORGANISER, now=cast.NOW)
    upkeep.settle(cast.NOW + timedelta(seconds=2))
    assert browser.get(PROGRAMME, headers=again).status_code == 200
    browser.set_cookie("language", "en")
    assert browser.get(PROGRAMME, headers=again).status_code == 200


def test_a_closed_event_is_final_and_asks_no_more(client_as):
    closing.close(cast.TODAY_EVENT, actor_id=ORGANISER, now=AFTER)
    upkeep.settle(AFTER)
    text = client_as("organiser").get(EVENT).text
    assert "最终数据" in text and "every 4s" not in text


def test_the_file_has_every_row_in_chinese_and_is_put_on_record(client_as):
    browser = client_as("supervisor_kaiyuan")
    browser.set_cookie("language", "en")
    lines = browser.get(f"{PROGRAMME}.csv").get_data().decode("utf-8-sig").splitlines()
    assert lines[0] == "层级,名称,日期,状态,应到,实到（人次）,准时,迟到,请假,缺席,学时,参训率"
    assert lines[1].endswith(",2,1,1,0,0,0,4.0,50") and len(lines) == 8
    assert lines[5].startswith("活动,第 4 期 · 儿童服务社会工作技巧,2026-06-14,签到中,2,1")
    made = db.session.scalars(select(Audit).where(Audit.action == Action.EXPORT_MADE)).one()
    assert made.after["jurisdictions"] == [cast.KAIYUAN] and made.after["rows"] == 7
    assert browser.get(f"{EVENT}.xlsx").status_code == 200


def test_a_divisions_programmes_lead_to_their_figures(client_as):
    auditor = client_as("auditor")
    assert f"/reports/{cast.LICHENG}/programmes" in auditor.get(f"/reports/{cast.LICHENG}").text
    text = auditor.get(f"/reports/{cast.LICHENG}/programmes").text
    assert f'href="{PROGRAMME}?area={cast.LICHENG}"' in text and ">33%<" in text and "丰泽区" not in text
    assert (
        f'href="{PROGRAMME}?area={cast.KAIYUAN}"'
        in client_as("supervisor_kaiyuan").get(f"/reports/{cast.KAIYUAN}").text
    )


def test_the_phases_and_the_events_page_lead_there_where_the_reader_may_go(client_as):
    for path, link in ((f"/phases/{cast.TODAY_PHASE}", PHASE), (f"/events/{cast.TODAY_EVENT}", EVENT)):
        assert f'href="{link}"' in client_as("supervisor_kaiyuan").get(path).text
    assert f'href="{EVENT}"' not in client_as("facilitator").get(f"/events/{cast.TODAY_EVENT}").text
