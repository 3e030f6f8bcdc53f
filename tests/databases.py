"""The databases that tests run on: real commits on a copy of a migrated template."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from flask import Flask

from config import TestConfig
from tests import cast
from training_app import create_app
from training_app.core.db import db
from training_app.migrating import upgrade

#: Where databases of tests lie: no test is about the disk, which takes its time over every commit.
MEMORY = Path("/dev/shm") if Path("/dev/shm").is_dir() and shutil.disk_usage("/dev/shm").free > 1 << 30 else None


class SqliteDatabase:
    """A SQLite file a worker; each test gets a fresh copy of the template."""

    kind = "sqlite"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "test.db"
        self.template = folder / "template.db"
        self.app = self._make()
        #: The state of a file to which nothing has been committed; None at first.
        self.fresh: tuple[int, int, bool] | None = None

    def _make(self) -> Flask:
        app = create_app(TestConfig(instance=self.folder, database_url=f"sqlite:///{self.path}"))
        with app.app_context():
            upgrade()
            cast.settle()
            db.session.remove()
            with db.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            db.engine.dispose()
        shutil.copyfile(self.path, self.template)
        return app

    def _state(self) -> tuple[int, int, bool]:
        """What no commit leaves as it was: the file, or the log beside it."""
        file, log = self.path.stat(), Path(f"{self.path}-wal")
        return file.st_ino, file.st_mtime_ns, log.exists() and log.stat().st_size > 0

    def reset(self) -> None:
        """Take everything back to the template."""
        with self.app.app_context():
            db.session.remove()
            if self.fresh == self._state() and not db.engine.pool.checkedout():  # type: ignore[attr-defined]
                return
            db.engine.dispose()
        # A new file: whoever still holds the old one open holds up nobody.
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self.path}{suffix}").unlink(missing_ok=True)
        shutil.copyfile(self.template, self.path)
        # A time that no later write can give it, however soon it comes.
        os.utime(self.path, (0, 0))
        self.fresh = self._state()
