"""Long work steps back while a crowd stands at a door, and only then."""

from __future__ import annotations

import pytest

from training_app.core.manners import CROWD, LOOK_S, PAUSES, Manners
from training_app.core.signals import scans_asked


class Time:
    """A clock that a pause moves on."""

    def __init__(self):
        self.now, self.slept = 100.0, []

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def door():
    """How many scans there were, as the room that keeps them would say."""
    count = [1000]

    def answer(_sender):
        return count[0]

    others = list(scans_asked.receivers.items())
    scans_asked.receivers.clear()
    with scans_asked.connected_to(answer):
        yield count
    scans_asked.receivers.update(others)


def test_work_beside_a_quiet_door_never_pauses(door):
    time = Time()
    polite = Manners(time, time.sleep)
    for number in range(300):
        time.now += 0.02
        # One volunteer, as quick as she can be.
        door[0] += number % 100 == 0
        polite.give_way()
    assert time.slept == []


def test_beside_a_crowd_each_item_is_followed_by_a_pause_of_four_times_its_length(door):
    time = Time()
    polite = Manners(time, time.sleep)
    time.now += LOOK_S
    door[0] += int(CROWD * LOOK_S) + 1
    polite.give_way()
    door[0] += 50
    time.now += 0.02
    polite.give_way()
    assert time.slept == pytest.approx([PAUSES * LOOK_S, PAUSES * 0.02])


def test_it_goes_on_at_once_when_the_crowd_is_in(door):
    time = Time()
    polite = Manners(time, time.sleep)
    time.now += LOOK_S
    door[0] += 50
    polite.give_way()
    time.now += LOOK_S
    polite.give_way()
    time.now += 0.02
    polite.give_way()
    assert len(time.slept) == 1


def test_the_room_that_keeps_scans_says_how_many_there_were(app):
    assert [answer for _, answer in scans_asked.send(None)] == [0]
