"""The communities, and a programme's figures, as files for the bureau, in Chinese whatever language the page was in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l

from training_app.attendance.sheets import column_name, mark_words
from training_app.core import audit, clock, spreadsheets
from training_app.core.db import transaction
from training_app.core.spreadsheets import Cell, Column, Sheet
from training_app.divisions.models import Division

from . import words
from .rollups import Line, Rollup
from .service import Report


def communities(
    report: Report, above: dict[str, Division], *, actor_id: int | None, now: datetime
) -> tuple[bytes, str]:
    """The rows of a report as XLSX, with the file's name; put on record. `above` names subdistricts by code."""
    with force_locale("zh_Hans"):
        names: list[tuple[Any, int]] = [
            (_l("No."), 6),
            (_l("Subdistrict or township"), 18),
            (_l("Village or community"), 22),
            (_l("Present director"), 12),
            (_l("Phone"), 14),
            (_l("In post since"), 12),
            (_l("New"), 8),
        ]
        heading = [
            *[Column(str(name), width) for name, width in names],
            *[Column(column_name(column), 16) for column in report.columns],
            Column(str(_l("Sessions attended")), 10),
            Column(str(_l("State")), 14),
            Column(str(_l("Covered")), 8),
            Column(str(_l("Still missing")), 30),
        ]
        title = f"{report.division.name}-{report.programme.title}"
        name = spreadsheets.file_name(title, str(_l("Coverage")), clock.local_date(now), extension="xlsx")
        data = spreadsheets.xlsx([Sheet(str(_l("Communities")), heading, _rows(report, above))])
    with transaction():
        audit.record(
            audit.Action.EXPORT_MADE,
            ("programme", report.programme.id),
            actor_id=actor_id,
            now=now,
            after={"file": name, "rows": len(report.rows), "division": report.division.code},
        )
    return data, name


def _rows(report: Report, above: dict[str, Division]) -> Iterator[list[Cell]]:
    yes, no, marks = str(_l("Yes")), str(_l("No")), mark_words()
    for number, row in enumerate(sorted(report.rows, key=lambda row: row.post.division.code), 1):
        post, over = row.post, above.get(row.post.division.parent_code or "")
        yield [
            number,
            over.name if over else "",
            post.division.name,
            post.person.name if post.person else "",
            (post.person.phone or "").removeprefix("+86") if post.person else "",
            post.started_on,
            (yes if post.new else no) if post.person else "",
            *[marks.get(cell.key, "") for cell in row.cells],
            post.sessions_done,
            str(words.STATES[post.state]),
            yes if post.covered else no,
            post.note,
        ]


def rollup(
    report: Rollup, kind: str, *, codes: Sequence[str], area: str, actor_id: int | None, now: datetime
) -> tuple[bytes, str, str]:
    """A programme's, phase's or event's figures as `kind` ("xlsx" or "csv"), with name and type; put on record.

    `codes` are the divisions whose people were counted; `area` is the name of the one that was asked for.
    """
    head = report.head
    with force_locale("zh_Hans"):
        names: list[tuple[Any, int]] = [
            (_l("Step"), 12),
            (_l("Designation"), 36),
            (_l("Date"), 12),
            (_l("State"), 12),
            *((name, 10) for name in words.COUNTED.values()),
            (_l("Attendance rate"), 10),
        ]
        heading = [Column(str(name), width) for name, width in names]
        what = head.name if head.of is report.programme else f"{report.programme.title}-{head.name}"
        name = spreadsheets.file_name(area, what, str(_l("Attendance figures")), clock.local_date(now), extension=kind)
        rows = [_counted(line) for line in (head, *report.lines)]
        sheet = Sheet(str(_l("Attendance figures")), heading, rows)
        data = spreadsheets.xlsx([sheet]) if kind == "xlsx" else spreadsheets.csv_text(sheet)
    with transaction():
        audit.record(
            audit.Action.EXPORT_MADE,
            (head.kind, head.of.id),
            actor_id=actor_id,
            now=now,
            after={"file": name, "rows": len(rows), "jurisdictions": list(codes)},
        )
    return data, name, spreadsheets.XLSX_TYPE if kind == "xlsx" else spreadsheets.CSV_TYPE


def _counted(line: Line) -> list[Cell]:
    one = line.attended
    return [
        str(words.LEVELS[line.kind]),
        line.name,
        clock.local_date(line.starts_at) if line.starts_at else None,
        str(words.HOW_FAR[line.state]),
        *(getattr(one, name) for name in words.COUNTED),
        one.rate,
    ]
