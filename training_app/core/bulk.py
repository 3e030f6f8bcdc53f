"""Very many rows at once, within the open transaction: COPY on PostgreSQL, one prepared statement on SQLite.

Nothing is checked but what the database checks, and no signal is sent: for the register of divisions and the demo.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import ARRAY, JSON, ColumnElement, Date, Table, bindparam, func, select, text
from sqlalchemy.dialects import sqlite

from .db import UtcDateTime, is_sqlite, session_connection

#: Rows that are turned over together; keeps memory flat.
CHUNK = 20_000
_KNOWN_MOMENTS = 20_000
_SQLITE = sqlite.dialect()


class _Moments(dict[datetime, str]):
    """Instants as the database takes them. The same ones come again and again, and writing one out is dear."""

    def __init__(self, zone: str) -> None:
        super().__init__()
        self._zone = zone

    def __missing__(self, moment: datetime) -> str:
        if len(self) >= _KNOWN_MOMENTS:
            self.clear()
        plain = UtcDateTime().process_bind_param(moment, _SQLITE)
        assert plain is not None
        made = self[moment] = plain.isoformat(" ", "microseconds") + self._zone
        return made


def _as_json(value: Any) -> str:
    # Where the same value stands in many rows, its maker writes it out once.
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


class Loader:
    """Appends rows of one table. `columns` must name every column that may not be null.

    Rows are tuples of plain values in the order of `columns`: str, int, bool, None, date, aware datetime, Decimal,
    and for JSON a dict or list, or the text of one.
    """

    def __init__(self, model: Any, columns: Sequence[str]) -> None:
        self.table: Table = model.__table__
        self.columns = tuple(columns)
        self.count = 0
        self._sqlite = is_sqlite()
        self._write = {place: call for place, name in enumerate(columns) if (call := self._writer(name))}
        named = ", ".join(columns)
        self._statement = (
            f"INSERT INTO {self.table.name} ({named}) VALUES ({', '.join('?' * len(columns))})"
            if self._sqlite
            else f"COPY {self.table.name} ({named}) FROM STDIN"
        )

    def _writer(self, name: str) -> Callable[[Any], Any] | None:
        """How a column's values are written where the driver does not do so itself, or does so slowly."""
        kind = self.table.c[name].type
        if isinstance(kind, UtcDateTime):
            return _Moments("" if self._sqlite else "+00").__getitem__
        if isinstance(kind, Date):
            return lambda day: day.isoformat()
        if isinstance(kind, JSON):
            return _as_json
        if self._sqlite:
            return kind.dialect_impl(_SQLITE).bind_processor(_SQLITE)
        return None

    def append(self, rows: Iterable[Sequence[Any]]) -> None:
        """Write rows. Raises IntegrityError of the driver when a key is taken or missing."""
        raw: Any = session_connection().connection.driver_connection
        waiting = iter(rows)
        while batch := list(islice(waiting, CHUNK)):
            lines = self._written(batch)
            if self._sqlite:
                raw.executemany(self._statement, lines)
            else:
                with raw.cursor() as cursor, cursor.copy(self._statement) as copy:
                    for line in lines:
                        copy.write_row(line)
            self.count += len(batch)

    def _written(self, batch: Sequence[Sequence[Any]]) -> Iterable[Sequence[Any]]:
        if not self._write:
            return batch
        columns: list[Any] = list(zip(*batch, strict=True))
        for place, call in self._write.items():
            columns[place] = [None if value is None else call(value) for value in columns[place]]
        return zip(*columns, strict=True)

    @property
    def has_id(self) -> bool:
        """Whether rows are written with an id that the table would else count by itself."""
        key = self.table.autoincrement_column
        return key is not None and key.name == "id" and "id" in self.columns

    def next_id(self) -> int:
        """The id that follows on the highest of the table."""
        highest = session_connection().scalar(select(func.max(self.table.c.id)))
        return (highest or 0) + 1

    def close(self) -> None:
        """Let the table count on after the ids that were written."""
        if self._sqlite or not self.has_id or not self.count:
            return
        sequence = func.pg_get_serial_sequence(self.table.name, "id")
        session_connection().execute(select(func.setval(sequence, self.next_id() - 1)))


@contextmanager
def keys_checked_at_the_end(models: Iterable[Any]) -> Iterator[None]:
    """On PostgreSQL, check what these tables' foreign keys say once, when the block ends, and not row by row.

    A million rows are checked in a second or two then, not in a minute. The tables are locked for everyone until the
    open transaction ends. Raises IntegrityError of the driver when a key is missing; a rollback brings back the rest.
    """
    connection = session_connection()
    found = []
    if not is_sqlite():
        named = [model.__table__.name for model in models]
        keys = text(
            "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'f' AND conrelid::regclass::text = ANY(:named) ORDER BY 1, 2"
        )
        found = [tuple(row) for row in connection.execute(keys, {"named": named})]
    for table, name, _what in found:
        connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    yield
    for table, name, what in found:
        connection.exec_driver_sql(f"ALTER TABLE {table} ADD CONSTRAINT {name} {what}")


def keep_in_memory(megabytes: int) -> None:
    """Let SQLite hold so much of the file while it is filled. The next connection has the usual again."""
    if is_sqlite():
        session_connection().execute(text(f"PRAGMA cache_size = {-1024 * megabytes}"))


def among(column: Any, values: Collection[str] | Collection[int]) -> ColumnElement[bool]:
    """The condition that a text or number column is one of very many values, in one parameter."""
    many = list(values)
    if is_sqlite():
        return column.in_(select(func.json_each(json.dumps(many)).table_valued("value").c.value))  # type: ignore[no-any-return]
    return column == func.any(bindparam(None, many, type_=ARRAY(column.type)))  # type: ignore[no-any-return]
