from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
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
    #: {"asked": [{"kind": "sessions", "count": 5}, {"kind": "test", "required": true, "pass_mark": "60", …}], …};
    #: certificates.rules.Conditions reads it, also the first rules, which have no "asked". What stands beside the list
    #: ("sessions_needed", "hours_needed" …) is for statements over many rules.
    conditions: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int | None]


class Paper(Model):
    """A version of how a programme's certificates look and are printed; never edited."""

    __tablename__ = "paper"
    __table_args__ = (UniqueConstraint("programme_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    version: Mapped[int]
    #: Prefix, texts, languages, colours, shift …; certificates.design.Design reads it
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: The version that this one brought back.
    restored_version: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int | None]


class PaperFile(Model):
    """A file that a version uses (logo, seal, its consent, a signature): kept as long as the version."""

    __tablename__ = "paper_file"
    __table_args__ = (UniqueConstraint("paper_id", "part"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    paper_id: Mapped[int] = mapped_column(ForeignKey("paper.id"))
    #: logo, seal, consent, signature_0, signature_1
    part: Mapped[str] = mapped_column(String(12))
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))


class SerialCounter(Model):
    """The next number of a serial prefix ("LC2026"); a number once taken never comes back."""

    __tablename__ = "serial_counter"

    prefix: Mapped[str] = mapped_column(String(20), primary_key=True)
    next_number: Mapped[int] = mapped_column(default=1)


class Serial(Model):
    """A number that was reserved: for whom, and whether it was used or voided."""

    __tablename__ = "serial"
    __table_args__ = (
        UniqueConstraint("job_id", "person_id"),
        Index("ix_serial_programme", "programme_id"),
        CheckConstraint("state IN ('reserved', 'used', 'voided')", name="state"),
    )

    serial: Mapped[str] = mapped_column(String(32), primary_key=True)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    #: Made with the number, so that a repeated drawing gives the same file.
    verify_code: Mapped[str] = mapped_column(String(32))
    check_code: Mapped[str] = mapped_column(String(8))
    reserved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: reserved, used, voided
    state: Mapped[str] = mapped_column(String(8), default="reserved")
    #: Why it was voided: a code that pages put into words.
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
    #: The version of the design it was drawn with.
    paper_version: Mapped[int] = mapped_column(default=1)
    revision: Mapped[int] = mapped_column(default=1)
    #: completion 结业证书, attendance 参训证明
    kind: Mapped[str] = mapped_column(String(12))
    #: Everything printed on it, as it was on that day.
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    file_sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"), index=True)
    #: The same page as a PNG, made of the stored PDF soon after it was issued, or at the first look.
    picture_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"), index=True)
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    issued_by_id: Mapped[int | None]
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_by_id: Mapped[int | None]
    revoke_reason: Mapped[str] = mapped_column(Text, default="")
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"))
    person: Mapped[Person] = relationship()


class Achievement(Model):
    """What badges of one programme, kind and wording say alike; never changed once a badge names it."""

    __tablename__ = "achievement"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Its public address; by chance, so that nobody counts through programmes.
    code: Mapped[str] = mapped_column(String(16), unique=True)
    #: Of everything below, which is too long for a key.
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    #: completion, attendance
    kind: Mapped[str] = mapped_column(String(12))
    title: Mapped[str] = mapped_column(Text)
    host: Mapped[str] = mapped_column(Text)
    #: On: printed for a demonstration, and says so.
    specimen: Mapped[bool] = mapped_column(default=False)


class Badge(Model):
    """A certificate's badge that its holder took: where its state stands among the public lists."""

    __tablename__ = "badge"
    __table_args__ = (UniqueConstraint("list_number", "position"),)

    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"), primary_key=True)
    #: Which public list, from 1 on.
    list_number: Mapped[int]
    #: By chance, so that a list tells neither who nor when.
    position: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
