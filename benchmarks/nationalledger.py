"""The training ledger of a whole province, from the button until its file is there, and what that takes in memory."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil
from flask import Flask
from sqlalchemy import func, select

from benchmarks.door import Device
from benchmarks.servers import Server
from training_app.core import files
from training_app.core.db import db
from training_app.demo.stage import PASSWORD
from training_app.divisions.rules import DIGITS, within
from training_app.reports.ledgerrules import PERSONS
from training_app.reports.models import CoverageTotal, LedgerExport

#: So many rows a province has at least; the smallest such is asked for.
ROWS = 20_000
PATIENCE_S = 300.0


def province(app: Flask, area: str) -> str:
    """The smallest province with so many directors, or in a smaller area the largest there is."""
    code, directors = CoverageTotal.division_code, func.max(CoverageTotal.posts - CoverageTotal.vacant)
    digits = max(DIGITS["province"], len(area))
    with app.app_context():
        found = db.session.execute(
            select(code, directors)
            .where(func.length(code) == digits, CoverageTotal.kind == "director", within(code, area))
            .group_by(code)
            .order_by(directors, code)
        ).all()
        db.session.remove()
    return next((row[0] for row in found if row[1] >= ROWS), found[-1][0])


def measure(app: Flask, server: Server, code: str) -> dict[str, float]:
    """`ledger_s` until the workbook of a division is there, its rows and MB; the job process before and at most, MB."""
    device = Device(server, "administrator", PASSWORD)
    with _peak_of_job_process(server) as peak:
        began = time.perf_counter()
        form = {"kind": PERSONS, "format": "xlsx", "csrf_token": device.token}
        device.send("POST", f"/reports/{code}/ledgers", form)
        while (made := _made(app)) is None:
            if time.perf_counter() - began > PATIENCE_S:
                raise TimeoutError(f"no ledger after {PATIENCE_S:.0f} s")
            time.sleep(0.05)
        took = time.perf_counter() - began
    rows, size = made
    return {
        "ledger_s": took,
        "ledger_rows": rows,
        "ledger_file_mb": size / 1e6,
        "ledger_before_mb": peak[0],
        "ledger_peak_mb": max(peak),
    }


def _made(app: Flask) -> tuple[int, int] | None:
    with app.app_context():
        export = db.session.scalars(select(LedgerExport).order_by(LedgerExport.id.desc()).limit(1)).first()
        found = None
        if export is not None and export.file_sha256 is not None:
            found = export.row_count, len(files.read(export.file_sha256))
        db.session.remove()
    return found


@contextmanager
def _peak_of_job_process(server: Server) -> Iterator[list[float]]:
    """What the job process holds, in MB of 10^6 bytes, at the start and then ten times a second."""
    job = next(one for one in psutil.Process(server.pid).children(recursive=True) if "jobs" in one.cmdline())
    held, ended = [job.memory_info().rss / 1e6], threading.Event()

    def watch() -> None:
        while not ended.wait(0.1):
            with suppress(psutil.NoSuchProcess):
                held.append(job.memory_info().rss / 1e6)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield held
    finally:
        ended.set()
        watcher.join()
