"""The picture that a holder shares: what was achieved, by whom as she chooses, and the code that proves it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import BytesIO
from math import cos, pi, sin
from typing import Any

from training_app.core import qr
from training_app.core.faces import SERIF, SERIF_BOLD, runs, width

from .typesetting import lines
from .wording import ENGLISH_TITLES, TITLES, Piece, amount

#: In pixels: what WeChat and other networks show of a link or a post, uncut.
WIDE, HIGH = 1200, 630
_PAPER, _INK, _MUTED = (0.984, 0.969, 0.945), (0.122, 0.161, 0.2), (0.357, 0.404, 0.439)
_SEA, _CORAL, _GOLD = (0.059, 0.298, 0.361), (0.725, 0.227, 0.192), (0.78, 0.66, 0.48)
_LEFT, _CODE = 96.0, 214.0
_MEASURE = WIDE - 2 * _LEFT - _CODE - 60


@dataclass(frozen=True)
class Card:
    """Everything that stands on it; `name` is whole or masked already."""

    kind: str
    name: str
    programme_title: str
    host: str
    hours: Decimal
    issued_on: date
    serial: str
    url: str
    product: str
    specimen: bool


def _text(canvas: Any, x: float, y: float, text: str, *, face: str = SERIF, size: float, spread: float = 0.0) -> None:
    written = canvas.beginText(x, y)
    written.setCharSpace(spread)
    for name, part in runs(text, face):
        written.setFont(name, size)
        written.textOut(part)
    canvas.drawText(written)


def _flower(canvas: Any, x: float, y: float, radius: float) -> None:
    """The coral tree's flower of the passport's stamps."""
    for petal in range(5):
        turn = pi / 2 + petal * 2 * pi / 5
        canvas.circle(x + radius * cos(turn), y + radius * sin(turn), radius * 0.78, stroke=1, fill=0)


def _rows(text: str, sizes: tuple[float, ...], most: int) -> tuple[float, list[str]]:
    """The text in the largest of these sizes at which it takes so many lines; in the smallest, cut."""
    for size in sizes:
        rows = ["".join(run.text for run in row) for row in lines([Piece(text)], size=size, measure=_MEASURE)]
        if len(rows) <= most:
            return size, rows
    return sizes[-1], [*rows[: most - 1], rows[most - 1][:-1] + "…"]


def _code(canvas: Any, card: Card) -> None:
    rows = qr.matrix(card.url)
    side = len(rows)
    scale, x, y = _CODE / side, WIDE - _LEFT - _CODE, 200.0
    canvas.setFillColorRGB(1, 1, 1)
    canvas.roundRect(x - 22, y - 64, _CODE + 44, _CODE + 86, 18, stroke=0, fill=1)
    canvas.setFillColorRGB(*_INK)
    for at, row in enumerate(rows):
        for column, dark in enumerate(row):
            if dark:
                # A hair larger than a module, so that no seam shows.
                canvas.rect(
                    x + column * scale, y + (side - at - 1) * scale, scale * 1.03, scale * 1.03, stroke=0, fill=1
                )
    label = "扫码核验 · Scan to verify"
    canvas.setFillColorRGB(*_MUTED)
    _text(canvas, x + (_CODE - width(label, SERIF, 17)) / 2, y - 42, label, size=17)


def page(card: Card) -> bytes:
    """The card as one PDF page of a point a pixel."""
    from reportlab.pdfgen.canvas import Canvas

    out = BytesIO()
    canvas = Canvas(out, pagesize=(WIDE, HIGH), invariant=1, lang="zh-CN")
    canvas.setFillColorRGB(*_PAPER)
    canvas.rect(0, 0, WIDE, HIGH, stroke=0, fill=1)
    canvas.setStrokeColorRGB(*_GOLD)
    canvas.setLineWidth(1.2)
    canvas.roundRect(32, 32, WIDE - 64, HIGH - 64, 20, stroke=1, fill=0)
    canvas.setLineWidth(2.5)
    canvas.setStrokeColorRGB(*_CORAL)
    _flower(canvas, _LEFT + 22, HIGH - 106, 13)
    canvas.setFillColorRGB(*_SEA)
    _text(canvas, _LEFT + 62, HIGH - 114, card.product, size=24)
    canvas.setFillColorRGB(*_CORAL)
    _text(canvas, _LEFT, HIGH - 222, TITLES[card.kind], face=SERIF_BOLD, size=72, spread=16)
    title_end = _LEFT + width(TITLES[card.kind], SERIF_BOLD, 72) + 16 * len(TITLES[card.kind])
    if card.specimen:
        _text(canvas, title_end + 12, HIGH - 214, "样张 SPECIMEN", size=26)
    canvas.setFillColorRGB(*_MUTED)
    _text(canvas, _LEFT + 3, HIGH - 258, ENGLISH_TITLES[card.kind], size=21)
    canvas.setFillColorRGB(*_INK)
    size, (name,) = _rows(card.name, (46.0, 38.0, 30.0, 22.0), 1)
    _text(canvas, _LEFT, HIGH - 338, name, face=SERIF_BOLD, size=size, spread=4)
    y = float(HIGH - 392)
    size, rows = _rows(card.programme_title, (30.0, 26.0, 22.0), 2)
    for row in rows:
        _text(canvas, _LEFT, y, row, size=size)
        y -= size * 1.4
    canvas.setFillColorRGB(*_MUTED)
    day = f"{card.issued_on.year} 年 {card.issued_on.month} 月 {card.issued_on.day} 日"
    _text(canvas, _LEFT, y - 4, f"{amount(card.hours)} 学时 · {day} · {card.serial}", size=21)
    size, rows = _rows(card.host, (19.0, 17.0), 2)
    for at, row in enumerate(rows):
        _text(canvas, _LEFT, 92 - (at - (len(rows) - 1)) * size * 1.4 - 16, row, size=size)
    _code(canvas, card)
    canvas.save()
    return out.getvalue()
