"""Two real job processes issue the same certificates, and one of them is killed."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from config import ROOT, Config
from tests import cast
from tests.certificates import earning
from training_app import create_app
from training_app.certificates import service
from training_app.certificates.rules import Conditions
from training_app.migrating import upgrade

PEOPLE = 80


class Settled(Config):
    """A fresh instance of its own, with its real line of jobs."""

    def __init__(self, instance: Path) -> None:
        super().__init__()
        self.INSTANCE, self.FILES = instance, instance / "files"
        self.DATABASE_URL, self.REDIS_URL = f"sqlite:///{instance / 'fulei.db'}", ""


def _ask(instance: Path, question: str) -> list[tuple]:
    with closing(sqlite3.connect(instance / "fulei.db", timeout=20)) as database:
        return database.execute(question).fetchall()


def _wait(instance: Path, question: str, enough, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if enough(_ask(instance, question)[0][0]):
            return True
        time.sleep(0.1)
    return False


@pytest.mark.prove
def test_two_job_processes_of_which_one_is_killed_make_one_paper_each(tmp_path):
    app = create_app(Settled(tmp_path))
    with app.app_context():
        upgrade()
        cast.settle()
        everywhere = Conditions(5, test_required=False)
        service.set_rule(cast.PROGRAMME, everywhere, actor_id=earning.ORGANISER, now=cast.NOW)
        earning.crowd(PEOPLE)
        job_id = earning.start(now=cast.NOW).job_id
    environment = os.environ | {"INSTANCE": str(tmp_path), "DATABASE_URL": "", "FILES": "", "REDIS_URL": ""}
    command = [sys.executable, "-m", "flask", "--app", "training_app", "jobs"]
    workers = [subprocess.Popen(command, cwd=ROOT, env=environment) for _ in range(2)]
    issued = "SELECT count(*) FROM certificate"
    try:
        assert _wait(tmp_path, issued, lambda count: count >= 10, 60)
        workers[0].send_signal(signal.SIGKILL)
        done = f"SELECT state FROM job WHERE id = {job_id}"
        # What it had in hand comes back when its lease has ended.
        assert _wait(tmp_path, done, lambda state: state == "done", 240)
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    assert _ask(tmp_path, "SELECT count(*), count(DISTINCT person_id), count(DISTINCT serial) FROM certificate") == [
        (PEOPLE, PEOPLE, PEOPLE)
    ]
    assert _ask(tmp_path, "SELECT state, count(*) FROM serial GROUP BY state") == [("used", PEOPLE)]
    assert _ask(tmp_path, f"SELECT total, done, failed FROM job WHERE id = {job_id}") == [(PEOPLE, PEOPLE, 0)]
    # Each paper was drawn once: files that no row knows would be left by a second drawing.
    known = {row[0] for row in _ask(tmp_path, "SELECT sha256 FROM stored_file")}
    assert {path.name for path in (tmp_path / "files").rglob("*") if path.is_file()} == known
    assert len(known) == 2 * PEOPLE
