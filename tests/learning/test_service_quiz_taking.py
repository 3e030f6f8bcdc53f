"""A quiz is taken: who may, what is kept, what counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from tests import cast
from tests.learning.quizzing import (
    CHEN,
    GROUP,
    LATER,
    LIN,
    NOW,
    ORGANISER,
    QUESTIONS,
    RIGHT,
    WRONG,
    ZHANG,
    attended,
    made,
    one,
    stands,
    taken,
)
from training_app.core import clock
from training_app.core.db import db
from training_app.core.errors import NotFound, Refusal
from training_app.learning import quizquestions, quizstanding, quiztaking, quizzes, service
from training_app.learning.models import Score
from training_app.learning.quizmodels import QuizAnswer, QuizTry
from training_app.people import merging, persons
from training_app.registration import seats


@pytest.fixture(autouse=True)
def _attended(app):
    attended(CHEN, LIN)


def scores(person=CHEN):
    return service.points(cast.PROGRAMME, [person]).get(person, {})


def waiting(person, now=NOW):
    db.session.expire_all()
    return [standing.quiz.id for standing in quizstanding.waiting_for(person, now)]


def test_a_knowledge_test_on_the_phone_becomes_a_score_like_one_from_paper():
    quiz = made()
    assert taken(quiz, CHEN).points == 100
    row = db.session.scalar(select(Score))
    assert (row.person_id, row.attempt, row.points, row.source) == (CHEN, 1, Decimal(100), "phone")
    assert stands(quiz, CHEN).passed


def test_a_second_try_follows_one_that_failed_and_none_one_that_passed():
    quiz = made()
    taken(quiz, CHEN, WRONG)
    assert stands(quiz, CHEN).left == 1
    taken(quiz, CHEN, RIGHT, LATER)
    assert scores() == {1: Decimal(0), 2: Decimal(100)}
    with pytest.raises(Refusal, match="passed"):
        quiztaking.start(quiz, CHEN, now=LATER)


def test_a_try_on_paper_uses_up_a_try_on_the_phone():
    quiz = made()
    service.save(cast.PROGRAMME, {(CHEN, 1): Decimal(40)}, source="paper", actor_id=ORGANISER, now=NOW)
    assert taken(quiz, CHEN, RIGHT).attempt == 2
    assert scores() == {1: Decimal(40), 2: Decimal(100)}


def test_a_score_that_was_entered_while_she_was_at_it_stays_and_hers_is_the_second():
    quiz = made()
    begun = quiztaking.start(quiz, CHEN, now=NOW)
    service.save(cast.PROGRAMME, {(CHEN, 1): Decimal(40)}, source="paper", actor_id=ORGANISER, now=NOW)
    assert quiztaking.hand_in(begun.id, RIGHT, now=LATER).attempt == 2
    assert scores() == {1: Decimal(40), 2: Decimal(100)}


def test_when_both_tries_were_entered_meanwhile_hers_is_kept_and_is_no_score():
    quiz = made()
    begun = quiztaking.start(quiz, CHEN, now=NOW)
    both = {(CHEN, 1): Decimal(40), (CHEN, 2): Decimal(50)}
    service.save(cast.PROGRAMME, both, source="paper", actor_id=ORGANISER, now=NOW)
    handed = quiztaking.hand_in(begun.id, RIGHT, now=LATER)
    assert (handed.points, handed.attempt) == (Decimal(100), None)
    assert scores() == {1: Decimal(40), 2: Decimal(50)}


def test_a_sessions_quiz_has_results_of_its_own_and_writes_no_score():
    quiz = made(event=1)
    taken(quiz, CHEN, RIGHT | {1: [0]})
    standing = stands(quiz, CHEN)
    assert (standing.points, standing.passed) == ({1: Decimal(60)}, True)
    assert db.session.scalar(select(func.count()).select_from(Score)) == 0


def test_the_pass_mark_is_the_one_that_held_when_the_try_began():
    quiz = made(event=1)
    begun = quiztaking.start(quiz, CHEN, now=NOW)
    settings = replace(quizzes.settings_of(quizzes.quiz_of(cast.PROGRAMME, 1)), pass_mark=Decimal(90))
    quizzes.change(quiz, settings, actor_id=ORGANISER, now=NOW)
    assert quizstanding.has_passed(quiztaking.hand_in(begun.id, RIGHT | {1: [0]}, now=NOW))


def test_only_whoever_takes_part_finds_it():
    quiz = made()
    assert waiting(CHEN) == [quiz] and waiting(ZHANG) == []


def test_a_sessions_quiz_is_for_who_was_there_or_is_registered():
    quiz = made(event=cast.TODAY_EVENT)
    assert waiting(CHEN) == []
    seats.register(cast.TODAY_EVENT, CHEN, source="organiser", actor_id=ORGANISER, now=NOW)
    assert waiting(CHEN) == [quiz] and waiting(LIN) == []


def test_it_opens_and_closes_by_the_hour():
    quiz = made(opens_at=LATER, closes_at=LATER + timedelta(hours=1))
    assert [waiting(CHEN, NOW + timedelta(minutes=m)) for m in (0, 60, 119, 120)] == [[], [quiz], [quiz], []]
    for when, code in ((NOW, "ahead"), (LATER + timedelta(hours=1), "over")):
        with pytest.raises(Refusal, match=code):
            quiztaking.start(quiz, CHEN, now=when)


def test_beginning_again_goes_on_with_the_try_that_is_under_way():
    quiz = made()
    first = quiztaking.start(quiz, CHEN, now=NOW).id
    quiztaking.keep(first, {0: [0]}, now=NOW)
    assert quiztaking.start(quiz, CHEN, now=LATER).id == first
    assert [question.chosen for question in quiztaking.shown(one(first))] == [(0,), (), ()]


def test_the_last_answer_counts_until_it_is_handed_in_and_nothing_after():
    quiz = made()
    begun = quiztaking.start(quiz, CHEN, now=NOW).id
    assert quiztaking.keep(begun, {0: [1], 2: [1]}, now=NOW) == "kept"
    assert quiztaking.keep(begun, {0: [0]}, now=NOW) == "kept"
    quiztaking.hand_in(begun, {1: [0, 1]}, now=NOW)
    assert quiztaking.keep(begun, {0: [1]}, now=NOW) == "handed_in"
    assert quiztaking.hand_in(begun, WRONG, now=LATER).points == 100
    assert scores() == {1: Decimal(100)}


@pytest.mark.parametrize("answers", [{3: [0]}, {0: [3]}, {2: [2]}])
def test_an_answer_to_what_was_not_asked_is_refused(answers):
    begun = quiztaking.start(made(), CHEN, now=NOW).id
    with pytest.raises(NotFound):
        quiztaking.keep(begun, answers, now=NOW)


def test_answers_are_kept_by_what_was_shown_wherever_it_stood():
    quiz = made(shuffles_questions=True, shuffles_options=True)
    begun = quiztaking.start(quiz, CHEN, now=NOW)
    answers = {
        question.place: [place for place, option, _ in question.options if option in question.question.right]
        for question in quiztaking.shown(begun)
    }
    assert quiztaking.hand_in(begun.id, answers, now=NOW).points == 100


def test_at_closing_time_what_was_answered_counts():
    quiz = made(closes_at=LATER)
    begun = quiztaking.start(quiz, CHEN, now=NOW).id
    quiztaking.keep(begun, {0: [0]}, now=NOW)
    assert quiztaking.close_overdue(LATER) == 0
    assert quiztaking.close_overdue(LATER + timedelta(minutes=1)) == 1
    found = one(begun)
    assert (found.points, found.handed_in_at, found.timed_out) == (Decimal(40), LATER, True)
    assert scores() == {1: Decimal(40)}
    assert quiztaking.close_overdue(LATER + timedelta(minutes=2)) == 0


def test_what_is_handed_in_too_late_counts_as_it_was_kept():
    quiz = made(minutes=20)
    begun = quiztaking.start(quiz, CHEN, now=NOW).id
    quiztaking.keep(begun, {0: [0]}, now=NOW)
    assert quiztaking.hand_in(begun, RIGHT, now=NOW + timedelta(minutes=21)).points == 40


def test_the_network_may_take_half_a_minute():
    begun = quiztaking.start(made(minutes=20), CHEN, now=NOW).id
    found = quiztaking.hand_in(begun, RIGHT, now=NOW + timedelta(minutes=20, seconds=25))
    assert (found.points, found.timed_out) == (Decimal(100), False)


def test_a_later_closing_time_gives_more_time_to_whoever_is_at_it():
    quiz = made(closes_at=LATER)
    begun = quiztaking.start(quiz, CHEN, now=NOW).id
    settings = quizzes.Settings("测试", closes_at=LATER + timedelta(hours=1))
    quizzes.change(quiz, settings, actor_id=ORGANISER, now=NOW)
    assert quiztaking.close_overdue(LATER + timedelta(minutes=1)) == 0
    assert quiztaking.keep(begun, {0: [0]}, now=LATER + timedelta(minutes=1)) == "kept"


def test_whoever_is_at_a_quiz_that_is_withdrawn_has_what_was_answered():
    quiz = made(event=1)
    begun = quiztaking.start(quiz, CHEN, now=NOW).id
    quiztaking.keep(begun, {0: [0]}, now=NOW)
    quizzes.withdraw(quiz, actor_id=ORGANISER, now=LATER)
    quiztaking.close_overdue(LATER + timedelta(minutes=1))
    assert one(begun).points == 40 and waiting(CHEN, LATER) == []


def test_a_try_keeps_the_questions_as_they_were_asked():
    quiz = made()
    begun = quiztaking.start(quiz, CHEN, now=NOW).id
    quizquestions.set_questions(quiz, [replace(GROUP, right=(0,))], actor_id=ORGANISER, now=NOW)
    assert [question.question for question in quiztaking.shown(one(begun))] == list(QUESTIONS)
    assert quiztaking.hand_in(begun, RIGHT, now=NOW).points == 100
    assert quizquestions.length(quiz) == 1


def test_who_left_the_programme_meanwhile_has_a_try_and_no_score():
    quiz = made()
    row = seats.register(6, ZHANG, source="organiser", actor_id=ORGANISER, now=NOW)
    begun = quiztaking.start(quiz, ZHANG, now=NOW).id
    seats.cancel(row.id, actor_id=ORGANISER, now=NOW)
    found = quiztaking.hand_in(begun, RIGHT, now=NOW)
    assert (found.points, found.attempt) == (Decimal(100), None) and scores(ZHANG) == {}


def test_tries_of_a_record_that_was_merged_are_hers():
    other = persons.find_or_create("陈丽华", None, division_code=cast.MEISHAN, actor_id=None, now=NOW).id
    attended(other, slot=2)
    quiz = made()
    taken(quiz, other, WRONG)
    merging.merge(other, CHEN, actor_id=ORGANISER, now=NOW)
    standing = stands(quiz, CHEN)
    assert (standing.left, standing.points) == (1, {1: Decimal(0)})
    assert taken(quiz, CHEN).number == 2


def test_every_open_question_is_kept_as_wrong_for_the_organisers_figures():
    taken(made(), CHEN, {0: [0]})
    assert sorted(db.session.scalars(select(QuizAnswer.right))) == [False, False, True]


def test_the_clock_of_a_try_never_runs_backwards():
    quiz = made(minutes=5, closes_at=clock.midnight_after(NOW))
    begun = quiztaking.start(quiz, CHEN, now=NOW).id
    quiztaking.keep(begun, {0: [0]}, now=NOW)
    later = NOW + timedelta(minutes=30)
    second = quiztaking.start(quiz, CHEN, now=later)
    assert second.number == 2 and one(begun).handed_in_at == NOW + timedelta(minutes=5)
    assert db.session.scalar(select(func.count()).select_from(QuizTry)) == 2
