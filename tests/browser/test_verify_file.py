"""Dropping a certificate's file on the verify page: the browser reckons, and the file stays where it is."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.looking import look
from tests.certificates.earning import CHEN, earn, issue
from training_app.core import files

ADDED = b"\n9 0 obj\n<< >>\nendobj\n%%EOF\n"


@pytest.fixture
def pdf(live):
    earn(CHEN)
    (paper,) = issue()
    return files.read(paper.file_sha256)


def choose(page, data, name="证书.pdf", media_type="application/pdf"):
    page.goto("/verify")
    page.set_input_files("#file", {"name": name, "mimeType": media_type, "buffer": data})


def test_the_file_never_leaves_the_phone(page_as, pdf):
    page = page_as("visitor")
    sent = []
    page.on(
        "request", lambda request: sent.append(request.post_data_buffer or b"") if request.method == "POST" else None
    )
    choose(page, pdf)
    expect(page.locator("h1")).to_have_text(re.compile("证书有效"))
    (body,) = sent
    assert b"%PDF" not in body and len(body) < 4000 and b"sha256" in body
    assert look(page, "verify-file-same") == []


def test_a_changed_file_an_added_one_and_no_pdf_are_told_apart(page_as, pdf):
    page = page_as("visitor")
    choose(page, pdf[:-30] + b"#" + pdf[-29:])
    expect(page.locator(".verdict h2")).to_have_text("此文件不是本站所发的原件")
    assert look(page, "verify-file-changed") == []
    choose(page, pdf + ADDED)
    expect(page.locator("h1")).to_have_text("此文件被添加过内容")
    choose(page, b"\xff\xd8\xff a photo", "证书.jpg", "image/jpeg")
    expect(page.locator("#file-problem")).to_have_text("这不是 PDF 文件。请选择证书的 PDF 文件。")
    choose(page, b"%PDF-" + bytes(21 * 1024 * 1024))
    expect(page.locator("#file-problem")).to_contain_text("太大")


def test_without_scripts_the_form_sends_the_file(page_as, pdf):
    page = page_as("visitor", java_script_enabled=False)
    choose(page, pdf)
    expect(page.locator("[data-is-sent]")).to_be_visible()
    page.get_by_role("button", name="核验此文件").click()
    expect(page.locator("h1")).to_have_text(re.compile("证书有效"))
