"""The questions of a quiz and the versions of these: what somebody was asked stays as it was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from training_app.core import audit
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound, Refusal

from . import quizrules
from .quizmodels import Quiz, QuizTry, QuizVersion
from .quizrules import Question


def locked(session: Session, quiz_id: int) -> Quiz:
    """The quiz with this id, for whoever changes it alone. Raises NotFound."""
    quiz = session.scalar(select(Quiz).where(Quiz.id == quiz_id).with_for_update())
    if quiz is None:
        raise NotFound()
    return quiz


def record_change(quiz: Quiz, *, actor_id: int, now: datetime, **what: Any) -> None:
    """Put a change of a quiz on record."""
    audit.record(audit.Action.QUIZ_CHANGED, ("quiz", quiz.id), actor_id=actor_id, now=now, **what)


def length(quiz_id: int) -> int:
    """How many questions the next try asks."""
    version = newest(quiz_id)
    return len(version.questions) if version else 0


def newest(quiz_id: int) -> QuizVersion | None:
    """The questions that the next try is asked, or None before there were any."""
    return db.session.scalar(
        select(QuizVersion).where(QuizVersion.quiz_id == quiz_id).order_by(QuizVersion.number.desc()).limit(1)
    )


def questions_in(version: QuizVersion | None) -> tuple[Question, ...]:
    """The questions of a version."""
    return tuple(Question.of(record) for record in version.questions) if version else ()


def questions_of(quiz_id: int) -> tuple[QuizVersion | None, tuple[Question, ...]]:
    """The newest version and its questions."""
    version = newest(quiz_id)
    return version, questions_in(version)


def set_questions(quiz_id: int, questions: Sequence[Question], *, actor_id: int, now: datetime) -> QuizVersion:
    """Give a quiz these questions. What somebody was asked stays: a version that was taken is followed by a new one.

    Raises Invalid with a sentence for a question that cannot be asked, one that is asked twice, or none at all while
    the quiz is published.
    """
    quizrules.checked_all(questions)
    with transaction() as session:
        quiz = locked(session, quiz_id)
        if not questions and quiz.state == "published":
            raise Invalid("no_questions", _l("A published quiz needs a question. Withdraw it first."))
        version, before = questions_of(quiz_id)
        if version is not None and before == tuple(questions):
            return version
        if version is None or session.scalar(select(exists().where(QuizTry.version_id == version.id))):
            number = version.number + 1 if version else 1
            version = QuizVersion(quiz_id=quiz_id, number=number)
            session.add(version)
        version.questions = [question.record() for question in questions]
        version.created_by_id, version.created_at = actor_id, now
        session.flush()
        record_change(
            quiz,
            actor_id=actor_id,
            now=now,
            before={"questions": len(before)},
            after={"questions": len(questions), "version": version.number},
        )
        return version


def _at(quiz_id: int, place: int, was: str) -> list[Question]:
    """The questions, once it is sure that the one at this place is the one that was looked at."""
    questions = list(questions_of(quiz_id)[1])
    if not 0 <= place < len(questions) or questions[place].key != was:
        raise Refusal("changed_meanwhile", _l("The questions were changed meanwhile. Look at them again."))
    return questions


def put_question(
    quiz_id: int, place: int | None, question: Question, *, was: str = "", actor_id: int, now: datetime
) -> QuizVersion:
    """Add a question (place None), or change the one at a place, which was `was` (its key) when it was looked at.

    Raises Invalid, or Refusal("changed_meanwhile").
    """
    quizrules.checked(question)
    with transaction() as session:
        locked(session, quiz_id)
        if place is None:
            questions = [*questions_of(quiz_id)[1], question]
        else:
            questions = _at(quiz_id, place, was)
            questions[place] = question
        return set_questions(quiz_id, questions, actor_id=actor_id, now=now)


def arrange(quiz_id: int, place: int, action: str, *, was: str, actor_id: int, now: datetime) -> QuizVersion:
    """Move the question at a place up or down, or remove it. Raises as `put_question`."""
    with transaction() as session:
        locked(session, quiz_id)
        questions = _at(quiz_id, place, was)
        question = questions.pop(place)
        if action != "remove":
            questions.insert(max(0, place - 1) if action == "up" else place + 1, question)
        return set_questions(quiz_id, questions, actor_id=actor_id, now=now)
