from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training_app.core.db import Model, UtcDateTime
from training_app.people.models import Organisation, Person


class Venue(Model):
    """A place where events are held."""

    __tablename__ = "venue"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    address: Mapped[str] = mapped_column(String(200), default="")
    #: How to get there, parking.
    directions: Mapped[str] = mapped_column(Text, default="")
    division_code: Mapped[str] = mapped_column(ForeignKey("division.code"))
    capacity: Mapped[int | None]
    #: Where it lies, in degrees of WGS-84, as a phone's GPS has it; both or neither.
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]


class Programme(Model):
    """A counting year's plan for one division."""

    __tablename__ = "programme"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(120))
    #: The year that the bureau counts it in; a salon of the following February may belong to it.
    counting_year: Mapped[int]
    division_code: Mapped[str] = mapped_column(ForeignKey("division.code"), index=True)
    #: The office that runs it; its organisers may plan and change it.
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    #: one_session_phases, one_class
    preset: Mapped[str] = mapped_column(String(20))
    #: Sessions that are planned in all; the passport shows as many stamps.
    planned_sessions: Mapped[int] = mapped_column(default=6)
    #: The next place in line of anyone who waits in this programme: a sequence, not a time.
    next_line: Mapped[int] = mapped_column(default=1)
    #: Raising it kills the programme's calendar feed.
    feed_revision: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    organisation: Mapped[Organisation] = relationship()


class ProgrammeHost(Model):
    """An organisation's role in a programme, copied to its new events."""

    __tablename__ = "programme_host"
    __table_args__ = (UniqueConstraint("programme_id", "role", "organisation_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    #: guided_by 指导单位, hosted_by 主办单位, delivered_by 承办单位
    role: Mapped[str] = mapped_column(String(12))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    position: Mapped[int] = mapped_column(default=0)
    organisation: Mapped[Organisation] = relationship()


class Phase(Model):
    """A numbered part of a programme (期)."""

    __tablename__ = "phase"
    __table_args__ = (UniqueConstraint("programme_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(120), default="")
    #: Until when supervisors may name their directors.
    nominate_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    programme: Mapped[Programme] = relationship()


class Event(Model):
    """A session or a salon."""

    __tablename__ = "event"
    __table_args__ = (
        CheckConstraint("capacity IS NULL OR seats_taken <= capacity", name="seats"),
        CheckConstraint("seats_taken >= 0", name="seats_positive"),
        # A session's or a salon's number counts within its programme, each kind by itself.
        UniqueConstraint("programme_id", "kind", "number", "phase_id"),
        # Null phases differ from one another in a unique key, so a salon's number has its own.
        Index(
            "uq_event_beside_phases",
            "programme_id",
            "kind",
            "number",
            unique=True,
            sqlite_where=text("phase_id IS NULL"),
            postgresql_where=text("phase_id IS NULL"),
        ),
        Index("ix_event_phase", "phase_id"),
        Index("ix_event_venue", "venue_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    #: Null for a salon that stands beside the phases.
    phase_id: Mapped[int | None] = mapped_column(ForeignKey("phase.id"))
    #: session, salon
    kind: Mapped[str] = mapped_column(String(10))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(120))
    #: policies, responsibilities, social_work_skills, special_services; null for a salon
    curriculum_area: Mapped[str | None] = mapped_column(String(24))
    description: Mapped[str] = mapped_column(Text, default="")
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venue.id"))
    #: Null: no limit.
    capacity: Mapped[int | None]
    seats_taken: Mapped[int] = mapped_column(default=0)
    registration_opens_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    registration_closes_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: The venue's code checks in only within so many metres of the venue; null: anywhere.
    checkin_within_m: Mapped[int | None]
    #: draft, published, closed, cancelled
    state: Mapped[str] = mapped_column(String(10), default="draft")
    cancel_reason: Mapped[str] = mapped_column(Text, default="")
    #: Rises with every change of time, venue or state: feeds and messages tell versions apart by it.
    revision: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    programme: Mapped[Programme] = relationship()
    phase: Mapped[Phase | None] = relationship()
    venue: Mapped[Venue | None] = relationship()
    slots: Mapped[list[Slot]] = relationship(order_by="Slot.starts_at", back_populates="event")
    hosts: Mapped[list[EventHost]] = relationship(order_by="EventHost.position, EventHost.id")
    facilitations: Mapped[list[Facilitation]] = relationship()
    agenda: Mapped[list[AgendaItem]] = relationship(order_by="AgendaItem.position")


class Slot(Model):
    """A time for which one checks in (场次)."""

    __tablename__ = "slot"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="order"),
        Index("ix_slot_event", "event_id"),
        Index("ix_slot_starts", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    #: whole, morning 上午, afternoon 下午, evening 晚上
    label: Mapped[str] = mapped_column(String(12), default="whole")
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    checkin_opens_at: Mapped[datetime] = mapped_column(UtcDateTime)
    checkin_closes_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: Who arrives after this is late.
    late_after: Mapped[datetime] = mapped_column(UtcDateTime)
    #: Entered, not computed from minutes; a half day counts 4 at most.
    credit_hours: Mapped[Decimal] = mapped_column(Numeric(4, 1))
    event: Mapped[Event] = relationship(back_populates="slots")


class EventHost(Model):
    """An organisation's role in one event."""

    __tablename__ = "event_host"
    __table_args__ = (UniqueConstraint("event_id", "role", "organisation_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    role: Mapped[str] = mapped_column(String(12))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    position: Mapped[int] = mapped_column(default=0)
    organisation: Mapped[Organisation] = relationship()


class Facilitation(Model):
    """Who teaches or leads an event."""

    __tablename__ = "facilitation"
    __table_args__ = (UniqueConstraint("event_id", "person_id"), Index("ix_facilitation_person", "person_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    #: As the ledger names it: unit and title.
    unit_and_title: Mapped[str] = mapped_column(String(120), default="")
    person: Mapped[Person] = relationship()


class AgendaItem(Model):
    """A part of a salon's or a session's agenda."""

    __tablename__ = "agenda_item"
    __table_args__ = (UniqueConstraint("event_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    position: Mapped[int]
    minutes: Mapped[int]
    #: icebreaker, group_pk, case_discussion, sharing, launch, talk, break, other
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(120))
