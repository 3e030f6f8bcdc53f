"""How somebody stands with a quiz: whether it is for her, what she reached, and whether a further try may begin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from training_app.attendance.models import Attendance
from training_app.core.db import db
from training_app.people.merging import records
from training_app.registration.models import Registration
from training_app.schedule.models import Event, Slot

from . import quizrules, service
from .models import Score
from .quizmodels import Quiz, QuizTry
from .rules import PassMark

REFUSALS = {
    "passed": _l("You have passed: nothing more is to be done."),
    "ahead": _l("The quiz is not open yet."),
    "over": _l("The quiz is over."),
    "no_tries": _l("You have used all your tries. If something went wrong, ask the organiser."),
}


def attends(event_id: Any, person_ids: Any) -> ColumnElement[bool]:
    """The condition that a column is an event for which one of these persons (a statement of ids) came or comes."""
    registered = select(Registration.event_id).where(
        Registration.person_id.in_(person_ids),
        Registration.state == "confirmed",
        Registration.as_whom.in_(service.FOR_ONESELF),
    )
    was_there = (
        select(Slot.event_id)
        .join(Attendance, Attendance.slot_id == Slot.id)
        .where(Attendance.person_id.in_(person_ids), Attendance.as_whom.in_(service.FOR_ONESELF))
    )
    return or_(event_id.in_(registered), event_id.in_(was_there))


def is_for(person_id: int) -> ColumnElement[bool]:
    """The condition that a Quiz row, outer-joined with its Event, is published and this person may take it."""
    ids = records([person_id])
    of_programme = and_(Quiz.event_id.is_(None), service.joined_by(Quiz.programme_id, ids))
    return and_(
        Quiz.state == "published",
        or_(of_programme, and_(Event.state.in_(("published", "closed")), attends(Quiz.event_id, ids))),
    )


@dataclass(frozen=True)
class Standing:
    """How one person stands with one quiz."""

    quiz: Quiz
    #: ahead, open, over, draft
    phase: str
    #: Handed in, the first one first.
    tries: tuple[QuizTry, ...]
    under_way: QuizTry | None
    #: Of 100, by try: a knowledge test's scores, from paper too; else what was handed in.
    points: Mapping[int, Decimal]
    passed: bool | None
    #: None where no rule is known.
    mark: Decimal | None
    #: Tries, those on paper included.
    used: int
    #: passed, ahead, over, no_tries; None: a try may begin
    obstacle: str | None

    @property
    def left(self) -> int:
        """Tries that are left."""
        return max(0, self.quiz.tries - self.used)

    @property
    def ended(self) -> bool:
        """Whether no further try can come, nor one is under way: then what was right may be seen."""
        return self.under_way is None and (bool(self.passed) or self.left == 0 or self.phase == "over")

    @property
    def waits(self) -> bool:
        """Whether there is something to do now."""
        return self.under_way is not None or self.obstacle is None


def _standing(
    quiz: Quiz, tries: Sequence[QuizTry], scores: Mapping[int, Decimal], mark: PassMark | None, now: datetime
) -> Standing:
    handed_in = tuple(one for one in tries if one.handed_in_at is not None)
    under_way = next((one for one in tries if one.handed_in_at is None), None)
    numbers = {one.number for one in tries}
    passed: bool | None
    if quiz.event_id is None:
        points, passed = dict(scores), mark.passed(scores) if mark else None
        numbers |= set(scores)
    else:
        points = {one.number: one.points for one in handed_in if one.points is not None}
        passed = any(has_passed(one) for one in handed_in) if handed_in else None
    phase = quizrules.phase_of(quiz.state, quiz.opens_at, quiz.closes_at, now)
    used = max(numbers, default=0)
    return Standing(
        quiz=quiz,
        phase=phase,
        tries=handed_in,
        under_way=under_way,
        points=points,
        passed=passed,
        mark=quiz.pass_mark if quiz.event_id is not None else mark.points if mark else None,
        used=used,
        obstacle=quizrules.obstacle(phase, passed=bool(passed), used=used, allowed=quiz.tries),
    )


def has_passed(one: QuizTry) -> bool:
    """Whether a try of a session's quiz that was handed in passed."""
    return one.points is not None and one.pass_mark is not None and one.points >= one.pass_mark


def standings(person_id: int, quizzes: Sequence[Quiz], now: datetime) -> list[Standing]:
    """How this person stands with these quizzes: two statements, and the rule of each programme with a test."""
    if not quizzes:
        return []
    ids = records([person_id])
    tries: dict[int, list[QuizTry]] = {quiz.id: [] for quiz in quizzes}
    for one in db.session.scalars(
        select(QuizTry)
        .where(QuizTry.quiz_id.in_(tries), QuizTry.person_id.in_(ids))
        .order_by(QuizTry.number, QuizTry.id)
    ):
        tries[one.quiz_id].append(one)
    programmes = {quiz.programme_id for quiz in quizzes if quiz.event_id is None}
    scores: dict[int, dict[int, Decimal]] = {id_: {} for id_ in programmes}
    marks: dict[int, PassMark | None] = {}
    if programmes:
        for row in db.session.scalars(
            select(Score).where(Score.programme_id.in_(programmes), Score.person_id.in_(ids))
        ):
            mine = scores[row.programme_id]
            mine[row.attempt] = max(row.points, mine.get(row.attempt, row.points))
        marks = {id_: service.pass_mark(id_) for id_ in programmes}
    return [
        _standing(quiz, tries[quiz.id], scores.get(quiz.programme_id, {}), marks.get(quiz.programme_id), now)
        for quiz in quizzes
    ]


def standing(person_id: int, quiz: Quiz, now: datetime) -> Standing:
    """How this person stands with this quiz."""
    return standings(person_id, [quiz], now)[0]


def waiting_for(person_id: int, now: datetime) -> list[Standing]:
    """The quizzes that this person can take now, what ends first first; one statement where there are none."""
    quizzes = db.session.scalars(
        select(Quiz)
        .outerjoin(Event, Event.id == Quiz.event_id)
        .where(
            is_for(person_id),
            or_(Quiz.opens_at.is_(None), Quiz.opens_at <= now),
            or_(Quiz.closes_at.is_(None), Quiz.closes_at > now),
        )
        .options(contains_eager(Quiz.event), joinedload(Quiz.programme))
        .order_by(Quiz.closes_at.is_(None), Quiz.closes_at, Quiz.id)
    ).all()
    return [one for one in standings(person_id, quizzes, now) if one.waits]
