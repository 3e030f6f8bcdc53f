"""Uploading a roster, choosing, answering and importing it, in a browser."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import func, select

from tests import cast
from tests.registration.test_service_rosters import book, row
from training_app.core.db import db
from training_app.registration.models import Enrolment, Nomination, RosterImport


def _text(answer):
    return answer.get_data(as_text=True)


def _upload(browser, data, name="名册.xlsx", path="/phases/5/roster"):
    return browser.post(path, data={"file": (io.BytesIO(data), name)}, content_type="multipart/form-data")


def test_a_roster_goes_in_step_by_step(client_as, app):
    browser = client_as("organiser")
    sent = _upload(browser, book(row("陈丽华", "13859700009"), row("王芳", "1385970"), row("李秀兰", "13859700002")))
    assert sent.status_code == 302
    page = sent.location
    text = _text(browser.get(page))
    assert "身份证号" in text
    assert "已登记有陈丽华" in text
    assert "不是有效的电话号码" in text
    assert "disabled" in text
    browser.post(f"{page}/answers", data={"row-3": f"person:{cast.CAST['chen'].id}"})
    refused = browser.post(f"{page}/import")
    assert refused.status_code == 409
    assert "有些行不能导入" in _text(refused)
    done = browser.post(f"{page}/import", data={"leave_out": "1"}, follow_redirects=True)
    assert "电话与文件不同" in _text(done)
    assert db.session.scalar(select(func.count()).select_from(Enrolment)) == 2
    again = browser.post(f"{page}/import", data={"leave_out": "1"}, follow_redirects=True)
    assert "已导入" in _text(again)
    assert db.session.scalar(select(func.count()).select_from(Enrolment)) == 2


def test_an_answer_can_be_taken_back(client_as, app):
    browser = client_as("organiser")
    page = _upload(browser, book(row("陈丽华", "13859700009"))).location
    browser.post(f"{page}/answers", data={"row-3": "skip"})
    assert "重新选择" in _text(browser.get(f"{page}?show=all"))
    browser.post(f"{page}/answers", data={"again": "3"})
    assert "已登记有陈丽华" in _text(browser.get(page))


def test_columns_are_chosen_where_the_guess_is_wrong(client_as, app):
    browser = client_as("organiser")
    page = _upload(browser, book(["王芳", "13859700001"], headings=["甲", "乙"])).location
    wrong = browser.post(f"{page}/columns", data={"sheet": "0", "header_row": "1"}, follow_redirects=True)
    assert wrong.status_code in (200, 422)
    browser.post(f"{page}/columns", data={"sheet": "0", "header_row": "2"})
    done = browser.post(
        f"{page}/columns",
        data={"sheet": "0", "header_row": "2", "column-name": "0", "column-phone": "1"},
        follow_redirects=True,
    )
    assert "可以导入" in _text(done)
    assert db.session.scalar(select(RosterImport)).choices["fields"] == {"name": 0, "phone": 1}


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"", "a.xlsx", "文件是空的"),
        (b"%PDF-1.7", "a.pdf", "这不是表格文件"),
        (b"PK\x03\x04torn", "a.xlsx", "文件已损坏"),
    ],
)
def test_what_is_no_roster_gets_a_sentence(client_as, data, name, said):
    answer = _upload(client_as("organiser"), data, name)
    assert answer.status_code == 422
    assert said in _text(answer)


def test_a_supervisor_uploads_names_and_nobody_else_sees_her_upload(client_as, app):
    browser = client_as("supervisor_kaiyuan")
    data = book(["陈丽华"], ["张淑英"], headings=["姓名"])
    page = _upload(browser, data, path="/phases/5/nominations/roster").location
    assert "张淑英不是您辖区的现任儿童主任" in _text(browser.get(page))
    for other in ("supervisor_fuqiao", "organiser", "administrator", "chen"):
        assert client_as(other).get(page).status_code == 404
        assert client_as(other).post(f"{page}/import").status_code == 404
    browser.post(f"{page}/import", data={"leave_out": "1"})
    assert [n.person_id for n in db.session.scalars(select(Nomination))] == [cast.CAST["chen"].id]


def test_an_organisers_upload_is_not_for_supervisors_or_other_offices(client_as, app):
    page = _upload(client_as("organiser"), book(row("王芳", "13859700001"))).location
    for other in ("supervisor_kaiyuan", "foreign_organiser", "auditor"):
        assert client_as(other).get(page).status_code == 404
        assert client_as(other).post(f"{page}/discard").status_code == 404


def test_discarding_says_that_nothing_was_imported(client_as, app):
    browser = client_as("organiser")
    page = _upload(browser, book(row("王芳", "13859700001")), path="/events/5/roster").location
    assert "没有导入任何人" in _text(browser.post(f"{page}/discard", follow_redirects=True))
    assert "已放弃" in _text(browser.get(page))


def test_the_preview_costs_the_same_for_ten_and_for_a_thousand_rows(client_as, app, count_statements):
    browser, counts = client_as("organiser"), []
    for people in (10, 1000):
        rows = [row(f"王{chr(0x4E00 + n)}", str(13859700000 + n)) for n in range(people)]
        page = _upload(browser, book(*rows)).location
        browser.get(page)
        counts.append(count_statements(lambda page=page: browser.get(page)))
    assert counts[0] == counts[1]
