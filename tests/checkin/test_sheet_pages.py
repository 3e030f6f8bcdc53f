"""The pages of the signed sheets: attach, watch, look at what was read, confirm, drop, remove."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from sqlalchemy import func, insert, select

from tests import cast
from tests.checkin import signed
from training_app.attendance.models import Scan
from training_app.checkin.models import SheetReading, SheetRow
from training_app.core import files
from training_app.core.db import db, transaction
from training_app.people.models import Person
from training_app.registration.models import Registration

SHEETS, REVIEW = f"/events/{cast.TODAY_EVENT}/sheets", f"/checkin/{cast.TODAY_SLOT}/paper"


def _upload(browser, *uploads):
    data = {"slot": str(cast.TODAY_SLOT), "file": [(BytesIO(data), name) for data, name in uploads]}
    return browser.post(SHEETS, data=data, content_type="multipart/form-data")


def _text(browser, path=REVIEW):
    return browser.get(path).get_data(as_text=True)


def test_several_photos_are_attached_at_once_and_the_page_watches_them_being_read(app, client_as):
    browser = client_as("organiser")
    answer = _upload(browser, (b"\xff\xd8\xff one", "a.jpg"), (b"\x89PNG\r\n\x1a\n two", "b.png"))
    assert (answer.status_code, answer.location) == (302, REVIEW)
    page = _text(browser)
    assert "正在读取 2 个文件" in page
    (watch,) = re.findall(r'hx-get="([^"]+)"', page)
    assert browser.get(watch).status_code == 204
    with transaction() as session:
        session.execute(SheetReading.__table__.update().values(state="done"))
    assert browser.get(watch).headers["HX-Refresh"] == "true"


def test_photos_larger_together_than_other_forms_may_be_are_taken(client_as):
    big = b"\xff\xd8\xff" + b"x" * (5 * 1024 * 1024)
    assert _upload(client_as("organiser"), (big + b"1", "a.jpg"), (big + b"2", "b.jpg")).status_code == 302


def test_a_heic_picture_is_refused_beside_the_field(app, client_as):
    answer = _upload(client_as("organiser"), (b"\0\0\0\x24ftypheic" + b"\0" * 20, "IMG.HEIC"))
    assert answer.status_code == 422 and "HEIC" in answer.get_data(as_text=True)
    assert db.session.scalar(select(func.count()).select_from(files.StoredFile)) == 0


def test_the_review_shows_the_cut_outs_with_the_guess_chosen_and_the_unsure_ones_open(client_as, listed):
    signed.read(signed.page(listed, {"chen": "signed", "lin": "unsure", "zhang": "empty"}, blank=("signed",)))
    browser = client_as("organiser")
    answer = browser.get(REVIEW)
    page = answer.get_data(as_text=True)
    assert answer.headers["Cache-Control"] == "no-store"
    assert page.count("data:image/jpeg;base64,") == 4
    assert page.index("林晓燕") < page.index("陈丽华") < page.index("张淑英")
    ids = {row.name: row.id for row in signed.rows()}
    chosen = dict(re.findall(r'name="row-(\d+)"\s+value="(\w+)"\s+checked', page))
    assert chosen == {str(ids["陈丽华"]): "in", str(ids["张淑英"]): "none"}
    assert "空白行有人签名" in page and "08:30" in page


def test_confirming_checks_in_and_what_was_not_chosen_stays(client_as, listed):
    signed.read(signed.page(listed, {"chen": "signed", "lin": "unsure", "zhang": "empty"}))
    ids = {row.name: row.id for row in signed.rows()}
    browser = client_as("organiser")
    answer = browser.post(REVIEW, data={f"row-{ids['陈丽华']}": "in", f"row-{ids['张淑英']}": "none", "time": ""})
    assert (answer.status_code, answer.location) == (302, REVIEW)
    page = _text(browser)
    assert "已按纸质签到表为 1 人签到" in page and "林晓燕" in page and "陈丽华" not in page
    assert db.session.scalars(select(Scan.source)).all() == ["paper"]


def test_a_wrong_time_is_said_beside_the_field_and_what_was_chosen_stays(client_as, listed):
    signed.read(signed.page(listed, {"chen": "empty"}))
    (row,) = signed.rows()
    answer = client_as("organiser").post(REVIEW, data={f"row-{row.id}": "in", "time": "23:10"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "请填写签到时段之内" in page
    assert re.search(rf'name="row-{row.id}"\s+value="in"\s+checked', page)
    assert db.session.scalar(select(func.count()).select_from(Scan)) == 0


@pytest.mark.parametrize("field", ["row-x", "row-", "row-99999999999", "row-77"])
def test_nonsense_among_the_rows_changes_nothing(client_as, listed, field):
    signed.read(signed.page(listed, {"chen": "signed"}))
    assert client_as("organiser").post(REVIEW, data={field: "in"}).status_code == 302
    assert len(signed.rows()) == 1


def test_what_stands_in_the_way_is_said_in_a_sentence(client_as, listed):
    signed.read(problem="nothing", scan_id=signed.attach(b"\xff\xd8\xff cat", "cat.jpg"))
    signed.read(
        signed.page(listed, {"chen": "signed"}, slot_id=5), scan_id=signed.attach(b"\xff\xd8\xff other", "other.jpg")
    )
    signed.read(
        signed.page(listed, {"chen": "signed"}, page=2, pages=2), scan_id=signed.attach(b"\xff\xd8\xff 3", "2.jpg")
    )
    signed.read(
        signed.page(listed, {"chen": "empty"}, page=2, pages=2), scan_id=signed.attach(b"\xff\xd8\xff 4", "2b.jpg")
    )
    page = _text(client_as("organiser"))
    for sentence in (
        "没有找到本系统签到表的二维码",
        "第 1 页是另一场活动的签到表",
        "第 2 页读过了",
        "还没有照片拍到签到表的第 1 页",
    ):
        assert sentence in page, sentence


def test_what_was_read_is_dropped_and_the_file_is_read_again_or_removed(client_as, listed):
    scan_id = signed.attach()
    reading = signed.read(signed.page(listed, {"chen": "signed"}), scan_id=scan_id)
    browser = client_as("organiser")
    assert "核对已读取的 1 行" in _text(browser, SHEETS)
    assert browser.post(f"/events/{cast.TODAY_EVENT}/readings/{reading}/discard").location == SHEETS
    page = _text(browser, SHEETS)
    assert "未读取" in page and "重新读取" in page
    assert browser.post(f"{SHEETS}/{scan_id}/read", data={"slot": cast.TODAY_SLOT}).location == REVIEW
    assert browser.post(f"{SHEETS}/{scan_id}/read", data={"slot": "5"}).status_code == 404
    assert browser.post(f"{SHEETS}/{scan_id}/remove").location == SHEETS
    assert "IMG_1.jpg" not in _text(browser, SHEETS)


def test_a_sheet_that_is_proof_cannot_be_removed_and_says_why(client_as, listed):
    scan_id = signed.attach()
    signed.read(signed.page(listed, {"chen": "signed"}), scan_id=scan_id)
    browser = client_as("organiser")
    browser.post(REVIEW, data={f"row-{signed.rows()[0].id}": "in"})
    assert "已确认 1 个签名" in _text(browser, SHEETS)
    browser.post(f"{SHEETS}/{scan_id}/remove")
    page = _text(browser, SHEETS)
    assert "须作为佐证留存" in page and "IMG_1.jpg" in page


def test_a_volunteer_sees_no_signature(client_as, listed):
    signed.read(signed.page(listed, {"chen": "signed"}))
    for who in ("volunteer", "supervisor_kaiyuan", "chen"):
        assert client_as(who).get(REVIEW).status_code == 403
    assert client_as("foreign_organiser").get(REVIEW).status_code in (403, 404)


def test_a_thousand_rows_take_as_many_statements_as_ten(client_as, count_statements, listed):
    reading = signed.read(signed.page(listed, {"chen": "signed"}))
    browser = client_as("organiser")

    def add(first, count):
        ids = range(first, first + count)
        with transaction() as session:
            session.execute(
                insert(Person),
                [
                    {"id": n, "name": f"某{n}", "pinyin": "mou", "link_revision": 0, "unconfirmed": False,
                     "created_at": cast.NOW}
                    for n in ids
                ],
            )  # fmt: skip
            session.execute(
                insert(Registration),
                [
                    {"id": n, "event_id": cast.TODAY_EVENT, "person_id": n, "state": "confirmed", "source": "organiser",
                     "as_whom": "trainee", "division_code": cast.MEISHAN, "ticket_code": f"CODE{n:06}",
                     "ticket_revision": 0, "created_at": cast.NOW}
                    for n in ids
                ],
            )  # fmt: skip
            session.execute(
                insert(SheetRow),
                [
                    {"reading_id": reading, "slot_id": cast.TODAY_SLOT, "page": 1 + n // 20, "scan_page": 1,
                     "row": n % 20 + 1, "registration_id": n, "guess": "signed", "picture": signed.PICTURE}
                    for n in ids
                ],
            )  # fmt: skip

    add(1000, 10)
    _text(browser)
    few = count_statements(lambda: _text(browser))
    add(2000, 1000)
    assert count_statements(lambda: _text(browser)) == few
    page = _text(browser)
    assert page.count("data:image/jpeg") == 50 and "1011 行中的 50 行" in page
