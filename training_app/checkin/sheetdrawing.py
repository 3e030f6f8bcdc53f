"""The sign-in sheet as a PDF: A4, set like print, signed by hand."""

from __future__ import annotations

from io import BytesIO
from itertools import groupby
from math import isqrt
from typing import Any

from training_app.core.faces import SERIF, SERIF_BOLD, runs, width

from . import sheetlayout
from .sheetcodes import CornerCode, RowCode, corner_text, row_text
from .sheets import BLANK, Line, Sheet

MM = 72 / 25.4
PAGE_WIDTH, PAGE_HEIGHT = (side * MM for side in sheetlayout.PAGE)
LEFT, RIGHT = sheetlayout.LEFT * MM, sheetlayout.RIGHT * MM
TOP, BOTTOM = PAGE_HEIGHT - sheetlayout.TOP * MM, PAGE_HEIGHT - sheetlayout.BOTTOM * MM
ROW, HEAD = sheetlayout.ROW * MM, sheetlayout.HEAD * MM
_NAMES = ("序号", "街道（乡镇）", "村（社区）", "姓名", "职务", "联系电话")
#: Between a corner's code and what stands beside it.
_BESIDE = (sheetlayout.CODE + 3) * MM
INK = (0.1, 0.12, 0.15)


def _text(canvas: Any, x: float, y: float, text: str, size: float, face: str = SERIF) -> None:
    written = canvas.beginText(x, y)
    for name, part in runs(text, face):
        written.setFont(name, size)
        written.textOut(part)
    canvas.drawText(written)


def _fitting(text: str, room: float, size: float, face: str) -> float:
    wide = width(text, face, size)
    return size if wide <= room else max(5.5, size * room / wide)


def _centred(canvas: Any, left: float, right: float, y: float, text: str, size: float, face: str = SERIF) -> None:
    size = _fitting(text, right - left - 2, size, face)
    _text(canvas, (left + right - width(text, face, size)) / 2, y - size * 0.36, text, size, face)


def _runs(text: str) -> tuple[int, str]:
    """A QR code of level M: its modules a side, and its dark runs as PDF rectangles in module units."""
    import zxingcpp

    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    dark = bytes(memoryview(zxingcpp.write_barcode_to_image(code, scale=1, add_quiet_zones=False)))
    side = isqrt(len(dark))
    rectangles = []
    for row in range(side):
        at = 0
        for is_dark, modules in groupby(dark[row * side : row * side + side], lambda value: value == 0):
            wide = len(list(modules))
            if is_dark:
                # A hair taller than its row, so that no printer shows seams.
                rectangles.append(f"{at} {side - row - 1} {wide} 1.03 re")
            at += wide
    return side, " ".join(rectangles)


def _code(canvas: Any, text: str | None, box: sheetlayout.Box) -> None:
    """A code in pure black: what a laser printer need not screen keeps its edges."""
    if text is None:
        return
    side, rectangles = _runs(text)
    scale = (box.right - box.left) * MM / side
    x, y = box.left * MM, PAGE_HEIGHT - box.bottom * MM
    canvas._code.append(f"q 0 g {scale:.4f} 0 0 {scale:.4f} {x:.2f} {y:.2f} cm {rectangles} f Q")


def _codes(canvas: Any, sheet: Sheet, rows: list[Line | None], page: int, pages: int) -> None:
    columns = len(sheet.columns)
    named = len([line for line in rows if line])
    for number in range(4):
        about = CornerCode(sheet.slot_id, columns, page, number, pages, len(rows), named)
        _code(canvas, corner_text(about), sheetlayout.corner(number))
    for row, line in enumerate(rows):
        if line is not None:
            text = row_text(RowCode(sheet.slot_id, columns, page, row, line.registration_id))
            _code(canvas, text, sheetlayout.code(page, row))


def _facts(canvas: Any, sheet: Sheet) -> None:
    size = 10.5
    middle = (LEFT + RIGHT) / 2
    _centred(canvas, LEFT + _BESIDE, RIGHT - _BESIDE, TOP - 4 * MM, sheet.title, 17, SERIF_BOLD)
    facts = [
        [("时　　间", sheet.time, LEFT, RIGHT)],
        [("地　　点", sheet.place, LEFT, middle), ("场　　次", sheet.session, middle + 4 * MM, RIGHT)],
        [("主办单位", sheet.hosts, LEFT, RIGHT)],
        [("承办单位", sheet.delivered_by, LEFT, RIGHT)],
    ]
    y = TOP - 15 * MM
    for row in facts:
        for label, value, left, right in row:
            _text(canvas, left, y, f"{label}：", size, SERIF_BOLD)
            start = left + width(f"{label}：", SERIF_BOLD, size)
            _text(canvas, start, y, value, _fitting(value, right - start, size, SERIF))
        y -= 6.2 * MM


