"""What became of a quiz: how many took it and how, which questions were hard, who has not taken it yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, cast, func, literal, or_, select
from sqlalchemy.orm import aliased

from training_app.attendance.models import Attendance
from training_app.core.bulk import among
from training_app.core.db import db
from training_app.people.merging import HOLDER
from training_app.people.models import Person, Post
from training_app.people.persons import in_area, matches
from training_app.registration.models import Registration
from training_app.schedule.models import Slot

from . import service
from .models import Score
from .quizmodels import Quiz, QuizAnswer, QuizTry, QuizVersion
from .quizrules import Question
from .rules import PassMark

#: So many names stand in the text for the group.
MOST_NAMES = 200


def expected(quiz: Quiz) -> ColumnElement[bool]:
    """The condition that a Person row is someone who is to take the quiz."""
    if quiz.event_id is None:
        return service.members(quiz.programme_id)
    registered = select(Registration.person_id).where(
        Registration.event_id == quiz.event_id,
        Registration.state == "confirmed",
        Registration.as_whom.in_(service.FOR_ONESELF),
    )
    was_there = (
        select(Attendance.person_id)
        .join(Slot, Slot.id == Attendance.slot_id)
        .where(Slot.event_id == quiz.event_id, Attendance.as_whom.in_(service.FOR_ONESELF))
    )
    both = registered.union(was_there).subquery()
    here = select(HOLDER).where(Person.id.in_(select(both.c.person_id)))
    return Person.id.in_(here.correlate(None))


def _taken(quiz: Quiz) -> ColumnElement[bool]:
    """The condition that a Person row has a result: a score, from paper too, or a try that was handed in."""
    former = aliased(Person)
    holder = func.coalesce(former.merged_into_id, former.id)
    if quiz.event_id is None:
        rows = select(holder).join(Score, Score.person_id == former.id).where(Score.programme_id == quiz.programme_id)
    else:
        rows = (
            select(holder)
            .join(QuizTry, QuizTry.person_id == former.id)
            .where(QuizTry.quiz_id == quiz.id, QuizTry.handed_in_at.is_not(None))
        )
    return Person.id.in_(rows)


@dataclass(frozen=True)
class Result:
    """What one person reached."""

    #: Try → points of 100.
    points: Mapping[int, Decimal]
    passed: bool | None
    #: What counts: the best try, or the latest where the programme's rule says so.
    counted: Decimal | None
    #: paper, import, phone, as far as they occur
    sources: tuple[str, ...] = ()


def _result(points: Mapping[int, Decimal], mark: PassMark | None, sources: Collection[str]) -> Result:
    latest = mark is not None and mark.latest
    counted = points[max(points)] if latest else max(points.values())
    passed = mark.passed(points) if mark else None
    return Result(dict(points), passed, counted, tuple(sorted(sources)))


def _results(quiz: Quiz, condition: ColumnElement[bool]) -> dict[int, Result]:
    """The results of the Person rows with this condition, in one statement and the rule's."""
    former = aliased(Person)
    points: dict[int, dict[int, Decimal]] = defaultdict(dict)
    sources: dict[int, set[str]] = defaultdict(set)
    passed: dict[int, bool] = defaultdict(bool)
    if quiz.event_id is None:
        found: Any = select(Person.id, Score.attempt, Score.points, Score.source, Score.points).join_from(
            Score, former, former.id == Score.person_id
        )
        whose = Score.programme_id == quiz.programme_id
    else:
        found = select(Person.id, QuizTry.number, QuizTry.points, literal("phone"), QuizTry.pass_mark).join_from(
            QuizTry, former, former.id == QuizTry.person_id
        )
        whose = (QuizTry.quiz_id == quiz.id) & QuizTry.handed_in_at.is_not(None)
    statement = found.join(Person, Person.id == func.coalesce(former.merged_into_id, former.id)).where(whose, condition)
    for person, number, value, source, mark in db.session.execute(statement):
        points[person][number] = max(value, points[person].get(number, value))
        sources[person].add(source)
        passed[person] = passed[person] or (mark is not None and value >= mark)
    if quiz.event_id is None:
        rule = service.pass_mark(quiz.programme_id)
        return {person: _result(mine, rule, sources[person]) for person, mine in points.items()}
    return {
        person: Result(dict(mine), passed[person], max(mine.values()), tuple(sources[person]))
        for person, mine in points.items()
    }


