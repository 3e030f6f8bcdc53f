"""Where everything stands on the sign-in sheet, for whoever draws it and whoever reads it back. Pure.

Millimetres from the upper left corner of an A4 page, downwards.
"""

from __future__ import annotations

from typing import NamedTuple

PAGE = (210.0, 297.0)
LEFT, RIGHT, TOP, BOTTOM = 14.0, 196.0, 15.0, 283.0
#: A row is high enough to sign in, and for a code that an old phone's camera resolves.
ROW, HEAD = 10.0, 9.0
FIRST_TABLE, NEXT_TABLE = TOP + 38, TOP + 12
#: Room that the last page keeps for the figures and the signature.
FOOT = 20.0
#: 序号, 街道（乡镇）, 村（社区）, 姓名, 职务, 联系电话; and 备注, which a row's code shares with the remarks.
FIXED = (9.0, 21.0, 22.0, 18.0, 19.5, 25.5)
NOTE = 21.0
#: The side of a code: 21 modules.
CODE = 7.98
_INSET = (ROW - CODE) / 2
#: The codes in the corners of a page: upper left, upper right, lower right, lower left.
CORNERS = (
    (LEFT, TOP - 1.5),
    (RIGHT - CODE, TOP - 1.5),
    (RIGHT - CODE, BOTTOM - 1),
    (LEFT, BOTTOM - 1),
)


class Box(NamedTuple):
    """An upright rectangle on the page."""

    left: float
    top: float
    right: float
    bottom: float

    def corners(self) -> tuple[tuple[float, float], ...]:
        """Upper left, upper right, lower right, lower left."""
        return (self.left, self.top), (self.right, self.top), (self.right, self.bottom), (self.left, self.bottom)

    def grown(self, across: float, down: float) -> Box:
        """The box with so much more on each side, or less."""
        return Box(self.left - across, self.top - down, self.right + across, self.bottom + down)


def edges(columns: int) -> list[float]:
    """The x of every vertical line of a table with so many columns to sign in."""
    signing = (RIGHT - LEFT - sum(FIXED) - NOTE) / columns
    found = [LEFT]
    for wide in (*FIXED, *([signing] * columns), NOTE):
        found.append(found[-1] + wide)
    return found


def table_top(page: int) -> float:
    """The upper edge of the table on a page, counted from 1."""
    return FIRST_TABLE if page == 1 else NEXT_TABLE


def room(page: int, *, last: bool) -> int:
    """How many rows a page holds; the last one leaves room for the foot."""
    return int((BOTTOM - table_top(page) - HEAD - 6 - (FOOT if last else 0)) // ROW)


def pages(rows: int) -> list[int]:
    """How many of so many rows stand on each page."""
    found: list[int] = []
    while True:
        page = len(found) + 1
        if rows <= room(page, last=True):
            return [*found, rows]
        # When only the foot would be left over, some rows go with it.
        take = min(room(page, last=False), rows - 1)
        found.append(take)
        rows -= take


def _row(page: int, row: int) -> float:
    return table_top(page) + HEAD + ROW * row


def code(page: int, row: int) -> Box:
    """The code of a row (counted from 0): at the outer end of its remarks, far from where one signs."""
    left, top = RIGHT - _INSET - CODE, _row(page, row) + _INSET
    return Box(left, top, left + CODE, top + CODE)


def corner(number: int) -> Box:
    """One of the four codes in the corners of a page."""
    left, top = CORNERS[number]
    return Box(left, top, left + CODE, top + CODE)


def signing(page: int, row: int, column: int, columns: int) -> Box:
    """The box in which one signs."""
    lines, top = edges(columns), _row(page, row)
    return Box(lines[len(FIXED) + column], top, lines[len(FIXED) + column + 1], top + ROW)


def printed(page: int, row: int, columns: int) -> Box:
    """What is printed of a row's person: from the community to the telephone number."""
    lines, top = edges(columns), _row(page, row)
    return Box(lines[2], top, lines[len(FIXED)], top + ROW)
