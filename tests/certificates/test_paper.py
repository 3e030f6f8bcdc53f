"""The page of a design: typed, seen as a picture, saved as a version, and the files it takes."""

from __future__ import annotations

import os
from io import BytesIO

import pytest

from tests import cast
from tests.certificates.designs import PLAIN, change, picture
from tests.certificates.earning import CHEN, earn, issue
from training_app.certificates import design, previewing
from training_app.core.db import db
from training_app.schedule.models import Programme

PAGE = f"/programmes/{cast.PROGRAMME}/certificates/paper"


@pytest.fixture(scope="module", autouse=True)
def _end_drawing():
    yield
    previewing.close()


def present():
    return design.design_of(db.session.get(Programme, cast.PROGRAMME))


def sent(**changed):
    """What a browser sends of the page as it is shown, with these fields changed; None leaves one out."""
    values = {
        "kind": "completion", "prefix": "LC2026", "framed": "y", "titled": "y", "offset_x": "0.0", "offset_y": "0.0",
        "completion_manner": "carp", "attendance_manner": "waves",
    }  # fmt: skip
    for kind, texts in PLAIN.texts.items():
        values |= {f"{kind}_{name}": text for name, text in vars(texts).items()}
    return {name: value for name, value in (values | changed).items() if value is not None}


def test_saving_makes_a_version_with_what_was_typed(client_as, app, now):
    browser = client_as("organiser")
    answer = browser.post(
        PAGE,
        data=sent(
            completion_manner="scroll", completion_closing="特发此证，\r\n以资鼓励。 ", with_english="y",
            signer_0_name="林志强", signer_0_title="负责人", own_colours="y", accent="#123456", line="#c8a26e",
        ),
    )  # fmt: skip
    assert answer.status_code == 302
    kept = present()
    assert kept.manners == {"completion": "scroll", "attendance": "waves"}
    assert kept.texts["completion"].closing == "特发此证，\n以资鼓励。"
    assert (kept.signers, kept.accent, kept.line) == ((("林志强", "负责人"),), "#123456", "#C8A26E")
    page = browser.get(PAGE).text
    assert "第 1 版" in page and "以资鼓励" in page
    assert "林志强的签名" in page


def test_the_page_as_it_is_shown_changes_nothing_when_it_is_saved(client_as, app, now):
    change(PLAIN)
    assert client_as("organiser").post(PAGE, data=sent()).status_code == 302
    assert present() == PLAIN
    assert "第 2 版" not in client_as("organiser").get(PAGE).text


def test_a_fault_keeps_what_was_typed_and_changes_nothing(client_as, app, now):
    answer = client_as("organiser").post(PAGE, data=sent(completion_body="{name}在全国{salary}"))
    assert answer.status_code == 422
    assert "没有 {salary} 这个填写位置" in answer.text and "{name}在全国{salary}" in answer.text
    answer = client_as("organiser").post(PAGE, data=sent(completion_body="{name}在全国", offset_x="x"))
    assert answer.status_code == 422 and "{name}在全国" in answer.text
    assert design.current(cast.PROGRAMME) is None


def test_the_picture_follows_what_is_typed_and_saves_nothing(client_as, app, now):
    browser = client_as("organiser")
    plain = browser.post(f"{PAGE}/preview", data=sent())
    assert plain.mimetype == "image/png" and plain.data.startswith(b"\x89PNG")
    assert browser.post(f"{PAGE}/preview", data=sent()).data == plain.data
    assert browser.post(f"{PAGE}/preview", data=sent(completion_manner="scroll")).data != plain.data
    assert browser.post(f"{PAGE}/preview", data=sent(kind="attendance")).data != plain.data
    wrong = browser.post(f"{PAGE}/preview", data=sent(attendance_body="{name}经考核合格"))
    assert wrong.status_code == 422 and "经考核合格" in wrong.json["fields"]["attendance_body"]
    assert browser.post(f"{PAGE}/preview", data=sent(offset_x="")).json["fields"].keys() == {"offset_x"}
    assert design.current(cast.PROGRAMME) is None


def test_a_line_stays_one_line_whatever_is_sent(client_as, app, now):
    client_as("organiser").post(PAGE, data=sent(completion_title="参训\r\n证书", signer_0_name="林志强\n督导"))
    kept = present()
    assert (kept.texts["completion"].title, kept.signers[0][0]) == ("参训 证书", "林志强 督导")


