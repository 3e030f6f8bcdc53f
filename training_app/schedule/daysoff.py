"""China's public holidays and the weekends worked instead of them: warned of, never refused."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple


class DayNote(NamedTuple):
    """What is special about a day: kind is holiday or workday; the name is the holiday's, or empty."""

    day: date
    kind: str
    name: str


@lru_cache(maxsize=16)
def _calendar(year: int, language: str) -> Any:
    # Takes long to import, and most requests need no holiday.
    from holidays import country_holidays

    return country_holidays("CN", years=year, language="en_US" if language == "en" else "zh_CN")


def note(day: date, language: str) -> DayNote | None:
    """What is special about a day, or None; `language` is "en" or else Chinese."""
    calendar = _calendar(day.year, language)
    if day in calendar:
        return DayNote(day, "holiday", str(calendar[day]))
    if day in calendar.weekend_workdays:
        return DayNote(day, "workday", "")
    return None
