"""A picture of the paper while it is designed, drawn in a small process of its own.

A web worker neither draws nor loads what draws. It keeps one such process while someone designs: started at the
first picture, ended by itself a minute after the last one, or with the worker (docs/decisions).
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import Any

from flask_babel import lazy_gettext as _l

from training_app.core.errors import Refusal

#: Seconds that a picture may take; the first one loads the faces. So long the worker answers nobody else.
PATIENCE_S = 10.0
_ROOM = Path(__file__).resolve().parent.parent
#: The package without its wiring: the process loads what draws and nothing of the application, in a third of the time.
_ALONE = (
    "import sys, types; package = types.ModuleType('training_app'); package.__path__ = [sys.argv[1]]; "
    "sys.modules['training_app'] = package; from training_app.certificates.draughtsman import main; "
    "main(int(sys.argv[2]))"
)
_lock = threading.Lock()
_kept: list[tuple[subprocess.Popen[bytes], Connection]] = []


def _start() -> tuple[subprocess.Popen[bytes], Connection]:
    ours, theirs = Pipe()
    command = [sys.executable, "-c", _ALONE, str(_ROOM), str(theirs.fileno())]
    child = subprocess.Popen(command, pass_fds=(theirs.fileno(),), stdin=subprocess.DEVNULL)  # noqa: S603
    theirs.close()
    return child, ours


def _end() -> None:
    while _kept:
        child, answers = _kept.pop()
        answers.close()
        child.kill()
        child.wait()


def close() -> None:
    """End the process that draws, if there is one."""
    with _lock:
        _end()


def _asked(request: tuple[str, Any]) -> tuple[str, Any] | None:
    """The answer of the kept process; None when it is gone."""
    with contextlib.suppress(EOFError, OSError):
        answers = _kept[0][1]
        answers.send(request)
        if not answers.poll(PATIENCE_S):
            _end()
            raise late()
        answer: tuple[str, Any] = answers.recv()
        return answer
    _end()
    return None


def late() -> Refusal:
    """No picture came in time."""
    return Refusal("preview_late", _l("No picture could be drawn just now. What you typed is kept; try again."))


def ask(what: str, argument: Any) -> bytes:
    """What the drawing process makes: "picture" of CertificateFacts is a PNG, "calibration" of an offset is a PDF.

    Raises Refusal "preview_late" when it takes too long or breaks down, "preview_fault" when it cannot be drawn.
    """
    # Two who design at once wait for one another: a picture takes a tenth of a second.
    if not _lock.acquire(timeout=PATIENCE_S):
        raise late()
    try:
        answer = _asked((what, argument)) if _kept else None
        if answer is None:
            _kept.append(_start())
            answer = _asked((what, argument))
    finally:
        _lock.release()
    if answer is None:
        raise late()
    outcome, made = answer
    if outcome != "done":
        raise Refusal("preview_fault", _l("This design cannot be drawn. Take back the last change."))
    return bytes(made)
