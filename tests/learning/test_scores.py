"""The pages of scores: typed, corrected, imported, looked back at."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO

import pytest
from sqlalchemy import func, select

from tests import cast
from tests.certificates.earning import CHEN, LIN, ZHANG, crowd
from training_app.attendance.models import Attendance
from training_app.certificates import service as certificates
from training_app.certificates.rules import LATEST, Conditions
from training_app.core.db import db, transaction
from training_app.core.spreadsheets import Column, Sheet, xlsx
from training_app.learning import service
from training_app.learning.models import Score

PAGE = "/programmes/1/scores"


@pytest.fixture(autouse=True)
def _attended(app):
    with transaction() as session:
        for person in (CHEN, LIN):
            session.add(Attendance(slot_id=1, person_id=person, status="present", as_whom="trainee", left_early=False))


def stored():
    db.session.expire_all()
    return service.points(cast.PROGRAMME, [CHEN, LIN, ZHANG])


def test_the_table_shows_who_takes_part_and_the_pass_mark(client_as):
    page = client_as("organiser").get(PAGE).text
    assert "陈丽华" in page and "林晓燕" in page and "张淑英" not in page
    assert "60" in page and 'name="p7-1"' in page


def test_a_page_is_saved_whole(client_as):
    browser = client_as("organiser")
    data = {"p7-1": "52", "was-7-1": "", "p7-2": "66.5", "was-7-2": "", "p8-1": "91", "was-8-1": ""}
    assert browser.post(PAGE, data=data).status_code == 302
    assert stored() == {CHEN: {1: Decimal(52), 2: Decimal("66.5")}, LIN: {1: Decimal(91)}}


def test_what_the_page_showed_and_nobody_touched_is_not_sent_over_a_newer_entry(client_as):
    browser = client_as("organiser")
    browser.post(PAGE, data={"p7-1": "70", "was-7-1": ""})
    # A page that was opened before: its first field still shows nothing.
    browser.post(PAGE, data={"p7-1": "", "was-7-1": "", "p8-1": "91", "was-8-1": ""})
    assert stored()[CHEN] == {1: Decimal(70)}


def test_an_emptied_field_takes_the_score_back(client_as):
    browser = client_as("organiser")
    browser.post(PAGE, data={"p7-1": "70", "was-7-1": ""})
    browser.post(PAGE, data={"p7-1": "", "was-7-1": "70"})
    assert stored() == {}


def test_bad_points_are_marked_and_everything_typed_stays(client_as):
    answer = client_as("organiser").post(PAGE, data={"p7-1": "1oo", "was-7-1": "", "p8-1": "91", "was-8-1": ""})
    assert answer.status_code == 422
    assert 'value="1oo"' in answer.text and 'value="91"' in answer.text and 'id="p7-1-error"' in answer.text
    assert stored() == {}


def test_a_second_try_without_a_first_is_marked_beside_its_field(client_as):
    answer = client_as("organiser").post(PAGE, data={"p7-2": "80", "was-7-2": ""})
    assert answer.status_code == 422 and 'id="p7-2-error"' in answer.text


def test_whoever_does_not_take_part_cannot_be_scored(client_as):
    assert client_as("organiser").post(PAGE, data={"p9-1": "80", "was-9-1": ""}).status_code == 404


def workbook(*rows, headings=("姓名", "联系电话", "身份证号", "成绩", "补考")):
    return xlsx([Sheet("成绩", [Column(text) for text in headings], rows, title="结业测试成绩")])


def upload(browser, data, name="成绩.xlsx"):
    return browser.post(f"{PAGE}/import", data={"file": (BytesIO(data), name)}, content_type="multipart/form-data")


def token_in(page):
    return page.text.split('name="token" value="')[1].split('"')[0]


def test_a_file_is_shown_before_it_is_saved(client_as):
    browser = client_as("organiser")
    page = upload(
        browser, workbook(["陈 丽华", "", "35050219800101002X", 52, 66], ["林晓燕", "13800000008", "", 91, None])
    )
    assert page.status_code == 200 and "52" in page.text and "35050219800101002X" not in page.text
    assert stored() == {}
    assert browser.post(f"{PAGE}/import/confirm", data={"token": token_in(page)}).status_code == 302
    assert stored() == {CHEN: {1: Decimal(52), 2: Decimal(66)}, LIN: {1: Decimal(91)}}


def test_a_file_with_a_bad_row_is_refused_whole_and_each_row_says_why(client_as):
    page = upload(
        client_as("organiser"),
        workbook(["陈丽华", "", "", 70, None], ["无此人", "", "", 80, None], ["林晓燕", "", "", 700, None]),
    )
    assert page.status_code == 422
    assert "无此人" in page.text and "<td>4</td>" in page.text and "<td>5</td>" in page.text
    assert "confirm" not in page.text
    assert stored() == {}


def test_what_is_no_table_is_refused_with_a_sentence(client_as):
    page = upload(client_as("organiser"), b"%PDF-1.4 ...", "scan.pdf")
    assert page.status_code == 422 and 'role="alert"' in page.text


def test_a_confirmation_of_another_programme_is_worth_nothing(client_as):
    browser = client_as("administrator")
    token = token_in(upload(browser, workbook(["陈丽华", "", "", 70, None])))
    assert browser.post("/programmes/2/scores/import/confirm", data={"token": token}).status_code == 422
    assert browser.post(f"{PAGE}/import/confirm", data={"token": token[:-3] + "abc"}).status_code == 422
    assert stored() == {}


def test_the_sheet_that_is_downloaded_can_be_uploaded_again(client_as):
    browser = client_as("organiser")
    browser.post(PAGE, data={"p7-1": "52.5", "was-7-1": ""})
    sheet = browser.get(f"{PAGE}/sheet")
    page = upload(browser, sheet.data)
    assert sheet.data[:2] == b"PK" and page.status_code == 200
    assert db.session.scalar(select(func.count()).select_from(Score)) == 1


def test_the_history_names_who_changed_what(client_as):
    browser = client_as("organiser")
    browser.post(PAGE, data={"p7-1": "52", "was-7-1": ""})
    browser.post(PAGE, data={"p7-1": "61", "was-7-1": "52"})
    page = browser.get(f"{PAGE}/history").text
    assert "林静" in page and page.count("陈丽华") == 2 and "61" in page


def test_a_thousand_people_take_as_many_statements_as_ten(client_as, count_statements):
    browser = client_as("organiser")
    crowd(10, slots=(1,))
    browser.get(PAGE)
    ten = count_statements(lambda: browser.get(PAGE))
    crowd(990, first=2000, slots=(1,))
    assert count_statements(lambda: browser.get(PAGE)) == ten


def test_the_result_follows_the_try_that_the_rule_counts(client_as):
    browser = client_as("organiser")
    browser.post(PAGE, data={"p7-1": "80", "was-7-1": "", "p7-2": "50", "was-7-2": ""})
    assert "data-result>合格<" in compact(browser.get(PAGE).text)
    certificates.set_rule(1, Conditions(5, counts=LATEST), actor_id=2, now=cast.NOW)
    assert "data-result>不合格<" in compact(browser.get(PAGE).text)


def compact(text):
    return "".join(text.split())
