"""The paper as a PDF: its words, its code, its characters."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest

from training_app.certificates.drawing import draw, picture
from training_app.certificates.look import STANDARD, Look, Seal
from training_app.certificates.typesetting import lines
from training_app.certificates.wording import CertificateFacts, Piece
from training_app.core import faces, glyphs
from training_app.core.glyphs import missing_characters

FACTS = CertificateFacts(
    kind="completion",
    name="陈丽华",
    starts_on=date(2026, 3, 15),
    ends_on=date(2026, 8, 16),
    programme_title="2026 年儿童主任培训",
    host="鲤城区民政局",
    bodies=("泉州市鲤城区民政局",),
    hours=Decimal("24.0"),
    tested=True,
    serial="LC2026-0137",
    check_code="7Q4F-K2MX",
    verify_url="https://fulei.example/c/abcdefghjkmnpqrstvwxyz2345",
    issued_on=date(2026, 8, 20),
)
LONG = replace(
    FACTS,
    name="阿依古丽·买买提艾力·吐尔逊",
    programme_title="福蕾行动计划 2026 年鲤城区村（社区）儿童主任暨街道儿童督导员能力提升培训班" * 2,
    phase_number=2,
    host="鲤城区未成年人保护委员会、泉州市鲤城区民政局",
    bodies=("鲤城区未成年人保护委员会", "泉州市鲤城区民政局", "致和社工事务所"),
    with_english=True,
    specimen=True,
)


def text_of(facts):
    from pypdf import PdfReader

    return PdfReader(BytesIO(draw(facts))).pages[0].extract_text().replace("\n", "").replace(" ", "")


def test_a_completion_certificate_is_worded_as_the_field_words_it():
    text = text_of(FACTS)
    assert "陈丽华同志于2026年3月15日至8月16日参加鲤城区民政局主办的“2026年儿童主任培训”" in text
    assert "修完规定课程，共计24学时，经考核合格，准予结业。特发此证。" in text
    assert "编号：LC2026-0137" in text
    assert "校验码7Q4F-K2MX" in text


def test_a_certificate_of_attendance_claims_no_test():
    text = text_of(replace(FACTS, kind="attendance", tested=False))
    assert "参训证明" in text and "共计24学时。特此证明。" in text
    for claim in ("考核", "合格", "结业"):
        assert claim not in text


def test_a_completion_certificate_without_a_test_cannot_be_made():
    with pytest.raises(ValueError, match="test"):
        replace(FACTS, tested=False)


def test_a_seal_needs_who_approved_it():
    with pytest.raises(ValueError, match="approver"):
        Look("carp", STANDARD["completion"], seal=Seal(b"", "", ""))


def test_one_day_is_written_once_and_a_new_year_twice():
    assert "于2026年3月15日参加" in text_of(replace(FACTS, ends_on=FACTS.starts_on))
    assert "2026年3月15日至2027年1月9日" in text_of(replace(FACTS, ends_on=date(2027, 1, 9)))


@pytest.mark.parametrize("facts", [FACTS, LONG, replace(FACTS, offset_mm=(2.5, -1.5))])
def test_its_code_can_be_read_from_the_page(facts):
    import zxingcpp
    from PIL import Image

    image = Image.open(BytesIO(picture(draw(facts))))
    assert image.width == 1600
    assert [code.text for code in zxingcpp.read_barcodes(image)] == [FACTS.verify_url]


def test_the_longest_text_leaves_room_for_the_chops():
    text = text_of(LONG)
    assert "（第2期）" in text and "特发此证" in text and "SPECIMEN" in text and "Certificateof" in text
    positions = []
    from pypdf import PdfReader

    def note(text, _matrix, text_matrix, _font, size):
        if "credit hours" in text or "特发此证" in text:
            positions.append(text_matrix[5])

    PdfReader(BytesIO(draw(LONG))).pages[0].extract_text(visitor_text=note)
    assert positions and min(positions) > 185


def test_the_same_facts_give_the_same_file():
    assert draw(FACTS) == draw(FACTS)


def test_characters_beyond_the_first_plane_can_be_copied_out():
    assert missing_characters("钱𬭎") == []
    assert "钱𬭎同志" in text_of(replace(FACTS, name="钱𬭎"))


def test_a_character_without_a_glyph_is_named(monkeypatch):
    monkeypatch.setattr(glyphs, "RARE", Path("/nowhere"))
    assert missing_characters("𠮷野 𠮷😀") == ["𠮷", "😀"]


def test_the_map_of_a_large_face_comes_in_blocks_of_a_hundred():
    text = faces.unicode_map("X", list(range(0x4E00, 0x4E00 + 250)))
    assert [line for line in text.splitlines() if line.endswith("beginbfchar")] == [
        "100 beginbfchar",
        "100 beginbfchar",
        "50 beginbfchar",
    ]


def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one():
    text = "参加民政局主办的“儿童主任培训”（第 2 期），修完规定课程，共计 24 学时，经考核合格。" * 3
    for measure in range(60, 420, 7):
        rows = ["".join(run.text for run in row) for row in lines([Piece(text)], size=18, measure=measure)]
        assert "".join(rows) == text
        assert not any(row[0] in "，。”）" or row[-1] in "“（" for row in rows)


def test_ink_stays_within_the_measure():
    pieces = [Piece("陈丽华", True), Piece("同志于"), Piece("2026 年 3 月 15 日", True), Piece("参加" * 60)]
    for row in lines(pieces, size=19, measure=600, indent=38):
        assert row[-1].x + row[-1].width <= 600.01
