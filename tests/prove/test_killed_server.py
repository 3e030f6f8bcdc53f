"""A hall scans while the server is killed under it, again and again."""

from __future__ import annotations

import http.client
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from urllib.parse import urlencode

import psutil
import pytest
from sqlalchemy import func, select

from benchmarks import hall
from benchmarks.door import Device
from benchmarks.servers import Server, environment, free_port, wait_until_ready
from config import ROOT
from tests.prove import databases
from training_app.attendance.models import Attendance, Scan
from training_app.attendance.recording import recount
from training_app.core.db import db, transaction

CLIENTS, SCANS, PEOPLE, KILLS = 50, 10_000, 4_000, 3


class Crowd:
    """Clients that send each scan until it is acknowledged, whatever happens meanwhile."""

    def __init__(self, device: Device, tickets: list[str]) -> None:
        self.device = device
        # Some tickets come twice and three times: those are further scans of the same people.
        self.left = [(secrets.token_urlsafe(12), tickets[n * 7 % len(tickets)]) for n in range(SCANS)]
        self.acknowledged: dict[str, str] = {}
        self.retries = 0
        self.faults: list[str] = []
        self.lock = threading.Lock()

    def client(self) -> None:
        link = None
        while True:
            with self.lock:
                if not self.left or self.faults:
                    return
                nonce, ticket = self.left.pop()
            while not self.faults:
                try:
                    link = link or http.client.HTTPConnection("127.0.0.1", self.device.port, timeout=30)
                    status, said = self._send(link, nonce, ticket)
                except (OSError, http.client.HTTPException):
                    # Nobody knows whether it was written: the same nonce is sent again.
                    if link is not None:
                        link.close()
                    link = None
                    self.retries += 1
                    threading.Event().wait(0.05)
                    continue
                if status != 200:
                    self.faults.append(f"{status}: {said[:300]}")
                    return
                self.acknowledged[nonce] = said
                break

    def _send(self, link: http.client.HTTPConnection, nonce: str, ticket: str) -> tuple[int, str]:
        link.request(
            "POST",
            f"/checkin/{hall.SLOT}/scan",
            urlencode({"nonce": nonce, "ticket": ticket, "source": "camera"}),
            {
                "Cookie": self.device.cookie,
                "X-CSRFToken": self.device.token,
                "Accept": "application/json",
                "Content-Type": "application/x-www-form-urlencoded",
            },
        )
        answer = link.getresponse()
        return answer.status, answer.read().decode()

    def done(self) -> int:
        return len(self.acknowledged)


def _start(values: dict[str, str]) -> subprocess.Popen:
    process = subprocess.Popen([sys.executable, "serve.py"], cwd=ROOT, env=values, stdout=subprocess.DEVNULL)
    try:
        wait_until_ready(int(values["PORT"]), time.perf_counter(), process)
    except RuntimeError:
        _kill(process)
        raise
    return process


def _kill(master: subprocess.Popen) -> None:
    """At once, the way a power cut does it: the workers first, then whoever would start them again, then the rest."""
    family = psutil.Process(master.pid).children(recursive=True)
    for process in [*reversed(family), psutil.Process(master.pid)]:
        with suppress(psutil.NoSuchProcess):
            os.kill(process.pid, signal.SIGKILL)
    master.wait()
    psutil.wait_procs(family, timeout=10)


@pytest.mark.prove
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_every_acknowledged_scan_is_there_exactly_once(tmp_path, kind):
    with databases.empty(kind) as url:
        app = hall.application(tmp_path, url)
        hall.fill(app, PEOPLE)
        tickets = hall.ticket_tokens(app)
        values = environment(tmp_path, url, free_port())
        master = _start(values)
        try:
            crowd = Crowd(Device(Server(int(values["PORT"]), master.pid)), tickets)
            threads = [threading.Thread(target=crowd.client) for _ in range(CLIENTS)]
            for thread in threads:
                thread.start()
            for kill in range(1, KILLS + 1):
                deadline = time.monotonic() + 300
                while crowd.done() < SCANS * kill // (KILLS + 1) and time.monotonic() < deadline and not crowd.faults:
                    threads[0].join(0.02)
                _kill(master)
                master = _start(values)
            for thread in threads:
                thread.join(300)
        finally:
            _kill(master)
        assert crowd.faults == []
        assert crowd.retries > 0
        assert len(crowd.acknowledged) == SCANS
        with app.app_context():
            _proven(set(crowd.acknowledged), len(tickets))
            db.session.remove()
            db.engine.dispose()


def _proven(acknowledged: set[str], people: int) -> None:
    kept = db.session.execute(select(Scan.nonce, Scan.outcome, Scan.person_id)).all()
    assert {row.nonce for row in kept} == acknowledged
    assert len(kept) == len(acknowledged)
    assert {row.outcome for row in kept} == {"accepted"}
    present = select(func.count(), func.count(Attendance.person_id.distinct())).where(Attendance.slot_id == hall.SLOT)
    assert tuple(db.session.execute(present).one()) == (people, people)
    columns = (Attendance.person_id, Attendance.status, Attendance.arrived_at, Attendance.left_at, Attendance.minutes)
    as_it_was = select(*columns).where(Attendance.slot_id == hall.SLOT).order_by(Attendance.person_id)
    before = db.session.execute(as_it_was).all()
    with transaction():
        recount(hall.SLOT)
    assert db.session.execute(as_it_was).all() == before
