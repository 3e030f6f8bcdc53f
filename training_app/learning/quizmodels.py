from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Numeric, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training_app.core.db import Model, UtcDateTime
from training_app.people.models import Person
from training_app.schedule.models import Event, Programme

_OF_THE_PROGRAMME = text("event_id IS NULL")
_UNDER_WAY = text("handed_in_at IS NULL")


class Quiz(Model):
    """A short quiz taken on the phone: a programme's knowledge test, or one session's."""

    __tablename__ = "quiz"
    __table_args__ = (
        # One knowledge test a programme, one quiz a session.
        Index(
            "uq_quiz_programme",
            "programme_id",
            unique=True,
            sqlite_where=_OF_THE_PROGRAMME,
            postgresql_where=_OF_THE_PROGRAMME,
        ),
        UniqueConstraint("event_id"),
        Index("ix_quiz_programme", "programme_id"),
        CheckConstraint("state IN ('draft', 'published')", name="state"),
        CheckConstraint("reveals IN ('never', 'end', 'always')", name="reveals"),
        CheckConstraint("tries > 0", name="tries"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    #: Null: the programme's knowledge test, whose points are scores.
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))
    title: Mapped[str] = mapped_column(String(120))
    #: Points of 100. Null for a knowledge test: there the programme's rule has it.
    pass_mark: Mapped[Decimal | None] = mapped_column(Numeric(5, 1))
    tries: Mapped[int]
    shuffles_questions: Mapped[bool]
    shuffles_options: Mapped[bool]
    #: When one sees what was wrong: never, end (passed, no try left, or over), always
    reveals: Mapped[str] = mapped_column(String(8))
    #: Null: open from its publication on.
    opens_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: Null: open until it is withdrawn.
    closes_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: For one try; null: as long as the quiz is open.
    minutes: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(10), default="draft")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    programme: Mapped[Programme] = relationship()
    event: Mapped[Event | None] = relationship()


class QuizVersion(Model):
    """The questions as they are asked; what somebody was asked stays as it is, a change makes the next number."""

    __tablename__ = "quiz_version"
    __table_args__ = (UniqueConstraint("quiz_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"))
    number: Mapped[int]
    #: As `quizrules.Question.record()` writes each.
    questions: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    created_by_id: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class QuizTry(Model):
    """One person's try, with the version of the questions that she was asked."""

    __tablename__ = "quiz_try"
    __table_args__ = (
        # Two taps on "begin" are one try.
        UniqueConstraint("quiz_id", "person_id", "number"),
        Index("ix_quiz_try_person", "person_id"),
        Index("ix_quiz_try_version", "version_id"),
        # Asked every minute: whose time is up?
        Index("ix_quiz_try_due", "due_at", sqlite_where=_UNDER_WAY, postgresql_where=_UNDER_WAY),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("quiz_version.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    number: Mapped[int]
    #: [[question, [option, …]], …]: places in the version, in the order in which this try shows them.
    shown: Mapped[list[Any]] = mapped_column(JSON)
    #: Points of 100 that pass, as they were when it began; null for a knowledge test.
    pass_mark: Mapped[Decimal | None] = mapped_column(Numeric(5, 1))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: Then what is answered counts; null: without end.
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    handed_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: By herself, or because the time was up.
    timed_out: Mapped[bool] = mapped_column(default=False)
    #: Of 100; null until it is handed in.
    points: Mapped[Decimal | None] = mapped_column(Numeric(5, 1))
    #: The try of the score that it became; null for a session's quiz, and where both tries were entered meanwhile.
    attempt: Mapped[int | None]
    quiz: Mapped[Quiz] = relationship()
    version: Mapped[QuizVersion] = relationship()
    person: Mapped[Person] = relationship()


class QuizAnswer(Model):
    """What was chosen for one question of a try; it may change until the try is handed in."""

    __tablename__ = "quiz_answer"
    __table_args__ = (UniqueConstraint("try_id", "question"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    try_id: Mapped[int] = mapped_column(ForeignKey("quiz_try.id"))
    #: Its place in the version, from 0.
    question: Mapped[int]
    #: Places of the chosen options in the version.
    chosen: Mapped[list[int]] = mapped_column(JSON)
    answered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: Null until the try is handed in.
    right: Mapped[bool | None]
