"""Work on a stranger's file in a process of its own, with limits: what goes wrong there ends there.

For the job process: the child is forked from it, so it has the application's settings and starts at once. It must
not touch the database.
"""

from __future__ import annotations

import multiprocessing
import resource
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import TypeVar

Found = TypeVar("Found")
#: Bytes that the child may have beside what its parent had.
_MEMORY = 1536 * 1024 * 1024


class Ended(Exception):
    """The child took too much memory or time, or broke down."""


def _limit(cpu_s: int) -> None:
    with open("/proc/self/statm") as sizes:
        held = int(sizes.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (held + _MEMORY, held + _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _work(work: Callable[[bytes], Found], data: bytes, cpu_s: int, answers: Connection) -> None:
    _limit(cpu_s)
    answers.send(work(data))


def run(work: Callable[[bytes], Found], data: bytes, *, cpu_s: int) -> Found:
    """What `work` gives for these bytes; it may take `cpu_s` seconds of processor, and five times as long by the clock.

    Raises Ended where it gives nothing.
    """
    processes = multiprocessing.get_context("fork")
    answers, sender = processes.Pipe(duplex=False)
    child = processes.Process(target=_work, args=(work, data, cpu_s, sender), daemon=True)
    child.start()
    sender.close()
    try:
        if not answers.poll(5 * cpu_s):
            raise Ended
        found: Found = answers.recv()
    except (EOFError, OSError) as fault:
        raise Ended from fault
    finally:
        child.kill()
        child.join()
        answers.close()
    return found
