from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from training_app.core.db import Model, UtcDateTime


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
