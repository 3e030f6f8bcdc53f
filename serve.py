"""The server: the web workers and the job process, started, watched and stopped together.

Run by `make run`. It stays light: it imports neither the application nor the framework, and only
watches its two children, so that a child that dies is started again at once.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent
#: A child that died within this many seconds of its start is started again only after them.
BREATH = 2.0


def commands(host: str, port: int) -> dict[str, list[str]]:
    """The children's command lines by name."""
    workers = os.environ.get("WEB_WORKERS", "2")
    web = ["granian", "--interface", "wsgi", "--factory", "--http", "1", "--no-ws", "--log-level", "warning"]
    web += ["--workers", workers, "--blocking-threads", "1", "--respawn-failed-workers"]
    web += ["--workers-kill-timeout", "10", "--host", host, "--port", str(port), "training_app:create_app"]
    return {
        "web": [sys.executable, "-m", *web],
        "jobs": [sys.executable, "-m", "flask", "--app", "training_app", "jobs"],
    }


class Supervisor:
    """Keeps the children alive until it is told to stop."""

    def __init__(self, wanted: dict[str, list[str]]) -> None:
        self.wanted = wanted
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.started: dict[str, float] = {}
        self.stopping = False

    def start(self, name: str) -> None:
        self.started[name] = time.monotonic()
        command = self.wanted[name]
        # A group of its own: the child's workers can then be ended with it, whatever it died of.
        self.children[name] = subprocess.Popen(command, cwd=ROOT, process_group=0)  # noqa: S603 - our own command lines

    def end_family(self, name: str) -> None:
        """Kill what a dead child left behind: its workers would keep the port."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.children[name].pid, signal.SIGKILL)

    def ask_to_stop(self, _signal: int, _frame: FrameType | None) -> None:
        self.stopping = True

    def watch(self) -> None:
        """Start again what died, waiting first when it died at once."""
        for name, child in self.children.items():
            if child.poll() is not None and time.monotonic() - self.started[name] > BREATH:
                print(f"{name} ended with status {child.returncode}; starting it again", flush=True)
                self.end_family(name)
                self.start(name)

    def stop(self, patience_s: float = 15.0) -> None:
        """Ask every child to end, and kill what has not after `patience_s` seconds."""
        for child in self.children.values():
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + patience_s
        for name, child in self.children.items():
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(timeout=max(0.1, deadline - time.monotonic()))
            self.end_family(name)
            child.wait()


def answers(address: str) -> bool:
    """Whether the server is ready."""
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=1) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except OSError:
        return False


def main() -> None:
    host, port = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8000"))
    supervisor = Supervisor(commands(host, port))
    signal.signal(signal.SIGTERM, supervisor.ask_to_stop)
    signal.signal(signal.SIGINT, supervisor.ask_to_stop)
    local = f"http://127.0.0.1:{port}" if host in ("0.0.0.0", "127.0.0.1") else f"http://{host}:{port}"  # noqa: S104
    for name in supervisor.wanted:
        supervisor.start(name)
    ready = False
    try:
        while not supervisor.stopping:
            if not ready and (ready := answers(local)):
                print(f"Fulei Academy is ready on {local}", flush=True)
            supervisor.watch()
            time.sleep(0.5 if ready else 0.05)
    finally:
        supervisor.stop()


if __name__ == "__main__":
    main()
