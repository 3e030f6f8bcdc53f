"""Files by content: a file's name is its SHA-256, so it can neither change nor be stored twice."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from flask import current_app
from sqlalchemy import String, exists, select
from sqlalchemy.orm import Mapped, mapped_column

from .db import Model, UtcDateTime, db, on_commit
from .errors import NotFound, Refusal
from .tasks import task


class StoredFile(Model):
    """A file that the database knows; its bytes lie under its hash."""

    __tablename__ = "stored_file"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    #: As it was uploaded or made; shown to people, never used as a path.
    name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class FileDamaged(Refusal):
    """The stored bytes no longer have the hash they were stored under."""

    status = 500


def _path(digest: str) -> Path:
    return Path(current_app.config["FILES"]) / digest[:2] / digest


def write(data: bytes) -> str:
    """Put bytes on disk, durably, and give their SHA-256 in hex. Safe to repeat."""
    digest = hashlib.sha256(data).hexdigest()
    path = _path(digest)
    if not _there(path, len(data)):
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{digest}.{os.getpid()}.part")
        with part.open("wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        _settle(part, path)
    return digest


@contextmanager
def making() -> Iterator[Path]:
    """A path at which a file too large for memory is made, for `take_in`; nothing stays there after the block."""
    folder = Path(current_app.config["FILES"]) / "making"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / secrets.token_hex(8)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def take_in(path: Path) -> str:
    """Move a file that was made at `making()` under its SHA-256, durably, and give that."""
    with path.open("rb") as made:
        digest = hashlib.file_digest(made, "sha256").hexdigest()
        os.fsync(made.fileno())
    place = _path(digest)
    if not _there(place, path.stat().st_size):
        place.parent.mkdir(parents=True, exist_ok=True)
        _settle(path, place)
    return digest


def _there(path: Path, size: int) -> bool:
    if not path.exists() or path.stat().st_size != size:
        return False
    # Left by a dead process, perhaps: it must not be swept away before its row is there.
    os.utime(path)
    return True


def _settle(part: Path, path: Path) -> None:
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def remember(digest: str, *, media_type: str, size: int, name: str, now: datetime) -> None:
    """Note a written file in the open transaction; a second time changes nothing."""
    if db.session.get(StoredFile, digest) is None:
        db.session.add(StoredFile(sha256=digest, media_type=media_type, size=size, name=name[:200], created_at=now))
        db.session.flush()


def read(digest: str) -> bytes:
    """The bytes of a stored file.

    Raises NotFound when it is gone and FileDamaged when its content changed.
    """
    try:
        data = _path(digest).read_bytes()
    except FileNotFoundError:
        raise NotFound("file_missing") from None
    if hashlib.sha256(data).hexdigest() != digest:
        raise FileDamaged("file_damaged", None)
    return data


def whole(digest: str) -> Path:
    """Where a stored file lies, for reading it piece by piece; its content was compared with its hash just now.

    Raises NotFound when it is gone and FileDamaged when its content changed.
    """
    path = _path(digest)
    try:
        with path.open("rb") as stored:
            found = hashlib.file_digest(stored, "sha256").hexdigest()
    except FileNotFoundError:
        raise NotFound("file_missing") from None
    if found != digest:
        raise FileDamaged("file_damaged", None)
    return path


def forget(digest: str) -> None:
    """Delete the bytes once the open transaction has committed; the row stays and says that there was a file."""
    path = _path(digest)
    on_commit(lambda: path.unlink(missing_ok=True))


def forget_unless_used(digest: str) -> bool:
    """Forget the bytes where no record names them any more; whether they go. For uploads, whose content anyone chooses.

    The same bytes may have come in elsewhere, or may be a paper that was issued here.
    """
    for table in Model.metadata.sorted_tables:
        for key in table.foreign_keys:
            if key.column.table.name == StoredFile.__tablename__ and db.session.scalar(
                select(exists().where(key.parent == digest))
            ):
                return False
    forget(digest)
    return True


def sweep(folder: int, now: datetime, *, after: timedelta = timedelta(days=30)) -> int:
    """Delete what no row knows and what a dead process left half written, of one folder (0 to 255); gives how many.

    A file is written before its row, and parts of an export have none for as long as it is kept, some days: what is
    younger than `after` stays.
    """
    found = Path(current_app.config["FILES"]) / f"{folder:02x}"
    if not found.is_dir():
        return 0
    old = [path for path in found.iterdir() if path.stat().st_mtime < (now - after).timestamp()]
    known: set[str] = set()
    for at in range(0, len(old), 500):
        some = [path.name for path in old[at : at + 500]]
        known |= set(db.session.scalars(select(StoredFile.sha256).where(StoredFile.sha256.in_(some))))
    unknown = [path for path in old if path.name not in known]
    for path in unknown:
        path.unlink(missing_ok=True)
    return len(unknown)


@task("files.sweep", every_minutes=5)
def sweep_one(now: datetime) -> None:
    """One folder after the other, each once in a day."""
    sweep(int(now.timestamp()) // 300 % 256, now)
    making = Path(current_app.config["FILES"]) / "making"
    for path in making.iterdir() if making.is_dir() else ():
        if path.stat().st_mtime < (now - timedelta(days=1)).timestamp():
            path.unlink(missing_ok=True)
