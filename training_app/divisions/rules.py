"""Jurisdiction: what lies under a code is every code that it prefixes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, true

#: Digits of a code per level, from the public register of administrative divisions.
DIGITS = {"province": 2, "city": 4, "district": 6, "subdistrict": 9, "community": 12}
#: Digits of a code → digits of its parent's.
_ABOVE = dict(pairwise(sorted(DIGITS.values(), reverse=True)))


def lies_in(code: str | None, jurisdiction: str) -> bool:
    """Whether a division lies in a jurisdiction; the empty jurisdiction is the whole nation."""
    return code is not None and code.startswith(jurisdiction)


def meets(code: str | None, jurisdiction: str) -> bool:
    """Whether one of the two lies in the other."""
    return code is not None and (code.startswith(jurisdiction) or jurisdiction.startswith(code))


def within(column: Any, jurisdiction: str) -> ColumnElement[bool]:
    """The condition that a code column lies in a jurisdiction, as a range that its index serves."""
    if not jurisdiction:
        return true()
    if not (jurisdiction.isascii() and jurisdiction.isdigit()):
        # No code has anything but digits: nothing lies under it.
        return ~true()
    # The next code, not the next character: what follows "9" is another one in every collation.
    after = str(int(jurisdiction) + 1).zfill(len(jurisdiction))
    return and_(column >= jurisdiction, column < after)


def within_any(column: Any, jurisdictions: Sequence[str]) -> ColumnElement[bool]:
    """The condition that a code column lies in one of several jurisdictions; none admits nothing."""
    return or_(*[within(column, code) for code in jurisdictions]) if jurisdictions else ~true()


def subdistrict_of(code: str) -> str:
    """The subdistrict (township) part of a community's code."""
    return code[: DIGITS["subdistrict"]]


def parent_of(code: str) -> str | None:
    """The code one level up; a province has none."""
    above = _ABOVE.get(len(code))
    return code[:above] if above else None
