"""Databases as a server has them: commits on disk, before anything is in them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import postgres


@contextmanager
def empty(kind: str) -> Iterator[str]:
    """The address of an empty database whose commits are on disk; "" is SQLite in the instance's folder."""
    if kind == "sqlite":
        yield ""
        return
    if postgres.programs() is None:
        pytest.skip(postgres.ENABLE)
    cluster = postgres.Cluster(Path(tempfile.mkdtemp(prefix="fulei-pg-")), durable=True)
    cluster.start()
    try:
        cluster.execute("CREATE DATABASE hall")
        yield cluster.address("hall")
    finally:
        cluster.stop()
