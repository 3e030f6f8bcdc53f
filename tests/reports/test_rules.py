"""What the facts of a post say."""

from __future__ import annotations

from datetime import date

import pytest

from training_app.reports.rules import PostFacts, heat, is_new, percent, post_state, reason, reference_day

TODAY = date(2026, 6, 14)
OLD = date(2024, 1, 1)


def test_one_is_new_for_a_year():
    assert is_new(date(2025, 6, 15), TODAY)
    assert not is_new(date(2025, 6, 14), TODAY)


@pytest.mark.parametrize(
    ("holder", "expected"),
    [
        (None, "vacant"),
        (PostFacts(OLD), "untrained"),
        (PostFacts(OLD, engaged=True), "in_training"),
        (PostFacts(OLD, ever_passed=True), "untrained"),
        (PostFacts(TODAY), "new_untested"),
        (PostFacts(TODAY, engaged=True), "new_untested"),
        (PostFacts(TODAY, ever_passed=True), "untrained"),
        (PostFacts(TODAY, ever_passed=True, engaged=True), "in_training"),
        (PostFacts(TODAY, certified=True), "trained"),
        (PostFacts(OLD, certified=True, engaged=True), "trained"),
    ],
)
def test_the_state_of_a_post(holder, expected):
    assert post_state(holder, TODAY) == expected


@pytest.mark.parametrize(
    ("state", "reached", "expected"),
    [
        ("vacant", True, "vacant"),
        ("trained", True, None),
        ("in_training", True, None),
        ("in_training", False, "out_of_reach"),
        ("new_untested", True, "new_untested"),
        ("new_untested", False, "out_of_reach"),
        ("untrained", True, "untrained"),
    ],
)
def test_who_is_trained_or_on_the_way_needs_nothing(state, reached, expected):
    assert reason(state, reached=reached) == expected


@pytest.mark.parametrize(
    ("today", "expected"),
    [(TODAY, TODAY), (date(2027, 2, 4), date(2026, 12, 31)), (date(2025, 9, 1), date(2025, 9, 1))],
)
def test_the_holders_of_a_year_that_is_over_are_those_of_its_last_day(today, expected):
    assert reference_day(2026, today) == expected


@pytest.mark.parametrize(
    ("part", "whole", "expected"), [(0, 0, None), (0, 9, 0), (1, 5, 1), (99, 100, 4), (100, 100, 5), (19, 100, 0)]
)
def test_only_all_of_them_are_the_darkest(part, whole, expected):
    assert heat(part, whole) == expected


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [(0, 0, None), (0, 5, 0), (5, 5, 100), (1, 3, 33), (999, 1000, 99), (1, 1000, 1)],
)
def test_per_cent_never_rounds_up_to_all_or_down_to_nothing(part, whole, expected):
    assert percent(part, whole) == expected
