"""Writers of one SQLite file take turns by a lock beside it.

SQLite lets a writer that finds the file taken sleep for 1, 2, 5 … 100 ms and look again. Of several web workers in a
crowd most would then sleep while nobody writes, and the unlucky for a second. Here they look every third of a
millisecond, before they begin. The lock is the system's: it ends with the process, however that ends. It decides
nothing: who gave up waiting, or never asked, still meets SQLite's own lock.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.pool import ConnectionPoolEntry

_KEY = "turn"
_PAUSE_S, _PATIENCE_S = 0.0003, 15.0


class _Lock:
    """One hold on the file's lock. Lives as long as its connection, or as its turn where that ends later."""

    def __init__(self, path: str) -> None:
        self._file = os.open(f"{path}-turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def __del__(self) -> None:
        os.close(self._file)

    def taken(self) -> bool:
        """Whether it could be taken just now."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def give(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)


@contextmanager
def turn(connection: Connection) -> Iterator[None]:
    """Wait until nobody else writes to the connection's file, and keep it so in the block."""
    # Kept here: a commit may give the connection back to a full pool, which closes it.
    lock: _Lock | None = connection.info.get(_KEY)
    if lock is None:
        yield
        return
    deadline = time.monotonic() + _PATIENCE_S
    while not lock.taken() and time.monotonic() < deadline:
        time.sleep(_PAUSE_S)
    try:
        yield
    finally:
        lock.give()


def _open(connection: Any, entry: ConnectionPoolEntry) -> None:
    path = connection.execute("PRAGMA database_list").fetchone()[2]
    if path:
        entry.info[_KEY] = _Lock(path)


def _close(_connection: object, entry: ConnectionPoolEntry) -> None:
    entry.info.pop(_KEY, None)


def prepare(engine: Engine) -> None:
    """Give every connection of a SQLite engine its own hold on the lock."""
    event.listen(engine, "connect", _open)
    event.listen(engine, "close", _close)
