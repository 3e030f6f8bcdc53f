"""A throwaway PostgreSQL for the tests: made once per run, shared by the workers, gone at the end.

Each worker gets a database of its own, a copy of a migrated template. Before each test what changed in it since is put
back; the copy is made anew where that would be much, where a table itself changed, or where a connection was left open.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import psycopg
from filelock import FileLock
from flask import Flask

from config import TestConfig
from tests import cast
from tests.databases import MEMORY
from training_app import create_app
from training_app.core.db import db
from training_app.migrating import upgrade

ENABLE = "PostgreSQL is not installed; `apt-get install postgresql` enables these tests."


def programs() -> Path | None:
    """The folder of the newest installed server, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    plain = shutil.which("initdb")
    return Path(plain).resolve().parent if plain else None


def _as_server_user() -> dict[str, object]:
    """How to run the server's programs: they refuse root."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("postgres")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


class Cluster:
    """One server on a unix socket in a folder of its own, without TCP."""

    def __init__(self, folder: Path, durable: bool = False) -> None:
        self.folder = folder
        self.durable = durable

    def _run(self, program: str, *arguments: str) -> None:
        bin_folder = programs()
        assert bin_folder, ENABLE
        subprocess.run(
            [str(bin_folder / program), *arguments],
            check=True,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            **_as_server_user(),
        )

    def start(self) -> None:
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        data = str(self.folder / "data")
        self._run("initdb", "-D", data, "-U", "fulei", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        settings = f"-c listen_addresses='' -c unix_socket_directories='{self.folder}' -c max_connections=300"
        if not self.durable:
            settings += " -c fsync=off -c full_page_writes=off"
        self._run("pg_ctl", "-D", data, "-w", "-l", str(self.folder / "log"), "-o", settings, "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def address(self, name: str) -> str:
        return f"postgresql://fulei@/{name}?host={self.folder}"

    def execute(self, statement: str) -> None:
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]


def shared_cluster(room: Path) -> Cluster:
    """The run's server; the first worker that asks starts it and makes the template.

    `room` is the folder that all workers of the run share.
    """
    with FileLock(room / "postgres.lock"):
        note = room / "postgres.json"
        if note.exists():
            return Cluster(Path(json.loads(note.read_text())["folder"]))
        # A unix socket's path has at most 107 bytes: not under pytest's own long folder.
        cluster = Cluster(Path(tempfile.mkdtemp(prefix="fulei-pg-", dir=MEMORY)))
        cluster.start()
        note.write_text(json.dumps({"folder": str(cluster.folder)}))
        cluster.execute("CREATE DATABASE template_fulei")
        app = create_app(TestConfig(instance=room, database_url=cluster.address("template_fulei")))
        with app.app_context():
            upgrade()
            cast.settle()
            db.session.remove()
            db.engine.dispose()
        return cluster


class Original:
    """What a fresh copy holds, kept so that what a test changed can be put back."""

    #: So many changed rows are put back sooner by copying the files.
    MANY = 2000

    def __init__(self, address: str) -> None:
        self.connection = psycopg.connect(address, autocommit=True)
        names = self._all("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        self.rows = {f'"{name}"': self._read(f'"{name}"') for (name,) in names}
        # The catalog of tables is watched too. Rows of transactions after `self.latest` are new.
        self._look = " UNION ALL ".join(
            f"SELECT '{table}', count(*), count(*) FILTER (WHERE xmin::text::bigint > %(latest)s) FROM {table}"
            for table in ("pg_class", *self.rows)
        )
        [(self.latest,)] = self._all("SELECT pg_current_xact_id()::text::bigint")
        self.counts = {table: count for table, count, _new in self._all(self._look, latest=self.latest)}
        self.sequences = self._sequences()

    def _all(self, statement: str, **values: int) -> list[tuple[Any, ...]]:
        return self.connection.execute(statement, values or None, prepare=True).fetchall()  # type: ignore[call-overload]

    def _read(self, table: str) -> bytes:
        with self.connection.cursor().copy(f"COPY {table} TO STDOUT") as rows:  # type: ignore[call-overload]
            return b"".join(rows)

    def _sequences(self) -> dict[str, int | None]:
        return dict(
            self._all("SELECT oid::regclass::text, pg_sequence_last_value(oid) FROM pg_class WHERE relkind = 'S'")
        )

    def is_alone(self) -> bool:
        """Whether no other connection is at work or in a transaction."""
        others = "datname = current_database() AND pid <> pg_backend_pid() AND state IS DISTINCT FROM 'idle'"
        return self._all(f"SELECT count(*) FROM pg_stat_activity WHERE {others}") == [(0,)]

    def put_back(self) -> bool:
        """Put back every table and sequence that is not as it was; False when a new copy is better."""
        changed = {
            table: new + abs(count - self.counts[table])
            for table, count, new in self._all(self._look, latest=self.latest)
            if new or count != self.counts[table]
        }
        if "pg_class" in changed or sum(changed.values()) > self.MANY:
            return False
        with self.connection.transaction(), self.connection.cursor() as cursor:
            # As a copy does: without triggers, so tables may be emptied and filled in any order.
            cursor.execute("SET LOCAL session_replication_role = replica")
            for table in changed:
                cursor.execute(f"DELETE FROM {table}")  # type: ignore[call-overload]
                with cursor.copy(f"COPY {table} FROM STDIN") as rows:  # type: ignore[call-overload]
                    rows.write(self.rows[table])
            for name, value in self._sequences().items():
                if value != (was := self.sequences[name]):
                    cursor.execute("SELECT setval(%s, %s, %s)", (name, was or 1, was is not None))
            if changed:
                [(self.latest,)] = self._all("SELECT pg_current_xact_id()::text::bigint")
        return True


class PostgresDatabase:
    """A PostgreSQL database a worker; each test finds in it what the template holds, and nothing else."""

    kind = "postgresql"

    def __init__(self, folder: Path, cluster: Cluster, worker: str) -> None:
        self.cluster = cluster
        self.name = f"test_{worker}"
        self._copy()
        self.app: Flask = create_app(TestConfig(instance=folder, database_url=cluster.address(self.name)))

    def _copy(self) -> None:
        self.cluster.execute(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")
        self.cluster.execute(f"CREATE DATABASE {self.name} TEMPLATE template_fulei STRATEGY FILE_COPY")
        self.original = Original(self.cluster.address(self.name))

    def reset(self) -> None:
        """Take everything back to the template."""
        with self.app.app_context():
            db.session.remove()
            if db.engine.pool.checkedout() or not self.original.is_alone() or not self.original.put_back():  # type: ignore[attr-defined]
                db.engine.dispose()
                self.original.connection.close()
                self._copy()
