"""A ledger as a PDF to print and sign: A4 landscape, headings repeated, its pages counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from io import BytesIO
from typing import Any

from training_app.core.faces import SERIF, SERIF_BOLD, runs, width

from .ledgerbooks import said
from .ledgerrules import Cell, Heading

MM = 72 / 25.4
WIDE, HIGH = 297 * MM, 210 * MM
_SIDE, _TOP, _BOTTOM = 10 * MM, 12 * MM, 14 * MM
_TITLE, _TEXT = 16.0, 7.4
_LEADING, _PAD = 9.2, 2.2
_HEAD_ON_FIRST = 20 * MM
#: Signs with which no line begins.
_NEVER_FIRST = "、，。；：）》”！？"
Row = tuple[list[list[str]], float]


@cache
def _wide(character: str, face: str) -> float:
    """A character's width in ems."""
    return width(character, face, 1)


def _lines(text: str, room: float, size: float, face: str) -> list[str]:
    """A text cut to a column's width, between any two characters, as Chinese is, but before no closing sign."""
    found, line, used = [], "", 0.0
    for character in text:
        wide = _wide(character, face) * size
        if line and used + wide > room:
            carried = line[-1] if character in _NEVER_FIRST and len(line) > 1 else ""
            found.append(line.removesuffix(carried))
            line, used = carried, sum(_wide(one, face) * size for one in carried)
        line, used = line + character, used + wide
    return [*found, line]


class _Table:
    """The columns of a ledger on the paper."""

    def __init__(self, columns: Sequence[Heading]) -> None:
        self.columns = columns
        scale = (WIDE - 2 * _SIDE) / sum(column.width for column in columns)
        self.edges = [_SIDE]
        for column in columns:
            self.edges.append(self.edges[-1] + column.width * scale)

    def wrapped(self, texts: Sequence[str], face: str) -> Row:
        cells = [
            _lines(text, self.edges[at + 1] - self.edges[at] - 2 * _PAD, _TEXT, face) for at, text in enumerate(texts)
        ]
        return cells, max(map(len, cells)) * _LEADING + 2 * _PAD

    def heading(self) -> Row:
        return self.wrapped([column.words for column in self.columns], SERIF_BOLD)

    def row(self, number: int, row: Sequence[Cell]) -> Row:
        cells = [number if at == 0 and cell is None else cell for at, cell in enumerate(row)]
        return self.wrapped(
            [said(cell, column.kind, safe=False) for cell, column in zip(cells, self.columns, strict=True)], SERIF
        )


def _text(canvas: Any, x: float, y: float, text: str, size: float, face: str) -> None:
    written = canvas.beginText(x, y)
    for name, part in runs(text, face):
        written.setFont(name, size)
        written.textOut(part)
    canvas.drawText(written)


def _draw_row(canvas: Any, table: _Table, row: Row, top: float, face: str) -> float:
    cells, height = row
    bottom = top - height
    for at, lines in enumerate(cells):
        left, right = table.edges[at], table.edges[at + 1]
        kind = table.columns[at].kind
        y = (top + bottom) / 2 + len(lines) * _LEADING / 2 - _TEXT * 0.95
        for line in lines:
            x = left + _PAD
            if face == SERIF_BOLD or kind != "text":
                x = (left + right - sum(_wide(c, face) for c in line) * _TEXT) / 2
            _text(canvas, x, y, line, _TEXT, face)
            y -= _LEADING
        canvas.line(left, top, left, bottom)
    canvas.line(table.edges[-1], top, table.edges[-1], bottom)
    canvas.line(table.edges[0], bottom, table.edges[-1], bottom)
    return bottom


def _pages(table: _Table, rows: Iterable[Sequence[Cell]], head: float) -> list[int]:
    """How many rows stand on each page."""
    room = HIGH - _TOP - _BOTTOM
    left, found = room - _HEAD_ON_FIRST - head, [0]
    for number, row in enumerate(rows, 1):
        _cells, height = table.row(number, row)
        if height > left and found[-1]:
            found.append(0)
            left = room - head
        left -= height
        found[-1] += 1
    return found


def draw(title: str, scope: str, columns: Sequence[Heading], rows: Callable[[], Iterable[Sequence[Cell]]]) -> bytes:
    """The ledger as PDF bytes. `rows` is called twice: for the number of pages, and for what stands on them."""
    from reportlab.pdfgen.canvas import Canvas

    out = BytesIO()
    canvas = Canvas(out, pagesize=(WIDE, HIGH), pageCompression=1)
    canvas.setTitle(title)
    table = _Table(columns)
    heading = table.heading()
    pages = _pages(table, rows(), heading[1])
    coming = enumerate(rows(), 1)
    for page, count in enumerate(pages, 1):
        canvas.setLineWidth(0.5)
        top = HIGH - _TOP
        if page == 1:
            _text(canvas, (WIDE - width(title, SERIF_BOLD, _TITLE)) / 2, top - 7 * MM, title, _TITLE, SERIF_BOLD)
            _text(canvas, _SIDE, top - 16 * MM, scope, 9, SERIF)
            top -= _HEAD_ON_FIRST
        canvas.line(table.edges[0], top, table.edges[-1], top)
        top = _draw_row(canvas, table, heading, top, SERIF_BOLD)
        for _at in range(count):
            number, row = next(coming)
            top = _draw_row(canvas, table, table.row(number, row), top, SERIF)
        foot = f"第 {page} 页　共 {len(pages)} 页"
        _text(canvas, (WIDE - width(foot, SERIF, 9)) / 2, _BOTTOM - 6 * MM, foot, 9, SERIF)
        canvas.showPage()
    canvas.save()
    return out.getvalue()
