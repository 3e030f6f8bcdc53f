"""What is kept of satisfaction forms: who has answered, and, apart from it, what was answered.

A record of one answer does not exist. All answers to one event lie in one row, as sums and as texts in the order of
the alphabet, and the row is written anew by every answer: neither keys nor order nor times lead from it to a person.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from training_app.core.db import Model, UtcDateTime


class FeedbackForm(Model):
    """What a programme's satisfaction form asks, a version each; never changed."""

    __tablename__ = "feedback_form"
    __table_args__ = (UniqueConstraint("programme_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    version: Mapped[int]
    #: The items after the overall question, in order: [key, label]; a known key has no label of its own.
    items: Mapped[list[list[str]]] = mapped_column(JSON)
    created_by_id: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class FeedbackGiven(Model):
    """That someone has answered for an event. No time, and no number that counts up."""

    __tablename__ = "feedback_given"
    __table_args__ = (
        Index("ix_feedback_given_person", "person_id"),
        # SQLite would number the rows in the order in which they came.
        {"sqlite_with_rowid": False},
    )

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)


class FeedbackBox(Model):
    """The answers to one event, summed up."""

    __tablename__ = "feedback_box"
    __table_args__ = (CheckConstraint("answers >= 0", name="answers"),)

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True, autoincrement=False)
    #: The version that this event's people were asked, fixed by the first answer; null: the form that is built in.
    form_id: Mapped[int | None] = mapped_column(ForeignKey("feedback_form.id"))
    #: How many forms came by phone.
    answers: Mapped[int] = mapped_column(default=0)
    #: How many answers each step of each question has by phone, the best step first: {"overall": [3, 2, 0, 0, 0]}.
    counts: Mapped[dict[str, list[int]]] = mapped_column(JSON, default=dict)
    #: What was written by phone, sorted.
    texts: Mapped[list[str]] = mapped_column(JSON, default=list)
    #: The same counts of forms on paper, as somebody added them up; null: none were entered.
    paper: Mapped[dict[str, list[int]] | None] = mapped_column(JSON)
    paper_by_id: Mapped[int | None]
    paper_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: When its days are over, fixed with the first answer: an event that is moved afterwards opens nothing again.
    closes_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: Closed by hand before its days are over; final.
    closed_by_id: Mapped[int | None]
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
