"""A roster as it arrives: the bytes of an uploaded table become sheets of cell texts.

Nothing here knows the database. What the cells mean is decided in `rosterrules`.
"""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from training_app.core.errors import Invalid

from .sheetreader import MAX_COLUMNS, MAX_ROWS, cell_text, read_apart

#: The largest upload, in bytes.
MAX_BYTES = 8 * 1024 * 1024
#: What an .xlsx or .ods may unpack to, in bytes; a roster of 5,000 rows needs less than 10 MB.
MAX_UNPACKED = 60 * 1024 * 1024

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a file: `rows[r][c]` is the text of a cell, every row equally long."""

    name: str
    rows: tuple[tuple[str, ...], ...]


def read(data: bytes, filename: str, *, as_written: bool = False) -> list[Sheet]:
    """The visible, filled sheets of an uploaded .xlsx, .xls, .ods or .csv file.

    The kind is taken from the content; `filename` only tells a text table from other text;
    `as_written` leaves the signs and lines of prose alone. Raises
    Invalid with the code `empty_file`, `file_too_large`, `file_unpacks_too_large`, `wrong_file_kind`,
    `file_locked`, `file_unreadable`, `wrong_encoding`, `too_many_rows` or `too_many_columns`.
    """
    if not data.strip():
        raise Invalid("empty_file", _("The file is empty. Choose the file with the roster."))
    if len(data) > MAX_BYTES:
        raise Invalid("file_too_large", _("The file is larger than 8 MB. Remove pictures or split it, then try again."))
    if data.startswith(_ZIP):
        _refuse_bomb(data)
        sheets = _workbook(data, as_written)
    elif data.startswith(_OLE):
        sheets = _workbook(data, as_written)
    elif filename.lower().endswith((".csv", ".txt", ".tsv")) and b"\x00" not in data.removeprefix(b"\xff\xfe"):
        sheets = [_text_table(data, as_written)]
    else:
        raise _wrong_kind()
    sheets = [sheet for sheet in sheets if sheet.rows]
    if not sheets:
        raise Invalid("empty_file", _("The file is empty. Choose the file with the roster."))
    return sheets


def _wrong_kind() -> Invalid:
    return Invalid(
        "wrong_file_kind",
        _("This is not a table. Choose an Excel file (.xlsx, .xls), an .ods file or a .csv file."),
    )


def _refuse_bomb(data: bytes) -> None:
    # The sizes in the directory can lie, so the members are unpacked and counted, 64 kB at a time.
    left = MAX_UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.infolist():
                if member.flag_bits & 0x1:
                    raise _locked()
                with archive.open(member) as part:
                    while chunk := part.read(65536):
                        left -= len(chunk)
                        if left < 0:
                            raise Invalid(
                                "file_unpacks_too_large",
                                _("The file unpacks to far more than a roster holds. Save the table as a new file."),
                            )
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError, ValueError, zlib.error):
        raise _unreadable() from None


def _locked() -> Invalid:
    return Invalid("file_locked", _("The file has a password. Remove the password in Excel, save it and try again."))


def _unreadable() -> Invalid:
    return Invalid(
        "file_unreadable", _("The file is damaged or not a table. Open it in Excel, save it as .xlsx and try again.")
    )


def _workbook(data: bytes, as_written: bool) -> list[Sheet]:
    found = read_apart(data, as_written=as_written)
    if "problem" in found:
        raise _problem(found["problem"])
    return [Sheet(sheet["name"], _tidy(sheet["rows"], sheet["merged"])) for sheet in found["sheets"]]


def _problem(code: str) -> Invalid:
    if code == "file_locked":
        return _locked()
    if code == "too_many_rows":
        return Invalid(code, _("The table has more than 5,000 rows. Split it into several files."))
    if code == "too_many_columns":
        return Invalid(code, _("The table has more than 100 columns. Keep only those that are needed."))
    return _unreadable()


def _text_table(data: bytes, as_written: bool) -> Sheet:
    text = _decode(data)
    lines = text.splitlines()
    _refuse_size(len(lines), 0)
    first = "\n".join(lines[:20])
    delimiter = max(",\t;", key=first.count)
    try:
        rows = csv.reader(io.StringIO(text), delimiter=delimiter)
        grid = [[cell_text(value, as_written=as_written) for value in row] for row in rows]
    except csv.Error:
        raise _unreadable() from None
    _refuse_size(len(grid), max((len(row) for row in grid), default=0))
    return Sheet("CSV", _tidy(grid, ()))


def _decode(data: bytes) -> str:
    # Excel in China writes GBK; GB18030 contains it. UTF-8 is tried first because it refuses other text.
    encodings = ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid("wrong_encoding", _("The characters of this file cannot be read. Save it as .xlsx and try again."))


def _refuse_size(rows: int, columns: int) -> None:
    if rows > MAX_ROWS:
        raise _problem("too_many_rows")
    if columns > MAX_COLUMNS:
        raise _problem("too_many_columns")


def _tidy(
    grid: list[list[str]], merged: Sequence[tuple[tuple[int, int], tuple[int, int]]]
) -> tuple[tuple[str, ...], ...]:
    width = max((len(row) for row in grid), default=0)
    rows = [row + [""] * (width - len(row)) for row in grid]
    for (top, left), (bottom, right) in merged:
        # Downwards only: a subdistrict stands for all of its rows, while a title across stays one cell.
        if top < len(rows) and left < width and left == right:
            for r in range(top, min(bottom, len(rows) - 1) + 1):
                rows[r][left] = rows[top][left]
    while rows and not any(rows[-1]):
        rows.pop()
    return tuple(tuple(row) for row in rows)
