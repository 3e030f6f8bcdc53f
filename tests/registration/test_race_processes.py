"""Four processes with fifty people each for twenty seats, as four web workers would."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.registration.people import AHEAD, capacity, crowd, taken
from training_app.core.db import db
from training_app.registration.models import Registration

ROOT = Path(__file__).resolve().parents[2]
PROCESSES, EACH, SEATS = 4, 50, 20


@pytest.mark.prove
def test_four_processes_for_twenty_seats_confirm_exactly_twenty(app):
    capacity(SEATS)
    people = crowd(PROCESSES * EACH)
    db.session.remove()
    command = [sys.executable, "-m", "tests.registration.racer", str(app.config["INSTANCE"])]
    racers = [
        subprocess.Popen(
            [*command, app.config["DATABASE_URL"], str(people[at]), str(people[at + EACH - 1])],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for at in range(0, len(people), EACH)
    ]
    try:
        assert [racer.stdout.readline().strip() for racer in racers] == ["ready"] * PROCESSES
        for racer in racers:
            racer.stdin.write("go\n")
            racer.stdin.flush()
        counts = [tuple(map(int, racer.communicate(timeout=100)[0].split())) for racer in racers]
    finally:
        for racer in racers:
            racer.kill()
            racer.wait()
    assert [sum(column) for column in zip(*counts, strict=True)] == [SEATS, PROCESSES * EACH - SEATS]
    assert taken() == SEATS
    lines = db.session.scalars(
        select(Registration.line).where(Registration.event_id == AHEAD, Registration.line.is_not(None))
    ).all()
    assert sorted(lines) == list(range(1, PROCESSES * EACH - SEATS + 1))
