"""What lists of people are narrowed to, as it stands in the address."""

from __future__ import annotations

from flask import request

from training_app.schedule.models import Event

from . import matrix, words
from .rolls import Roll

#: Rows of people on one page: a whole district's phase is seen at a glance.
PER_PAGE = 200


def narrowed_roll(events: list[Event], codes: tuple[str, ...]) -> Roll:
    """The roll of these events, narrowed by `subdistrict` and `status`; nonsense narrows nothing."""
    status = request.args.get("status", "")
    subdistrict = request.args.get("subdistrict", "")
    return matrix.roll_of(
        events,
        codes,
        subdistrict=subdistrict if subdistrict.isascii() and subdistrict.isdigit() else "",
        status=status if status in words.FILTERS else "",
    )