@dataclass(frozen=True)
class Figures:
    """How a quiz went, among the people whom one may see."""

    expected: int
    taken: int
    #: Of 100; None before anybody took it.
    mean: Decimal | None
    passed: int

    @property
    def share(self) -> int | None:
        """Percent of those who took it that passed."""
        return round(100 * self.passed / self.taken) if self.taken else None


def figures(quiz: Quiz, areas: Sequence[str]) -> Figures:
    """The figures of a quiz, in two statements and the rule's."""
    people = db.session.scalar(select(func.count()).select_from(Person).where(expected(quiz), in_area(list(areas))))
    results = _results(quiz, in_area(list(areas)))
    counted = [one.counted for one in results.values() if one.counted is not None]
    mean = (sum(counted, Decimal(0)) / len(counted)).quantize(Decimal("0.1")) if counted else None
    return Figures(people or 0, len(results), mean, sum(bool(one.passed) for one in results.values()))


@dataclass(frozen=True)
class Hardness:
    """A question, and how many of those who were asked it answered right."""

    question: Question
    asked: int
    right: int

    @property
    def share(self) -> int:
        """Percent."""
        return round(100 * self.right / self.asked)


def hardest(quiz: Quiz) -> list[Hardness]:
    """Every question that was asked, the hardest first; one that stayed as it was counts over all versions."""
    rows = db.session.execute(
        select(QuizTry.version_id, QuizAnswer.question, func.count(), func.sum(cast(QuizAnswer.right, Integer)))
        .join(QuizTry, QuizTry.id == QuizAnswer.try_id)
        .where(QuizTry.quiz_id == quiz.id, QuizTry.handed_in_at.is_not(None))
        .group_by(QuizTry.version_id, QuizAnswer.question)
    ).all()
    versions = {
        row.id: row.questions for row in db.session.scalars(select(QuizVersion).where(QuizVersion.quiz_id == quiz.id))
    }
    found: dict[str, Hardness] = {}
    for version, place, asked, right in rows:
        question = Question.of(versions[version][place])
        before = found.get(question.key)
        found[question.key] = Hardness(
            question, asked + (before.asked if before else 0), (right or 0) + (before.right if before else 0)
        )
    return sorted(found.values(), key=lambda one: (one.right / one.asked, -one.asked, one.question.text))


@dataclass(frozen=True, slots=True)
class Row:
    """One person in the list."""

    id: int
    name: str
    phone: str | None
    division_code: str | None


def _place() -> Any:
    held = select(func.min(Post.division_code)).where(Post.person_id == Person.id, Post.ended_on.is_(None))
    return func.coalesce(held.scalar_subquery(), Person.division_code)


def people(quiz: Quiz, areas: Sequence[str], *, show: str = "all", text: str = "") -> Select[Any]:
    """The statement of who is to take the quiz or has, by community; `show` all, open (no result yet) or taken."""
    place = _place()
    taken = _taken(quiz)
    wanted = [in_area(list(areas)), Person.merged_into_id.is_(None)]
    wanted.append(
        (expected(quiz) & ~taken) if show == "open" else taken if show == "taken" else or_(expected(quiz), taken)
    )
    if text.strip():
        wanted.append(matches(text))
    return (
        select(Person.id, Person.name, Person.phone, place.label("division_code"))
        .where(*wanted)
        .order_by(place.is_(None), place, Person.pinyin, Person.id)
    )


def results_of(quiz: Quiz, person_ids: Collection[int]) -> dict[int, Result]:
    """What these people reached."""
    return _results(quiz, among(Person.id, person_ids))


def still_open(quiz: Quiz, areas: Sequence[str]) -> list[str]:
    """The names of those who have no result yet, by community, as many as fit into a message."""
    rows = db.session.execute(people(quiz, areas, show="open").limit(MOST_NAMES))
    return [row.name for row in rows]
