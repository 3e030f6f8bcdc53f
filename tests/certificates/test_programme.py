"""A programme's page: who is eligible, the register; and the work behind its buttons."""

from __future__ import annotations

import re
import shutil
from io import BytesIO
from zipfile import ZipFile

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from tests import cast
from tests.certificates.earning import CHEN, LIN, ORGANISER, ZHANG, crowd, earn, issue, issued
from training_app.certificates import papers, service
from training_app.certificates.rules import Conditions
from training_app.core import files, jobs
from training_app.core.db import db, transaction
from training_app.people.models import Person

PAGE = "/programmes/1/certificates"


@pytest.fixture
def organiser(app, client_as):
    return client_as("organiser")


def text_of(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))


def test_each_person_stands_with_the_reason_in_words(organiser):
    earn(CHEN)
    earn(LIN, slots=(1, 2, 3, 4), points=None)
    page = text_of(organiser.get(PAGE))
    assert "陈丽华" in page and "可发证" in page
    assert "还差 1 期；尚未参加测试" in page


def test_the_list_is_filtered_by_state_and_subdistrict(organiser):
    earn(CHEN, ZHANG)
    earn(LIN, slots=(1,))
    assert "林晓燕" not in organiser.get(f"{PAGE}?state=eligible").text
    page = organiser.get(f"{PAGE}?under={cast.FUQIAO}").text
    assert "张淑英" in page and "陈丽华" not in page


def test_a_supervisor_sees_her_own_and_no_button(app, client_as):
    earn(CHEN, ZHANG)
    page = client_as("supervisor_kaiyuan").get(PAGE).text
    assert "陈丽华" in page and "张淑英" not in page
    assert "/issue" not in page and 'name="person"' not in page


def test_the_papers_of_a_programme_are_counted_in_ones_own_area(app, client_as):
    earn(CHEN, LIN, ZHANG)
    issue(CHEN, LIN, ZHANG)
    papers.revoke(issued()[0].id, reason="写错", actor_id=ORGANISER, now=cast.NOW)
    counted = {"organiser": "2 1", "auditor": "2 1", "supervisor_kaiyuan": "1 1", "supervisor_fuqiao": "1 0"}
    for who, figures in counted.items():
        assert f"2026 {figures}" in text_of(client_as(who).get("/certificates")), who


def test_names_that_cannot_be_drawn_are_listed_before_anything_is_issued(organiser):
    earn(CHEN, LIN)
    with transaction() as session:
        session.get(Person, CHEN).name = "陈\U0002f9f4华"
    page = organiser.get(PAGE).text
    assert "字库缺字的姓名" in page and "\U0002f9f4" in page
    done = organiser.post(f"{PAGE}/issue", data={"who": "all"}, follow_redirects=True)
    assert done.status_code == 200
    jobs.run(1)
    assert [one.person_id for one in issued()] == [LIN]


def test_the_printing_is_changed_in_the_browser(organiser):
    typed = {"prefix": "lc26", "with_english": "y", "offset_x": "1.5", "offset_y": "-2", "specimen": "y"}
    assert organiser.post(f"{PAGE}/paper", data=typed).status_code == 302
    page = organiser.get(f"{PAGE}/paper").text
    assert 'value="LC26"' in page and 'value="-2.0"' in page
    for beyond in ("99", "1e40", "-1e400", "1e999999999", "NaN"):
        assert organiser.post(f"{PAGE}/paper", data=typed | {"offset_x": beyond}).status_code == 422, beyond


def test_issuing_for_all_shows_its_progress_until_it_is_done(organiser):
    earn(CHEN, LIN)
    started = organiser.post(f"{PAGE}/issue", data={"who": "all"})
    assert started.location.endswith("/certificates/jobs/1")
    waiting = organiser.get(started.location).text
    assert 'hx-trigger="every 1s"' in waiting
    seen = re.search(r"seen=([\w-]+)", waiting)[1]
    # Nothing changed: nothing is sent.
    assert organiser.get(f"/certificates/jobs/1/progress?seen={seen}").status_code == 204
    jobs.run(1)
    done = organiser.get(f"/certificates/jobs/1/progress?seen={seen}")
    assert done.status_code == 200 and "hx-trigger" not in done.text and "已发 2 / 2 份" in text_of(done)


def test_a_poll_costs_two_statements(organiser, count_statements):
    earn(CHEN)
    organiser.post(f"{PAGE}/issue", data={"who": "all"})
    assert count_statements(lambda: organiser.get("/certificates/jobs/1/progress?seen=queued-0-0")) == 2


