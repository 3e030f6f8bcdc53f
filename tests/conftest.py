"""Fixtures that every room's tests share; the people are in `cast.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from tests import cast
from tests.databases import SqliteDatabase
from training_app.core.db import db
from training_app.web import catalogs


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Service tests run on every database; pages and rules on SQLite."""
    if "database" in metafunc.fixturenames:
        everywhere = metafunc.module.__name__.split(".")[-1].startswith(("test_service", "test_race"))
        metafunc.parametrize("database", ["sqlite", "postgresql"] if everywhere else ["sqlite"], indirect=True)


@pytest.fixture(scope="session", autouse=True)
def _compiled_catalogs(tmp_path_factory: pytest.TempPathFactory) -> None:
    catalogs.compile_all()


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Any]:
    """The databases of this worker, each made at its first use."""
    made: dict[str, Any] = {}

    def get(kind: str) -> Any:
        if kind == "postgresql":
            pytest.skip("PostgreSQL is not wired yet")
        if kind not in made:
            made[kind] = SqliteDatabase(tmp_path_factory.mktemp(kind))
        return made[kind]

    return get


@pytest.fixture
def database(request: pytest.FixtureRequest, databases: Callable[[str], Any]) -> Any:
    """A database with the cast and their programme in it, and nothing else."""
    chosen = databases(request.param)
    chosen.reset()
    return chosen


@pytest.fixture
def app(database: Any) -> Iterator[Flask]:
    """The application on that database, its context pushed for service tests."""
    with database.app.app_context():
        yield database.app
        db.session.remove()


@pytest.fixture
def now() -> Iterator[datetime]:
    """The fixed moment: the clock stands still at `cast.NOW`."""
    with time_machine.travel(cast.NOW, tick=False):
        yield cast.NOW


@pytest.fixture
def client_as(database: Any, now: datetime) -> Callable[[str], FlaskClient]:
    """`client_as("organiser")`: a browser that is logged in as one of the cast, "volunteer" or "visitor"."""

    def make(key: str) -> FlaskClient:
        client: FlaskClient = database.app.test_client()
        if key != "visitor":
            with client.session_transaction() as session:
                session["_user_id"] = f"{key}-token"
                session["_fresh"] = True
        return client

    return make


@pytest.fixture
def count_statements(app: Flask) -> Callable[[Callable[[], Any]], int]:
    """`count_statements(call)`: how many SQL statements the call sends, BEGIN included."""

    def count(call: Callable[[], Any]) -> int:
        seen: list[str] = []

        def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
            seen.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        try:
            call()
        finally:
            event.remove(db.engine, "before_cursor_execute", note)
        return len(seen)

    return count
