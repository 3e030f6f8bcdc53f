from __future__ import annotations

from datetime import date

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from training_app.core.db import Model


class Division(Model):
    """One division: province, city, district, subdistrict (township) or community (village)."""

    __tablename__ = "division"
    __table_args__ = (
        Index("ix_division_parent", "parent_code"),
        # Few were merged: whoever looks for what became part of a division pays nothing for all the others.
        Index(
            "ix_division_successor",
            "successor_code",
            sqlite_where=text("successor_code IS NOT NULL"),
            postgresql_where=text("successor_code IS NOT NULL"),
        ),
    )

    #: The official code: 2, 4, 6, 9 or 12 digits.
    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    #: province, city, district, subdistrict, community
    level: Mapped[str] = mapped_column(String(12))
    parent_code: Mapped[str | None] = mapped_column(String(12))
    #: The first and the last day; null: since ever, and until now.
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    #: The code that took over after a merger or transfer, from the day after `valid_to`.
    successor_code: Mapped[str | None] = mapped_column(String(12))
