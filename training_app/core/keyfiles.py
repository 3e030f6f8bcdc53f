"""Keys that are made at the first need and kept in a file of their own."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path


def made_once(path: Path, make: Callable[[], bytes]) -> Path:
    """The file at this path, with what `make` gives where there is none; nobody but its owner ever reads it.

    Of two processes that make one at the same time, the first one's stays.
    """
    if path.exists():
        return path
    path.parent.mkdir(0o700, parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(make())
        out.flush()
        os.fsync(out.fileno())
    with contextlib.suppress(FileExistsError):
        os.link(part, path)
    part.unlink()
    return path
