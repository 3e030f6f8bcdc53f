from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training_app.core.db import Model, UtcDateTime
from training_app.divisions.models import Division
from training_app.people.models import Person
from training_app.schedule.models import Event, Phase


class Quota(Model):
    """Places that a phase gives to a subdistrict."""

    __tablename__ = "quota"
    __table_args__ = (UniqueConstraint("phase_id", "division_code"), CheckConstraint("places >= 0", name="places"))

    id: Mapped[int] = mapped_column(primary_key=True)
    phase_id: Mapped[int] = mapped_column(ForeignKey("phase.id"))
    division_code: Mapped[str] = mapped_column(ForeignKey("division.code"))
    places: Mapped[int]


class Nomination(Model):
    """A supervisor names a director for a phase; the organiser accepts or refuses."""

    __tablename__ = "nomination"
    __table_args__ = (UniqueConstraint("phase_id", "person_id"), Index("ix_nomination_state", "phase_id", "state"))

    id: Mapped[int] = mapped_column(primary_key=True)
    phase_id: Mapped[int] = mapped_column(ForeignKey("phase.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    #: The community in whose post the person is named.
    division_code: Mapped[str] = mapped_column(ForeignKey("division.code"))
    #: proposed, accepted, refused, withdrawn
    state: Mapped[str] = mapped_column(String(10), default="proposed")
    reason: Mapped[str] = mapped_column(Text, default="")
    by_id: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None]
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    person: Mapped[Person] = relationship()
    phase: Mapped[Phase] = relationship()


class Enrolment(Model):
    """A person's seat in every session of a phase, taken at once or waiting whole."""

    __tablename__ = "enrolment"
    __table_args__ = (
        UniqueConstraint("phase_id", "person_id"),
        Index("ix_enrolment_line", "phase_id", "state", "line"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    phase_id: Mapped[int] = mapped_column(ForeignKey("phase.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    #: confirmed, waiting, cancelled
    state: Mapped[str] = mapped_column(String(10))
    #: Place in the programme's one line; null unless waiting.
    line: Mapped[int | None]
    #: self, nomination, roster, organiser
    source: Mapped[str] = mapped_column(String(12))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Registration(Model):
    """A person at an event: the ticket belongs to it."""

    __tablename__ = "registration"
    __table_args__ = (
        UniqueConstraint("event_id", "person_id"),
        Index("ix_registration_person", "person_id"),
        Index("ix_registration_line", "event_id", "state", "line"),
        Index("ix_registration_division", "event_id", "division_code"),
        # Few are make-ups: counting a programme's pays nothing for all the others.
        Index(
            "ix_registration_make_up",
            "make_up_for_id",
            sqlite_where=text("make_up_for_id IS NOT NULL"),
            postgresql_where=text("make_up_for_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    #: Set when the seat came with a phase.
    enrolment_id: Mapped[int | None] = mapped_column(ForeignKey("enrolment.id"), index=True)
    #: confirmed, waiting, cancelled, declined
    state: Mapped[str] = mapped_column(String(10))
    #: Place in the programme's one line; null unless waiting.
    line: Mapped[int | None]
    #: self, nomination, roster, organiser, door, make_up
    source: Mapped[str] = mapped_column(String(12))
    #: trainee, stand_in, guest, staff, walk_in; only trainee and stand_in take a seat
    as_whom: Mapped[str] = mapped_column(String(10), default="trainee")
    stand_in_for_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    #: Set for a make-up: the programme in which this seat replaces a missed session of the same area.
    make_up_for_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id"))
    #: The community at that time; a later transfer does not rewrite it.
    division_code: Mapped[str | None] = mapped_column(ForeignKey("division.code"))
    #: Ten characters that can be typed when the code cannot be scanned.
    ticket_code: Mapped[str] = mapped_column(String(10), unique=True)
    #: Raising it kills the tickets issued before.
    ticket_revision: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    event: Mapped[Event] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    stand_in_for: Mapped[Person | None] = relationship(foreign_keys=[stand_in_for_id])
    division: Mapped[Division | None] = relationship()


class StandIn(Model):
    """A director proposes who comes in her place (代会); the organiser decides."""

    __tablename__ = "stand_in"
    __table_args__ = (
        # One open proposal a registration.
        Index(
            "uq_stand_in_open",
            "registration_id",
            unique=True,
            sqlite_where=text("state = 'proposed'"),
            postgresql_where=text("state = 'proposed'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    phone: Mapped[str | None] = mapped_column(String(20))
    #: proposed, accepted, refused, withdrawn
    state: Mapped[str] = mapped_column(String(10), default="proposed", index=True)
    reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None]
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    registration: Mapped[Registration] = relationship()


class EventKey(Model):
    """The event's Ed25519 pair, with which its tickets are signed."""

    __tablename__ = "event_key"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    #: Raw 32 bytes each.
    private_key: Mapped[bytes] = mapped_column(LargeBinary)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RosterImport(Model):
    """An uploaded roster on its way in: nothing is written elsewhere until it is confirmed."""

    __tablename__ = "roster_import"

    id: Mapped[int] = mapped_column(primary_key=True)
    phase_id: Mapped[int | None] = mapped_column(ForeignKey("phase.id"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))
    #: roster (organiser) or nomination (supervisor)
    purpose: Mapped[str] = mapped_column(String(12))
    file_sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    #: uploaded, mapped, imported, discarded
    state: Mapped[str] = mapped_column(String(10), default="uploaded")
    #: Sheet, header row, columns and the answers to questions.
    choices: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    actor_id: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    imported_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
