"""The databases that are measured on: SQLite's files, and an own PostgreSQL that syncs to disk."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import postgres


@contextmanager
def databases(files: tuple[str, str], names: tuple[str, str]) -> Iterator[dict[str, tuple[str, str]]]:
    """By kind: two addresses, on SQLite those that are given, on PostgreSQL two empty databases of these names."""
    found = {"sqlite": files}
    if postgres.programs() is None:
        print(postgres.ENABLE, file=sys.stderr)
        yield found
        return
    cluster = postgres.Cluster(Path(tempfile.mkdtemp(prefix="fulei-pg-")), durable=True)
    cluster.start()
    try:
        for name in names:
            cluster.execute(f"CREATE DATABASE {name}")
        one, other = names
        found["postgresql"] = (cluster.address(one), cluster.address(other))
        yield found
    finally:
        cluster.stop()
