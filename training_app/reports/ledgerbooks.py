"""A ledger as a workbook that prints like the bureau's own, or as CSV."""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO, StringIO
from math import ceil
from typing import Any

from training_app.core.spreadsheets import escaped

from .ledgerrules import Cell, Heading

#: Excel's limit of a sheet's name and of a text.
_NAME, _LONGEST = 31, 32_767
_FONT = "宋体"
#: The height of a line of text in points, and the rows above the table's.
_LINE, _HEAD = 13.5, 3
#: Rows that are given to the archive together.
_TOGETHER = 200
#: How a kind of cell is formatted; columns name these kinds.
_STYLES = {
    "text": "",
    "short": "",
    "number": "0",
    "whole": "0",
    "hours": "0.0",
    "rate": "0.0%",
    "date": "yyyy-mm-dd",
}
#: Day 0 of a workbook: day 60 is a 29 February 1900 that never was.
_EPOCH = date(1899, 12, 30)
#: What XML or Excel would not take as it is; of it what may not stand in XML at all.
_ODD = re.compile(r"[&<>\x00-\x1f\ufffe\uffff]|_x|^\s|\s$|.{32767}")
_REFUSED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True)
class Page:
    """A sheet on its way out; `rows` is read once, their first cell is the number unless one stands there."""

    name: str
    title: str
    scope: str
    columns: Sequence[Heading]
    rows: Iterable[Sequence[Cell]]


def xlsx(pages: Iterable[Page]) -> bytes:
    """The sheets as one workbook: typed cells, title, headings that stay and repeat, A4 landscape on one page's width.

    XlsxWriter makes the frame, with one row that shows the styles; the rows are written into it as they come, straight
    as ECMA-376 has them, so that the memory stays the same for any number of them and 20,000 take a second, not ten.
    """
    every = list(pages)
    out = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(_frame(every))) as frame,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as book,
    ):
        sheets = {f"xl/worksheets/sheet{number}.xml": page for number, page in enumerate(every, 1)}
        for name in frame.namelist():
            about = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            about.compress_type = zipfile.ZIP_DEFLATED
            with book.open(about, "w") as entry:
                if name in sheets:
                    _splice(entry, frame.read(name).decode(), sheets[name])
                else:
                    entry.write(frame.read(name))
    return out.getvalue()


def _frame(pages: Sequence[Page]) -> bytes:
    """The workbook with everything but its rows; in the fourth row of each sheet a cell for each of `_STYLES`."""
    import xlsxwriter  # loaded only in a process that writes a workbook

    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    line = {"font_name": _FONT, "font_size": 10, "border": 1, "valign": "vcenter", "text_wrap": True}
    middle = line | {"align": "center"}
    title = book.add_format({"font_name": _FONT, "bold": True, "font_size": 18, "align": "center", "valign": "vcenter"})
    scope = book.add_format({"font_name": _FONT, "font_size": 10, "align": "left", "valign": "vcenter"})
    heading = book.add_format(middle | {"bold": True})
    styles = [book.add_format((line | {"align": "left"}) if name == "text" else middle) for name in _STYLES]
    for style, number_format in zip(styles, _STYLES.values(), strict=True):
        if number_format:
            style.set_num_format(number_format)
    names: set[str] = set()
    for page in pages:
        sheet, last = book.add_worksheet(_free(page.name, names)), len(page.columns) - 1
        for at, column in enumerate(page.columns):
            sheet.set_column(at, at, column.width)
        sheet.freeze_panes(_HEAD, 2)
        sheet.repeat_rows(0, _HEAD - 1)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.center_horizontally()
        sheet.set_footer("&C第 &P 页，共 &N 页")
        sheet.set_row(0, 32)
        sheet.merge_range(0, 0, 0, last, page.title, title)
        sheet.set_row(1, 20)
        sheet.merge_range(1, 0, 1, last, page.scope, scope)
        sheet.set_row(2, 32)
        for at, column in enumerate(page.columns):
            sheet.write_string(2, at, column.words, heading)
        for at, style in enumerate(styles):
            sheet.write_blank(_HEAD, at, None, style)
    book.close()
    return out.getvalue()


