"""The borders: carp scales with coral flowers, a running fret around an upright title, a plain frame over waves."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from functools import lru_cache
from math import acos, atan2, cos, degrees, hypot, pi, radians, sin
from typing import Any

from .look import CARP, SCROLL, WAVES
from .manners import MANNER, PAGE_HEIGHT, PAGE_WIDTH, Colour

#: From the sheet's edge to the band, and from the band's outside to the rule.
MARGIN, BAND = 22.0, 24.0
_RADIUS, _BASE, _RISE = 7.2, 4.5, 7.2


def _hidden_until(radius: float, cover: float, rise: float) -> float:
    """The angle, in degrees, from which a ring of a scale behind shows over its right neighbour in front.

    The scale behind has its centre at (0, rise), the one in front at (cover, 0) with the radius `cover`.
    """
    distance = hypot(cover, rise)
    if distance >= radius + cover:
        return 0.0
    towards = atan2(-rise, cover)
    half = acos(min(1.0, max(-1.0, (radius**2 + distance**2 - cover**2) / (2 * radius * distance))))
    return max(0.0, degrees(towards + half))


def _scales(canvas: Any, length: float) -> None:
    """A band of scales along the x axis from 0 to `length`, opening upwards."""
    count = round(length / (2 * _RADIUS))
    r = length / (2 * count)
    path = canvas.beginPath()

    def ring(x: float, y: float, q: float, hidden: float) -> None:
        path.arc(x - q, y - q, x + q, y + q, hidden, 180 - 2 * hidden)

    for q in (r, 0.66 * r):
        hidden = _hidden_until(q, r, _RISE)
        for n in range(1, count):
            ring(2 * n * r, _BASE + _RISE, q, hidden)
    for q in (r, 0.66 * r, 0.32 * r):
        for n in range(count):
            ring((2 * n + 1) * r, _BASE, q, 0)
    canvas.drawPath(path, stroke=1, fill=0)


def _flower(canvas: Any, x: float, y: float) -> None:
    """A coral flower of five petals."""
    path = canvas.beginPath()
    for petal in range(5):
        angle = pi / 2 + petal * 2 * pi / 5
        spread = radians(34)
        path.moveTo(x, y)
        for side, first in ((spread, True), (-spread, False)):
            tip = (x + 9 * cos(angle), y + 9 * sin(angle))
            bulge = (x + 9.5 * cos(angle + side), y + 9.5 * sin(angle + side))
            near = (x + 4 * cos(angle + side), y + 4 * sin(angle + side))
            if first:
                path.curveTo(*near, *bulge, *tip)
            else:
                path.curveTo(*bulge, *near, x, y)
    canvas.drawPath(path, stroke=1, fill=0)
    canvas.circle(x, y, 1.2, stroke=0, fill=1)


def _carp(canvas: Any, accent: Colour, line: Colour) -> None:
    canvas.setStrokeColorRGB(*line)
    canvas.setLineWidth(0.5)
    inner_w, inner_h = PAGE_WIDTH - 2 * (MARGIN + BAND), PAGE_HEIGHT - 2 * (MARGIN + BAND)
    left, right = MARGIN + BAND, PAGE_WIDTH - MARGIN - BAND
    low, high = MARGIN + BAND, PAGE_HEIGHT - MARGIN - BAND
    sides = (
        (left, high, 0, inner_w),
        (right, low, 180, inner_w),
        (left, low, 90, inner_h),
        (right, high, 270, inner_h),
    )
    for x, y, angle, length in sides:
        canvas.saveState()
        canvas.translate(x, y)
        canvas.rotate(angle)
        _scales(canvas, length)
        canvas.restoreState()
    canvas.setStrokeColorRGB(*accent)
    canvas.setFillColorRGB(*accent)
    canvas.setLineWidth(0.6)
    for x in (MARGIN + BAND / 2, PAGE_WIDTH - MARGIN - BAND / 2):
        for y in (MARGIN + BAND / 2, PAGE_HEIGHT - MARGIN - BAND / 2):
            _flower(canvas, x, y)
    canvas.setLineWidth(1.3)
    canvas.rect(left, low, inner_w, inner_h)
    canvas.setStrokeColorRGB(*line)
    canvas.setLineWidth(0.5)
    canvas.rect(left + 4.5, low + 4.5, inner_w - 9, inner_h - 9)


#: One key of the fret, in units of its height; the next begins at its width.
_KEY = ((0.0, 0.0), (0.0, 1.0), (0.86, 1.0), (0.86, 0.3), (0.42, 0.3), (0.42, 0.66))
_KEY_WIDTH = 1.2


def _fret(canvas: Any, length: float, height: float) -> None:
    """A running fret along the x axis from 0 to `length`."""
    count = round(length / (_KEY_WIDTH * height))
    unit = length / count / _KEY_WIDTH
    path = canvas.beginPath()
    for n in range(count):
        x = n * _KEY_WIDTH * unit
        path.moveTo(x + _KEY[0][0] * unit, 0)
        for across, up in _KEY[1:]:
            path.lineTo(x + across * unit, up * height)
    canvas.drawPath(path, stroke=1, fill=0)


def _scroll(canvas: Any, accent: Colour, line: Colour) -> None:
    outer, height = 24.0, 9.0
    inner = outer + height + 8.0
    canvas.setStrokeColorRGB(*accent)
    canvas.setLineWidth(1.2)
    canvas.rect(outer, outer, PAGE_WIDTH - 2 * outer, PAGE_HEIGHT - 2 * outer)
    canvas.setStrokeColorRGB(*line)
    canvas.setLineWidth(0.5)
    canvas.rect(inner, inner, PAGE_WIDTH - 2 * inner, PAGE_HEIGHT - 2 * inner)
    canvas.setLineWidth(0.7)
    at = outer + 4.0
    across, up = PAGE_WIDTH - 2 * at, PAGE_HEIGHT - 2 * at
    for x, y, angle, length in (
        (at, PAGE_HEIGHT - at, 0, across), (PAGE_WIDTH - at, at, 180, across),
        (at, at, 90, up), (PAGE_WIDTH - at, PAGE_HEIGHT - at, 270, up),
    ):  # fmt: skip
        canvas.saveState()
        canvas.translate(x, y)
        canvas.rotate(angle)
        canvas.scale(1, -1)
        # The corner's square, then half of the air that follows the last key.
        canvas.translate(height * 1.5, 0)
        _fret(canvas, length - height * 2.66, height)
        canvas.restoreState()
    for x in (at, PAGE_WIDTH - at - height):
        for y in (at, PAGE_HEIGHT - at - height):
            canvas.rect(x, y, height, height)
            canvas.rect(x + 3, y + 3, height - 6, height - 6)
    column = MANNER[SCROLL].column or 0.0
    edge = 2 * column - inner
    canvas.setLineWidth(0.5)
    for x in (edge, edge + 3):
        canvas.line(x, inner + 12, x, PAGE_HEIGHT - inner - 12)


def _waves(canvas: Any, accent: Colour, line: Colour) -> None:
    outer, radius, rows = 24.0, 15.0, 3
    inner = outer + 4.0
    canvas.saveState()
    clip = canvas.beginPath()
    clip.rect(inner, inner, PAGE_WIDTH - 2 * inner, 60)
    canvas.clipPath(clip, stroke=0, fill=0)
    canvas.setStrokeColorRGB(*line)
    canvas.setFillColorRGB(1, 1, 1)
    canvas.setLineWidth(0.5)
    count = round((PAGE_WIDTH - 2 * inner) / (2 * radius))
    r = (PAGE_WIDTH - 2 * inner) / (2 * count)
    for row in reversed(range(rows)):
        for n in range(-1, count + 1):
            x = inner + (2 * n + 1 + row % 2) * r
            y = inner - r * 0.55 + row * r * 0.62
            for part in (1.0, 0.78, 0.56, 0.34):
                canvas.circle(x, y, r * part, stroke=1, fill=1 if part == 1.0 else 0)
    canvas.restoreState()
    canvas.setStrokeColorRGB(*accent)
    canvas.setLineWidth(1.1)
    canvas.rect(outer, outer, PAGE_WIDTH - 2 * outer, PAGE_HEIGHT - 2 * outer)
    canvas.setStrokeColorRGB(*line)
    canvas.setLineWidth(0.5)
    canvas.rect(inner, inner, PAGE_WIDTH - 2 * inner, PAGE_HEIGHT - 2 * inner)


DRAWN: dict[str, Callable[[Any, Colour, Colour], None]] = {CARP: _carp, SCROLL: _scroll, WAVES: _waves}


@lru_cache(maxsize=16)
def packed(manner: str, accent: Colour, line: Colour) -> bytes:
    """A border as compressed PDF operators, drawn once and put into every page as it is."""
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas("", pagesize=(PAGE_WIDTH, PAGE_HEIGHT))
    start = len(canvas._code)
    DRAWN[manner](canvas, accent, line)
    return zlib.compress("\n".join(["q", *canvas._code[start:], "Q"]).encode(), 9)
