"""Core statements that a crowd sends: compiled once, then sent as they are.

SQLAlchemy finds a statement's text again by a key of all its parts and makes an execution context, a result and its
metadata around each sending: 0.1 ms of processor time, of which the database needs a fifth. Where a page is asked for
a thousand times in ten minutes that is most of what it costs. Types, errors and what listens to statements stay
SQLAlchemy's.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.exc import DBAPIError

Convert = Callable[[Any], Any] | None


def _ours(connection: Connection, text: str, fault: Exception) -> Exception:
    """The driver's fault as SQLAlchemy's."""
    error: Exception = DBAPIError.instance(
        text,
        None,
        fault,
        connection.dialect.loaded_dbapi.Error,
        hide_parameters=True,
        dialect=connection.dialect,
    )
    return error


def _cursor(connection: Connection) -> Any:
    if connection.dialect.name == "postgresql":
        # Takes the database's own $1, so that the driver has not to look for placeholders of its own in the text.
        return connection.dialect.loaded_dbapi.RawCursor(connection.connection.dbapi_connection)  # type: ignore[attr-defined]
    return connection.connection.cursor()


def _execute(connection: Connection, text: str, sent: Any) -> Any:
    """A cursor that has executed a statement, as it is; to be closed."""
    cursor: Any = _cursor(connection)
    if connection._has_events or connection.engine._has_events:
        connection.dispatch.before_cursor_execute(connection, cursor, text, sent, None, False)
    try:
        cursor.execute(text, sent)
    except connection.dialect.loaded_dbapi.Error as fault:
        cursor.close()
        raise _ours(connection, text, fault) from fault
    return cursor


def begin(connection: Connection, text: str) -> None:
    """Open a transaction on a connection in autocommit, by its own words."""
    _execute(connection, text, ()).close()


def commit(connection: Connection) -> None:
    """Commit what `begin` opened; nothing where nothing is open."""
    try:
        connection.connection.commit()
    except connection.dialect.loaded_dbapi.Error as fault:
        raise _ours(connection, "COMMIT", fault) from fault


def roll_back(connection: Connection) -> None:
    """Take back what `begin` opened; a connection that cannot even do that is given up."""
    try:
        connection.connection.rollback()
    except connection.dialect.loaded_dbapi.Error:
        connection.invalidate()


class _Compiled:
    """One statement in one dialect's words, with what turns values into the driver's and back."""

    def __init__(self, statement: Any, dialect: Dialect, names: Sequence[str]) -> None:
        words: Any = type(dialect)
        words = words(paramstyle="numeric_dollar") if dialect.name == "postgresql" else dialect
        compiled = statement.compile(dialect=words, column_keys=list(names) or None)
        if compiled.insert_prefetch or compiled.update_prefetch:
            raise ValueError("a prepared statement is given every value that it writes")
        self.text = str(compiled)
        self.positions: Sequence[str] | None = compiled.positiontup
        self._columns = [(key, type_) for key, _name, _objects, type_ in compiled._result_columns]
        self._dialect = dialect
        self._row: Any = namedtuple("Row", [key for key, _type in self._columns], rename=True)  # type: ignore[misc]
        self._into: list[tuple[str, Convert]] = [
            (name, bind.type._cached_bind_processor(dialect)) for name, bind in compiled.binds.items()
        ]
        self._back: list[tuple[int, Convert]] | None = None

    def values(self, given: Mapping[str, Any]) -> Any:
        """What is sent: by position or by name, as the driver wants it."""
        if len(given) != len(self._into):
            raise ValueError(f"prepared for {[name for name, _convert in self._into]}, given {list(given)}")
        made = {name: given[name] if convert is None else convert(given[name]) for name, convert in self._into}
        return made if self.positions is None else [made[name] for name in self.positions]

    def rows(self, cursor: Any) -> list[Any]:
        """What was found, by the names of the statement's columns."""
        if self._back is None:
            # Asked once: a driver makes an object of each column every time.
            pairs = zip(self._columns, cursor.description, strict=True)
            every = [type_._cached_result_processor(self._dialect, told[1]) for (_key, type_), told in pairs]
            self._back = [(at, convert) for at, convert in enumerate(every) if convert is not None]
        return [self._read(found, self._back) for found in cursor.fetchall()]

    def _read(self, found: Sequence[Any], back: list[tuple[int, Any]]) -> Any:
        row = list(found)
        for at, convert in back:
            row[at] = convert(row[at])
        return self._row._make(row)


class Prepared:
    """A statement whose values are all `bindparam`s, or the columns that it inserts.

    Give one for every database, or one for each by the dialect's name. Ask it with the connection of the session
    (`core.db.own_connection`), inside or outside a transaction like any other statement.
    """

    def __init__(self, *everywhere: Any, **by_dialect: Any) -> None:
        self._statements = by_dialect
        self._everywhere = everywhere[0] if everywhere else None
        self._compiled: dict[str, _Compiled] = {}

    def all(self, connection: Connection, given: Mapping[str, Any]) -> list[Any]:
        """The rows that the statement gives, as named tuples."""
        compiled = self._compiled.get(connection.dialect.name) or self._compile(connection.dialect, given)
        sent = compiled.values(given)
        cursor = _execute(connection, compiled.text, sent)
        try:
            return compiled.rows(cursor)
        finally:
            cursor.close()

    def first(self, connection: Connection, given: Mapping[str, Any]) -> Any:
        """The first row, or None."""
        rows = self.all(connection, given)
        return rows[0] if rows else None

    def _compile(self, dialect: Dialect, given: Mapping[str, Any]) -> _Compiled:
        statement = self._everywhere if self._everywhere is not None else self._statements[dialect.name]
        compiled = self._compiled[dialect.name] = _Compiled(statement, dialect, list(given))
        return compiled
