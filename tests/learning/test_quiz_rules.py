"""Questions: what they may be, in which order they are shown, what answers are worth."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.learning.quizzing import GROUP, NOW, QUESTIONS, REPORT, RIGHT, VISIT
from training_app.core.errors import Invalid
from training_app.learning import quizrules


@pytest.mark.parametrize(
    ("question", "field"),
    [
        (replace(REPORT, text=" "), "text"),
        (replace(REPORT, options=("一",)), "options"),
        (replace(REPORT, options=("一", "一")), "options"),
        (replace(REPORT, options=tuple("一二三四五六七八九")), "options"),
        (replace(REPORT, right=()), "right"),
        (replace(REPORT, right=(0, 1)), "right"),
        (replace(REPORT, right=(3,)), "right"),
        (replace(GROUP, right=(2,)), "right"),
        (replace(GROUP, points=Decimal(0)), "points"),
        (replace(GROUP, points=Decimal("0.25")), "points"),
        (replace(GROUP, points=Decimal("NaN")), "points"),
        (replace(GROUP, kind="essay"), "kind"),
    ],
)
def test_what_is_wrong_with_a_question_is_said_beside_its_field(question, field):
    with pytest.raises(Invalid) as refused:
        quizrules.checked(question)
    assert field in refused.value.fields


def test_the_same_question_is_not_asked_twice():
    with pytest.raises(Invalid, match="twice"):
        quizrules.checked_all([REPORT, GROUP, replace(REPORT, points=Decimal(9))])


def test_of_several_right_options_all_must_be_chosen_and_no_other():
    assert quizrules.points_of(QUESTIONS, RIGHT)[0] == 100
    assert quizrules.points_of(QUESTIONS, RIGHT | {1: [0]})[0] == 60
    assert quizrules.points_of(QUESTIONS, RIGHT | {1: [0, 1, 2]})[0] == 60


def test_an_open_question_is_a_wrong_one_and_points_are_rounded_to_a_tenth():
    three = [replace(GROUP, text=text, points=Decimal(1)) for text in "甲乙丙"]
    assert quizrules.points_of(three, {0: [1], 1: [1]}) == (Decimal("66.7"), {0: True, 1: True, 2: False})


def test_a_try_shows_every_question_and_option_once_in_its_own_order():
    many = [replace(REPORT, text=str(n)) for n in range(20)]
    shown = quizrules.arranged(many, questions_too=True, options_too=True, chance=random.Random(1))
    assert sorted(place for place, _ in shown) == list(range(20))
    assert all(sorted(options) == [0, 1, 2] for _, options in shown)
    assert [place for place, _ in shown] != list(range(20))
    assert any(options != [0, 1, 2] for _, options in shown)


def test_true_stands_before_false_in_any_order():
    for seed in range(10):
        shown = quizrules.arranged([GROUP], questions_too=True, options_too=True, chance=random.Random(seed))
        assert shown == [[0, [0, 1]]]


def test_a_try_ends_with_its_minutes_or_with_the_quiz():
    closes = NOW + timedelta(minutes=30)
    assert quizrules.due(NOW, 20, closes) == NOW + timedelta(minutes=20)
    assert quizrules.due(NOW, 60, closes) == closes
    assert quizrules.due(NOW, None, None) is None


@pytest.mark.parametrize(
    ("state", "opens", "closes", "phase"),
    [
        ("draft", None, None, "draft"),
        ("published", None, None, "open"),
        ("published", 1, None, "ahead"),
        ("published", 0, 1, "open"),
        ("published", -2, 0, "over"),
    ],
)
def test_a_quiz_opens_and_closes_by_the_hour(state, opens, closes, phase):
    hour = timedelta(hours=1)
    times = [None if n is None else NOW + n * hour for n in (opens, closes)]
    assert quizrules.phase_of(state, *times, NOW) == phase


def test_whoever_has_passed_needs_no_further_try():
    assert quizrules.obstacle("open", passed=True, used=1, allowed=2) == "passed"
    assert quizrules.obstacle("open", passed=False, used=1, allowed=2) is None
    assert quizrules.obstacle("open", passed=False, used=2, allowed=2) == "no_tries"
    assert quizrules.obstacle("over", passed=False, used=0, allowed=2) == "over"


def test_what_was_wrong_is_shown_as_the_organiser_wants_it():
    def shows(reveals, ended):
        return quizrules.reveals_now(reveals, handed_in=True, ended=ended)

    assert [shows(reveals, False) for reveals in quizrules.REVEALS] == [False, False, True]
    assert [shows(reveals, True) for reveals in quizrules.REVEALS] == [False, True, True]


def test_a_changed_answer_makes_another_question_and_other_points_do_not():
    assert replace(VISIT, right=(0,)).key != VISIT.key
    assert replace(VISIT, points=Decimal(9)).key == VISIT.key
    assert quizrules.Question.of(VISIT.record()) == VISIT
