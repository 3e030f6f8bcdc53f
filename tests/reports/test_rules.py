"""What the facts of a post say."""

from __future__ import annotations

from datetime import date

import pytest

from training_app.reports.rules import HolderFacts, covered, is_new, percent, state, to_act_on, urgency

TODAY = date(2026, 6, 14)
OLD = date(2024, 1, 1)


def _holder(**facts):
    return HolderFacts(**{
        "first_started_on": OLD, "sessions_done": 0, "sessions_needed": 5, "has_certificate": False,
        "passed_test": False,
    } | facts)  # fmt: skip


@pytest.mark.parametrize(
    ("holder", "expected"),
    [
        (None, False),
        (_holder(), False),
        (_holder(sessions_done=4), False),
        (_holder(sessions_done=5), True),
        (_holder(has_certificate=True), True),
        (_holder(sessions_needed=0), False),
    ],
)
def test_a_post_is_covered_by_what_its_present_holder_has_done(holder, expected):
    assert covered(holder) is expected


def test_one_is_new_for_a_year():
    assert is_new(date(2025, 6, 15), TODAY)
    assert not is_new(date(2025, 6, 14), TODAY)


@pytest.mark.parametrize(
    ("holder", "expected"),
    [
        (None, "vacant"),
        (_holder(), "normal"),
        (_holder(first_started_on=TODAY), "new_untested"),
        (_holder(first_started_on=TODAY, passed_test=True), "normal"),
        (_holder(first_started_on=TODAY, has_certificate=True), "normal"),
        (_holder(first_started_on=TODAY, sessions_done=5), "new_untested"),
    ],
)
def test_the_state_of_a_post(holder, expected):
    assert state(holder, TODAY) == expected


@pytest.mark.parametrize(
    ("holder", "expected"),
    [
        (None, True),
        (_holder(sessions_done=3), False),
        (_holder(sessions_done=3, achievable=False), True),
        (_holder(sessions_done=5, achievable=False), False),
        (_holder(first_started_on=TODAY), True),
    ],
)
def test_who_can_still_make_it_needs_nothing_yet(holder, expected):
    assert to_act_on(holder, TODAY) is expected


def test_vacant_posts_come_first_then_the_new_then_who_cannot_make_it_any_more():
    posts = {
        "fine": _holder(sessions_done=3),
        "lost": _holder(achievable=False),
        "new": _holder(first_started_on=TODAY),
        "empty": None,
    }
    assert sorted(posts, key=lambda name: urgency(posts[name], TODAY)) == ["empty", "new", "lost", "fine"]


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [(0, 0, None), (0, 5, 0), (5, 5, 100), (1, 3, 33), (999, 1000, 99), (1, 1000, 1)],
)
def test_per_cent_never_rounds_up_to_all_or_down_to_nothing(part, whole, expected):
    assert percent(part, whole) == expected
