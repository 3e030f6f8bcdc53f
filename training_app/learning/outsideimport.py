"""Past training from a file: every row is read before one is written, and an open question stops all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from training_app.core import audit, clock, files
from training_app.core.db import transaction
from training_app.core.errors import Invalid
from training_app.registration import rosterfile
from training_app.registration.rostercolumns import Field, clean_phone, without_columns, without_id_numbers
from training_app.registration.rosterpeople import known
from training_app.registration.rosterrules import Choice, name_of

from . import outside, outsidecolumns
from .outsidecolumns import Column, Headings
from .outsidematching import Book
from .outsiderules import ASKED, Entry, checked

#: What becomes of a row. `same`: recorded already, a refused one too; `waits`: recorded, and the list confirms it.
NEW, WAITS, SAME, QUESTION, BAD, SKIPPED = "new", "waits", "same", "question", "bad", "skipped"


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds where a row says nothing: the whole file is often one training."""

    year: int | None = None
    level: str = ""
    title: str = ""
    organiser: str = ""
    hours: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the list: its number in the sheet from 1, and what becomes of it."""

    number: int
    outcome: str
    name: str
    place: str = ""
    entry: Entry | None = None
    person_id: int | None = None
    division_code: str | None = None
    sentence: Any = ""
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class Preview:
    """What a file amounts to. `digest`: under which it is kept until it is confirmed."""

    rows: tuple[Row, ...]
    dropped_ids: bool
    digest: str = ""

    @property
    def counts(self) -> Counter[str]:
        """Rows by what becomes of them."""
        return Counter(row.outcome for row in self.rows)

    @property
    def ready(self) -> bool:
        """Whether nothing stands in the way, and something is there to enter."""
        counts = self.counts
        return not counts[QUESTION] and not counts[BAD] and bool(counts[NEW] + counts[WAITS])


def read(
    data: bytes,
    filename: str,
    areas: Sequence[str],
    defaults: Defaults,
    *,
    confirms: bool,
    answers: Mapping[int, str] | None = None,
    now: datetime,
) -> Preview:
    """Read a list (.xlsx, .xls, .ods, .csv) of people of these areas, in a fixed number of statements.

    `answers` maps a row's number to the choice that was made. Raises Invalid for a file that cannot be read or has
    no headings.
    """
    sheet = rosterfile.read(data, filename)[0]
    found = outsidecolumns.headings(sheet.rows)
    rows = without_columns(sheet.rows, found.dropped)
    filled = [
        (number, row) for number, row in enumerate(rows[found.row + 1 :], start=found.row + 2) if _name(row, found)
    ]
    phones = {number for _n, row in filled if (number := clean_phone(_cell(row, found.people.get(Field.PHONE))))}
    names = {_name(row, found) for _n, row in filled}
    book = Book(*known(names=names, phones=phones, area=areas, by_community=True))
    given, today = answers or {}, clock.local_date(now)
    decided = [_row(number, row, found, defaults, book, given.get(number, ""), today) for number, row in filled]
    return Preview(tuple(_compared(decided, confirms)), bool(found.dropped))


def _cell(row: Sequence[str], index: int | None) -> str:
    return without_id_numbers(row[index].strip()) if index is not None and index < len(row) else ""


def _name(row: Sequence[str], found: Headings) -> str:
    return name_of(_cell(row, found.people.get(Field.NAME)))


def _row(
    number: int, row: Sequence[str], found: Headings, defaults: Defaults, book: Book, answer: str, today: date
) -> Row:
    name = _name(row, found)
    community, subdistrict, phone = (
        _cell(row, found.people.get(field)) for field in (Field.COMMUNITY, Field.SUBDISTRICT, Field.PHONE)
    )
    made = Row(number, BAD, name, " ".join(part for part in (subdistrict, community) if part))
    person, question, choices = book.find(name, phone, community, subdistrict, answer)
    if person is None and not question:
        return replace(made, outcome=SKIPPED)
    try:
        entry = checked(_entry(row, found.training, defaults), today)
    except Invalid as fault:
        return replace(made, sentence=fault.sentence)
    if person is None:
        return replace(made, outcome=QUESTION, entry=entry, sentence=question, choices=choices)
    code = person.divisions[0] if person.divisions else None
    return replace(made, outcome=NEW, entry=entry, person_id=person.id, division_code=code)


def _entry(row: Sequence[str], columns: Mapping[Column, int], defaults: Defaults) -> Entry:
    said = {column: _cell(row, columns.get(column)) for column in Column}
    year = outsidecolumns.read_days(said[Column.YEAR], None)[0] or defaults.year
    year, first, last = outsidecolumns.read_days(said[Column.STARTS], year)
    if said[Column.ENDS]:
        _year, last, _last = outsidecolumns.read_days(said[Column.ENDS], first.year if first else year)
    hours = outsidecolumns.read_hours(said[Column.HOURS])
    hours = hours if hours is not None else defaults.hours
    level = outsidecolumns.read_level(said[Column.LEVEL]) or defaults.level
    title, organiser = said[Column.TITLE] or defaults.title, said[Column.ORGANISER] or defaults.organiser
    for missing, sentence in (
        (year is None, _("The year is missing. Add it in the file, or below for the whole file.")),
        (not level, _("The level is missing. Add it in the file, or below for the whole file.")),
        (hours is None, _("The credit hours are missing. Add them in the file, or below for the whole file.")),
        (not organiser, _("Who held it is missing. Add it in the file, or below for the whole file.")),
        (not title, _("The name of the training is missing. Add it in the file, or below for the whole file.")),
    ):
        if missing:
            raise Invalid("missing", sentence)
    return Entry(level, title, organiser, hours or Decimal(0), year or 0, first, last)


def _compared(rows: Sequence[Row], confirms: bool) -> list[Row]:
    """The rows beside what is recorded already, and beside the rows above them."""
    there = outside.keys_of({row.person_id for row in rows if row.person_id is not None})
    seen: set[tuple[int, str]] = set()
    found = []
    for row in rows:
        if row.outcome == NEW and row.entry is not None and row.person_id is not None:
            key = (row.person_id, row.entry.key)
            if key in seen:
                row = replace(row, outcome=SAME)
            elif key in there:
                row = replace(row, outcome=WAITS if confirms and there[key][1] == ASKED else SAME)
            seen.add(key)
        found.append(row)
    return found


def keep(data: bytes, filename: str, *, now: datetime) -> str:
    """Keep an uploaded file until its preview is confirmed; gives its digest."""
    digest = files.write(data)
    with transaction():
        files.remember(digest, media_type="application/octet-stream", size=len(data), name=filename, now=now)
    return digest


def enter(preview: Preview, digest: str, *, confirms: bool, actor_id: int, now: datetime) -> tuple[int, int]:
    """Enter a list on which nothing is open, all rows or none; gives how many are new and how many were confirmed.

    The kept file is forgotten then: what it says stands in the records, and it may hold more than that. Harmless
    to repeat. Raises Invalid "open" while a row is bad or a question open.
    """
    if preview.counts[QUESTION] or preview.counts[BAD]:
        raise Invalid("open", _("Some rows need an answer first. Nothing was saved."))
    rows = [
        (row.person_id, row.entry, row.division_code)
        for row in preview.rows
        if row.outcome in (NEW, WAITS) and row.person_id is not None and row.entry is not None
    ]
    with transaction():
        entered, confirmed = outside.enter_many(rows, confirmed=confirms, actor_id=actor_id, now=now)
        audit.record(
            audit.Action.OUTSIDE_IMPORTED,
            ("outside_training", None),
            actor_id=actor_id,
            now=now,
            after={"rows": len(preview.rows), "entered": entered, "confirmed": confirmed},
        )
        files.forget_unless_used(digest)
    return entered, confirmed
