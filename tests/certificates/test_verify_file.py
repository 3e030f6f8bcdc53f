"""The public page by the file itself: the one that was issued, one with something added, one that was changed."""

from __future__ import annotations

import hashlib
from io import BytesIO

import pytest

from tests import cast
from tests.certificates.earning import CHEN, LIN, ORGANISER, earn, issue
from training_app.certificates import fingerprints, papers
from training_app.core import files

ADDED = b"9 0 obj\n<< /Type /Annot /Subtype /FreeText >>\nendobj\nstartxref\n0\n%%EOF\n"
CHANGED = "此文件不是本站所发的原件"


@pytest.fixture
def paper(app, now):
    earn(CHEN)
    return issue()[0]


@pytest.fixture
def pdf(paper):
    return files.read(paper.file_sha256)


def drop(client_as, data):
    """What a browser without scripts sends."""
    return client_as("visitor").post("/verify/file", data={"file": (BytesIO(data), "证书.pdf")})


def tell(client_as, *digests):
    """What a browser with scripts sends."""
    return client_as("visitor").post("/verify/file", data={"sha256": list(digests)})


def test_the_file_that_was_issued_is_known_by_its_bytes_and_by_its_fingerprint(client_as, paper, pdf):
    for answer in (
        drop(client_as, pdf),
        tell(client_as, paper.file_sha256),
        tell(client_as, *fingerprints.of_file(pdf)),
    ):
        assert answer.status_code == 200
        assert "证书有效" in answer.text and "逐字节一致" in answer.text and "LC2026-0001" in answer.text
        assert "陈**" in answer.text and "丽华" not in answer.text


def test_the_picture_that_was_issued_is_known_too(client_as, paper):
    picture = client_as("chen").get(f"/certificates/{paper.id}.png").data
    assert "逐字节一致" in drop(client_as, picture).text


@pytest.mark.parametrize("where", [0.1, 0.5, 0.99])
def test_one_changed_byte_makes_another_file_and_the_page_says_what_to_do(client_as, pdf, where):
    at = max(20, int(len(pdf) * where))
    changed = pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :]
    answer = drop(client_as, changed)
    assert answer.status_code == 404 and CHANGED in answer.text
    assert "从“我的证书”下载原始 PDF" in answer.text and "LC2026-0001" not in answer.text


@pytest.mark.parametrize("between", [b"", b"\n", b"\r\n", b"\n\n"])
def test_something_added_at_the_end_is_told_from_the_file_as_it_was(client_as, pdf, between):
    answer = drop(client_as, pdf + between + ADDED)
    assert answer.status_code == 200
    assert "此文件被添加过内容" in answer.text and "证书有效" not in answer.text and "LC2026-0001" in answer.text


def test_a_file_saved_again_is_another_one(client_as, pdf):
    from pypdf import PdfReader, PdfWriter

    writer, out = PdfWriter(), BytesIO()
    writer.append(PdfReader(BytesIO(pdf)))
    writer.write(out)
    assert CHANGED in drop(client_as, out.getvalue()).text


def test_a_revoked_papers_own_file_is_still_revoked(client_as, paper, pdf):
    papers.revoke(paper.id, reason="学时录错", actor_id=ORGANISER, now=cast.NOW)
    page = drop(client_as, pdf).text
    assert "证书已撤销" in page and "学时录错" in page and "证书有效" not in page
    page = drop(client_as, pdf + ADDED).text
    assert "证书已撤销" in page and "被添加了内容" in page


@pytest.mark.parametrize("data", [b"", b"MZ\x90\x00 a program", "一张照片".encode()])
def test_what_is_no_pdf_is_said_to_be_none(client_as, paper, data):
    answer = drop(client_as, data)
    assert answer.status_code == 422 and "不是 PDF 文件" in answer.text


@pytest.mark.parametrize(
    "digests",
    [(), ("",), ("0" * 63,), ("g" * 64,), ("0" * 64, "x"), ("0" * 64,) * 8, ("' OR 1=1 --",), ("0" * 5000,)],
    ids=lambda value: f"{len(value)}",
)
def test_a_fingerprint_of_another_form_asks_for_a_file(client_as, paper, digests):
    answer = tell(client_as, *digests)
    assert answer.status_code == 422 and 'id="file-problem"' in answer.text and "请先选择" in answer.text


def test_a_fingerprint_is_read_in_capitals(client_as, paper):
    assert tell(client_as, paper.file_sha256.upper()).status_code == 200


def test_a_file_of_fifty_megabytes_is_refused_before_it_is_read(client_as, paper):
    answer = drop(client_as, b"%PDF-1.4 " + bytes(50 * 1024 * 1024))
    assert answer.status_code == 413 and "8 MB" in answer.text


def test_files_that_are_unknown_cost_what_known_ones_cost(client_as, paper, pdf, count_statements):
    known = count_statements(lambda: tell(client_as, paper.file_sha256))
    assert count_statements(lambda: tell(client_as, "0" * 64)) == known


def test_loading_the_answer_again_begins_anew(client_as, app):
    assert client_as("visitor").get("/verify/file").location.endswith("/verify")


def test_nobody_elses_paper_is_found_by_a_file_that_names_it(client_as, app, now):
    earn(CHEN, LIN)
    one, other = issue()
    forged = files.read(one.file_sha256).replace(one.serial.encode(), other.serial.encode())
    answer = drop(client_as, forged + b" ")
    assert other.serial not in answer.text


def test_the_fingerprints_of_a_file_are_few_and_its_own_comes_first():
    data = b"%PDF-1.4 one\n%%EOF\ntwo\n%%EOF\r\nthree %%EOF four %%EOF\n"
    found = fingerprints.of_file(data)
    assert found[0] == hashlib.sha256(data).hexdigest() and len(found) <= fingerprints.MOST
    assert hashlib.sha256(b"%PDF-1.4 one\n%%EOF\ntwo\n%%EOF\r\n").hexdigest() in found
    assert fingerprints.typed(found) == found
    assert fingerprints.of_file(b"nothing ends here") == [hashlib.sha256(b"nothing ends here").hexdigest()]
