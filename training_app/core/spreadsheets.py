"""Spreadsheets out: rows of typed values become XLSX or CSV. What could run as a formula is text here.

    sheet = Sheet("考勤", (Column("姓名", 12), Column("日期")), ([p.name, p.day] for p in people))
    data = xlsx([sheet])   # or: data = csv_text(sheet)

Dates stay dates and numbers stay numbers; instants are shown on the programme's wall clock.
"""

from __future__ import annotations

import csv
import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

from . import clock

Cell = str | int | float | Decimal | bool | date | datetime | time | None

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV_TYPE = "text/csv; charset=utf-8"

#: A text that begins with one of these may run as a formula; the full-width ones do so in Chinese Excel.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
#: Excel refuses these in a sheet's name, and Windows most of them in a file's.
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\"<>|\x00-\x1f]+")
#: The longest text that a cell takes.
_LONGEST = 32_767


@dataclass(frozen=True)
class Column:
    """A column's heading, already translated, and its width in characters (a Chinese one counts two)."""

    heading: str
    width: int = 12


@dataclass(frozen=True)
class Sheet:
    """A table on its way out. `rows` is read once, so a generator over a long statement is welcome.

    `title` stands above the headings where it is given; CSV leaves it out.
    """

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]
    title: str = ""


def escaped(text: str) -> str:
    """A text for a CSV cell: what a spreadsheet would take for a formula gets an apostrophe before it."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def file_name(*parts: object, extension: str) -> str:
    """A file's name by its content: the parts that are not empty, joined by hyphens, safe on every system."""
    words = [_FORBIDDEN.sub(" ", str(part)).strip(" .") for part in parts if part not in (None, "")]
    # Long enough for people, short enough for a file system's 255 bytes.
    return f"{'-'.join(word for word in words if word)[:60]}.{extension}"


def csv_text(sheet: Sheet) -> bytes:
    """The sheet as CSV in UTF-8 with a byte order mark, without which Excel reads Chinese wrongly."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([escaped(column.heading) for column in sheet.columns])
    writer.writerows([_plain(cell) for cell in row] for row in sheet.rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return escaped(cell)
    if isinstance(cell, datetime):
        return clock.local(cell).strftime("%Y-%m-%d %H:%M")
    if isinstance(cell, time):
        return cell.strftime("%H:%M")
    if isinstance(cell, Decimal):
        return f"{cell.normalize():f}"
    return str(cell)


def xlsx(sheets: Sequence[Sheet]) -> bytes:
    """The sheets as one workbook: typed cells, headings frozen and repeated in print, A4 landscape.

    Rows go to disk as they come, so that the memory stays the same for any number of them.
    """
    import xlsxwriter  # loaded only in a process that writes a workbook

    out = BytesIO()
    with tempfile.TemporaryDirectory(prefix="fulei-xlsx-") as folder:
        book = xlsxwriter.Workbook(out, {"constant_memory": True, "tmpdir": folder})
        formats = {
            "title": book.add_format({"bold": True, "font_size": 14}),
            "heading": book.add_format({"bold": True, "bottom": 1, "bg_color": "#FBF7F1", "text_wrap": True}),
            "date": book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
            "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm", "align": "left"}),
            "time": book.add_format({"num_format": "hh:mm", "align": "left"}),
        }
        names: set[str] = set()
        for sheet in sheets:
            _fill(book.add_worksheet(_sheet_name(sheet.name, names)), sheet, formats)
        book.close()
    return out.getvalue()


def _sheet_name(wanted: str, taken: set[str]) -> str:
    base = _FORBIDDEN.sub(" ", wanted).strip(" '")[:31] or "1"
    name, number = base, 2
    while name.casefold() in taken:
        name, number = f"{base[:27]} {number}", number + 1
    taken.add(name.casefold())
    return name


def _fill(page: Any, sheet: Sheet, formats: dict[str, Any]) -> None:
    head = 1 if sheet.title else 0
    for at, column in enumerate(sheet.columns):
        page.set_column(at, at, column.width)
    page.freeze_panes(head + 1, 0)
    page.repeat_rows(head)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    if sheet.title:
        page.write_string(0, 0, sheet.title, formats["title"])
    for at, column in enumerate(sheet.columns):
        page.write_string(head, at, column.heading, formats["heading"])
    number = head
    for number, row in enumerate(sheet.rows, head + 1):
        for at, cell in enumerate(row):
            _write(page, number, at, cell, formats)
    if sheet.columns:
        page.autofilter(head, 0, max(number, head), len(sheet.columns) - 1)


def _write(page: Any, row: int, at: int, cell: Cell, formats: dict[str, Any]) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, str):
        page.write_string(row, at, cell[:_LONGEST])
    elif isinstance(cell, bool):
        page.write_boolean(row, at, cell)
    elif isinstance(cell, datetime):
        page.write_datetime(row, at, clock.local(cell).replace(tzinfo=None), formats["moment"])
    elif isinstance(cell, date):
        page.write_datetime(row, at, cell, formats["date"])
    elif isinstance(cell, time):
        page.write_datetime(row, at, cell, formats["time"])
    else:
        page.write_number(row, at, float(cell))
