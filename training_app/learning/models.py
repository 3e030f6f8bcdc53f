from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training_app.core.db import Model, UtcDateTime
from training_app.people.models import Person


class Score(Model):
    """Points in a programme's knowledge test, one row a try (补考: the second)."""

    __tablename__ = "score"
    __table_args__ = (UniqueConstraint("programme_id", "person_id", "attempt"), Index("ix_score_person", "person_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    attempt: Mapped[int]
    #: 0 to 100
    points: Mapped[Decimal] = mapped_column(Numeric(5, 1))
    #: paper, phone, import
    source: Mapped[str] = mapped_column(String(8), default="paper")
    entered_by_id: Mapped[int]
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)


class OutsideTraining(Model):
    """Training that a person had elsewhere: by the province, online, by another organiser (外出培训)."""

    __tablename__ = "outside_training"
    __table_args__ = (
        # The same training handed in twice, by a list and by phone, is one row.
        UniqueConstraint("person_id", "key"),
        Index("ix_outside_training_state", "state", "counting_year"),
        # What one person has that counts: asked for every post when coverage is counted.
        Index("ix_outside_training_person", "person_id", "state", "counting_year"),
        CheckConstraint("state IN ('asked', 'confirmed', 'refused', 'withdrawn')", name="state"),
        CheckConstraint("level IN ('province', 'city', 'district', 'online', 'other')", name="level"),
        CheckConstraint("hours > 0", name="hours"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    #: province, city, district, online, other
    level: Mapped[str] = mapped_column(String(8))
    title: Mapped[str] = mapped_column(String(120))
    organiser: Mapped[str] = mapped_column(String(120))
    #: Null where an old list names the year alone.
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    hours: Mapped[Decimal] = mapped_column(Numeric(5, 1))
    counting_year: Mapped[int]
    #: Year, title, organiser and first day, as a hash: what makes two entries the same.
    key: Mapped[str] = mapped_column(String(64))
    #: The community at that time; a later transfer does not rewrite it.
    division_code: Mapped[str | None] = mapped_column(ForeignKey("division.code"))
    #: A photo or scan of the paper; null for lists that the bureau kept itself.
    proof_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))
    #: phone, staff, import
    source: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(10), default="asked")
    #: Why it was refused; she reads it.
    reason: Mapped[str] = mapped_column(Text, default="")
    by_id: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None]
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    person: Mapped[Person] = relationship()
