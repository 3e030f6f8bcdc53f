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


#: Of a row of `stacks`: its height, where its name ends, and where the bar of the largest ends.
_ROW, _NAMES, _BARS = 36, 160, 590


@dataclass(frozen=True)
class Piece:
    """A part of a bar: which one, where it begins and how wide it is."""

    kind: str
    x: float
    width: float


@dataclass(frozen=True)
class Stack:
    """A row of a chart: what is written at its left, its parts one after another, and their sum at its right."""

    name: str
    total: int
    y: int
    pieces: tuple[Piece, ...]
    end: float


@dataclass(frozen=True)
class Stacks:
    """Bars from left to right, each divided into its parts, in units of WIDTH by `height`."""

    width: int
    height: int
    #: Where a row's name ends, how high a bar is, and how far below a row's top its text stands.
    names: int
    thick: int
    rows: tuple[Stack, ...]


def stacks(rows: Sequence[tuple[str, dict[str, int]]]) -> Stacks:
    """A bar a row, as long as its parts together beside the longest; a part with anything is never invisible."""
    highest = max((sum(parts.values()) for _name, parts in rows), default=0)
    made = []
    for place, (name, parts) in enumerate(rows):
        x, pieces = float(_NAMES + 10), []
        for kind, value in parts.items():
            if value:
                width = max(2.0, (_BARS - _NAMES - 10) * value / highest)
                pieces.append(Piece(kind, round(x, 1), round(width, 1)))
                x += width
        made.append(Stack(name, sum(parts.values()), 8 + place * _ROW, tuple(pieces), round(x, 1)))
    return Stacks(WIDTH, 16 + len(rows) * _ROW, _NAMES, _ROW - 12, tuple(made))
