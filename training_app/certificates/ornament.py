"""The border: a band of carp scales in fine lines, coral flowers at the corners, a double rule inside."""

from __future__ import annotations

from functools import cache
from math import acos, atan2, cos, degrees, hypot, pi, radians, sin
from typing import Any

#: A4 landscape, in points.
PAGE_WIDTH, PAGE_HEIGHT = 841.89, 595.28
GOLD, RED = (0.784, 0.635, 0.431), (0.557, 0.165, 0.133)
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


def _draw(canvas: Any) -> None:
    canvas.setStrokeColorRGB(*GOLD)
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
    canvas.setStrokeColorRGB(*RED)
    canvas.setFillColorRGB(*RED)
    canvas.setLineWidth(0.6)
    for x in (MARGIN + BAND / 2, PAGE_WIDTH - MARGIN - BAND / 2):
        for y in (MARGIN + BAND / 2, PAGE_HEIGHT - MARGIN - BAND / 2):
            _flower(canvas, x, y)
    canvas.setLineWidth(1.3)
    canvas.rect(left, low, inner_w, inner_h)
    canvas.setStrokeColorRGB(*GOLD)
    canvas.setLineWidth(0.5)
    canvas.rect(left + 4.5, low + 4.5, inner_w - 9, inner_h - 9)


@cache
def operators() -> str:
    """The border as PDF operators, drawn once and put into every page as it is."""
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas("", pagesize=(PAGE_WIDTH, PAGE_HEIGHT))
    start = len(canvas._code)
    _draw(canvas)
    return "\n".join(["q", *canvas._code[start:], "Q"])
