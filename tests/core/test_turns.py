"""Writers of one SQLite file, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest
from sqlalchemy import create_engine

from training_app.core import turns

HOLD = """
import sys
from sqlalchemy import create_engine
from training_app.core import turns
engine = create_engine(sys.argv[1])
turns.prepare(engine)
with engine.connect() as connection, turns.turn(connection):
    print("mine", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def engine(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'some.db'}")
    turns.prepare(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def other(engine):
    """A process whose turn it is until its input ends or it is killed."""
    command = [sys.executable, "-c", HOLD, str(engine.url)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "mine\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def _ask(engine) -> tuple[threading.Thread, threading.Event]:
    mine = threading.Event()

    def wait() -> None:
        with engine.connect() as connection, turns.turn(connection):
            mine.set()

    thread = threading.Thread(target=wait)
    thread.start()
    return thread, mine


def test_one_waits_until_the_other_is_through(engine, other):
    thread, mine = _ask(engine)
    assert not mine.wait(0.3)
    other.stdin.close()
    assert mine.wait(5)
    thread.join()


def test_a_killed_writer_holds_nobody_up(engine, other):
    thread, mine = _ask(engine)
    other.kill()
    assert mine.wait(5)
    thread.join()


def test_whoever_waits_for_too_long_goes_on_and_meets_the_databases_own_lock(engine, other, monkeypatch):
    monkeypatch.setattr(turns, "_PATIENCE_S", 0.2)
    began = time.monotonic()
    with engine.connect() as connection, turns.turn(connection):
        assert 0.2 <= time.monotonic() - began < 5


def test_two_connections_of_one_process_take_turns_too(engine):
    with engine.connect() as connection:
        with turns.turn(connection):
            thread, mine = _ask(engine)
            assert not mine.wait(0.2)
        assert mine.wait(5)
        thread.join()


def test_a_connection_that_closes_within_its_turn_ends_it(engine):
    with engine.connect() as connection:
        with turns.turn(connection):
            connection.connection.detach()
            connection.connection.close()
        thread, mine = _ask(engine)
        assert mine.wait(5)
        thread.join()
