"""Two job processes on Monday morning, at the same moment: each supervisor gets one digest."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from tests.reports.digest import MAIL, MONDAY, NO_MAIL, WANG, ZHENG, a_week, addresses, written
from training_app.core import tasks
from training_app.core.db import db
from training_app.reports import digests

PROCESSES = 4


def test_several_job_processes_at_once_write_one_digest_each(app):
    a_week()
    addresses(WANG, ZHENG)
    app.config.update(MAIL)
    gate = Barrier(PROCESSES)

    def one(_number):
        with app.app_context():
            try:
                # All have seen that none is written yet before the first one writes.
                week = digests.Week.of(MONDAY)
                assert len(digests.waiting(week, MONDAY)) == 2
                gate.wait()
                return digests.send(MONDAY)
            finally:
                db.session.remove()

    try:
        with ThreadPoolExecutor(PROCESSES) as threads:
            made = list(threads.map(one, range(PROCESSES)))
    finally:
        app.config.update(NO_MAIL)
    assert sum(made) == 2
    assert sorted(person for person, _week in written()) == [WANG, ZHENG]


def test_the_clock_calls_it_every_ten_minutes():
    assert digests.TASK in tasks.due(MONDAY)
