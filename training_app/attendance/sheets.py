"""The matrix and an event's attendance as tables for the bureau: Chinese headings, typed cells.

Only who asks with the right jurisdiction is in them, as on the pages; each export is put on record.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l

from training_app.core import audit, clock, spreadsheets
from training_app.core.db import db, transaction
from training_app.core.spreadsheets import Cell, Column, Sheet
from training_app.schedule.models import Event
from training_app.schedule.words import LABELS

from . import history, matrix, rolls, words
from .rolls import Entry, Roll

KINDS = {"xlsx": spreadsheets.XLSX_TYPE, "csv": spreadsheets.CSV_TYPE}
#: The bureau's papers are Chinese whatever language the page was in.
LANGUAGE = "zh_Hans"


@dataclass(frozen=True)
class Export:
    """A file on its way out: its bytes, name and media type."""

    data: bytes
    name: str
    media_type: str


def _entries(roll: Roll, now: datetime) -> list[Entry]:
    return [rolls.entry(row) for row in db.session.execute(rolls.entries(roll, now))]


def _made(
    sheets: Sequence[Sheet],
    kind: str,
    name: str,
    subject: tuple[str, int],
    roll: Roll,
    rows: int,
    *,
    actor_id: int | None,
    now: datetime,
) -> Export:
    data = spreadsheets.xlsx(sheets) if kind == "xlsx" else spreadsheets.csv_text(sheets[0])
    with transaction():
        audit.record(
            audit.Action.EXPORT_MADE,
            subject,
            actor_id=actor_id,
            now=now,
            after={
                "file": name,
                "rows": rows,
                "jurisdictions": list(roll.codes),
                "subdistrict": roll.subdistrict,
                "status": roll.status,
            },
        )
    return Export(data, name, KINDS[kind])


def column_name(column: matrix.Column) -> str:
    """第1期 03-15 上午."""
    what = _l("Session %(number)s", number=column.number) if column.kind == "session" else _l("Salon")
    day = clock.local_date(column.starts_at).strftime("%m-%d") if column.event_id else ""
    parts = [str(what) if column.kind == "session" else f"{what} {column.number}", day]
    return " ".join(part for part in [*parts, str(LABELS[column.label]) if column.label else ""] if part)


def of_matrix(
    events: list[Event],
    roll: Roll,
    *,
    title: str,
    subject: tuple[str, int],
    kind: str,
    actor_id: int | None,
    now: datetime,
) -> Export:
    """People × slots as `kind` ("xlsx" or "csv"); a workbook has the sessions' figures on a second sheet."""
    with force_locale(LANGUAGE):
        columns = matrix.columns(events)
        who = _entries(roll, now)
        lines = matrix.lines(who, columns, rolls.rolled(roll), now)
        heading = [
            Column(str(_l("No.")), 6),
            Column(str(_l("Subdistrict or township")), 18),
            Column(str(_l("Village or community")), 22),
            Column(str(_l("Name")), 12),
            Column(str(_l("As")), 10),
            *[Column(column_name(column), 16) for column in columns],
            Column(str(_l("Sessions attended")), 10),
        ]
        people = Sheet(str(_l("Attendance")), heading, _matrix_rows(lines))
        sums = matrix.sums(columns, rolls.figures(roll.slot_ids, roll.codes))
        sessions = Sheet(str(_l("Slots")), _session_heading(), _session_rows(columns, sums))
        name = spreadsheets.file_name(title, str(_l("Attendance")), clock.local_date(now), extension=kind)
        return _made([people, sessions], kind, name, subject, roll, len(who), actor_id=actor_id, now=now)


def mark_words() -> dict[str, str]:
    """The word for each kind of mark by `Cell.key`, in the language of the moment; what is no mark has none."""
    made = {status: str(word) for status, word in words.STATUSES.items()}
    return made | {f"{status}+": f"{word}（{words.FILTERS['left_early']}）" for status, word in made.items()}


def _spoken(values: dict[str, Any]) -> dict[str, str]:
    """Words looked up once for a whole file, not once a row."""
    return {key: str(word) for key, word in values.items()}


def _who(number: int, one: Entry, whom: str, stand_in_for: str | None) -> list[Cell]:
    return [number, one.subdistrict, one.community, one.name, f"{whom}（{stand_in_for}）" if stand_in_for else whom]


