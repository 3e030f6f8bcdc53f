"""Small work that repeats: a room registers a function, and the job process calls it by the clock.

    @task("registration.remind", every_minutes=10)
    def remind(now): ...

A task must be harmless to repeat and find by itself what is to be done, for the clock may miss a
minute. `wake()` has it called at once, after the commit, instead of at its next minute.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from blinker import signal

from . import clock
from .db import db, on_commit

log = logging.getLogger(__name__)
Work = Callable[[datetime], object]


@dataclass(frozen=True)
class Task:
    """A function of the moment, and how often it is called."""

    work: Work
    every_minutes: int


@dataclass(frozen=True)
class Pulse:
    """A function of the moment that is called every few seconds, beside whatever job is being done."""

    work: Work
    every_seconds: float


_tasks: dict[str, Task] = {}
_pulses: dict[str, Pulse] = {}
#: Sent with name after the commit of whoever called `wake()`; the queue listens.
task_wanted = signal("task-wanted")


def task(name: str, *, every_minutes: int) -> Callable[[Work], Work]:
    """Declare a task: `work(now)`, called in the job process whenever the minutes of the day divide."""

    def declare(work: Work) -> Work:
        _tasks[name] = Task(work, every_minutes)
        return work

    return declare


def pulse(name: str, *, every_seconds: float) -> Callable[[Work], Work]:
    """Declare what is called every few seconds while a job process runs, however long a job takes.

    It must cost next to nothing when there is nothing to do, and bear being called in several processes at once.
    """

    def declare(work: Work) -> Work:
        _pulses[name] = Pulse(work, every_seconds)
        return work

    return declare


def pulses() -> dict[str, Pulse]:
    """What is called every few seconds, by name."""
    return dict(_pulses)


def beat(name: str) -> None:
    """Call a pulse now. Its fault is logged and ends nothing else."""
    try:
        _pulses[name].work(clock.now())
    except Exception:
        log.exception("%s failed; it is tried again in %s s", name, _pulses[name].every_seconds)
    finally:
        db.session.remove()


def due(now: datetime) -> list[str]:
    """The tasks of this minute."""
    minute = int(now.timestamp()) // 60
    return [name for name, task in _tasks.items() if minute % task.every_minutes == 0]


def wake(name: str) -> None:
    """Have a task called soon after the open transaction has committed."""
    on_commit(lambda: task_wanted.send(None, name=name))


def run(name: str) -> None:
    """Call a task now. Its fault is logged and ends nothing else."""
    try:
        _tasks[name].work(clock.now())
    except Exception:
        log.exception("the task %s failed; it is tried again at its next minute", name)
    finally:
        db.session.remove()
