"""A throwaway PostgreSQL for the tests: made once per run, shared by the workers, gone at the end.

Each worker gets a database of its own, copied anew from a migrated template before each test.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg
from filelock import FileLock
from flask import Flask

from config import TestConfig
from tests import cast
from training_app import create_app
from training_app.core.db import db
from training_app.migrating import upgrade

#: Copying a database is a thousand small files: in memory it takes half the time.
_MEMORY = Path("/dev/shm")
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
        cluster = Cluster(Path(tempfile.mkdtemp(prefix="fulei-pg-", dir=_MEMORY if _MEMORY.is_dir() else None)))
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


class PostgresDatabase:
    """A PostgreSQL database a worker; each test gets a fresh copy of the template."""

    kind = "postgresql"

    def __init__(self, folder: Path, cluster: Cluster, worker: str) -> None:
        self.cluster = cluster
        self.name = f"test_{worker}"
        self._copy()
        self.app: Flask = create_app(TestConfig(instance=folder, database_url=cluster.address(self.name)))

    def _copy(self) -> None:
        self.cluster.execute(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")
        self.cluster.execute(f"CREATE DATABASE {self.name} TEMPLATE template_fulei STRATEGY FILE_COPY")

    def reset(self) -> None:
        """Take everything back to the template."""
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()
        self._copy()
