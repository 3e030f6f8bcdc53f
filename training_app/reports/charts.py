"""The geometry of a chart that is drawn as SVG on the server: it prints, and needs no script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

#: The drawing's own units; the page scales it.
WIDTH, HEIGHT, _TOP, _BOTTOM, _LEFT = 720, 240, 24, 28, 8


@dataclass(frozen=True)
class Bar:
    """A month's column: where it stands, how high it is, and what is written at it."""

    month: date
    value: int
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        """Where its labels stand."""
        return self.x + self.width / 2


@dataclass(frozen=True)
class Chart:
    """Columns over a base line, in units of WIDTH by HEIGHT."""

    width: int
    height: int
    base: int
    bars: tuple[Bar, ...]


def trend(months: Sequence[tuple[date, int]]) -> Chart:
    """Columns of equal width, the highest of them reaching the top; a month with anything is never invisible."""
    highest = max((value for _month, value in months), default=0)
    base, room = HEIGHT - _BOTTOM, HEIGHT - _BOTTOM - _TOP
    step = (WIDTH - 2 * _LEFT) / max(1, len(months))
    bars = []
    for place, (month, value) in enumerate(months):
        height = max(2.0, room * value / highest) if value else 0.0
        bars.append(Bar(month, value, round(_LEFT + place * step + step * 0.15, 1), round(base - height, 1),
                        round(step * 0.7, 1), round(height, 1)))  # fmt: skip
    return Chart(WIDTH, HEIGHT, base, tuple(bars))
