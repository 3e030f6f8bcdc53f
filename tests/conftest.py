"""Fixtures that every room's tests share; the people are in `cast.py`."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import event

from tests import cast, postgres
from tests.databases import MEMORY, SqliteDatabase
from training_app import Academy
from training_app.core.db import db
from training_app.web import catalogs


def pytest_configure(config: pytest.Config) -> None:
    """The controller makes the folder that the workers of this run share; they inherit its name."""
    if not hasattr(config, "workerinput"):
        os.environ["FULEI_TEST_RUN"] = tempfile.mkdtemp(prefix="fulei-run-", dir=MEMORY)
    # Most browser tests make an application of their own: a page is compiled once for all of them.
    pages = Path(os.environ["FULEI_TEST_RUN"]) / "pages"
    pages.mkdir(exist_ok=True)
    Academy.jinja_options = {"bytecode_cache": FileSystemBytecodeCache(str(pages))}


def pytest_unconfigure(config: pytest.Config) -> None:
    """The controller stops what the workers shared."""
    if hasattr(config, "workerinput"):
        return
    room = Path(os.environ["FULEI_TEST_RUN"])
    note = room / "postgres.json"
    if note.exists():
        postgres.Cluster(Path(json.loads(note.read_text())["folder"])).stop()
    shutil.rmtree(room, ignore_errors=True)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is given most time comes first: no worker is left with it at the end, while the others have nothing to do."""

    def seconds(item: pytest.Item) -> float:
        given = item.get_closest_marker("timeout")
        return float(given.args[0]) if given and given.args else 0.0

    items.sort(key=seconds, reverse=True)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """With `SKIPS_FORBIDDEN=1` a skipped test is a failed one."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if report.skipped and os.environ.get("SKIPS_FORBIDDEN") == "1":
        report.outcome = "failed"
        report.longrepr = f"skipped where skips are forbidden: {report.longrepr}"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Service tests run on every database; pages and rules on SQLite."""
    if "database" in metafunc.fixturenames:
        everywhere = metafunc.module.__name__.split(".")[-1].startswith(("test_service", "test_race"))
        metafunc.parametrize("database", ["sqlite", "postgresql"] if everywhere else ["sqlite"], indirect=True)


@pytest.fixture(scope="session", autouse=True)
def _compiled_catalogs(tmp_path_factory: pytest.TempPathFactory) -> None:
    catalogs.compile_all()


@pytest.fixture(scope="session")
def databases() -> Callable[[str], Any]:
    """The databases of this worker, each made at its first use."""
    made: dict[str, Any] = {}
    # Set by xdist; without it the tests run in this one process.
    worker_id = os.environ.get("PYTEST_XDIST_WORKER", "master")

    def get(kind: str) -> Any:
        if kind == "postgresql" and postgres.programs() is None:
            pytest.skip(postgres.ENABLE)
        if kind not in made:
            room = Path(os.environ["FULEI_TEST_RUN"])
            folder = room / f"{kind}-{worker_id}"
            folder.mkdir()
            if kind == "postgresql":
                cluster = postgres.shared_cluster(room)
                made[kind] = postgres.PostgresDatabase(folder, cluster, worker_id)
            else:
                made[kind] = SqliteDatabase(folder)
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


class Browser(FlaskClient):
    """A client whose requests never share a context with the test, which would keep its first user."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        with self.application.app_context():
            return super().open(*args, **kwargs)


@pytest.fixture
def client_as(database: Any, now: datetime) -> Callable[[str], FlaskClient]:
    """`client_as("organiser")`: a browser that is logged in as one of the cast, "volunteer", "scanner" or "visitor".

    "program" sends its token with each request and has no cookie.
    """

    def make(key: str) -> FlaskClient:
        client = Browser(database.app, database.app.response_class, use_cookies=True)
        if key == "program":
            client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {cast.PROGRAM_TOKEN}"
        elif key != "visitor":
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
