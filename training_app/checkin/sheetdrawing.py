"""The sign-in sheet as a PDF: A4, set like print, signed by hand."""

from __future__ import annotations

from io import BytesIO
from itertools import groupby
from typing import Any

from training_app.core.faces import SERIF, SERIF_BOLD, runs, width

from .sheets import BLANK, Line, Sheet

MM = 72 / 25.4
PAGE_WIDTH, PAGE_HEIGHT = 595.28, 841.89
LEFT, RIGHT, TOP, BOTTOM = 14 * MM, PAGE_WIDTH - 14 * MM, PAGE_HEIGHT - 15 * MM, 14 * MM
#: A row is high enough to sign in.
ROW, HEAD = 9.6 * MM, 9 * MM
FIRST_TABLE, NEXT_TABLE = TOP - 38 * MM, TOP - 12 * MM
#: Room that the last page keeps for the figures and the signature.
FOOT = 20 * MM
_NAMES = ("序号", "街道（乡镇）", "村（社区）", "姓名", "职务", "联系电话")
_FIXED = (9 * MM, 23 * MM, 24 * MM, 18 * MM, 21 * MM, 27 * MM)
_NOTE = 14 * MM
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


def _edges(sheet: Sheet) -> list[float]:
    """The x of every vertical line."""
    signing = (RIGHT - LEFT - sum(_FIXED) - _NOTE) / len(sheet.columns)
    edges = [LEFT]
    for wide in (*_FIXED, *([signing] * len(sheet.columns)), _NOTE):
        edges.append(edges[-1] + wide)
    return edges


def _pages(lines: list[Line | None]) -> list[list[Line | None]]:
    """The rows of each page; the last page leaves room for the foot."""
    pages: list[list[Line | None]] = []
    rest = lines
    while True:
        top = FIRST_TABLE if not pages else NEXT_TABLE
        full = int((top - HEAD - BOTTOM - 6 * MM) // ROW)
        last = int((top - HEAD - BOTTOM - 6 * MM - FOOT) // ROW)
        if len(rest) <= last:
            return [*pages, rest]
        # When only the foot would be left over, some rows go with it.
        take = min(full, len(rest) - 1) if len(rest) <= full else full
        pages.append(rest[:take])
        rest = rest[take:]


def _facts(canvas: Any, sheet: Sheet) -> None:
    size = 10.5
    middle = (LEFT + RIGHT) / 2
    _centred(canvas, LEFT, RIGHT, TOP - 4 * MM, sheet.title, 17, SERIF_BOLD)
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
    edges = _edges(sheet)
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
                _centred(canvas, edges[-2], edges[-1], middle, line.note, 8.5)
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
    pages = _pages([*sheet.lines, *([None] * BLANK)])
    first = 1
    for number, rows in enumerate(pages, 1):
        canvas.setFillColorRGB(*INK)
        canvas.setStrokeColorRGB(*INK)
        if number == 1:
            _facts(canvas, sheet)
        else:
            _centred(canvas, LEFT, RIGHT, TOP - 4 * MM, f"{sheet.title}（续）", 11, SERIF_BOLD)
        bottom = _table(canvas, sheet, rows, first, FIRST_TABLE if number == 1 else NEXT_TABLE)
        first += len(rows)
        if number == len(pages):
            _foot(canvas, sheet, bottom)
        _text(canvas, LEFT, BOTTOM - 2 * MM, "请本人签字，不得代签。", 9)
        page = f"第 {number} 页　共 {len(pages)} 页"
        _text(canvas, RIGHT - width(page, SERIF, 9), BOTTOM - 2 * MM, page, 9)
        canvas.showPage()
    canvas.save()
    return out.getvalue()
