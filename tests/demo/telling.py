"""The demo, told at the cast's moment: once for all workers of a run, as it takes its time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import time_machine
from flask import Flask

from config import TestConfig
from tests import cast
from training_app import create_app
from training_app.core.db import db
from training_app.demo import story
from training_app.migrating import upgrade


@contextmanager
def told_demo() -> Iterator[tuple[Flask, Path]]:
    """The application on the demo's database, its context pushed and the clock standing still; and its folder.

    What is read may be relied on by every worker, so nothing may be written.
    """
    folder = Path(os.environ["FULEI_TEST_RUN"]) / "demo"
    folder.mkdir(exist_ok=True)
    app = create_app(TestConfig(instance=folder, database_url=f"sqlite:///{folder}/demo.db"))
    with (folder / "lock").open("w") as lock, time_machine.travel(cast.NOW, tick=False), app.app_context():
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / story.ACCOUNTS).exists():
            upgrade()
            assert story.tell(cast.NOW, base_url="http://localhost")
            db.session.remove()
        fcntl.flock(lock, fcntl.LOCK_UN)
        yield app, folder
        db.session.remove()
