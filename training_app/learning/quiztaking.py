"""A quiz as it is taken: what is kept of it as one goes, and the one moment in which it is handed in."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from training_app.core import audit, tasks
from training_app.core.db import db, insert_unless_there, transaction
from training_app.core.errors import NotFound, Refusal
from training_app.schedule.models import Programme

from . import quizrules, service
from .models import Score
from .quizmodels import Quiz, QuizAnswer, QuizTry
from .quizquestions import newest, questions_in
from .quizrules import Question
from .quizstanding import REFUSALS, standing
from .rules import ATTEMPTS

#: Tries that one call of the task hands in at most.
_AT_ONCE = 500
#: Question → chosen options, both by their places in the order in which the try shows them.
Answers = Mapping[int, Sequence[int]]


def start(quiz_id: int, person_id: int, *, now: datetime, chance: random.Random | None = None) -> QuizTry:
    """Begin a try, or go on with the one that is under way. A second tap gets the same one.

    The caller has proven that the quiz is for this person. Raises Refusal (passed, ahead, over, no_tries) or NotFound.
    """
    with transaction() as session:
        # The questions stay as they are until this try has them.
        quiz = session.scalar(select(Quiz).where(Quiz.id == quiz_id).with_for_update(read=True))
        version = newest(quiz_id)
        if quiz is None or version is None:
            raise NotFound()
        where = standing(person_id, quiz, now)
        if where.under_way is not None:
            if not _is_over(where.under_way, now):
                return where.under_way
            _finish(session, _locked(session, where.under_way.id), now, timed_out=True)
            where = standing(person_id, quiz, now)
        if where.obstacle is not None:
            raise Refusal(where.obstacle, REFUSALS.get(where.obstacle))
        shown = quizrules.arranged(
            questions_in(version),
            questions_too=quiz.shuffles_questions,
            options_too=quiz.shuffles_options,
            chance=chance or random.Random(),
        )
        values = {
            "quiz_id": quiz_id,
            "version_id": version.id,
            "person_id": person_id,
            "number": where.used + 1,
            "shown": shown,
            "pass_mark": quiz.pass_mark,
            "started_at": now,
            "due_at": quizrules.due(now, quiz.minutes, quiz.closes_at),
            "timed_out": False,
        }
        insert_unless_there(QuizTry, values, ["quiz_id", "person_id", "number"])
        return session.scalars(
            select(QuizTry).where(
                QuizTry.quiz_id == quiz_id, QuizTry.person_id == person_id, QuizTry.number == where.used + 1
            )
        ).one()


def _is_over(one: QuizTry, now: datetime) -> bool:
    return one.due_at is not None and now > one.due_at + quizrules.GRACE


def _locked(session: Session, try_id: int) -> QuizTry:
    found = session.scalar(select(QuizTry).where(QuizTry.id == try_id).with_for_update())
    if found is None:
        raise NotFound()
    return found


def _keep(session: Session, one: QuizTry, answers: Answers, now: datetime) -> None:
    known = {row.question: row for row in _rows(one.id)}
    for place, options in answers.items():
        if not 0 <= place < len(one.shown):
            raise NotFound()
        question, choices = one.shown[place]
        if any(not 0 <= option < len(choices) for option in options):
            raise NotFound()
        chosen = sorted({choices[option] for option in options})
        row = known.get(question)
        if row is None:
            session.add(QuizAnswer(try_id=one.id, question=question, chosen=chosen, answered_at=now))
        elif row.chosen != chosen:
            row.chosen, row.answered_at = chosen, now
    session.flush()


def _rows(try_id: int) -> list[QuizAnswer]:
    return list(db.session.scalars(select(QuizAnswer).where(QuizAnswer.try_id == try_id)))


def keep(try_id: int, answers: Answers, *, now: datetime) -> str:
    """Keep answers of a try, the last ones counting: "kept", or "handed_in" when it is too late for them.

    Raises NotFound for a question or an option that is not there.
    """
    with transaction() as session:
        one = _locked(session, try_id)
        if one.handed_in_at is None and _is_over(one, now):
            _finish(session, one, now, timed_out=True)
        if one.handed_in_at is not None:
            return "handed_in"
        _keep(session, one, answers, now)
        return "kept"


def hand_in(try_id: int, answers: Answers, *, now: datetime) -> QuizTry:
    """Hand a try in, with what its page has besides what was kept. Whatever comes later changes nothing.

    A knowledge test's points become a score in the same transaction. Raises as `keep`.
    """
    with transaction() as session:
        one = _locked(session, try_id)
        if one.handed_in_at is None:
            late = _is_over(one, now)
            if not late:
                _keep(session, one, answers, now)
            _finish(session, one, now, timed_out=late)
        return one


def _finish(session: Session, one: QuizTry, now: datetime, *, timed_out: bool) -> None:
    questions = questions_in(one.version)
    rows = {row.question: row for row in _rows(one.id)}
    points, right = quizrules.points_of(questions, {place: row.chosen for place, row in rows.items()})
    for place in range(len(questions)):
        row = rows.get(place)
        if row is None:
            # An open question counts as wrong in what the organiser sees of it.
            row = QuizAnswer(try_id=one.id, question=place, chosen=[], answered_at=now)
            session.add(row)
        row.right = right[place]
    ended = one.due_at if timed_out and one.due_at is not None else now
    one.points, one.handed_in_at, one.timed_out = points, min(ended, now), timed_out
    if one.quiz.event_id is None:
        one.attempt = _score(session, one, now)
    session.flush()
    audit.record(
        audit.Action.QUIZ_HANDED_IN,
        ("quiz_try", one.id),
        actor_id=None if timed_out else one.person_id,
        now=now,
        after={"quiz": one.quiz_id, "try": one.number, "points": str(points), "score": one.attempt},
    )


def _score(session: Session, one: QuizTry, now: datetime) -> int | None:
    """Write the points of a knowledge test as a score: its first free try; None where there is none."""
    programme_id = one.quiz.programme_id
    session.execute(select(Programme.id).where(Programme.id == programme_id).with_for_update())
    taken = set(
        session.scalars(
            select(Score.attempt).where(Score.programme_id == programme_id, Score.person_id == one.person_id)
        )
    )
    free = next((attempt for attempt in ATTEMPTS if attempt not in taken), None)
    if free is None:
        return None
    cells = {(one.person_id, free): one.points}
    try:
        service.save(programme_id, cells, source="phone", actor_id=one.person_id, now=now)
    except NotFound:
        # She has left the programme meanwhile: the try is kept, and is nobody's score.
        return None
    return free


@dataclass(frozen=True)
class Shown:
    """One question of a try, as it is shown: options as (place shown, place in the question, whether chosen)."""

    place: int
    question: Question
    options: tuple[tuple[int, int, bool], ...]
    right: bool | None

    @property
    def chosen(self) -> tuple[int, ...]:
        """The places shown of what is chosen."""
        return tuple(place for place, _option, chosen in self.options if chosen)


def shown(one: QuizTry) -> list[Shown]:
    """The questions of a try in its order, with what is answered, in two statements."""
    questions = questions_in(one.version)
    rows = {row.question: row for row in _rows(one.id)}
    found = []
    for place, (question, choices) in enumerate(one.shown):
        row = rows.get(question)
        chosen = set(row.chosen) if row else set()
        options = tuple((at, option, option in chosen) for at, option in enumerate(choices))
        found.append(Shown(place, questions[question], options, row.right if row else None))
    return found


@tasks.task("learning.close_tries", every_minutes=1)
def close_overdue(now: datetime) -> int:
    """Hand in the tries whose time is up, with what was answered; gives how many."""
    limit = now - quizrules.GRACE
    ids = db.session.scalars(
        select(QuizTry.id)
        .where(QuizTry.handed_in_at.is_(None), QuizTry.due_at < limit)
        .order_by(QuizTry.due_at)
        .limit(_AT_ONCE)
    ).all()
    for try_id in ids:
        with transaction() as session:
            one = _locked(session, try_id)
            # A change of the closing time may have come between.
            if one.handed_in_at is None and _is_over(one, now):
                _finish(session, one, now, timed_out=True)
    return len(ids)
