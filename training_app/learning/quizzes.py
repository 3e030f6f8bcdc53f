"""Quizzes as their organisers make them: what holds for them, and whether they are published."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, exists, func, select, update

from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.schedule.models import Event, Programme

from . import quizrules
from .quizmodels import Quiz, QuizTry, QuizVersion
from .quizquestions import locked, questions_of, record_change
from .rules import ATTEMPTS, checked_points

#: Tries that a session's quiz may allow; a knowledge test has a first and a second one.
MOST_TRIES = 9
LONGEST_MINUTES = 600


@dataclass(frozen=True)
class Settings:
    """What holds for a quiz; `pass_mark` counts for a session's quiz alone."""

    title: str
    tries: int = 2
    pass_mark: Decimal | None = None
    shuffles_questions: bool = True
    shuffles_options: bool = True
    reveals: str = "end"
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    minutes: int | None = None

    def record(self) -> dict[str, Any]:
        """As the audit keeps it."""
        return {name: None if value is None else str(value) for name, value in asdict(self).items()}


def settings_of(quiz: Quiz) -> Settings:
    """What holds for a quiz now."""
    return Settings(**{name: getattr(quiz, name) for name in Settings.__dataclass_fields__})


def _checked(settings: Settings, *, of_programme: bool) -> Settings:
    faults: dict[str, Any] = {}
    most = max(ATTEMPTS) if of_programme else MOST_TRIES
    if not settings.title.strip():
        faults["title"] = _l("Please fill this in.")
    if not 1 <= settings.tries <= most:
        faults["tries"] = _l("Give a number of tries from 1 to %(most)s.", most=most)
    if not of_programme:
        try:
            if checked_points(settings.pass_mark) is None:
                faults["pass_mark"] = _l("Please fill this in.")
        except Invalid as fault:
            faults["pass_mark"] = fault.sentence
    if settings.minutes is not None and not 1 <= settings.minutes <= LONGEST_MINUTES:
        faults["minutes"] = _l("Give the minutes from 1 to %(most)s, or leave it empty.", most=LONGEST_MINUTES)
    if settings.opens_at and settings.closes_at and settings.closes_at <= settings.opens_at:
        faults["closes_at"] = _l("It must close after it opens.")
    if settings.reveals not in quizrules.REVEALS:
        faults["reveals"] = _l("Please choose from the list.")
    if faults:
        raise Invalid("settings", next(iter(faults.values())), faults)
    return settings


def _take(quiz: Quiz, settings: Settings) -> None:
    for name, value in asdict(settings).items():
        setattr(quiz, name, value)
    if quiz.event_id is None:
        quiz.pass_mark = None


def quiz_of(programme_id: int, event_id: int | None = None) -> Quiz | None:
    """The quiz of a session, or of the programme itself; None while there is none."""
    whose = Quiz.event_id.is_(None) if event_id is None else Quiz.event_id == event_id
    return db.session.scalar(select(Quiz).where(Quiz.programme_id == programme_id, whose))


def create(programme_id: int, event_id: int | None, settings: Settings, *, actor_id: int, now: datetime) -> Quiz:
    """Make a quiz for a programme, or for one of its events; it is a draft.

    Raises Invalid with a sentence for each field, NotFound for an event of another programme, Refusal("quiz_exists",
    quiz_id=…) when there is one.
    """
    _checked(settings, of_programme=event_id is None)
    with transaction() as session:
        # Two of them made at once: the programme's row puts them in line.
        if session.scalar(select(Programme.id).where(Programme.id == programme_id).with_for_update()) is None:
            raise NotFound()
        if event_id is not None and not session.scalar(
            select(exists().where(Event.id == event_id, Event.programme_id == programme_id))
        ):
            raise NotFound()
        there = quiz_of(programme_id, event_id)
        if there is not None:
            raise Refusal("quiz_exists", _l("There is a quiz already."), quiz_id=there.id)
        quiz = Quiz(programme_id=programme_id, event_id=event_id, created_at=now, state="draft")
        _take(quiz, settings)
        session.add(quiz)
        session.flush()
        record_change(quiz, actor_id=actor_id, now=now, after=settings.record())
        return quiz


