"""Long work, on both databases."""

from __future__ import annotations

import pytest

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
