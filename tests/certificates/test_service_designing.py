"""Versions of a design, its pictures, its seal; which version a paper was drawn with."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select

from tests import cast
from tests.certificates.designs import PLAIN, bomb, change, picture, text_changed, upload
from tests.certificates.earning import CHEN, LIN, ORGANISER, earn, issue, issued, start
from training_app.certificates import design, designing, issuing
from training_app.certificates.models import Paper, PaperFile
from training_app.core import files, jobs
from training_app.core.audit import Audit
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound
from training_app.core.files import StoredFile
from training_app.people.models import Person
from training_app.schedule.models import Programme

WHO = {"actor_id": ORGANISER, "now": cast.NOW}


def present():
    return design.design_of(db.session.get(Programme, cast.PROGRAMME))


def numbers():
    return list(db.session.scalars(select(Paper.version).order_by(Paper.version)))


def test_a_change_is_a_version_and_no_change_is_none(app):
    first = change(PLAIN)
    assert change(PLAIN).version == first.version == 1
    assert change(text_changed("completion", closing="特发此证，以资鼓励。")).version == 2
    assert numbers() == [1, 2]
    noted = db.session.scalars(select(Audit).where(Audit.action == "paper.changed").order_by(Audit.id)).all()
    assert [row.after["version"] for row in noted] == [1, 2] and set(noted[1].after) == {"texts", "version"}


def words(paper):
    from pypdf import PdfReader

    text = PdfReader(BytesIO(files.read(paper.file_sha256))).pages[0].extract_text()
    return text.replace(" ", "").replace("\n", "")


def test_a_paper_keeps_the_version_it_was_drawn_with(app):
    earn(CHEN, LIN)
    old = issue(CHEN)[0].id
    change(text_changed("completion", closing="特发此证，以资鼓励。"))
    issue(LIN)
    with transaction() as session:
        session.get(Person, CHEN).name = "陈丽桦"
    jobs.run(issuing.reissue(old, reason="姓名更正", base_url="http://x", **WHO))
    first, second, again = issued()
    assert [one.paper_version for one in (first, second, again)] == [1, 2, 1]
    assert "以资鼓励" in words(second)
    assert "以资鼓励" not in words(again) and "陈丽桦" in words(again)


def test_a_design_that_changes_while_papers_are_made_changes_none_of_them(app):
    earn(CHEN, LIN)
    job = start().job_id
    change(text_changed("completion", closing="特发此证，以资鼓励。"))
    jobs.run(job)
    assert {one.paper_version for one in issued()} == {1}


def test_going_back_makes_a_version_more(app):
    change(PLAIN)
    change(replace(PLAIN, framed=False))
    made = designing.restore(cast.PROGRAMME, 1, **WHO)
    assert (made.version, made.restored_version, present()) == (3, 1, PLAIN)
    with pytest.raises(NotFound):
        designing.restore(cast.PROGRAMME, 9, **WHO)


def test_what_is_wrong_changes_nothing(app):
    change(PLAIN)
    with pytest.raises(Invalid) as refused:
        change(replace(PLAIN, offset_x=Decimal(99)))
    assert set(refused.value.fields) == {"offset_x"} and numbers() == [1]


def test_a_logo_is_stored_as_a_plain_picture_and_stays_through_later_changes(app):
    designing.set_picture(cast.PROGRAMME, "logo", upload(picture(1500, 300, "JPEG", "RGB")), **WHO)
    change(replace(PLAIN, with_english=True))
    kept = present().files["logo"]
    image = Image.open(BytesIO(files.read(kept)))
    assert (image.format, image.size) == ("PNG", (600, 120))
    assert design.look_of(present(), "completion").logo is not None
    assert db.session.scalars(select(PaperFile.sha256)).all() == [kept, kept]
    designing.remove_picture(cast.PROGRAMME, "logo", **WHO)
    assert present().files == {} and numbers() == [1, 2, 3]


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", "picture_needed"), (b"<svg/>", "picture_kind"), (b"%PDF-1.7 ", "picture_kind"),
     (picture()[:200], "picture_kind"), (picture(20, 20), "picture_small"), (picture(3000, 2500), "picture_large"),
     (bomb(), "picture_large"), (bomb(12_000), "picture_large"),
     (b"\x89PNG\r\n\x1a\n" + b"0" * 2_100_000, "picture_large")],
)  # fmt: skip
def test_only_a_png_or_jpeg_of_a_fair_size_is_taken(app, data, code):
    with pytest.raises(Invalid, match=code) as refused:
        designing.set_picture(cast.PROGRAMME, "logo", upload(data), **WHO)
    assert "logo" in refused.value.fields and numbers() == []


def test_a_part_that_there_is_not_is_not_found(app):
    for part in ("seal", "consent", "emblem"):
        with pytest.raises(NotFound):
            designing.set_picture(cast.PROGRAMME, part, upload(), **WHO)


def test_a_seal_needs_a_named_approver_and_the_consent(app):
    with pytest.raises(Invalid) as refused:
        designing.set_seal(cast.PROGRAMME, None, None, approved_by=" ", **WHO)
    assert set(refused.value.fields) == {"approved_by", "seal", "consent"}
    with pytest.raises(Invalid) as refused:
        designing.set_seal(cast.PROGRAMME, upload(), upload(b"words"), approved_by="王局长", **WHO)
    assert set(refused.value.fields) == {"consent"} and numbers() == []
    consent = b"%PDF-1.7 consent"
    designing.set_seal(cast.PROGRAMME, upload(), upload(consent, "同意书.pdf"), approved_by="王局长", **WHO)
    seal = design.look_of(present(), "completion").seal
    assert (seal.approved_by, files.read(seal.consent_sha256)) == ("王局长", consent)
    assert db.session.get(StoredFile, seal.consent_sha256).name == "同意书.pdf"
    earn(CHEN)
    (one,) = issue()
    designing.remove_picture(cast.PROGRAMME, "seal", **WHO)
    assert present().approved_by == "" and "consent" not in present().files
    # The version that the paper was drawn with still says who agreed.
    programme = db.session.get(Programme, cast.PROGRAMME)
    assert design.design_of(programme, one.paper_version).approved_by == "王局长"


def test_the_file_of_an_older_version_is_not_thrown_away(app):
    designing.set_picture(cast.PROGRAMME, "logo", upload(), **WHO)
    kept = present().files["logo"]
    designing.remove_picture(cast.PROGRAMME, "logo", **WHO)
    with transaction():
        assert not files.forget_unless_used(kept)
    assert files.read(kept)
