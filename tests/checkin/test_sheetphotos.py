"""Photographs of a printed, signed sheet are read back: whoever signed is found, and nobody is made up."""

from __future__ import annotations

import random
from functools import cache

import pytest
from PIL import Image, ImageDraw

from tests.checkin import paper
from training_app.checkin import sheetdrawing, sheetink, sheetlayout, sheetphotos, sheets

#: Drawing, spoiling and reading a dozen large pictures takes a while on a busy machine.
pytestmark = pytest.mark.timeout(300)
FIRST_ID = 1_200_345
CAMERAS = {
    "held straight": {},
    "turned by 3 degrees": {"angle": 3},
    "turned by 7 degrees, from below": {"angle": 7, "perspective": 0.06},
    "turned the other way, from the side, an arm's shadow": {"angle": -5, "perspective": 0.1, "shadow": True},
    "in a dim hall": {"angle": 4, "perspective": 0.08, "shadow": True, "light": 0.6, "noise": 14},
    "held sideways": {"angle": 92, "perspective": 0.05, "shadow": True},
    "far away": {"angle": 2, "width": 1500},
    "out of focus, from far aside": {"angle": 6, "perspective": 0.15, "shadow": True, "blur": 1.2},
}
#: Those tried at every run; the others take their time in `make prove`.
QUICK = ("turned by 7 degrees, from below", "in a dim hall")
#: Where an old phone cannot but miss some codes, rows may be left to the eye; elsewhere every row is read.
POOR = ("in a dim hall", "out of focus, from far aside", "held sideways")


def _sheet(persons, columns=("上午签名",)):
    lines = tuple(
        sheets.Line(FIRST_ID + n, f"街道{n // 7}", f"第{n}社区", f"某某{n}", "儿童主任", "138 0000 0000", "")
        for n in range(persons)
    )
    return sheets.Sheet(
        slot_id=4, title="2026 年儿童主任培训计划第四期培训签到表", time="2026年6月14日", place="实践所", hosts="民政局",
        delivered_by="事务所", session="上午", columns=columns, lines=lines, expected=persons,
    )  # fmt: skip


@cache
def _printed(persons, columns):
    headings = ("上午签名", "下午签名")[:columns]
    return paper.printed(sheetdrawing.draw(_sheet(persons, headings)))


def _signed(persons, columns, seed):
    """The pages, and for each of them (row, column) → how it was signed, "" for not at all."""
    chance = random.Random(seed)
    pages = [page.copy() for page in _printed(persons, columns)]
    truth = []
    left = persons
    for number, (page, rows) in enumerate(zip(pages, sheetlayout.pages(persons + sheets.BLANK), strict=True), 1):
        boxes = {}
        for row in range(rows):
            for column in range(columns):
                kinds = ("", "", "tick", "name", "scrawl") if row < left else ("", "", "", "name")
                boxes[row, column] = chance.choice(kinds)
                if boxes[row, column]:
                    box = sheetlayout.signing(number, row, column, columns)
                    paper.sign(page, box, boxes[row, column], chance)
        left -= rows
        truth.append(boxes)
    return pages, truth, chance


def _read(data):
    return [page for picture in sheetphotos.pictures(data) for page in sheetphotos.pages(picture)]


def _wrong(page, truth):
    """The boxes whose guess says the contrary of what was done."""
    wrong = []
    for row in page.read:
        for column, mark in enumerate(row.marks):
            how = truth[row.row, column]
            if mark.guess != "unsure" and (mark.guess == "signed") != bool(how):
                wrong.append((page.page, row.row, column, how, mark.guess))
    return wrong


@pytest.mark.parametrize(
    ("camera", "persons", "columns"),
    [
        *(pytest.param(name, 27, 1, marks=() if name in QUICK else pytest.mark.prove) for name in CAMERAS),
        *(pytest.param(name, 6, 2, marks=pytest.mark.prove) for name in list(CAMERAS)[2:5]),
    ],
)
def test_whoever_signed_is_found_and_nobody_is_made_up(app, camera, persons, columns):
    pages, truths, chance = _signed(persons, columns, seed=camera)
    first, boxes, unsure, unread = FIRST_ID, 0, 0, 0
    for number, (page, truth) in enumerate(zip(pages, truths, strict=True), 1):
        (found,) = _read(paper.photo(page, chance, **CAMERAS[camera]))
        assert (found.slot_id, found.page, found.columns) == (4, number, columns)
        assert not _wrong(found, truth)
        for row in found.read:
            assert row.registration_id in (None, first + row.row)
            unread += row.registration_id is None and first + row.row < FIRST_ID + persons
        boxes += len(truth)
        unsure += sum(mark.guess == "unsure" for row in found.read for mark in row.marks)
        first += len({row for row, _ in truth})
    if camera not in POOR:
        assert unread == 0
        assert unsure <= boxes * 0.06


