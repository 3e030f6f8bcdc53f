"""From millimetres on the paper to pixels of its photograph: the perspective that fits the codes read. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

Point = tuple[float, float]
#: How far a code's corner may lie from where the others put it, in millimetres, before it is left out of the fit.
FAR = 3.0


class View(NamedTuple):
    """A perspective: x = (ax + by + c) / (gx + hy + 1), y = (dx + ey + f) / (gx + hy + 1)."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float
    g: float
    h: float

    def at(self, point: Point) -> Point:
        """The pixel of a point of the page."""
        x, y = point
        depth = self.g * x + self.h * y + 1
        return (self.a * x + self.b * y + self.c) / depth, (self.d * x + self.e * y + self.f) / depth

    def moved(self, by: Point) -> View:
        """The same view with every pixel so far beside."""
        x, y = by
        return View(
            self.a + x * self.g, self.b + x * self.h, self.c + x,
            self.d + y * self.g, self.e + y * self.h, self.f + y,
            self.g, self.h,
        )  # fmt: skip

    def window(self, left: float, top: float, scale: float) -> tuple[float, ...]:
        """The coefficients with which an upright picture of the page is taken out, `scale` pixels a millimetre.

        Its first pixel lies at (left, top) of the page.
        """
        size = 1 / scale
        depth = self.g * left + self.h * top + 1
        rows = ((self.a, self.b, self.c), (self.d, self.e, self.f))
        found = [v / depth for p, q, r in rows for v in (p * size, q * size, p * left + q * top + r)]
        return (*found, self.g * size / depth, self.h * size / depth)


def _solve(rows: list[list[float]]) -> list[float] | None:
    """The solution of a square system given with its right sides; None where there is none."""
    size = len(rows)
    for column in range(size):
        best = max(range(column, size), key=lambda row: abs(rows[row][column]))
        if abs(rows[best][column]) < 1e-12:
            return None
        rows[column], rows[best] = rows[best], rows[column]
        head = rows[column]
        for row in rows[column + 1 :]:
            factor = row[column] / head[column]
            if factor:
                row[column:] = [value - factor * over for value, over in zip(row[column:], head[column:], strict=True)]
    found = [0.0] * size
    for at in reversed(range(size)):
        known = sum(rows[at][other] * found[other] for other in range(at + 1, size))
        found[at] = (rows[at][size] - known) / rows[at][at]
    return found


def _centre(points: Sequence[Point]) -> tuple[float, float, float]:
    x = sum(p[0] for p in points) / len(points)
    y = sum(p[1] for p in points) / len(points)
    return x, y, max(max(abs(p[0] - x), abs(p[1] - y)) for p in points) or 1.0


def _fit(pairs: Sequence[tuple[Point, Point]]) -> View | None:
    """Least squares over (millimetres, pixels), both brought to the size of 1 first, which keeps the sums exact."""
    mx, my, ms = _centre([mm for mm, _ in pairs])
    px, py, ps = _centre([pixel for _, pixel in pairs])
    sums = [[0.0] * 9 for _ in range(8)]
    for (x, y), (u, v) in pairs:
        x, y, u, v = (x - mx) / ms, (y - my) / ms, (u - px) / ps, (v - py) / ps
        for row in ((x, y, 1.0, 0.0, 0.0, 0.0, -u * x, -u * y, u), (0.0, 0.0, 0.0, x, y, 1.0, -v * x, -v * y, v)):
            for i in range(8):
                if row[i]:
                    for j in range(9):
                        sums[i][j] += row[i] * row[j]
    found = _solve(sums)
    if found is None:
        return None
    a, b, c, d, e, f, g, h = found
    # Back to millimetres and pixels: first the pixels' side, then the page's.
    a, b, c = a * ps + px * g, b * ps + px * h, c * ps + px
    d, e, f = d * ps + py * g, e * ps + py * h, f * ps + py
    rows = [(p / ms, q / ms, r - (p * mx + q * my) / ms) for p, q, r in ((a, b, c), (d, e, f), (g, h, 1.0))]
    depth = rows[2][2]
    if abs(depth) < 1e-9:
        return None
    flat = [value / depth for row in rows for value in row]
    return View(*flat[:8])


def fit(pairs: Sequence[tuple[Point, Point]]) -> View | None:
    """The view that fits these (millimetres, pixels) best, fitted again without what lies far off; None: no view."""
    if len(pairs) < 4:
        return None
    view = _fit(pairs)
    if view is None:
        return None
    (x0, y0), (x1, y1) = view.at((105, 148)), view.at((106, 149))
    millimetre = (abs(x1 - x0) + abs(y1 - y0)) / 2 or 1.0
    near = [
        (mm, pixel)
        for mm, pixel in pairs
        if max(abs(a - b) for a, b in zip(view.at(mm), pixel, strict=True)) < FAR * millimetre
    ]
    return _fit(near) if 4 <= len(near) < len(pairs) else view
