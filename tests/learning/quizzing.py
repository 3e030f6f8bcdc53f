"""Quizzes for tests: three questions, and people who take part."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from tests import cast
from training_app.attendance.models import Attendance
from training_app.core.db import db, transaction
from training_app.learning import quizquestions, quizstanding, quiztaking, quizzes
from training_app.learning.quizmodels import Quiz, QuizTry
from training_app.learning.quizrules import MULTIPLE, SINGLE, TRUE_FALSE, Question

CHEN, LIN, ZHANG, ORGANISER = (cast.CAST[key].id for key in ("chen", "lin", "zhang", "organiser"))
NOW = cast.NOW
LATER = NOW + timedelta(hours=1)
REPORT = Question(SINGLE, "发现疑似侵害先做什么？", ("报告公安机关", "找家长核实", "等通知"), (0,), Decimal(4))
VISIT = Question(MULTIPLE, "走访要了解什么？", ("监护", "就学", "邻居收入"), (0, 1), Decimal(4))
GROUP = Question(TRUE_FALSE, "个人信息可以发到群里。", (), (1,), Decimal(2))
QUESTIONS = (REPORT, VISIT, GROUP)
#: All right, in the order in which they stand.
RIGHT = {0: [0], 1: [0, 1], 2: [1]}
WRONG = {0: [1], 1: [2], 2: [0]}


def attended(*people, slot=1):
    """They were at the first session, and so take part in the programme."""
    with transaction() as session:
        for person in people:
            session.add(
                Attendance(slot_id=slot, person_id=person, status="present", as_whom="trainee", left_early=False)
            )


def made(event=None, questions=QUESTIONS, published=True, **settings):
    """The id of a published quiz in a fixed order."""
    usual = {"shuffles_questions": False, "shuffles_options": False, "pass_mark": Decimal(60) if event else None}
    quiz = quizzes.create(
        cast.PROGRAMME, event, quizzes.Settings("测试", **usual | settings), actor_id=ORGANISER, now=NOW
    )
    if questions:
        quizquestions.set_questions(quiz.id, questions, actor_id=ORGANISER, now=NOW)
    if published:
        quizzes.publish(quiz.id, actor_id=ORGANISER, now=NOW)
    return quiz.id


def the(event=None):
    """The id of the programme's or the session's quiz, made where there is none."""
    there = quizzes.quiz_of(cast.PROGRAMME, event)
    return there.id if there else made(event)


def taken(quiz, person, answers=RIGHT, now=NOW):
    """A try that was begun and handed in."""
    begun = quiztaking.start(quiz, person, now=now)
    return quiztaking.hand_in(begun.id, answers, now=now)


def stands(quiz, person, now=NOW):
    """How someone stands with a quiz."""
    db.session.expire_all()
    return quizstanding.standing(person, db.session.get(Quiz, quiz), now)


def one(try_id):
    """A try as it is kept."""
    db.session.expire_all()
    return db.session.get(QuizTry, try_id)
