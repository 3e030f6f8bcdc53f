"""Reads a workbook in a process of its own: run as a program, bytes in, JSON out.

A small hostile file can make the reading library ask for terabytes, and a refused allocation ends
the process. So the process that ends is this one, with limits of its own, never a web worker's. It
imports nothing of the application and starts in 50 ms.
"""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from datetime import date, datetime, time, timedelta
from typing import Any

#: The largest sheet, in rows (5,000 persons, and room for title and heading) and columns.
MAX_ROWS = 5_020
MAX_COLUMNS = 100
_LONGEST_CELL = 500
#: Of a cell that is read as it was written: a question with its options.
_LONGEST_TEXT = 4_000
#: The argument by which the program reads cells as they were written.
_AS_WRITTEN = "as-written"
_MEMORY = 1024 * 1024 * 1024
_CPU_S = 20

#: Full-width digits, letters and signs (U+FF01 … U+FF5E) and spaces of other widths.
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | dict.fromkeys((0x3000, 0xA0, 0x2002, 0x2003), 0x20)
_INVISIBLE = dict.fromkeys((0x200B, 0x200C, 0x200D, 0xFEFF, 0x202A, 0x202C, 0x202D))
_SPACES = re.compile(r"\s+")


def cell_text(value: Any, *, as_written: bool = False) -> str:
    """A cell as text: 13859700001.0 → 13859700001, full-width digits narrow, spaces and line breaks single.

    `as_written` leaves a text's own signs and lines: prose is no name.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e18 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    if as_written:
        return str(value)[:_LONGEST_TEXT].translate(_INVISIBLE).replace("\r\n", "\n").strip()
    text = str(value)[:_LONGEST_CELL].translate(_INVISIBLE).translate(_NARROW)
    return _SPACES.sub(" ", text).strip()


def read_apart(data: bytes, *, as_written: bool = False) -> dict[str, Any]:
    """What the child process found: {"sheets": [{"name", "rows", "merged"}]} or {"problem": code}.

    The codes are `file_locked`, `file_unreadable`, `too_many_rows` and `too_many_columns`.
    """
    try:
        program = [sys.executable, "-I", __file__, *([_AS_WRITTEN] if as_written else [])]
        done = subprocess.run(  # noqa: S603 - our own program
            program, input=data, capture_output=True, timeout=2 * _CPU_S, check=True
        )
        found: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError):
        return {"problem": "file_unreadable"}
    return found


def _read(data: bytes, as_written: bool) -> dict[str, Any]:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

    sheets = []
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            for about in book.sheets_metadata:
                if about.visible != SheetVisibleEnum.Visible:
                    continue
                sheet = book.get_sheet_by_name(about.name)
                if sheet.total_height > MAX_ROWS:
                    return {"problem": "too_many_rows"}
                if sheet.total_width > MAX_COLUMNS:
                    return {"problem": "too_many_columns"}
                rows = [
                    [cell_text(value, as_written=as_written) for value in row]
                    for row in sheet.to_python(skip_empty_area=False)
                ]
                sheets.append({"name": about.name, "rows": rows, "merged": (sheet.merged_cell_ranges or [])[:MAX_ROWS]})
    except PasswordError:
        return {"problem": "file_locked"}
    except (CalamineError, OSError, ValueError):
        return {"problem": "file_unreadable"}
    return {"sheets": sheets}


if __name__ == "__main__":
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S, _CPU_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    json.dump(_read(sys.stdin.buffer.read(), _AS_WRITTEN in sys.argv), sys.stdout)
