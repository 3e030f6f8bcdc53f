"""Long work, on both databases."""

from __future__ import annotations

import pytest
import time_machine

from training_app.core import jobs
from training_app.core.db import db


@pytest.fixture
def kind(monkeypatch):
    seen = []
    monkeypatch.setitem(jobs._kinds, "test.note", lambda _job, item: seen.append(item))
    return seen


def test_each_item_is_done_once_though_the_job_runs_twice(app, now, kind):
    job_id = jobs.start("test.note", ["a", "b"], subject=("event", 1), actor_id=None, now=now).id
    jobs.run(job_id)
    jobs.run(job_id)
    assert kind == ["a", "b"]
    assert db.session.get_one(jobs.Job, job_id).done == 2


def test_a_job_that_was_interrupted_goes_on_where_it_stopped(app, now, monkeypatch):
    seen = []

    def dies_at_b(_job, item):
        if item == "b" and "died" not in seen:
            seen.append("died")
            raise KeyboardInterrupt
        seen.append(item)

    monkeypatch.setitem(jobs._kinds, "test.note", dies_at_b)
    job_id = jobs.start("test.note", ["a", "b", "c"], subject=("event", 1), actor_id=None, now=now).id
    with pytest.raises(KeyboardInterrupt):
        jobs.run(job_id)
    db.session.remove()
    assert jobs.unfinished() == [job_id]
    jobs.run(job_id)
    assert seen == ["a", "died", "b", "c"]
    assert jobs.unfinished() == []


def test_a_cancelled_job_does_nothing_more(app, now, kind):
    job = jobs.start("test.note", ["a"], subject=("event", 1), actor_id=None, now=now)
    jobs.cancel(job.id, actor_id=None, now=now)
    jobs.run(job.id)
    assert kind == []


def test_what_is_given_back_is_written_with_the_item_or_not_at_all(app, now, monkeypatch):
    """Cancelled while it was drawn: the drawing is thrown away, and the job says so."""
    written = []

    def work(job, item):
        if item == "b":
            jobs.cancel(job.id, actor_id=None, now=now)
        return lambda: written.append(item)

    monkeypatch.setitem(jobs._kinds, "test.note", work)
    job_id = jobs.start("test.note", ["a", "b", "c"], subject=("event", 1), actor_id=None, now=now).id
    assert jobs.run(job_id) is None
    assert written == ["a"]
    job = db.session.get_one(jobs.Job, job_id)
    assert (job.state, job.done, [item.state for item in jobs.items(job_id)]) == (
        "cancelled", 1, ["done", "cancelled", "cancelled"],
    )  # fmt: skip


def test_a_fault_fails_its_item_and_the_rest_goes_on(app, now, monkeypatch):
    seen, healthy = [], []

    def work(_job, item):
        if item == "a" and not healthy:
            raise OSError("disk full")
        seen.append(item)

    monkeypatch.setitem(jobs._kinds, "test.note", work)
    job_id = jobs.start("test.note", ["a", "b"], subject=("event", 1), actor_id=None, now=now).id
    jobs.run(job_id)
    job = db.session.get_one(jobs.Job, job_id)
    assert (seen, job.state, job.done, job.failed) == (["b"], "done", 1, 1)
    healthy.append(True)
    assert jobs.retry(job_id, actor_id=None, now=now) == 1
    jobs.run(job_id)
    job = db.session.get_one(jobs.Job, job_id)
    assert (seen, job.state, job.done, job.failed) == (["b", "a"], "done", 2, 0)


def test_an_item_in_hand_elsewhere_is_left_alone_until_its_lease_ends(app, now, kind):
    job_id = jobs.start("test.note", ["a", "b"], subject=("event", 1), actor_id=None, now=now).id
    with time_machine.travel(now, tick=False) as clock:
        assert jobs._take(job_id, "a process that is killed")[1].item == "a"
        assert jobs.run(job_id) == now + jobs.LEASE
        assert kind == ["b"]
        clock.shift(jobs.LEASE)
        assert jobs.run(job_id) is None
    assert kind == ["b", "a"]
    assert db.session.get_one(jobs.Job, job_id).state == "done"