def _matrix_rows(lines: Sequence[matrix.Line]) -> Iterator[list[Cell]]:
    marks, whom = mark_words(), _spoken(words.AS_WHOM)
    for number, line in enumerate(lines, 1):
        who = _who(number, line.who, whom[line.as_whom], line.stand_in_for)
        yield [*who, *[marks.get(cell.key, "") for cell in line.cells], line.done]


def _session_heading() -> list[Column]:
    names: list[tuple[Any, int]] = [
        (_l("Slot"), 20),
        (_l("Topic"), 30),
        (_l("Date"), 12),
        (_l("Expected"), 8),
        (_l("Came"), 8),
        (_l("Late"), 8),
        (_l("Excused"), 8),
        (_l("Absent"), 8),
        (_l("Walk-in"), 8),
        (_l("Guest"), 8),
        (_l("Staff"), 8),
        (_l("Beside these"), 12),
    ]
    return [Column(str(name), width) for name, width in names]


def _session_rows(columns: Sequence[matrix.Column], sums: Sequence[rolls.Figures]) -> Iterator[list[Cell]]:
    for column, total in zip(columns, sums, strict=True):
        day = clock.local_date(column.starts_at)
        numbers = [total.expected, total.here, total.late, total.excused, total.absent]
        beside = [total.walk_ins, total.guests, total.staff, total.beside]
        yield [column_name(column), column.title, day, *numbers, *beside]


def of_event(
    event: Event,
    roll: Roll,
    *,
    phones: Any,
    kind: str,
    actor_id: int | None,
    now: datetime,
) -> Export:
    """An event's attendance, a row for each person and slot. `phones(entry)` says whose number may be in it."""
    with force_locale(LANGUAGE):
        who = _entries(roll, now)
        found = rolls.rolled(roll)
        sources = history.first_sources(roll.slot_ids)
        names: list[tuple[Any, int]] = [
            (_l("No."), 6),
            (_l("Subdistrict or township"), 18),
            (_l("Village or community"), 22),
            (_l("Name"), 12),
            (_l("As"), 10),
            (_l("Phone"), 14),
            (_l("Date"), 12),
            (_l("Slot"), 10),
            (_l("Status"), 8),
            (_l("Left early"), 8),
            (_l("Arrived"), 18),
            (_l("Left"), 18),
            (_l("Checked in by"), 14),
        ]
        heading = [Column(str(name), width) for name, width in names]
        rows = list(_event_rows(event, who, found, sources, phones))
        what = _l("Session %(number)s", number=event.number) if event.kind == "session" else _l("Salon")
        first = clock.local_date(event.slots[0].starts_at) if event.slots else ""
        name = spreadsheets.file_name(what, event.title, first, str(_l("Attendance")), extension=kind)
        sheet = Sheet(str(_l("Attendance")), heading, rows)
        return _made([sheet], kind, name, ("event", event.id), roll, len(rows), actor_id=actor_id, now=now)


def _event_rows(
    event: Event, who: Sequence[Entry], found: rolls.Rolled, sources: dict[tuple[int, int], str], phones: Any
) -> Iterator[list[Cell]]:
    number = 0
    whom, statuses, by = _spoken(words.AS_WHOM), _spoken(words.STATUSES), _spoken(words.SOURCES)
    left_early = str(words.FILTERS["left_early"])
    slots = [(slot.id, clock.local_date(slot.starts_at), str(LABELS[slot.label])) for slot in event.slots]
    for one in who:
        seat = found.seats.get((one.person_id, event.id))
        for slot_id, day, label in slots:
            stand = found.stands.get((one.person_id, slot_id))
            if stand is None and seat is None:
                continue
            number += 1
            as_whom = seat.as_whom if seat else stand.as_whom if stand else "walk_in"
            source = sources.get((one.person_id, slot_id))
            yield [
                *_who(number, one, whom[as_whom], seat.stand_in_for if seat else None),
                (one.phone or "").removeprefix("+86") if phones(one) else "",
                day,
                label,
                statuses[stand.status] if stand else "",
                left_early if stand and stand.left_early else "",
                stand.arrived_at if stand else None,
                stand.left_at if stand else None,
                by.get(source, source) if source else "",
            ]
