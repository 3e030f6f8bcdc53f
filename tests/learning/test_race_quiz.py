"""Double taps and two tabs: one try, one hand-in, one score."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

from sqlalchemy import select

from tests import cast
from tests.learning.quizzing import CHEN, LIN, NOW, RIGHT, WRONG, attended, made
from training_app.core.db import db
from training_app.learning import quiztaking
from training_app.learning.models import Score
from training_app.learning.quizmodels import QuizAnswer, QuizTry


def together(app, *calls):
    """Call all of them at the same moment."""
    gate = Barrier(len(calls))

    def run(call):
        with app.app_context():
            gate.wait()
            try:
                return call()
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(calls)) as hands:
        return list(hands.map(run, calls))


def test_six_taps_on_begin_are_one_try(app):
    attended(CHEN, LIN)
    quiz = made()
    ids = together(app, *[lambda: quiztaking.start(quiz, CHEN, now=NOW).id] * 6)
    assert len(set(ids)) == 1
    assert len(db.session.scalars(select(QuizTry)).all()) == 1


def test_eight_hand_ins_of_one_try_count_once_and_the_first_one_stays(app):
    attended(CHEN, LIN)
    quiz = made()
    begun = quiztaking.start(quiz, CHEN, now=NOW).id
    calls = [lambda a=answers: quiztaking.hand_in(begun, a, now=NOW).points for answers in (RIGHT, WRONG) * 4]
    points = set(together(app, *calls))
    assert len(points) == 1
    (score,) = db.session.scalars(select(Score)).all()
    assert {score.points} == points and score.attempt == 1
    assert len(db.session.scalars(select(QuizAnswer)).all()) == 3


def test_an_answer_beside_the_hand_in_is_in_it_or_refused(app):
    attended(CHEN, LIN)
    quiz = made()
    begun = quiztaking.start(quiz, CHEN, now=NOW).id
    quiztaking.keep(begun, {1: [0, 1], 2: [1]}, now=NOW)
    state, points = together(
        app,
        lambda: quiztaking.keep(begun, {0: [0]}, now=NOW),
        lambda: quiztaking.hand_in(begun, {}, now=NOW).points,
    )
    assert (state, int(points)) in (("kept", 100), ("handed_in", 60))


def test_the_clock_and_her_own_hand_make_one_score(app):
    attended(CHEN, LIN)
    quiz = made(minutes=1)
    begun = quiztaking.start(quiz, CHEN, now=NOW).id
    later = NOW + timedelta(minutes=3)
    together(app, lambda: quiztaking.hand_in(begun, RIGHT, now=later), lambda: quiztaking.close_overdue(later))
    assert [row.attempt for row in db.session.scalars(select(Score).where(Score.programme_id == cast.PROGRAMME))] == [1]
