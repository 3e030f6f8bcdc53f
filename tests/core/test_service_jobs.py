"""Long work, on both databases."""

from __future__ import annotations

import subprocess
import sys

import pytest
import time_machine

from config import ROOT
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
        assert [item.item for item in jobs._take(job_id, "a process that is killed")[1]] == ["a"]
        assert jobs.run(job_id) == now + jobs.LEASE
        assert kind == ["b"]
        clock.shift(jobs.LEASE)
        assert jobs.run(job_id) is None
    assert kind == ["b", "a"]
    assert db.session.get_one(jobs.Job, job_id).state == "done"


@pytest.fixture
def in_threes(monkeypatch):
    """A kind that is done three at once: what was read together, and what was done."""
    read, done = [], []

    def work(_job, names):
        read.append(list(names))
        if names == ["f"]:
            raise OSError("nothing to read")
        return lambda name: lambda: done.append(name)

    monkeypatch.setitem(jobs._kinds, "test.threes", work)
    monkeypatch.setitem(jobs._at_once, "test.threes", 3)
    return read, done


def test_some_items_are_read_together_and_done_one_by_one(app, now, in_threes):
    read, done = in_threes
    job_id = jobs.start("test.threes", list("abcde"), subject=("event", 1), actor_id=None, now=now).id
    assert jobs.run(job_id) is None
    assert read == [["a", "b", "c"], ["d", "e"]] and done == list("abcde")
    assert db.session.get_one(jobs.Job, job_id).done == 5


def test_what_cannot_be_read_fails_its_items(app, now, in_threes):
    job_id = jobs.start("test.threes", ["f"], subject=("event", 1), actor_id=None, now=now).id
    jobs.run(job_id)
    assert [item.result["code"] for item in jobs.items(job_id)] == ["fault"]


def test_a_process_that_is_told_to_stop_gives_back_all_it_had_in_hand(app, now, in_threes, monkeypatch):
    def stops_at_b(_job, _names):
        def one(name):
            if name == "b":
                raise KeyboardInterrupt

        return one

    monkeypatch.setitem(jobs._kinds, "test.threes", stops_at_b)
    job_id = jobs.start("test.threes", list("abc"), subject=("event", 1), actor_id=None, now=now).id
    with pytest.raises(KeyboardInterrupt):
        jobs.run(job_id)
    assert [(item.state, item.claim) for item in jobs.items(job_id)] == [
        ("done", None), ("pending", None), ("pending", None),
    ]  # fmt: skip


def test_who_works_long_keeps_what_is_in_hand(app, now, monkeypatch):
    with time_machine.travel(now, tick=False) as clock:

        def slow(_job, _names):
            def one(_name):
                clock.shift(jobs.LEASE * 0.6)
                # Two processes at once: the other must find nothing free.
                assert jobs._take(job_id, "another") is None

            return one

        monkeypatch.setitem(jobs._kinds, "test.slow", slow)
        monkeypatch.setitem(jobs._at_once, "test.slow", 4)
        job_id = jobs.start("test.slow", list("abcd"), subject=("event", 1), actor_id=None, now=now).id
        jobs.run(job_id)
    assert db.session.get_one(jobs.Job, job_id).done == 4


DIES = """
import os, sys
from config import TestConfig
from training_app import create_app
from training_app.core import claims, jobs
from pathlib import Path

app = create_app(TestConfig(instance=Path(sys.argv[1]), database_url=sys.argv[2]))
with app.app_context(), claims.held() as claim:
    jobs._take(int(sys.argv[3]), claim)
    print("in hand", flush=True)
    if sys.argv[4] == "dies":
        os.kill(os.getpid(), 9)
    sys.stdin.read()
"""


@pytest.mark.parametrize("fate", ["dies", "lives"])
def test_what_a_dead_process_had_in_hand_is_free_at_the_next_start_and_a_living_ones_is_not(app, now, kind, fate):
    job_id = jobs.start("certificates.issue", ["1", "2"], subject=("event", 1), actor_id=None, now=now).id
    settings = [str(app.config["INSTANCE"]), app.config["DATABASE_URL"], str(job_id), fate]
    other = subprocess.Popen(
        [sys.executable, "-c", DIES, *settings], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert other.stdout.readline() == b"in hand\n"
        if fate == "dies":
            other.wait(timeout=30)
        assert jobs.release_dead() == (2 if fate == "dies" else 0)
        states = {item.state for item in jobs.items(job_id)}
        assert states == ({"pending"} if fate == "dies" else {"running"})
    finally:
        other.communicate(timeout=30)
    assert jobs.release_dead() == 0 or fate == "lives"
