"""What an entry of training held elsewhere (外出培训) may say, and which two entries are the same. Pure."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l

from training_app.core.errors import Invalid

#: By whom it was held, the highest first.
PROVINCE, CITY, DISTRICT, ONLINE, OTHER = "province", "city", "district", "online", "other"
LEVELS: dict[str, Any] = {
    PROVINCE: _l("Province level"),
    CITY: _l("City level"),
    DISTRICT: _l("District level"),
    ONLINE: _l("Online"),
    OTHER: _l("Another organiser"),
}
#: asked waits for a word; refused and withdrawn entries may be handed in anew.
ASKED, CONFIRMED, REFUSED, WITHDRAWN = "asked", "confirmed", "refused", "withdrawn"
STATES: dict[str, Any] = {
    ASKED: _l("Waits for confirmation"),
    CONFIRMED: _l("Confirmed"),
    REFUSED: _l("Refused"),
    WITHDRAWN: _l("Taken back"),
}
#: The tone of a state's badge.
TONES = {ASKED: "wait", CONFIRMED: "good", REFUSED: "off", WITHDRAWN: "off"}
MOST_HOURS = Decimal(999)
_LONGEST_TEXT = 120
_FIRST_YEAR = 2010
_IGNORED = re.compile(r"[\s“”\"《》（）()·,，。、-]")


@dataclass(frozen=True, slots=True)
class Entry:
    """What one training elsewhere was. `hours` are credit hours (学时).

    Without `starts_on` only the counting year is known, as in older lists.
    """

    level: str
    title: str
    organiser: str
    hours: Decimal
    counting_year: int
    starts_on: date | None = None
    ends_on: date | None = None

    @property
    def key(self) -> str:
        """The same for two entries of one person that mean the same training; 64 hex digits."""
        plain = [_IGNORED.sub("", text.lower()) for text in (self.title, self.organiser)]
        said = "|".join([str(self.counting_year), *plain, self.starts_on.isoformat() if self.starts_on else ""])
        return hashlib.sha256(said.encode()).hexdigest()


def checked(entry: Entry, today: date) -> Entry:
    """The entry, tidied. Raises Invalid with a sentence for every field that cannot stand.

    `today`: nobody has been to a training of tomorrow.
    """
    title, organiser = entry.title.strip(), entry.organiser.strip()
    ends_on = entry.ends_on or entry.starts_on
    faults: dict[str, Any] = {}
    if entry.level not in LEVELS:
        faults["level"] = _l("Please choose the level.")
    for name, text in (("title", title), ("organiser", organiser)):
        if not text:
            faults[name] = _l("Please fill this in.")
        elif len(text) > _LONGEST_TEXT:
            faults[name] = _l("Please keep it under %(count)s characters.", count=_LONGEST_TEXT)
    hours = entry.hours
    if not hours.is_finite() or not 0 < hours <= MOST_HOURS or hours != hours.quantize(Decimal("0.1")):
        faults["hours"] = _l("Credit hours are a number above 0, with one decimal at most.")
    if not _FIRST_YEAR <= entry.counting_year <= today.year + 1:
        faults["counting_year"] = _l("Please type a year such as %(year)s.", year=today.year)
    if entry.starts_on is None:
        if entry.ends_on is not None:
            faults["starts_on"] = _l("Please give the first day too.")
    elif ends_on is not None and ends_on < entry.starts_on:
        faults["ends_on"] = _l("The last day lies before the first.")
    elif ends_on is not None and ends_on > today:
        faults["ends_on"] = _l("This training is not over yet. Enter it afterwards.")
    elif "counting_year" not in faults and abs(entry.counting_year - entry.starts_on.year) > 1:
        faults["counting_year"] = _l("The counting year does not fit the day.")
    if faults:
        raise Invalid("entry_invalid", next(iter(faults.values())), faults)
    return Entry(entry.level, title, organiser, hours, entry.counting_year, entry.starts_on, ends_on)
