"""The real server, with its children killed under it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable

import psutil
import pytest

from config import ROOT
from serve import answers


def until(true: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.1)
    return False


@pytest.mark.prove
@pytest.mark.parametrize("role", ["jobs", "web"])
def test_a_killed_child_is_started_again_and_all_stop_when_told(tmp_path, role):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environment = os.environ | {"INSTANCE": str(tmp_path), "PORT": str(port), "HOST": "127.0.0.1", "DEMO": "0"}
    subprocess.run(
        [sys.executable, "-m", "flask", "--app", "training_app", "init"], cwd=ROOT, env=environment, check=True
    )
    server = subprocess.Popen([sys.executable, "serve.py"], cwd=ROOT, env=environment)
    address = f"http://127.0.0.1:{port}"

    def child() -> psutil.Process | None:
        for process in psutil.Process(server.pid).children():
            # A child that was just killed has no command line until its parent has taken note.
            with contextlib.suppress(psutil.ZombieProcess, psutil.NoSuchProcess):
                if role in process.cmdline():
                    return process
        return None

    try:
        assert until(lambda: answers(address), 20)
        assert until(lambda: child() is not None, 5)
        first = child().pid
        # Workers that outlive their master would go on answering on the port.
        left_behind = psutil.Process(first).children(recursive=True)
        os.kill(first, signal.SIGKILL)
        assert until(lambda: (now := child()) is not None and now.pid != first, 10)
        assert psutil.wait_procs(left_behind, timeout=10)[1] == []
        assert until(lambda: answers(address), 20)
        family = psutil.Process(server.pid).children(recursive=True)
        server.terminate()
        assert server.wait(timeout=20) == 0
        assert psutil.wait_procs(family, timeout=5)[1] == []
    finally:
        if server.poll() is None:
            server.kill()
            server.wait()
