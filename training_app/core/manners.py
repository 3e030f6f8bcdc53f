"""Long work steps back while a crowd stands at a door.

A job takes a processor and its turns at the database, so a hall that checks in beside it would wait. Lowering its
priority alone makes that worse: a writer that is not given a processor keeps everyone else out meanwhile. So it works
as always, and pauses between two items for as long as scans come in by the second.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from .signals import scans_asked

#: Scans in a second from which on it is a crowd; one volunteer makes one in two seconds.
CROWD = 5.0
#: How long is paused for each second of work while there is one, and how often is looked.
PAUSES, LOOK_S = 4.0, 0.25


class Manners:
    """One worker's: `give_way()` after each item."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], object] = time.sleep
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self._looked = self._worked = clock()
        self._count = _scans()
        self._crowd = False

    def give_way(self) -> None:
        """Pause when there is a crowd, in proportion to the work since the last call."""
        now = self._clock()
        if now - self._looked >= LOOK_S:
            count = _scans()
            self._crowd = count - self._count >= CROWD * (now - self._looked)
            self._looked, self._count = now, count
        if self._crowd:
            self._sleep(PAUSES * (now - self._worked))
        self._worked = self._clock()


def _scans() -> int:
    """How many there were ever; 0 where no room knows."""
    answers = [answer for _, answer in scans_asked.send(None)]
    return int(answers[0]) if answers else 0