def _free(wanted: str, taken: set[str]) -> str:
    """A sheet's name that no other has: two districts of a province may share one."""
    base = "".join(" " if c in "[]:*?/\\'" else c for c in wanted).strip()[:_NAME] or "1"
    name, number = base, 2
    while name.casefold() in taken:
        name, number = f"{base[: _NAME - 4]} {number}", number + 1
    taken.add(name.casefold())
    return name


def _splice(entry: Any, frame: str, page: Page) -> None:
    """Write a sheet with its rows in the place of the one that shows the styles."""
    # How far the sheet reaches is not known yet, and need not be said.
    frame = re.sub(r"<dimension [^>]*/>", "", frame, count=1)
    head, shown, foot = re.split(rf'(<row r="{_HEAD + 1}".*?</row>)', frame, maxsplit=1, flags=re.DOTALL)
    ids = re.findall(r'<c [^>]*s="(\d+)"', shown)
    styles = dict(zip(_STYLES, ids, strict=True))
    entry.write(head.encode())
    letters = [chr(ord("A") + at) for at in range(len(page.columns))]
    kinds = [column.kind for column in page.columns]
    rooms = [max(column.width - 1, 2) for column in page.columns]
    waiting: list[str] = []
    for number, row in enumerate(page.rows, _HEAD + 1):
        cells, lines = [], 1
        for at, cell in enumerate(row):
            if at == 0 and cell is None:
                cell = number - _HEAD
            kind, place = kinds[at], f"{letters[at]}{number}"
            if cell is None or cell == "":
                cells.append(f'<c r="{place}" s="{styles[kind]}"/>')
            elif isinstance(cell, str):
                style = styles["text" if kind == "text" else "short"]
                cells.append(f'<c r="{place}" s="{style}" t="inlineStr"><is>{_inline(cell)}</is></c>')
                if len(cell) * 2 > rooms[at]:
                    lines = max(lines, _lines(cell, rooms[at]))
            elif isinstance(cell, date):
                cells.append(f'<c r="{place}" s="{styles["date"]}"><v>{(cell - _EPOCH).days}</v></c>')
            else:
                value = float(cell)
                whole = value.is_integer() and kind != "rate"
                # A format with room for a tenth would show "4." of a whole number.
                style = styles["whole" if whole else kind]
                cells.append(f'<c r="{place}" s="{style}"><v>{int(value) if whole else repr(value)}</v></c>')
        # Not every program fits a row to its wrapped text by itself.
        tall = _LINE * lines + 5
        waiting.append(f'<row r="{number}" ht="{tall:g}" customHeight="1">{"".join(cells)}</row>')
        if len(waiting) == _TOGETHER:
            entry.write("".join(waiting).encode("utf-8", "replace"))
            waiting.clear()
    entry.write("".join([*waiting, foot]).encode("utf-8", "replace"))


def _lines(text: str, room: float) -> int:
    """How many lines a text takes in a column."""
    return ceil(sum(1 if character.isascii() else 2 for character in text) / room)


def _inline(text: str) -> str:
    if _ODD.search(text) is None:
        return f"<t>{text}</t>"
    plain = _REFUSED.sub("", text[:_LONGEST]).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # Excel reads _x0041_ as a character unless its underscore is written so.
    plain = re.sub(r"_(x[0-9A-Fa-f]{4}_)", r"_x005F_\1", plain)
    return f'<t xml:space="preserve">{plain}</t>'


def csv_text(columns: Sequence[Heading], rows: Iterable[Sequence[Cell]]) -> bytes:
    """The rows as CSV in UTF-8 with a byte order mark, without which Excel reads Chinese wrongly."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([column.words for column in columns])
    kinds = [column.kind for column in columns]
    for number, row in enumerate(rows, 1):
        cells = [number if at == 0 and cell is None else cell for at, cell in enumerate(row)]
        writer.writerow([said(cell, kind) for cell, kind in zip(cells, kinds, strict=True)])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


def said(cell: Cell, kind: str, *, safe: bool = True) -> str:
    """A cell as text; `safe`: what a spreadsheet would take for a formula gets an apostrophe before it."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return escaped(cell) if safe else cell
    if isinstance(cell, date):
        return cell.isoformat()
    if kind == "rate":
        return f"{float(cell):.1%}"
    return f"{float(cell):.1f}".removesuffix(".0") if not isinstance(cell, int) else str(cell)