def test_a_scanner_and_a_photo_of_two_sheets_beside_each_other_are_read_too(app):
    pages, truths, _chance = _signed(27, 1, seed=3)
    both = _read(paper.scanned(pages))
    beside = Image.new("RGB", (pages[0].width * 2, pages[0].height), "white")
    beside.paste(pages[0], (0, 0))
    beside.paste(pages[1], (pages[0].width, 0))
    for found in (both, _read(paper.jpeg(beside))):
        assert [(page.page, page.pages, len(page.read)) for page in found] == [(1, 2, 21), (2, 2, 16)]
        for page, truth in zip(found, truths, strict=True):
            assert not _wrong(page, truth)
            assert {mark.guess for row in page.read for mark in row.marks} <= {"signed", "empty"}


def test_a_page_cut_off_below_gives_the_rows_that_it_shows(app):
    (page,), (truth,), _chance = _signed(8, 1, seed=5)
    (found,) = _read(paper.jpeg(page.crop((0, 0, page.width, page.height // 3))))
    assert not _wrong(found, truth)
    assert {row.registration_id for row in found.read if row.row < 3} == {FIRST_ID, FIRST_ID + 1, FIRST_ID + 2}
    beyond = [row for row in found.read if row.row > 6]
    assert beyond and all(mark.guess == "unsure" for row in beyond for mark in row.marks)


def test_a_code_that_someone_wrote_over_leaves_its_row_to_the_eye(app):
    (page,), (truth,), _chance = _signed(6, 1, seed=6)
    unit = page.width / 210
    left, top, right, bottom = (value * unit for value in sheetlayout.code(1, 2))
    ImageDraw.Draw(page).rectangle((left, top, right, bottom - 2 * unit), fill="black")
    (found,) = _read(paper.jpeg(page))
    assert [row.registration_id for row in found.read][:4] == [FIRST_ID, FIRST_ID + 1, None, FIRST_ID + 3]
    assert [mark.guess for mark in found.read[2].marks] == ["unsure"]
    assert not _wrong(found, truth)


def test_what_shows_no_sheet_of_ours_has_no_pages(app):
    nothing = Image.effect_noise((900, 700), 60).convert("RGB")
    assert _read(paper.jpeg(nothing)) == []


#: A PDF whose only page is not there.
LOST_PAGE = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[7 0 R]/Count 1>>endobj
trailer<</Root 1 0 R/Size 9>>
"""


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xff\xd8\xff\xe0 no picture", "damaged"),
        (b"\x89PNG\r\n\x1a\n no picture", "damaged"),
        (b"%PDF-1.7 signed", "damaged"),
        (LOST_PAGE, "damaged"),
        (paper.scanned([Image.new("RGB", (60, 80), "white")] * 21), "too_many"),
    ],
    ids=["jpeg", "png", "pdf", "lost", "long"],
)
def test_what_cannot_be_opened_says_why(data, code):
    with pytest.raises(sheetphotos.NotAPicture) as refused:
        list(sheetphotos.pictures(data))
    assert refused.value.code == code


def test_an_upright_line_of_a_bent_sheet_and_a_speck_are_no_signature():
    line = sheetink.Patch(6.0, 0.8, 0.8, 1.2, 9.2)
    speck = sheetink.Patch(0.2, 20.0, 5.0, 20.5, 5.4)
    assert sheetink.judge([line, speck], 46, 10) == "empty"


@pytest.mark.parametrize(
    ("patch", "guess"),
    [
        (sheetink.Patch(5.0, 10, 0.8, 14, 2.6), "unsure"),  # a neighbour's stroke reaches in
        (sheetink.Patch(1.0, 10, 0.8, 12, 1.6), "empty"),  # it hardly does
        (sheetink.Patch(12.0, 10, 0.8, 30, 9.2), "signed"),  # one's own, larger than the box
        (sheetink.Patch(0.9, 20, 4, 22, 5), "unsure"),  # a dot, a dash
        (sheetink.Patch(3.0, 20, 3, 25, 7), "signed"),  # a tick
    ],
)
def test_ink_is_judged_by_how_much_there_is_and_whose_it_can_be(patch, guess):
    assert sheetink.judge([patch], 46, 10) == guess


def test_where_a_faint_pen_could_be_lost_no_box_is_called_empty():
    assert sheetink.judge([], 46, 10, clear=False) == "unsure"
