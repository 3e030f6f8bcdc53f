from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from training_app.core.db import Model, UtcDateTime


class VenueKey(Model):
    """The secret from which a slot's venue codes are made; never leaves the server."""

    __tablename__ = "venue_key"

    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"), primary_key=True)
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SheetScan(Model):
    """The signed sign-in sheet of a slot, scanned and attached to the event."""

    __tablename__ = "sheet_scan"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    slot_id: Mapped[int | None] = mapped_column(ForeignKey("slot.id"))
    file_sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    name: Mapped[str] = mapped_column(String(200))
    attached_by_id: Mapped[int]
    attached_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PhonePerson(Model):
    """Who checks in to a slot with which phone: the first is in by herself, whoever follows waits for a nod."""

    __tablename__ = "phone_person"
    __table_args__ = (
        UniqueConstraint("slot_id", "phone_key", "person_id"),
        # Of two who tap on one phone at the same moment, this key says who was first.
        Index(
            "uq_phone_person_first",
            "slot_id",
            "phone_key",
            unique=True,
            sqlite_where=text("state = 'first'"),
            postgresql_where=text("state = 'first'"),
        ),
        # The door counts those who wait; there are few.
        Index(
            "ix_phone_person_waiting",
            "slot_id",
            sqlite_where=text("state = 'asked'"),
            postgresql_where=text("state = 'asked'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"))
    #: A hash of what the phone's cookie holds, as in Scan.
    phone_key: Mapped[str] = mapped_column(String(16))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"))
    #: first; asked, allowed, refused
    state: Mapped[str] = mapped_column(String(8))
    #: How she came: as in Scan.
    source: Mapped[str] = mapped_column(String(12))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: The login of whoever nodded or shook the head; a door volunteer is no person.
    decided_login_id: Mapped[int | None]
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SheetReading(Model):
    """A signed sheet that is read, or was read, into the attendance of a slot."""

    __tablename__ = "sheet_reading"

    id: Mapped[int] = mapped_column(primary_key=True)
    scan_id: Mapped[int] = mapped_column(ForeignKey("sheet_scan.id"), index=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"), index=True)
    #: reading, open (rows wait for a person's decision), done, discarded
    state: Mapped[str] = mapped_column(String(10))
    #: Why the file could not be read: damaged, too_large, locked, too_many, nothing.
    problem: Mapped[str | None] = mapped_column(String(12))
    #: What was found on each page: see `reading.about`.
    pages: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    asked_by_id: Mapped[int]
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SheetRow(Model):
    """A row of a sheet as it was read: a guess with its cut-out, until a person decides. No attendance by itself."""

    __tablename__ = "sheet_row"
    __table_args__ = (
        UniqueConstraint("reading_id", "page", "row", "scan_page"),
        Index("ix_sheet_row_slot", "slot_id", "decision"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reading_id: Mapped[int] = mapped_column(ForeignKey("sheet_reading.id"))
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"))
    #: The number printed on the page; which picture of the file it was; the row from 1.
    page: Mapped[int]
    scan_page: Mapped[int]
    row: Mapped[int]
    #: Null where the code was not read, and on blank rows.
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id"), index=True)
    #: signed, empty, unsure; without a registration: blank (someone signed a blank row) or unreadable
    guess: Mapped[str] = mapped_column(String(10))
    #: The box as JPEG: somebody's signature. Goes with the attachment.
    picture: Mapped[bytes] = mapped_column(LargeBinary)
    #: in, none (not signed, or seen to), already (was here before), refused; null: nobody has decided
    decision: Mapped[str | None] = mapped_column(String(8))
    decided_by_id: Mapped[int | None]
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
