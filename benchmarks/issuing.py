"""Certificates issued by the job process as `make run` starts it: how fast, in how much memory, and beside a door."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from statistics import median
from typing import Any

import psutil
from flask import Flask
from sqlalchemy import select

from benchmarks import hall
from benchmarks.door import Device
from benchmarks.load import Order
from benchmarks.servers import Server, production, send
from tests import cast
from tests.certificates import earning
from training_app.certificates import bundling, issuing, service
from training_app.certificates.rules import Conditions
from training_app.core import clock, jobs
from training_app.core.db import db

#: In line while check-ins are counted; of them so many are issued alone first, and put together.
IN_LINE, ALONE = 5_000, 1_000
CLIENTS, COUNT, WARM_UP, PAIRS = 4, 600, 50, 5
PATIENCE_S = 180.0


def needed() -> int:
    """Tickets that the pairs use up."""
    return 2 * PAIRS * (COUNT + WARM_UP)


def prepare(app: Flask, people: int) -> list[int]:
    """Let so many have earned a certificate; gives their ids."""
    with app.app_context():
        everywhere = Conditions(5, test_required=False)
        service.set_rule(cast.PROGRAMME, everywhere, actor_id=earning.ORGANISER, now=clock.now())
        found = earning.crowd(people, first=100_000)
        db.session.remove()
        return found


def _in(app: Flask, work: Callable[[], Any]) -> Any:
    with app.app_context():
        try:
            return work()
        finally:
            db.session.remove()


def _start(app: Flask, people: list[int] | None) -> int:
    return int(_in(app, lambda: earning.start(people, now=clock.now()).job_id))


def _until(app: Flask, job_id: int, enough: Callable[[Any], bool]) -> float:
    """When (of `time.perf_counter`) a job has come so far. Raises TimeoutError when it does not."""
    deadline = time.perf_counter() + PATIENCE_S
    question = select(jobs.Job.state, jobs.Job.done).where(jobs.Job.id == job_id)
    while time.perf_counter() < deadline:
        if enough(_in(app, lambda: db.session.execute(question).one())):
            return time.perf_counter()
        time.sleep(0.05)
    raise TimeoutError("the job stands still")


def _peak_mb(server: Server) -> float:
    """The most that the job process ever held in memory, MB of 10^6 bytes."""
    for child in psutil.Process(server.pid).children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if "jobs" in child.cmdline():
                status = Path(f"/proc/{child.pid}/status").read_text()
                line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
                return int(line.split()[1]) * 1024 / 1e6
    raise RuntimeError("no job process")


def alone(app: Flask, server: Server, people: list[int]) -> dict[str, float]:
    """A thousand drawn, signed and stored while nothing else happens, then put together in one PDF."""
    job_id = _start(app, people)
    # The faces and the key are read by then.
    begun = _until(app, job_id, lambda row: row.done >= 50)
    done = _until(app, job_id, lambda row: row.state == "done")
    time.sleep(1)
    start = time.perf_counter()
    who = {"actor_id": earning.ORGANISER, "now": clock.now()}
    bundle = _in(app, lambda: bundling.start(cast.PROGRAMME, people, "pdf", **who))
    combined = _until(app, bundle, lambda row: row.state == "done") - start
    return {
        "signed_certificates_per_s": (len(people) - 50) / (done - begun),
        "combined_1000_s": combined,
        "issuing_peak_mb": _peak_mb(server),
    }


def beside(app: Flask, server: Server, tickets: list[str]) -> dict[str, float]:
    """Check-ins at four clients with the job process at rest and with it issuing; the median ratio of the pairs."""
    device, left = Device(server), iter(tickets)

    def scans() -> float:
        requests = [device.scan(next(left)) for _ in range(COUNT + WARM_UP)]
        return float(send(Order("127.0.0.1", server.port, CLIENTS, requests, WARM_UP))["per_s"])

    def while_issuing() -> float:
        job_id = _start(app, None)
        _until(app, job_id, lambda row: row.done >= 10)
        before = _in(app, lambda: db.session.get_one(jobs.Job, job_id).done)
        found = scans()
        after = _in(app, lambda: db.session.get_one(jobs.Job, job_id))
        if after.state != "running" or after.done == before:
            raise RuntimeError(f"nothing was issued meanwhile: {after.state}, {before} to {after.done}")
        _in(app, lambda: issuing.stop(job_id, actor_id=earning.ORGANISER, now=clock.now()))
        server.settled()
        return found

    pairs = []
    for number in range(PAIRS):
        # Either goes first in turn.
        if number % 2:
            busy, idle = while_issuing(), scans()
        else:
            idle, busy = scans(), while_issuing()
        pairs.append((idle, busy))
    return {
        "checkin_c4_per_s": median(idle for idle, _ in pairs),
        "checkin_beside_issuing_c4_per_s": median(busy for _, busy in pairs),
        "checkin_beside_issuing_ratio": median(busy / idle for idle, busy in pairs),
    }


def measure(kind: str, folder: Path, url: str) -> dict[str, float]:
    """Everything on one kind of database; the figures beside the door are named after it."""
    instance = folder / f"{kind}-issuing"
    instance.mkdir()
    app = hall.application(instance, url)
    hall.fill(app, needed())
    tickets = hall.ticket_tokens(app)
    people = prepare(app, IN_LINE + ALONE)
    with production(instance, url) as server:
        server.settled()
        figures = alone(app, server, people[:ALONE]) if kind == "sqlite" else {}
        server.settled()
        return figures | {f"{kind}_{key}": value for key, value in beside(app, server, tickets).items()}
