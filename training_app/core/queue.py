"""The line in which jobs wait for the job process: huey on a SQLite file, or on Redis when given.

The line only wakes the job process. What is to be done stands in the job tables, so a lost line
loses nothing: unfinished jobs are put in line again whenever the job process starts. Each minute the
line also calls the tasks that are due (core/tasks.py).
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, NamedTuple

from flask import Flask, current_app

from . import clock, jobs, tasks

if TYPE_CHECKING:
    from huey import Huey


class Line(NamedTuple):
    """The line of an application, and what may be put into it."""

    huey: Huey
    run_job: Any
    run_task: Any


def _line(app: Flask) -> Line:
    """The application's line, opened at its first use: most web workers start without ever needing it."""
    if "job_line" not in app.extensions:
        app.extensions["job_line"] = _open(app)
    line: Line = app.extensions["job_line"]
    return line


def _open(app: Flask) -> Line:
    from huey import RedisHuey, SqliteHuey, crontab

    line: Huey = (
        RedisHuey("fulei", url=app.config["REDIS_URL"])
        if app.config["REDIS_URL"]
        else SqliteHuey("fulei", filename=str(app.config["INSTANCE"] / "queue.db"))
    )

    @line.task(name="run_job")  # type: ignore[untyped-decorator]
    def run_job(job_id: int) -> None:
        with app.app_context():
            again = jobs.run(job_id)
        if again is not None:
            # Another process has items in hand; should it die, they are free after its lease.
            run_job.schedule((job_id,), delay=max(1.0, (again - clock.now()).total_seconds() + 1))

    @line.task(name="run_task")  # type: ignore[untyped-decorator]
    def run_task(name: str) -> None:
        with app.app_context():
            tasks.run(name)

    @line.periodic_task(crontab(), name="tick")  # type: ignore[untyped-decorator]
    def tick() -> None:
        with app.app_context():
            for name in tasks.due(clock.now()):
                tasks.run(name)

    return Line(line, run_job, run_task)


def init_app(app: Flask) -> None:
    """Listen for jobs that were committed, and put them in line."""
    if app.testing:  # tests run a job in the foreground with `jobs.run`
        return

    def want(_sender: Any, name: str) -> None:
        if current_app._get_current_object() is app:  # type: ignore[attr-defined]
            _line(app).run_task(name)

    def wake(_sender: Any, job_id: int) -> None:
        if current_app._get_current_object() is app:  # type: ignore[attr-defined]
            _line(app).run_job(job_id)

    jobs.job_waiting.connect(wake, weak=False)
    tasks.task_wanted.connect(want, weak=False)


def _beat(app: Flask, name: str, every_seconds: float, ended: threading.Event) -> None:
    while not ended.wait(every_seconds):
        with app.app_context():
            tasks.beat(name)


def work(app: Flask) -> None:
    """Do jobs until SIGTERM or SIGINT; takes up first what a dead process left behind.

    Each pulse (core/tasks.py) has a thread of its own: a long job does not hold it up.
    """
    ended = threading.Event()
    beating = [
        threading.Thread(target=_beat, args=(app, name, pulse.every_seconds, ended), name=name, daemon=True)
        for name, pulse in tasks.pulses().items()
    ]
    for thread in beating:
        thread.start()
    line, run_job, _run_task = _line(app)
    line.flush()  # what stands in the tables is put in line again, once
    with app.app_context():
        jobs.release_dead()
        waiting = jobs.unfinished()
    for job_id in waiting:
        run_job(job_id)
    try:
        line.create_consumer(workers=1, worker_type="thread", initial_delay=0.1, max_delay=1.0).run()
    finally:
        ended.set()
        for thread in beating:
            thread.join(timeout=5)
