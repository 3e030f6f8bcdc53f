"""A supervisor sees her own people, counts included; an auditor sees the district and changes nothing."""

from __future__ import annotations

from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from tests import cast
from tests.attendance.crowd import CHEN, LIN, ZHANG, come, seat

PAGES = ("/phases/4/attendance", "/programmes/1/attendance", "/events/4/attendance")
FILES = tuple(f"{page}.{kind}" for page in PAGES for kind in ("xlsx", "csv"))
KAIYUAN = {"陈丽华": "13800000007", "林晓燕": "13800000008"}
FUQIAO = {"张淑英": "13800000009"}


@pytest.fixture(autouse=True)
def _three(app):
    for person in (CHEN, LIN, ZHANG):
        seat(person)
    come(CHEN)
    come(cast.CAST["stranger"].id)


def _text(client_as, who, path):
    answer = client_as(who).get(path)
    assert answer.status_code == 200
    if not path.endswith(".xlsx"):
        return answer.get_data().decode("utf-8-sig")
    book = CalamineWorkbook.from_filelike(BytesIO(answer.data))
    return "\n".join(str(row) for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python())


@pytest.mark.parametrize("path", PAGES + FILES)
def test_each_supervisor_sees_her_own_people_alone(client_as, path):
    kaiyuan, fuqiao = (_text(client_as, f"supervisor_{where}", path) for where in ("kaiyuan", "fuqiao"))
    for name, phone in KAIYUAN.items():
        assert name in kaiyuan and name not in fuqiao and phone not in fuqiao
    for name, phone in FUQIAO.items():
        assert name in fuqiao and name not in kaiyuan and phone not in kaiyuan
    assert "路人甲" not in kaiyuan + fuqiao, "nobody's division is nobody's to see but the organiser's"


@pytest.mark.parametrize("path", PAGES + FILES)
def test_the_organiser_and_the_auditor_of_the_district_see_everyone_of_theirs(client_as, path):
    assert "路人甲" in _text(client_as, "organiser", path)
    auditor = _text(client_as, "auditor", path)
    assert all(name in auditor for name in {**KAIYUAN, **FUQIAO}) and "路人甲" not in auditor


def test_the_counts_are_those_of_the_jurisdiction(client_as):
    def figures(who):
        text = client_as(who).get("/events/4/attendance").text
        return [part.split("</p>")[0] for part in text.split('<p class="figure-value">')[1:]]

    assert figures("supervisor_kaiyuan") == ["2", "1", "0", "1"]
    assert figures("supervisor_fuqiao") == ["1", "0", "0", "1"]
    assert figures("organiser") == ["3", "1", "0", "2"]


def test_a_filter_does_not_open_another_subdistrict(client_as):
    text = _text(client_as, "supervisor_kaiyuan", f"/phases/4/attendance?subdistrict={cast.FUQIAO}")
    assert "张淑英" not in text and "没有符合条件的人" in text


def test_anothers_director_is_not_there(client_as):
    assert client_as("supervisor_kaiyuan").get(f"/events/4/attendance/{ZHANG}").status_code == 404
    assert client_as("supervisor_fuqiao").get(f"/events/4/attendance/{ZHANG}").status_code == 200


def test_the_facilitator_sees_who_is_there_and_no_phone_number(client_as):
    for path in ("/events/4/attendance", "/events/4/attendance.xlsx"):
        text = _text(client_as, "facilitator", path)
        assert "陈丽华" in text and "张淑英" in text and "1380000" not in text


def test_the_auditor_and_the_supervisor_change_nothing(client_as):
    for who in ("auditor", "supervisor_kaiyuan"):
        browser = client_as(who)
        page = browser.get("/events/4/attendance").text
        assert 'method="post"' not in page.split('id="content"')[1]
        for path in ("", "/close", "/reopen", "/leave"):
            assert browser.post(f"/events/4/attendance{path}", data={}).status_code == 403
