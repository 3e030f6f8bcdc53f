"""Characters beyond U+FFFF: drawn by the fallback face, copied out of the file as they are, never drawn as nothing."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest

from tests.certificates.designs import rare_face
from tests.certificates.test_drawing import FACTS
from training_app.certificates.drawing import draw, picture
from training_app.certificates.look import MANNERS, STANDARD, Look
from training_app.core import faces, glyphs

#: Rare characters, and the common one whose shape the test's face gives each.
SHAPES = {"𠮷": "吉", "𫞩": "丽", "𬀩": "晔"}


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """As where Debian's fonts-hanazono is installed."""
    monkeypatch.setattr(glyphs, "RARE", rare_face(tmp_path / "rare.ttf", SHAPES))
    faces.forget()
    yield
    monkeypatch.undo()
    faces.forget()


@pytest.fixture
def not_installed(tmp_path, monkeypatch):
    monkeypatch.setattr(glyphs, "RARE", tmp_path / "nowhere.ttf")
    faces.forget()
    yield
    monkeypatch.undo()
    faces.forget()


def texts(pdf):
    """The page's text as two readers extract it, without spaces and lines."""
    import pypdfium2
    from pypdf import PdfReader

    document = pypdfium2.PdfDocument(pdf)
    read = (PdfReader(BytesIO(pdf)).pages[0].extract_text(), document[0].get_textpage().get_text_range())
    document.close()
    return ["".join(text.split()) for text in read]


@pytest.mark.parametrize("manner", MANNERS)
def test_rare_names_are_drawn_and_extract_as_they_are_written(installed, manner):
    look = Look(manner, replace(STANDARD["completion"], closing="特发此证，𠮷祥。"))
    assert glyphs.missing_characters("吴𠮷𫞩𬀩") == []
    for text in texts(draw(replace(FACTS, name="吴𠮷𫞩", host="𬀩明社", look=look))):
        assert "吴𠮷𫞩同志" in text and "参加𬀩明社主办" in text and "𠮷祥" in text


def test_the_fallbacks_glyph_is_on_the_page(installed):
    """The face of this test draws 𠮷 as 吉, in the regular weight: the page looks as with that character there."""
    rare, common, other = (
        picture(draw(replace(FACTS, programme_title=f"{name}祥培训", serial="X", check_code="X")), pixels=1000)
        for name in ("𠮷", "吉", "言")
    )
    assert rare == common != other


def test_without_the_fallback_a_rare_name_is_refused_not_left_blank(not_installed):
    assert glyphs.missing_characters("吴𠮷") == ["𠮷"]
    with pytest.raises(faces.Undrawable, match="20BB7"):
        draw(replace(FACTS, name="吴𠮷"))


def test_a_character_that_no_face_has_is_refused_even_beside_the_fallback(installed):
    assert glyphs.missing_characters("𠮷😀") == ["😀"]
    with pytest.raises(faces.Undrawable):
        draw(replace(FACTS, name="𠮷😀"))
