"""How long a start takes until the first 200: `make run` on an environment that is ready."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.servers import environment, free_port, wait_until_ready
from config import ROOT

ROUNDS = 5


def measure(instance: Path) -> dict[str, float]:
    """`cold_start_s`: the median of starts of `make run` on a migrated database, each to the first 200 of /healthz."""
    return {"cold_start_s": median(_once(instance) for _ in range(ROUNDS))}


def _once(instance: Path) -> float:
    values = environment(instance, "", free_port())
    since = perf_counter()
    process = subprocess.Popen(
        ["make", "--no-print-directory", "run", f"PORT={values['PORT']}", f"VENV={os.environ.get('VENV', '.venv')}"],
        cwd=ROOT,
        env=values,
        process_group=0,
        stdout=subprocess.DEVNULL,
    )
    try:
        return wait_until_ready(int(values["PORT"]), since, process)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)
