from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training_app.core.db import Model, UtcDateTime
from training_app.people.models import Person
from training_app.schedule.models import Slot


class Scan(Model):
    """A fact: something was shown at the door. Refused ones are kept too; decided first, inserted once."""

    __tablename__ = "scan"
    __table_args__ = (
        Index("ix_scan_person_slot", "person_id", "slot_id"),
        Index("ix_scan_slot_received", "slot_id", "received_at"),
        # What came in after the close is asked for at every look at Today, and is rare.
        Index(
            "ix_scan_after_close",
            "slot_id",
            sqlite_where=text("reason = 'event_closed'"),
            postgresql_where=text("reason = 'event_closed'"),
        ),
        # Only scans of the venue's code have a phone: the index costs a camera's scan nothing.
        Index(
            "ix_scan_phone",
            "slot_id",
            "phone_key",
            sqlite_where=text("phone_key IS NOT NULL"),
            postgresql_where=text("phone_key IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Chosen by whoever scans; the same nonce gets the first answer again.
    nonce: Mapped[str] = mapped_column(String(64), unique=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"))
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    #: What was read, cut to 200 characters; only where no registration was found.
    ticket_as_read: Mapped[str | None] = mapped_column(String(200))
    #: camera, venue_code, digits, typed, search, kiosk, paper, api, walk_in
    source: Mapped[str] = mapped_column(String(12))
    #: in, out, undo
    direction: Mapped[str] = mapped_column(String(4), default="in")
    #: The login of the scanning device.
    login_id: Mapped[int | None]
    actor_id: Mapped[int | None]
    #: The enrolled scanner, or the program that speaks the API.
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"))
    #: The phone that scanned the venue's code: a hash of what its cookie holds.
    phone_key: Mapped[str | None] = mapped_column(String(16))
    #: When it happened by the device's own clock; null: it was sent at once.
    device_time: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: The server's clock less the device's, measured when the scan was uploaded.
    clock_offset_ms: Mapped[int | None]
    #: When it counts: the device's time corrected by the offset, never after it was received.
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: accepted, refused
    outcome: Mapped[str] = mapped_column(String(8))
    #: Why it was refused, or what is to be noted ("duplicate", "late").
    reason: Mapped[str | None] = mapped_column(String(32))
    #: The code that the device had shown by itself before the server decided.
    said: Mapped[str | None] = mapped_column(String(32))
    #: Let in against `reason` by someone who manages the door; `note` says why.
    forced: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(Text, default="")


class Settlement(Model):
    """What was decided on a scan after the event, with a reason. Append only; a scan's latest row counts."""

    __tablename__ = "settlement"

    id: Mapped[int] = mapped_column(primary_key=True)
    scan_id: Mapped[int] = mapped_column(ForeignKey("scan.id"), index=True)
    #: stands (as it was decided), void (counts for nobody), counts (for `person_id`)
    decision: Mapped[str] = mapped_column(String(8))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Correction(Model):
    """Someone sets a status by hand, with a reason; the latest wins over scans. Append only."""

    __tablename__ = "correction"
    __table_args__ = (Index("ix_correction_slot_person", "slot_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    #: present, late, excused, absent; "scans" takes an earlier correction back
    status: Mapped[str] = mapped_column(String(8))
    left_early: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Leave(Model):
    """Leave asked, granted, refused or dropped. Append only; the latest row for (slot, person) counts."""

    __tablename__ = "leave"
    __table_args__ = (Index("ix_leave_slot_person", "slot_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    #: asked, granted, refused, dropped (taken back by whoever asked)
    state: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(Text, default="")
    actor_id: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Attendance(Model):
    """What the facts amount to for one person in one slot; a recount gives the same."""

    __tablename__ = "attendance"
    __table_args__ = (
        UniqueConstraint("slot_id", "person_id"),
        Index("ix_attendance_person", "person_id"),
        # Serves the live count at the door alone, without reading the rows.
        Index("ix_attendance_count", "slot_id", "as_whom", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id"))
    #: As the registration has it; trainee and stand_in are expected (应到), the rest counted apart.
    as_whom: Mapped[str] = mapped_column(String(10), default="trainee")
    #: present, late, excused, absent
    status: Mapped[str] = mapped_column(String(8))
    left_early: Mapped[bool] = mapped_column(default=False)
    arrived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    minutes: Mapped[int | None]
    division_code: Mapped[str | None] = mapped_column(String(12))
    person: Mapped[Person] = relationship()
    slot: Mapped[Slot] = relationship()
