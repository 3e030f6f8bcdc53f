"""The servers that are measured, started as `make run` starts them, on a free loopback port."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

import serve
from benchmarks.load import Order
from config import ROOT

PATIENCE_S = 60.0
#: What a server that rests uses of a processor in half a second at most: its looks at what there is to do.
RESTING_S = 0.1


def free_port() -> int:
    """A port on which nothing listens now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def environment(instance: Path, database_url: str, port: int) -> dict[str, str]:
    """What the server reads: everything else as the machine has it."""
    return os.environ | {
        "INSTANCE": str(instance),
        "DATABASE_URL": database_url,
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "DEMO": "0",
        "TLS": "0",
        "PUBLIC_URL": "",
    }


@dataclass(frozen=True)
class Server:
    """A server that answers, and the process that started it."""

    port: int
    pid: int

    def worker_rss_mb(self) -> float:
        """The resident memory of the largest web worker, MB of 10^6 bytes."""
        workers = [
            child
            for child in psutil.Process(self.pid).children(recursive=True)
            if "jobs" not in child.cmdline() and not child.children()
        ]
        return max(worker.memory_info().rss for worker in workers) / 1e6

    def settled(self, patience_s: float = 300.0) -> float:
        """Seconds until server and job process have done what a start brings with it, and rest for two seconds.

        Raises TimeoutError when they do not.
        """
        began, quiet = time.perf_counter(), 0
        # The job process begins once the web server answers.
        time.sleep(1)
        before = self._worked_s()
        while quiet < 4:
            if time.perf_counter() - began > patience_s:
                raise TimeoutError(f"the server works on after {patience_s:.0f} s")
            time.sleep(0.5)
            before, worked = (now := self._worked_s()), now - before
            quiet = quiet + 1 if worked < RESTING_S else 0
        return time.perf_counter() - began

    def _worked_s(self) -> float:
        """Seconds of a processor that every process of the server has used."""
        worked = 0.0
        for child in psutil.Process(self.pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                worked += sum(child.cpu_times()[:2])
        return worked


def wait_until_ready(port: int, since: float, process: subprocess.Popen[bytes]) -> float:
    """Seconds from `since` (of `time.perf_counter`) to the first 200."""
    address = f"http://127.0.0.1:{port}"
    while not serve.answers(address):
        if process.poll() is not None or time.perf_counter() - since > PATIENCE_S:
            raise RuntimeError(f"no answer on {address}")
        time.sleep(0.005)
    return time.perf_counter() - since


@contextmanager
def running(command: list[str], values: dict[str, str]) -> Iterator[Server]:
    """Run a server in a group of its own until the block ends."""
    process = subprocess.Popen(command, cwd=ROOT, env=values, process_group=0, stdout=subprocess.DEVNULL)
    try:
        wait_until_ready(int(values["PORT"]), time.perf_counter(), process)
        yield Server(int(values["PORT"]), process.pid)
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()


def production(instance: Path, database_url: str) -> Any:
    """The product: web workers and job process."""
    return running([sys.executable, "serve.py"], environment(instance, database_url, free_port()))


def floor(instance: Path, database_url: str) -> Any:
    """The bare application under the same web server."""
    port = free_port()
    values = environment(instance, database_url, port) | {"SERVED": "benchmarks.floor:create_app"}
    return running(serve.commands("127.0.0.1", port, tls=False)["web"], values)


def send(order: Order) -> dict[str, Any]:
    """What the load generator measured, in a process of its own. Raises when an answer was not 2xx."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load"],
        input=json.dumps(asdict(order)).encode(),
        stdout=subprocess.PIPE,
        cwd=ROOT,
        check=True,
    )
    outcome: dict[str, Any] = json.loads(done.stdout)
    if set(outcome["statuses"]) != {"200"}:
        raise RuntimeError(f"{outcome['statuses']}: {outcome['first_refusal']}")
    return outcome
