"""Outgoing messages: each exists once per (kind, subject, channel, person)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from .db import Model, UtcDateTime


class Channel(StrEnum):
    GROUP = "group"
    CALL = "call"
    EMAIL = "email"


class OutgoingState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    #: It no longer matters: the event changed again or the person cancelled.
    DROPPED = "dropped"


class Outgoing(Model):
    """A message to a group, or to one person."""

    __tablename__ = "outgoing"
    __table_args__ = (
        UniqueConstraint("kind", "subject", "channel", "person_key"),
        Index("ix_outgoing_event", "event_id", "kind"),
        Index("ix_outgoing_waiting", "state", "channel"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    #: What it is about, with the revision that makes it new: "event:12:3".
    subject: Mapped[str] = mapped_column(String(80))
    event_id: Mapped[int | None]
    channel: Mapped[str] = mapped_column(String(10))
    #: The person's id, or 0 for a group; never null, so that the unique key holds.
    person_key: Mapped[int] = mapped_column(default=0)
    to: Mapped[str] = mapped_column(String(200), default="")
    language: Mapped[str] = mapped_column(String(10), default="zh_Hans")
    title: Mapped[str] = mapped_column(String(200), default="")
    text: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(10), default=OutgoingState.WAITING.value)
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    problem: Mapped[str | None] = mapped_column(String(300))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_by_id: Mapped[int | None]
