"""The process that draws pictures for those who design; previewing starts it, with the descriptor of a pipe.

It answers over the pipe that it inherits and has little memory and time. It gives way to nobody: a web worker waits for
it, and whoever stands at the door behind that one.
"""

from __future__ import annotations

import logging
import resource
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from .calibration import sheet
from .drawing import draw, picture
from .wording import CertificateFacts

log = logging.getLogger(__name__)
#: Seconds without a question after which it ends; seconds of processor, and bytes of memory, that it may take.
IDLE_S, CPU_S, MEMORY = 60.0, 300, 1024 * 1024 * 1024
#: Wide enough for a screen of twice the density.
PIXELS = 1400


def _picture(facts: CertificateFacts) -> bytes:
    return picture(draw(facts), pixels=PIXELS)


WORK: dict[str, Callable[[Any], bytes]] = {"picture": _picture, "calibration": sheet}


def serve(questions: Connection) -> None:
    """Answer until nobody asks for a while, or whoever asked is gone."""
    while questions.poll(IDLE_S):
        try:
            what, argument = questions.recv()
        except EOFError:
            return
        try:
            questions.send(("done", WORK[what](argument)))
        except Exception:
            log.exception("%s could not be drawn", what)
            questions.send(("fault", b""))


def main(descriptor: int) -> None:
    """Limit this process, then serve."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    serve(Connection(descriptor))
