"""The room's blueprint, which its view modules fill."""

from __future__ import annotations

from flask import Blueprint
from flask_babel import get_locale

from . import daysoff, words

bp = Blueprint("schedule", __name__)


def day_note(day: object) -> daysoff.DayNote | None:
    """What is special about a date, in the reader's language."""
    return daysoff.note(day, str(get_locale())) if day is not None else None  # type: ignore[arg-type]


@bp.app_context_processor
def _words() -> dict[str, object]:
    return {"schedule_words": words, "day_note": day_note}
