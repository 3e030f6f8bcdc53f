"""The public page behind the code on the paper."""

from __future__ import annotations

import re
from io import BytesIO
from urllib.parse import urlsplit

import pytest

from config import TestConfig
from tests import cast
from tests.certificates.earning import BASE, CHEN, ORGANISER, earn, issue, issued
from training_app import create_app
from training_app.certificates import issuing, papers, pictures
from training_app.certificates.codes import masked, new_check_code, new_verify_code, printed
from training_app.core import files, jobs
from training_app.core.db import db
from training_app.web.limits import limiter


@pytest.fixture
def paper(app, now):
    earn(CHEN)
    return issue()[0]


def code_on(paper):
    """What a scanner reads from the printed page."""
    import pypdfium2
    import zxingcpp

    document = pypdfium2.PdfDocument(files.read(paper.file_sha256))
    image = document[0].render(scale=3).to_pil()
    document.close()
    (found,) = zxingcpp.read_barcodes(image)
    return found.text


def test_the_code_on_the_printed_page_leads_to_the_verify_page(client_as, paper):
    url = code_on(paper)
    assert url.startswith(f"{BASE}/c/")
    page = client_as("visitor").get(urlsplit(url).path)
    assert page.status_code == 200
    assert "证书有效" in page.text and "LC2026-0001" in page.text and paper.file_sha256 in page.text


def test_the_code_in_the_stored_picture_is_the_same(paper):
    import zxingcpp
    from PIL import Image

    (found,) = zxingcpp.read_barcodes(Image.open(BytesIO(files.read(pictures.of(paper)))))
    assert found.text == code_on(paper)


def test_the_words_of_the_stored_page_are_the_facts(paper):
    from pypdf import PdfReader

    text = PdfReader(BytesIO(files.read(paper.file_sha256))).pages[0].extract_text().replace("\n", "").replace(" ", "")
    assert "陈丽华同志于2026年3月15日至7月12日参加鲤城区未成年人保护委员会、泉州市鲤城区民政局主办的" in text
    assert "共计20学时，经考核合格" in text and f"校验码{printed(paper.check_code)}" in text


def test_the_public_page_shows_part_of_the_name_and_no_phone_number(client_as, paper):
    page = client_as("visitor").get(f"/c/{paper.verify_code}").text
    assert "陈**" in page and "陈丽华" not in page and "丽华" not in page and "13800000007" not in page


def test_the_public_page_lists_each_session_with_its_day_and_hours(client_as, paper):
    page = client_as("visitor").get(f"/c/{paper.verify_code}").text
    cells = re.findall(r'<th scope="row">(第 \d 期)</th>\s*<td>(\S+)</td>\s*<td class="end">(\d+)</td>', page)
    assert cells == [
        ("第 1 期", "2026年3月15日", "4"), ("第 2 期", "2026年4月19日", "4"), ("第 3 期", "2026年5月24日", "4"),
        ("第 4 期", "2026年6月14日", "4"), ("第 5 期", "2026年7月12日", "4"),
    ]  # fmt: skip
    assert '<td class="end">20</td>' in page and "泉州市鲤城区民政局" in page and "2026年6月14日 08:40 核验于" in page


def test_a_revoked_paper_says_why_and_when(client_as, paper):
    papers.revoke(paper.id, reason="学时录错", actor_id=ORGANISER, now=cast.NOW)
    page = client_as("visitor").get(f"/c/{paper.verify_code}").text
    assert "证书已撤销" in page and "学时录错" in page and "2026年6月14日" in page and "证书有效" not in page


def test_a_replaced_paper_names_the_one_that_holds(client_as, paper):
    jobs.run(issuing.reissue(paper.id, reason="姓名更正", base_url=BASE, actor_id=ORGANISER, now=cast.NOW))
    old, new = issued()
    page = client_as("visitor").get(f"/c/{old.verify_code}").text
    assert "证书已被替换" in page and new.serial in page
    assert "证书有效" in client_as("visitor").get(f"/c/{new.verify_code}").text


@pytest.mark.parametrize("serial", ["LC2026-0001", "lc2026-0001", " LC2026－0001 "])
def test_number_and_check_code_lead_to_the_same_page(client_as, paper, serial):
    typed = printed(paper.check_code).lower().replace("-", " ")
    answer = client_as("visitor").post("/verify", data={"serial": serial, "check_code": typed})
    assert answer.status_code == 302 and answer.location == f"/c/{paper.verify_code}"


def test_an_unknown_number_and_a_wrong_code_cannot_be_told_apart(client_as, paper, count_statements):
    """The same page, the same status, the same statements."""
    browser = client_as("visitor")

    def ask(serial, code):
        answers = []
        cost = count_statements(
            lambda: answers.append(browser.post("/verify", data={"serial": serial, "check_code": code}))
        )
        page = answers[0].text.replace(serial, "").replace(code, "")
        return answers[0].status_code, page, cost

    known, unknown = ask("LC2026-0001", "AAAA2222"), ask("LC2026-0002", "AAAA2222")
    assert known[0] == 404 and known == unknown


def test_every_unknown_code_gets_one_page_at_one_cost(client_as, paper, count_statements):
    browser = client_as("visitor")
    pages = {
        browser.get(f"/c/{code}").text.replace(code, "")
        for code in (new_verify_code(), new_verify_code()[:9], "LC2026-0001")
    }
    assert len(pages) == 1
    right = count_statements(lambda: browser.get(f"/c/{paper.verify_code}"))
    assert count_statements(lambda: browser.get(f"/c/{new_verify_code()}")) == right


def test_the_public_page_comes_in_both_languages(client_as, paper):
    browser = client_as("visitor")
    browser.set_cookie("language", "en")
    page = browser.get(f"/c/{paper.verify_code}").text
    assert "This certificate is valid" in page and "证书有效" not in page


def test_trying_again_and_again_is_refused(app, now):
    config = TestConfig(instance=app.config["INSTANCE"], database_url=app.config["DATABASE_URL"])
    config.RATELIMIT_ENABLED = True
    limited = create_app(config)
    try:
        browser = limited.test_client()
        data = {"serial": "LC2026-0001", "check_code": "AAAA2222"}
        assert [browser.post("/verify", data=data).status_code for _ in range(31)] == [404] * 30 + [429]
    finally:
        limiter.enabled = False
        # The next test puts another file in this database's place.
        with limited.app_context():
            db.engine.dispose()


def test_codes_are_long_and_hold_nothing_that_can_be_misread():
    assert len(new_verify_code()) == 26 and len({new_verify_code() for _ in range(100)}) == 100
    assert not set("01OIL") & set("".join(new_check_code() for _ in range(200)))


def test_a_name_is_masked_whatever_its_length():
    assert [masked(name) for name in ("陈丽华", "阿依古丽·买买提", "王芳")] == ["陈**", "阿**", "王**"]
