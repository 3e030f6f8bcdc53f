"""By what a process holds items of a job: a name, and a lock on a file of that name which ends with the process.

Whoever starts after a process died can tell at once that nobody will finish what it had in hand. The lock decides
nothing: between living processes the row and its lease do, and on another machine the lease alone.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import current_app


def _path(claim: str) -> Path:
    return Path(current_app.config["INSTANCE"]) / "claims" / claim


@contextmanager
def held() -> Iterator[str]:
    """A new claim, alive until the block or the process ends."""
    claim = secrets.token_hex(8)
    path = _path(claim)
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield claim
        path.unlink(missing_ok=True)
    finally:
        os.close(file)


def is_dead(claim: str) -> bool:
    """Whether its process ran on this machine and is no more."""
    try:
        file = os.open(_path(claim), os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(file)
    return True


def forget(claims: Iterable[str]) -> None:
    """Delete the files of dead claims."""
    for claim in claims:
        _path(claim).unlink(missing_ok=True)
