"""The server: the web workers and the job process, started, watched and stopped together.

Run by `make run`. It stays light: it imports neither the application nor the framework, brings the
database up to date when it is not, and then only watches its children, so that a child that dies is
started again at once. One child is this file again, as `serve.py web`: see `web`.
"""

from __future__ import annotations

import contextlib
import gc
import os
import re
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import threading
import time
import urllib.request
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent
#: A child that died within this many seconds of its start is started again only after them.
BREATH = 2.0
EVERYWHERE = "0.0.0.0"  # noqa: S104 - what a person asks for by HOST


def instance() -> Path:
    """The folder of the database, the files and the keys, as `config.py` finds it."""
    return Path(os.environ.get("INSTANCE", ROOT / "instance")).absolute()


def flask(*arguments: str) -> list[str]:
    """The command line of one of the project's commands."""
    return [sys.executable, "-m", "flask", "--app", "training_app", *arguments]


def commands(host: str, port: int, *, tls: bool) -> dict[str, list[str]]:
    """The children's command lines by name."""
    web = ["web", host, str(port), os.environ.get("WEB_WORKERS", "2")]
    if tls:
        folder = instance() / "tls"
        web += [str(folder / "server.pem"), str(folder / "server.key")]
    return {
        "web": [sys.executable, str(ROOT / "serve.py"), *web],
        "jobs": flask("jobs"),
    }


def up_to_date() -> bool:
    """Whether the embedded database stands at the newest version, read without loading the application.

    Any other database is asked by the application itself.
    """
    if os.environ.get("DATABASE_URL", ""):
        return False
    path = instance() / "fulei.db"
    newest = max(file.stem for file in (ROOT / "training_app" / "migrations" / "versions").glob("*.py"))
    # `flask init` writes this note last, so a first start that was interrupted is taken up again.
    if not path.exists() or not (instance() / "initialised").exists():
        return False
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(path)) as database:
        row = database.execute("SELECT version_num FROM alembic_version").fetchone()
        return row is not None and re.match(rf"{re.escape(row[0])}(_|$)", newest) is not None
    return False


def addresses(host: str) -> list[str]:
    """The addresses under which a phone in the same network finds this machine, the likeliest first."""
    if host != EVERYWHERE:
        return [host]
    found = []
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        # Nothing is sent: connecting a datagram socket only makes the system choose a way out.
        probe.connect(("192.0.2.1", 9))
        found.append(probe.getsockname()[0])
    with contextlib.suppress(OSError):
        found += [entry[4][0] for entry in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
    return [str(one) for one in dict.fromkeys([*found, "127.0.0.1"])]


class Handout(SimpleHTTPRequestHandler):
    """Gives phones the trial authority's certificate, which they cannot fetch over the HTTPS they do not trust yet."""

    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".crt": "application/x-x509-ca-cert"}

    def log_message(self, *_: object) -> None:
        """The trial's log stays readable."""


def hand_out(host: str, port: int) -> ThreadingHTTPServer:
    """Serve `instance/tls/public` over plain HTTP until the process ends."""
    server = ThreadingHTTPServer((host, port), partial(Handout, directory=str(instance() / "tls" / "public")))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


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
    # Asked on this machine: the trial authority need not be trusted to know that the server answers.
    unproven = ssl._create_unverified_context() if address.startswith("https") else None  # noqa: S323
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=1, context=unproven) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except OSError:
        return False


def announce(host: str, port: int, *, tls: bool) -> None:
    """Say where the server is, and who can log in to the demo."""
    scheme = "https" if tls else "http"
    for address in addresses(host) if host == EVERYWHERE else [host]:
        print(f"Fulei Academy is ready on {scheme}://{address}:{port}")
    if tls:
        print(f"On the phone, first open http://{addresses(host)[0]}:{port + 1}/ and install the trial certificate.")
    accounts = instance() / "demo-accounts.txt"
    if accounts.exists():
        here = f"{scheme}://{addresses(host)[0]}:{port}"
        print(accounts.read_text(encoding="utf-8").replace(" /p/", f" {here}/p/"))
    sys.stdout.flush()


def prepare(host: str, *, tls: bool) -> None:
    """Bring the database to the newest version, and make the trial's certificate where it is asked for."""
    if not up_to_date():
        subprocess.run(flask("init"), cwd=ROOT, check=True)  # noqa: S603 - our own command line
    if tls:
        subprocess.run(flask("trial-certificate", *addresses(host)), cwd=ROOT, check=True)  # noqa: S603


def web(host: str, port: str, workers: str, *tls: str) -> None:
    """Be the web server: read the application's modules once, and fork the workers from here.

    Workers share the memory of what was read, the first answer comes sooner, and a worker that died is
    back at once. Nothing opens a connection or a file before the fork: the application is made in the
    worker. `SERVED` names another application's factory, with which benchmarks compare.
    """
    # Modules live until the end: looking for garbage among them while they are read is work for nothing.
    gc.disable()
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces, Loops
    from granian.log import LogLevels

    import training_app  # noqa: F401 - what the workers share
    from config import Config
    from training_app.web.gate import Gate

    def behind_the_gate(served: str) -> Gate:
        module, _colon, factory = served.partition(":")
        config = Config()
        application = getattr(import_module(module), factory)()
        return Gate(application, largest=config.MAX_CONTENT_LENGTH, larger=config.LARGER_CONTENT)

    gc.freeze()
    gc.enable()
    # A request leaves some hundred objects in circles: looked for after many requests, not several times in each.
    gc.set_threshold(20_000, 20, 50)
    certificate, key = (Path(path) for path in tls) if tls else (None, None)
    Granian(
        os.environ.get("SERVED", "training_app:create_app"),
        address=host,
        port=int(port),
        interface=Interfaces.RSGI,
        loop=Loops.asyncio,
        workers=int(workers),
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        ssl_cert=certificate,
        ssl_key=key,
    ).serve(target_loader=behind_the_gate)


def main() -> None:
    host, port = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8000"))
    tls = os.environ.get("TLS", "0").strip().lower() in {"1", "true", "yes", "on"}
    try:
        prepare(host, tls=tls)
    except subprocess.CalledProcessError as fault:
        sys.exit(fault.returncode)
    supervisor = Supervisor(commands(host, port, tls=tls))
    signal.signal(signal.SIGTERM, supervisor.ask_to_stop)
    signal.signal(signal.SIGINT, supervisor.ask_to_stop)
    local = f"{'https' if tls else 'http'}://{'127.0.0.1' if host == EVERYWHERE else host}:{port}"
    # The job process follows when the pages are there: both at once would make people wait for either.
    supervisor.start("web")
    if tls:
        hand_out(host, port + 1)
    ready = False
    try:
        while not supervisor.stopping:
            if not ready and (ready := answers(local)):
                supervisor.start("jobs")
                announce(host, port, tls=tls)
            supervisor.watch()
            time.sleep(0.5 if ready else 0.02)
    finally:
        supervisor.stop()


if __name__ == "__main__":
    if sys.argv[1:2] == ["web"]:
        web(*sys.argv[2:])
    else:
        main()