def change(quiz_id: int, settings: Settings, *, actor_id: int, now: datetime) -> Quiz:
    """Change what holds for a quiz; whoever is at it gets the new end. Raises as `create`."""
    with transaction() as session:
        quiz = locked(session, quiz_id)
        _checked(settings, of_programme=quiz.event_id is None)
        before = settings_of(quiz)
        _take(quiz, settings)
        session.flush()
        for one in session.scalars(select(QuizTry).where(QuizTry.quiz_id == quiz_id, QuizTry.handed_in_at.is_(None))):
            one.due_at = quizrules.due(one.started_at, quiz.minutes, quiz.closes_at)
        if settings_of(quiz) != before:
            record_change(quiz, actor_id=actor_id, now=now, before=before.record(), after=settings_of(quiz).record())
        return quiz


def publish(quiz_id: int, *, actor_id: int, now: datetime) -> Quiz:
    """Show a quiz to whoever may take it. Raises Invalid("no_questions")."""
    with transaction() as session:
        quiz = locked(session, quiz_id)
        if not questions_of(quiz_id)[1]:
            raise Invalid("no_questions", _l("Enter or import the questions first."))
        if quiz.state != "published":
            quiz.state = "published"
            record_change(quiz, actor_id=actor_id, now=now, before={"state": "draft"}, after={"state": "published"})
        return quiz


def withdraw(quiz_id: int, *, actor_id: int, now: datetime) -> Quiz:
    """Make a quiz a draft again. Whoever is at it is stopped; what was answered counts."""
    with transaction() as session:
        quiz = locked(session, quiz_id)
        if quiz.state == "published":
            quiz.state = "draft"
            under_way = (QuizTry.quiz_id == quiz_id, QuizTry.handed_in_at.is_(None))
            session.execute(update(QuizTry).where(*under_way).values(due_at=now))
            record_change(quiz, actor_id=actor_id, now=now, before={"state": "published"}, after={"state": "draft"})
        return quiz


def remove(quiz_id: int, *, actor_id: int, now: datetime) -> None:
    """Delete a quiz that nobody has begun. Raises Refusal("taken") otherwise."""
    with transaction() as session:
        quiz = locked(session, quiz_id)
        if session.scalar(select(exists().where(QuizTry.quiz_id == quiz_id))):
            raise Refusal("taken", _l("Somebody has taken this quiz, so it stays. Withdraw it instead."))
        record_change(quiz, actor_id=actor_id, now=now, before=settings_of(quiz).record())
        session.execute(delete(QuizVersion).where(QuizVersion.quiz_id == quiz_id))
        session.delete(quiz)
        session.flush()


@dataclass(frozen=True)
class Listed:
    """A quiz in a programme's list."""

    quiz: Quiz
    questions: int
    #: Persons who have handed in.
    taken: int


def listed(programme_id: int) -> dict[int | None, Listed]:
    """A programme's quizzes by event (None: its knowledge test), in three statements."""
    quizzes = db.session.scalars(select(Quiz).where(Quiz.programme_id == programme_id)).all()
    ids = [quiz.id for quiz in quizzes]
    versions = db.session.scalars(select(QuizVersion).where(QuizVersion.quiz_id.in_(ids)).order_by(QuizVersion.number))
    count = {version.quiz_id: len(version.questions) for version in versions}
    rows = db.session.execute(
        select(QuizTry.quiz_id, func.count(QuizTry.person_id.distinct()))
        .where(QuizTry.quiz_id.in_(ids), QuizTry.handed_in_at.is_not(None))
        .group_by(QuizTry.quiz_id)
    )
    taken = {row[0]: row[1] for row in rows}
    return {quiz.event_id: Listed(quiz, count.get(quiz.id, 0), taken.get(quiz.id, 0)) for quiz in quizzes}
