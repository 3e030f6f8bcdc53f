"""The database: one session, one way to write.

Engines run in autocommit, so a read outside `transaction()` never leaves a deferred transaction
open behind it. `transaction()` opens the real one: BEGIN IMMEDIATE on SQLite, BEGIN on
PostgreSQL, where what is used up must be locked with `with_for_update()`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import Connection, DateTime, Engine, MetaData, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.orm import DeclarativeBase, ORMExecuteState, Session
from sqlalchemy.types import TypeDecorator

from . import turns
from .prepared import begin, commit, roll_back

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Model(DeclarativeBase):
    """The base of every record."""

    metadata = MetaData(naming_convention=NAMES)


class OneConnection(FlaskSession):
    """The session of a request, on one connection from its first statement to its end.

    Statements of a crowd, which are prepared and need no objects, are sent on it without the session's own beginning
    and ending: those cost more than such a statement.
    """

    _own: Connection | None = None

    @property
    def own(self) -> Connection:
        """The connection; for prepared statements, outside a transaction as well as inside."""
        if self._own is None:
            self._own = self._db.engine.connect()
        return self._own

    def get_bind(self, mapper: Any = None, clause: Any = None, bind: Any = None, **kwargs: Any) -> Any:
        return self.own if bind is None else bind

    def close(self) -> None:
        """Give back what it holds; a session in which no object was asked for has only its connection."""
        if self.in_transaction() or self.identity_map or self.new:
            super().close()
        self.give_back()

    def give_back(self) -> None:
        """Give the connection back to the pool, as every commit does."""
        if self._own is not None:
            self._own.close()
            self._own = None


db = SQLAlchemy(
    model_class=Model, session_options={"autoflush": True, "expire_on_commit": False, "class_": OneConnection}
)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware in Python, UTC in the database. A naive value is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        if value.tzinfo is not UTC:
            value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class WriteOutsideTransaction(RuntimeError):
    """Something was written where no `transaction()` is open."""


@contextmanager
def transaction() -> Iterator[Session]:
    """Open the writing transaction, or join the one that is open.

    What the session holds is expired on entry, so that everything read inside is fresh. The
    outermost block commits; an exception rolls back and passes on. Functions given to
    `on_commit()` run after the commit.
    """
    session: Any = db.session()
    if session.info.get("writing"):
        yield session
        return
    if session.new or session.dirty or session.deleted:
        raise WriteOutsideTransaction("objects were changed before the transaction began")
    session.expire_all()
    connection = own_connection()
    with turns.turn(connection):
        begin(connection, "BEGIN IMMEDIATE" if is_sqlite() else "BEGIN")
        session.info["writing"] = True
        session.info["after"] = []
        try:
            yield session
            session.flush()
            commit(connection)
            if session.in_transaction():
                session.commit()
        except BaseException:
            session.rollback()
            roll_back(connection)
            session.info["after"] = []
            raise
        finally:
            session.info["writing"] = False
            session.give_back()
    for call in session.info.pop("after", []):
        call()


def session_connection() -> Connection:
    """The session's connection, taken into its transaction: for statements that need no objects."""
    return db.session().connection()


def own_connection() -> Connection:
    """The same connection, for prepared statements alone: it is not asked whether the session has begun."""
    session: Any = db.session()
    own: Connection = session.own
    return own


def takes_single_statements() -> bool:
    """Whether a change that is one statement may be sent now without `transaction()`, as a transaction by itself.

    On PostgreSQL, outside an open transaction. What the session holds is expired, as there. On SQLite writers take
    turns and BEGIN IMMEDIATE, and a statement costs no journey.
    """
    session = db.session()
    if session.info.get("writing") or is_sqlite():
        return False
    session.expire_all()
    return True


def on_commit(call: Callable[[], Any]) -> None:
    """Run `call` after the open transaction has committed; never when it is rolled back."""
    db.session().info["after"].append(call)


def insert_unless_there(model: Any, values: dict[str, Any], key: list[str] | None) -> int | None:
    """Insert one row into the open transaction unless its unique key is taken; with no key named, any of them.

    Gives the new row's primary key, of several columns the first, or None when another row, perhaps of
    another transaction that has just committed, has the key.
    """
    make = sqlite.insert if is_sqlite() else postgresql.insert
    column, *_more = model.__table__.primary_key.columns
    statement = make(model).values(**values).on_conflict_do_nothing(index_elements=key).returning(column)
    key_of_new: int | None = db.session.scalar(statement)
    return key_of_new


def is_sqlite() -> bool:
    """Whether the session's database is SQLite."""
    return bool(db.engine.dialect.name == "sqlite")


def _refuse_flush_outside(session: Session, *_: object) -> None:
    if not session.info.get("writing"):
        raise WriteOutsideTransaction("flush outside transaction()")


def _refuse_statement_outside(state: ORMExecuteState) -> None:
    if (state.is_insert or state.is_update or state.is_delete) and not state.session.info.get("writing"):
        raise WriteOutsideTransaction("statement outside transaction()")


def _prepare_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    # FULL: what was acknowledged survives a power cut.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=15000", "cache_size=-8000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def prepare_engine(engine: Engine) -> None:
    """Set what every connection of this engine needs."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        turns.prepare(engine)


def driver_url(url: str) -> str:
    """The address as SQLAlchemy wants it: plain PostgreSQL addresses use psycopg 3."""
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def init_app(app: Flask) -> None:
    """Bind the application to its database."""
    # An error's text goes to the log: never with the names and numbers of the statement.
    options: dict[str, Any] = {"isolation_level": "AUTOCOMMIT", "hide_parameters": True}
    url = driver_url(app.config["DATABASE_URL"])
    if not url.startswith("sqlite"):
        options |= {"pool_size": 5, "max_overflow": 5, "pool_pre_ping": False, "pool_recycle": 1800}
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)


event.listen(Session, "before_flush", _refuse_flush_outside)
event.listen(Session, "do_orm_execute", _refuse_statement_outside)
