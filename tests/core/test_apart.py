"""A stranger's file is worked on apart: it can end its own process, never ours."""

from __future__ import annotations

import os

import pytest

from training_app.core import apart


def _forever(_data):
    while True:
        pass


def _greedy(data):
    return len(data * 4_000_000_000)


def _killed(_data):
    os._exit(3)


def test_what_was_found_comes_back():
    assert apart.run(bytes.upper, b"signed", cpu_s=5) == b"SIGNED"


@pytest.mark.parametrize("work", [_forever, _greedy, _killed])
def test_what_takes_too_much_or_breaks_down_ends_alone(work):
    with pytest.raises(apart.Ended):
        apart.run(work, b"x", cpu_s=1)
