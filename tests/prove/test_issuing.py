"""Real job processes issue the same certificates, beside each other and killed again and again."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select

from benchmarks.hall import BenchConfig
from config import ROOT
from tests import cast
from tests.certificates import earning
from tests.prove import databases
from training_app import create_app
from training_app.certificates import service
from training_app.certificates.models import Certificate, Serial
from training_app.certificates.rules import Conditions
from training_app.core import jobs
from training_app.core.db import db
from training_app.core.files import StoredFile
from training_app.migrating import upgrade

KILLS = 10
COMMAND = [sys.executable, "-m", "flask", "--app", "training_app", "jobs"]
#: A job process that notes each drawing: whose, and by which process.
NOTING = """
import os, sys
from training_app import create_app
from training_app.certificates import making
from training_app.core import queue

drawn = making.draw

def noted(facts, *rest):
    with open(sys.argv[1], "a") as notes:
        notes.write(f"{facts.serial} {os.getpid()}\\n")
    return drawn(facts, *rest)

making.draw = noted
queue.work(create_app())
"""


def _begun(folder: Path, url: str, people: int):
    """An application on a database in which so many have earned a certificate, and the job that issues them."""
    app = create_app(BenchConfig(folder, url))
    with app.app_context():
        upgrade()
        cast.settle()
        everywhere = Conditions(5, test_required=False)
        service.set_rule(cast.PROGRAMME, everywhere, actor_id=earning.ORGANISER, now=cast.NOW)
        earning.crowd(people)
        job_id = earning.start(now=cast.NOW).job_id
        db.session.remove()
    return app, job_id


def _environment(folder: Path, url: str) -> dict[str, str]:
    return os.environ | {"INSTANCE": str(folder), "DATABASE_URL": url, "FILES": "", "REDIS_URL": ""}


def _seen(app, question):
    with app.app_context():
        found = db.session.scalar(question)
        db.session.remove()
    return found


def _wait(app, question, enough, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if enough(_seen(app, question)):
            return True
        time.sleep(0.05)
    return False


def _proven(app, folder: Path, job_id: int, people: int) -> None:
    """One certificate each, every number used or voided with a reason, every file there as its hash says."""
    with app.app_context():
        job = db.session.get_one(jobs.Job, job_id)
        assert (job.state, job.total, job.done, job.failed) == ("done", people, people, 0)
        kept = db.session.execute(select(Certificate.person_id, Certificate.serial, Certificate.file_sha256)).all()
        assert len(kept) == len({row.person_id for row in kept}) == len({row.serial for row in kept}) == people
        numbers = db.session.scalars(select(Serial).order_by(Serial.serial)).all()
        assert [one.serial for one in numbers] == [f"LC2026-{n:04}" for n in range(1, people + 1)]
        assert {one.serial for one in numbers if one.state == "used"} == {row.serial for row in kept}
        assert all(one.reason for one in numbers if one.state != "used")
        sizes = {row[0]: row[1] for row in db.session.execute(select(StoredFile.sha256, StoredFile.size))}
        db.session.remove()
        db.engine.dispose()
    for row in kept:
        data = (folder / "files" / row.file_sha256[:2] / row.file_sha256).read_bytes()
        assert hashlib.sha256(data).hexdigest() == row.file_sha256 and len(data) == sizes[row.file_sha256]


@pytest.mark.prove
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_job_process_killed_ten_times_ends_exactly_right(tmp_path, kind):
    people, chance = 300, random.Random(20240204)
    with databases.empty(kind) as url:
        app, job_id = _begun(tmp_path, url, people)
        issued = select(func.count()).select_from(Certificate)
        for kill in range(KILLS):
            worker = subprocess.Popen(COMMAND, cwd=ROOT, env=_environment(tmp_path, url))
            # It has begun: from here on any moment will do, within an item, a few of them, or a look at the line.
            before = _seen(app, issued)
            moved = _wait(app, issued, lambda count, before=before: count > before, 30)
            time.sleep(chance.uniform(0, 0.25))
            worker.send_signal(signal.SIGKILL)
            worker.wait()
            assert moved, f"nothing was issued after {kill} kills"
        assert _seen(app, issued) < people
        worker = subprocess.Popen(COMMAND, cwd=ROOT, env=_environment(tmp_path, url))
        try:
            done = select(jobs.Job.state).where(jobs.Job.id == job_id)
            # What the dead had in hand is free at the start: nobody waits for a lease.
            assert _wait(app, done, lambda state: state == "done", 40)
        finally:
            worker.kill()
            worker.wait()
        _proven(app, tmp_path, job_id, people)


@pytest.mark.prove
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_two_job_processes_at_once_draw_no_certificate_twice(tmp_path, kind):
    people, notes = 240, tmp_path / "drawn.txt"
    with databases.empty(kind) as url:
        app, job_id = _begun(tmp_path, url, people)
        command = [sys.executable, "-c", NOTING, str(notes)]
        workers = [subprocess.Popen(command, cwd=ROOT, env=_environment(tmp_path, url)) for _ in range(2)]
        try:
            done = select(jobs.Job.state).where(jobs.Job.id == job_id)
            assert _wait(app, done, lambda state: state == "done", 60)
        finally:
            for worker in workers:
                worker.kill()
                worker.wait()
        _proven(app, tmp_path, job_id, people)
    drawn = [line.split() for line in notes.read_text().splitlines()]
    assert max(Counter(serial for serial, _ in drawn).values()) == 1 and len(drawn) == people
    shares = Counter(process for _, process in drawn)
    assert len(shares) == 2 and min(shares.values()) > people // 10, shares