def _table(canvas: Any, sheet: Sheet, rows: list[Line | None], first: int, top: float) -> float:
    """Draw the rows, numbered from `first`; gives the y of the table's lower edge."""
    edges = [x * MM for x in sheetlayout.edges(len(sheet.columns))]
    headings = (*_NAMES, *sheet.columns, "备注")
    bottom = top - HEAD - ROW * len(rows)
    canvas.setFillGray(0.93)
    canvas.rect(LEFT, top - HEAD, RIGHT - LEFT, HEAD, stroke=0, fill=1)
    canvas.setFillColorRGB(*INK)
    for left, right, heading in zip(edges, edges[1:], headings, strict=False):
        _centred(canvas, left, right, top - HEAD / 2, heading, 9.5, SERIF_BOLD)
    y = top - HEAD
    at = 0
    canvas.setLineWidth(0.5)
    for subdistrict, group in groupby(rows, lambda line: line.subdistrict if line else None):
        together = list(group)
        height = ROW * len(together) if subdistrict else ROW
        for offset, line in enumerate(together):
            middle = y - ROW / 2
            _centred(canvas, edges[0], edges[1], middle, str(first + at), 9)
            if line is not None:
                for n, text in ((2, line.community), (3, line.name), (4, line.duty), (5, line.phone)):
                    _centred(canvas, edges[n], edges[n + 1], middle, text, 11 if n == 3 else 9)
                _centred(canvas, edges[-2], edges[-1] - ROW, middle, line.note, 8.5)
            if offset == 0 and subdistrict:
                _centred(canvas, edges[1], edges[2], y - height / 2, subdistrict, 9.5)
            y -= ROW
            at += 1
            if subdistrict and offset < len(together) - 1:
                canvas.line(edges[0], y, edges[1], y)
                canvas.line(edges[2], y, edges[-1], y)
            else:
                canvas.line(LEFT, y, RIGHT, y)
    canvas.line(LEFT, top - HEAD, RIGHT, top - HEAD)
    for x in edges[1:-1]:
        canvas.line(x, top, x, bottom)
    canvas.setLineWidth(1.1)
    canvas.rect(LEFT, bottom, RIGHT - LEFT, top - bottom, stroke=1, fill=0)
    return bottom


def _blank(canvas: Any, x: float, y: float, before: str, value: str, after: str) -> float:
    size, room = 11, 17 * MM
    _text(canvas, x, y, before, size)
    x += width(before, SERIF, size) + 1.5 * MM
    canvas.setLineWidth(0.6)
    canvas.line(x, y - 1.2 * MM, x + room, y - 1.2 * MM)
    _text(canvas, x + (room - width(value, SERIF, size)) / 2, y, value, size)
    _text(canvas, x + room + 1.5 * MM, y, after, size)
    return float(x + room + 1.5 * MM + width(after, SERIF, size) + 5 * MM)


def _foot(canvas: Any, sheet: Sheet, y: float) -> None:
    x = LEFT
    for before, value in (("应到", str(sheet.expected)), ("实到", ""), ("请假", ""), ("缺席", "")):
        x = _blank(canvas, x, y - 8 * MM, before, value, "人")
    _text(canvas, LEFT, y - 17 * MM, "负责人签字：", 11)
    start = LEFT + width("负责人签字：", SERIF, 11)
    canvas.line(start, y - 18.2 * MM, start + 50 * MM, y - 18.2 * MM)
    date = "日期：　　　　年　　月　　日"
    _text(canvas, RIGHT - width(date, SERIF, 11), y - 17 * MM, date, 11)


def draw(sheet: Sheet) -> bytes:
    """The sheet as PDF bytes: its people by subdistrict, then ten blank rows, then the figures to fill in."""
    from reportlab.pdfgen.canvas import Canvas

    out = BytesIO()
    canvas = Canvas(out, pagesize=(PAGE_WIDTH, PAGE_HEIGHT), pageCompression=1)
    canvas.setTitle(sheet.title)
    rest = [*sheet.lines, *([None] * BLANK)]
    pages = sheetlayout.pages(len(rest))
    first = 1
    for number, count in enumerate(pages, 1):
        rows, rest = rest[:count], rest[count:]
        canvas.setFillColorRGB(*INK)
        canvas.setStrokeColorRGB(*INK)
        if number == 1:
            _facts(canvas, sheet)
        else:
            _centred(canvas, LEFT + _BESIDE, RIGHT - _BESIDE, TOP - 4 * MM, f"{sheet.title}（续）", 11, SERIF_BOLD)
        bottom = _table(canvas, sheet, rows, first, PAGE_HEIGHT - sheetlayout.table_top(number) * MM)
        first += len(rows)
        if number == len(pages):
            _foot(canvas, sheet, bottom)
        _text(canvas, LEFT + _BESIDE, BOTTOM - 4 * MM, "请本人签字，不得代签。", 9)
        page = f"第 {number} 页　共 {len(pages)} 页"
        _text(canvas, RIGHT - _BESIDE - width(page, SERIF, 9), BOTTOM - 4 * MM, page, 9)
        _codes(canvas, sheet, rows, number, len(pages))
        canvas.showPage()
    canvas.save()
    return out.getvalue()