def test_a_second_click_leads_to_the_job_that_runs(organiser):
    earn(CHEN)
    organiser.post(f"{PAGE}/issue", data={"who": "all"})
    again = organiser.post(f"{PAGE}/issue", data={"who": "all"})
    assert again.location.endswith("/certificates/jobs/1") and db.session.query(jobs.Job).count() == 1


def test_what_failed_is_named_and_tried_again(organiser, app):
    earn(CHEN)
    folder = app.config["FILES"]
    shutil.rmtree(folder, ignore_errors=True)
    folder.write_text("in the way")
    organiser.post(f"{PAGE}/issue", data={"who": "all"})
    jobs.run(1)
    folder.unlink()
    page = organiser.get("/certificates/jobs/1").text
    assert "陈丽华" in page and "/certificates/jobs/1/retry" in page
    organiser.post("/certificates/jobs/1/retry")
    jobs.run(1)
    assert len(issued()) == 1


def test_a_stopped_job_shows_its_numbers_in_the_register(organiser):
    earn(CHEN, LIN)
    organiser.post(f"{PAGE}/issue", data={"who": "all"})
    job, items = jobs._take(1, "gone")
    jobs.work_of(job, [item.item for item in items])
    organiser.post("/certificates/jobs/1/stop")
    page = text_of(organiser.get(f"{PAGE}/register"))
    assert "LC2026-0001" in page and "编号作废" in page and "任务被停止" in page


def test_what_stopping_did_is_said_as_it_is(organiser):
    earn(CHEN)
    organiser.post(f"{PAGE}/issue", data={"who": "all"})
    stopped = text_of(organiser.post("/certificates/jobs/1/stop", follow_redirects=True))
    assert "已发的证书有效" in stopped and "再次发证" in stopped
    issue()
    organiser.post(f"{PAGE}/bundle", data={"who": "all", "format": "zip"})
    assert "重新生成文件" in text_of(organiser.post("/certificates/jobs/3/stop", follow_redirects=True))
    organiser.post(f"{PAGE}/bundle", data={"who": "all", "format": "zip"})
    jobs.run(4)
    late = text_of(organiser.post("/certificates/jobs/4/stop", follow_redirects=True))
    assert "任务已经完成" in late and "已停止" not in late


@pytest.mark.parametrize("format_", ["pdf", "zip"])
def test_chosen_papers_come_in_one_file(organiser, format_, now):
    earn(CHEN, LIN, ZHANG)
    stored = [files.read(one.file_sha256) for one in issue()]
    organiser.post(f"{PAGE}/bundle", data={"person": [CHEN, LIN], "format": format_})
    assert organiser.get("/certificates/jobs/2/file").status_code == 404
    jobs.run(2)
    assert "/certificates/jobs/2/file" in organiser.get("/certificates/jobs/2").text
    data = organiser.get("/certificates/jobs/2/file").data
    if format_ == "zip":
        names = ["LC2026-0001 林晓燕.pdf", "LC2026-0002 陈丽华.pdf"]
        packed = ZipFile(BytesIO(data))
        assert packed.namelist() == names and [packed.read(name) for name in names] == stored[:2]
    else:
        from pypdf import PdfReader

        pages = [page.extract_text() for page in PdfReader(BytesIO(data)).pages]
        assert len(pages) == 2 and "林晓燕" in pages[0] and "陈丽华" in pages[1]
        # Each signature is of its own file: in another a reader would call it broken.
        assert PdfFileReader(BytesIO(data)).embedded_signatures == [] and b"/ByteRange" not in data


def test_a_revoked_paper_is_not_in_the_file(organiser, now):
    earn(CHEN, LIN)
    first, _second = issue()
    papers.revoke(first.id, reason="x", actor_id=ORGANISER, now=cast.NOW)
    organiser.post(f"{PAGE}/bundle", data={"who": "all", "format": "zip"})
    jobs.run(2)
    assert len(ZipFile(BytesIO(organiser.get("/certificates/jobs/2/file").data)).namelist()) == 1


def test_nothing_ticked_is_said_and_changes_nothing(organiser):
    page = organiser.post(f"{PAGE}/bundle", data={"format": "pdf"}, follow_redirects=True)
    assert "请勾选持有证书的人" in page.text
    assert db.session.query(jobs.Job).count() == 0


def test_a_thousand_people_take_as_many_statements_as_ten(organiser, count_statements):
    service.set_rule(cast.PROGRAMME, Conditions(5, test_required=False), actor_id=ORGANISER, now=cast.NOW)
    crowd(10)
    organiser.get(PAGE)
    ten = count_statements(lambda: organiser.get(PAGE))
    crowd(990, first=2000)
    assert count_statements(lambda: organiser.get(PAGE)) == ten
    assert "第 20 页" in text_of(organiser.get(f"{PAGE}?page=20")) or "20" in organiser.get(f"{PAGE}?page=20").text