def test_without_scripts_a_button_shows_the_picture(client_as, app, now):
    answer = client_as("organiser").post(PAGE, data=sent(preview="1", completion_closing="以资鼓励。"))
    assert answer.status_code == 200 and "data:image/png;base64," in answer.text and "以资鼓励" in answer.text
    assert design.current(cast.PROGRAMME) is None


def test_who_draws_is_started_again_after_it_ended(client_as, app, now):
    browser = client_as("organiser")
    first = browser.get(f"{PAGE}/preview.png")
    child, _ = previewing._kept[0]
    child.kill()
    child.wait()
    again = browser.get(f"{PAGE}/preview.png")
    assert first.status_code == again.status_code == 200 and first.data == again.data


def test_who_draws_gives_way_no_more_than_the_worker_that_waits_for_it(client_as, app, now):
    client_as("organiser").get(f"{PAGE}/preview.png")
    child, _ = previewing._kept[0]
    assert os.getpriority(os.PRIO_PROCESS, child.pid) == os.getpriority(os.PRIO_PROCESS, 0)


def test_the_sheet_with_rulers_is_a_pdf_moved_like_the_certificates(client_as, app, now):
    from pypdf import PdfReader

    client_as("organiser").post(PAGE, data=sent(offset_x="1.5", framed=None))
    answer = client_as("organiser").get(f"{PAGE}/calibration.pdf")
    assert answer.mimetype == "application/pdf"
    text = PdfReader(BytesIO(answer.data)).pages[0].extract_text().replace(" ", "")
    assert "右移1.5mm" in text


def test_a_logo_is_put_in_shown_and_taken_out(client_as, app, now):
    browser = client_as("organiser")
    to, logo = f"{PAGE}/pictures", {"part": "logo"}
    assert browser.post(to, data=logo | {"picture": (BytesIO(picture()), "logo.png")}).status_code == 302
    shown = browser.get(f"{PAGE}/1/logo")
    assert shown.mimetype == "image/png" and shown.data.startswith(b"\x89PNG")
    assert browser.get(f"{PAGE}/1/consent").status_code == 404
    assert client_as("auditor").get(f"{PAGE}/1/logo").status_code == 403
    assert client_as("foreign_organiser").get(f"{PAGE}/1/logo").status_code == 404
    refused = browser.post(to, data=logo | {"picture": (BytesIO(b"GIF89a"), "logo.png")}, follow_redirects=True)
    assert "这个文件不是" in refused.text
    browser.post(to, data=logo | {"remove": "1"})
    assert present().files == {}


def test_a_seal_is_printed_only_with_its_approval(client_as, app, now):
    browser = client_as("organiser")
    refused = browser.post(f"{PAGE}/seal", data={"approved_by": "王局长", "seal": (BytesIO(picture()), "s.png")})
    assert refused.status_code == 422 and 'id="consent-error"' in refused.text and 'value="王局长"' in refused.text
    files = {"seal": (BytesIO(picture()), "s.png"), "consent": (BytesIO(b"%PDF-1.7 x"), "c.pdf")}
    assert browser.post(f"{PAGE}/seal", data={"approved_by": "王局长"} | files).status_code == 302
    assert "批准人：王局长" in browser.get(PAGE).text
    consent = browser.get(f"{PAGE}/1/consent")
    assert (consent.mimetype, consent.data) == ("application/pdf", b"%PDF-1.7 x")


def test_an_older_version_comes_back(client_as, app, now):
    browser = client_as("organiser")
    for closing in ("甲。", "乙。"):
        browser.post(PAGE, data=sent(completion_closing=closing))
    assert browser.post(f"{PAGE}/1/restore").status_code == 302
    assert present().texts["completion"].closing == "甲。"
    assert "恢复自第 1 版" in browser.get(PAGE).text
    assert browser.post(f"{PAGE}/7/restore").status_code == 404


def test_the_page_asks_as_much_with_many_versions_as_with_one(client_as, app, count_statements, now):
    earn(CHEN)
    issue()
    browser = client_as("organiser")
    few = count_statements(lambda: browser.get(PAGE))
    for number in range(8):
        browser.post(PAGE, data=sent(completion_closing=f"第 {number} 次。"))
    assert count_statements(lambda: browser.get(PAGE)) == few <= 14
