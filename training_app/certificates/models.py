from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training_app.core.db import Model, UtcDateTime
from training_app.people.models import Person


class Rule(Model):
    """What a programme asks for its certificate; a version is never edited after use."""

    __tablename__ = "rule"
    __table_args__ = (UniqueConstraint("programme_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    version: Mapped[int]
    #: {"sessions_needed": 5, "test_required": true, "pass_mark": 60, "salon_needed": 0, "hours_needed": null}
    conditions: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int | None]


class SerialCounter(Model):
    """The next number of a serial prefix ("LC2026"); a number once taken never comes back."""

    __tablename__ = "serial_counter"

    prefix: Mapped[str] = mapped_column(String(20), primary_key=True)
    next_number: Mapped[int] = mapped_column(default=1)


class Serial(Model):
    """A number that was reserved: for whom, and whether it was used or voided."""

    __tablename__ = "serial"
    __table_args__ = (UniqueConstraint("job_id", "person_id"),)

    serial: Mapped[str] = mapped_column(String(32), primary_key=True)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    #: reserved, used, voided
    state: Mapped[str] = mapped_column(String(8), default="reserved")
    reason: Mapped[str] = mapped_column(Text, default="")


class Certificate(Model):
    """A paper as it was issued; its file never changes."""

    __tablename__ = "certificate"
    __table_args__ = (
        UniqueConstraint("person_id", "programme_id", "revision"),
        Index("ix_certificate_programme", "programme_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    serial: Mapped[str] = mapped_column(String(32), unique=True)
    #: The long unguessable code that the QR carries.
    verify_code: Mapped[str] = mapped_column(String(32), unique=True)
    #: Printed beside the serial for typing.
    check_code: Mapped[str] = mapped_column(String(8))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    rule_version: Mapped[int]
    revision: Mapped[int] = mapped_column(default=1)
    #: completion 结业证书, attendance 参训证明
    kind: Mapped[str] = mapped_column(String(12))
    #: Everything printed on it, as it was on that day.
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    file_sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    issued_by_id: Mapped[int | None]
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_by_id: Mapped[int | None]
    revoke_reason: Mapped[str] = mapped_column(Text, default="")
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"))
    person: Mapped[Person] = relationship()
