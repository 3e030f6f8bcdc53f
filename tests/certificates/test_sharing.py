"""A holder's picture to share: hers alone, made by a job, naming her as she chooses."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO

import pytest
from sqlalchemy import select

from tests import cast
from tests.certificates.earning import BASE, CHEN, ORGANISER, earn, issue
from training_app.certificates import cards, papers, sharing
from training_app.certificates.models import Certificate
from training_app.core import files, jobs
from training_app.core.db import db, transaction


@pytest.fixture
def paper(app, now):
    earn(CHEN)
    return issue()[0]


def asked():
    db.session.expire_all()
    return list(db.session.scalars(select(jobs.Job).where(jobs.Job.kind == sharing.KIND).order_by(jobs.Job.id)))


def make(client_as, paper, shown="full"):
    answer = client_as("chen").post(f"/certificates/{paper.id}/share", data={"shown": shown})
    assert answer.status_code == 302
    for job in asked():
        jobs.run(job.id)
    return client_as("chen").get(f"/certificates/{paper.id}/share-{shown}.png")


def test_the_picture_has_the_size_that_networks_show_and_its_code_leads_to_the_verify_page(client_as, paper):
    import zxingcpp
    from PIL import Image

    picture = Image.open(BytesIO(make(client_as, paper).data))
    assert picture.size == (1200, 630)
    (found,) = zxingcpp.read_barcodes(picture)
    assert found.text == f"{BASE}/c/{paper.verify_code}"


def test_it_names_her_wholly_or_in_part_as_she_chooses(client_as, paper):
    full, part = make(client_as, paper, "full"), make(client_as, paper, "masked")
    assert full.status_code == part.status_code == 200 and full.data != part.data
    page = client_as("chen").get(f"/certificates/{paper.id}/share").text
    assert "share-masked.png" in page and "share-full.png" in page


def test_what_is_written_on_it_is_what_was_issued(app, now):
    from pypdf import PdfReader

    card = cards.Card(
        "completion", "陈**", "2026 年儿童主任培训计划", "泉州市鲤城区民政局", Decimal(20), cast.NOW.date(),
        "LC2026-0001", f"{BASE}/c/x", "福蕾学堂", True,
    )  # fmt: skip
    text = PdfReader(BytesIO(cards.page(card))).pages[0].extract_text()
    for words in (
        "结业证书",
        "陈**",
        "2026 年儿童主任培训计划",
        "20 学时",
        "LC2026-0001",
        "泉州市鲤城区民政局",
        "样张",
    ):
        assert words in text


@pytest.mark.parametrize("length", [1, 40, 200])
def test_long_names_of_programmes_and_hosts_stay_on_it(app, now, length):
    card = cards.Card(
        "attendance", "阿依古丽·买买提" * 3, "儿童主任培训" * length, "民政局、" * length, Decimal("7.5"), cast.NOW.date(),
        "LC2026-0001", f"{BASE}/c/x", "福蕾学堂", False,
    )  # fmt: skip
    assert cards.page(card).startswith(b"%PDF")


def test_while_it_is_made_the_page_says_so_and_asks_again(client_as, paper):
    browser = client_as("chen")
    browser.post(f"/certificates/{paper.id}/share", data={"shown": "masked"})
    page = browser.get(f"/certificates/{paper.id}/share").text
    assert "正在生成图片" in page and 'hx-trigger="every 1s"' in page
    assert browser.get(f"/certificates/{paper.id}/share/pictures?seen=10-").status_code == 204
    jobs.run(asked()[0].id)
    part = browser.get(f"/certificates/{paper.id}/share/pictures?seen=10-").text
    assert "share-masked.png" in part and "hx-get" not in part


def test_asking_twice_makes_one(client_as, paper):
    first = make(client_as, paper).data
    assert make(client_as, paper).data == first and len(asked()) == 1


def test_what_failed_is_said_and_may_be_asked_for_again(client_as, paper):
    browser = client_as("chen")
    browser.post(f"/certificates/{paper.id}/share", data={"shown": "full"})
    with transaction() as session:
        job = session.scalar(select(jobs.Job).where(jobs.Job.kind == sharing.KIND))
        job.failed, job.state = 1, jobs.JobState.DONE.value
    assert "图片没有生成" in browser.get(f"/certificates/{paper.id}/share").text
    browser.post(f"/certificates/{paper.id}/share", data={"shown": "full"})
    assert len(asked()) == 2 and sharing.under_way(paper.id)


@pytest.mark.parametrize("who", ["lin", "organiser", "administrator", "supervisor_kaiyuan", "stranger"])
def test_nobody_else_makes_or_sees_it(client_as, paper, who):
    make(client_as, paper)
    browser = client_as(who)
    for path in ("share", "share/pictures", "share-full.png"):
        assert browser.get(f"/certificates/{paper.id}/{path}").status_code == 404
    assert browser.post(f"/certificates/{paper.id}/share", data={"shown": "full"}).status_code == 404


def test_of_a_revoked_paper_nothing_is_shared(client_as, paper):
    make(client_as, paper)
    papers.revoke(paper.id, reason="x", actor_id=ORGANISER, now=cast.NOW)
    browser = client_as("chen")
    assert browser.get(f"/certificates/{paper.id}/share-full.png").status_code == 409
    assert browser.post(f"/certificates/{paper.id}/share", data={"shown": "masked"}).status_code == 409
    assert "share" not in browser.get("/certificates/mine").text.split("<main")[1]


def test_another_way_to_be_named_is_not_there(client_as, paper):
    assert client_as("chen").post(f"/certificates/{paper.id}/share", data={"shown": "../x"}).status_code == 404
    assert client_as("chen").get(f"/certificates/{paper.id}/share-other.png").status_code == 404


def test_the_words_name_the_programme_and_the_address_and_not_her(client_as, paper):
    with client_as("chen").application.test_request_context():
        said = sharing.words(db.session.get_one(Certificate, paper.id), BASE)
    assert "2026 年儿童主任培训计划" in said and f"{BASE}/c/{paper.verify_code}" in said and "陈" not in said


def test_the_page_takes_a_fixed_number_of_statements(client_as, paper, count_statements):
    browser = client_as("chen")
    few = count_statements(lambda: browser.get(f"/certificates/{paper.id}/share"))
    make(client_as, paper, "full")
    make(client_as, paper, "masked")
    assert count_statements(lambda: browser.get(f"/certificates/{paper.id}/share")) == few <= 8
    assert files.read(sharing.picture(paper, "full"))
