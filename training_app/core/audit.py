"""The audit: who did what to whom, append only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, String, insert
from sqlalchemy.orm import Mapped, mapped_column

from . import signals
from .db import Model, UtcDateTime, db


class Action(StrEnum):
    """Everything that is put on record, as `subject.action`."""

    ACCOUNT_LOGIN = "account.login"
    ACCOUNT_LOGIN_FAILED = "account.login_failed"
    ACCOUNT_LOCKED = "account.locked"
    ACCOUNT_PASSWORD_CHANGED = "account.password_changed"
    ACCOUNT_CREATED = "account.created"
    ACCOUNT_RESET = "account.reset"
    ACCOUNT_DISABLED = "account.disabled"
    LOGIN_REVOKED = "login.revoked"
    LINK_USED = "link.used"
    LINK_RENEWED = "link.renewed"
    CLAIM_MADE = "claim.made"
    CLAIM_DECIDED = "claim.decided"
    GRANT_GIVEN = "grant.given"
    GRANT_ENDED = "grant.ended"
    PERSON_CREATED = "person.created"
    PERSON_CHANGED = "person.changed"
    PERSON_MERGED = "person.merged"
    POST_CHANGED = "post.changed"
    HANDOVER_SUBMITTED = "handover.submitted"
    HANDOVER_CONFIRMED = "handover.confirmed"
    HANDOVER_REFUSED = "handover.refused"
    DIVISIONS_IMPORTED = "divisions.imported"
    DIVISION_SUCCEEDED = "division.succeeded"
    ORGANISATION_CHANGED = "organisation.changed"
    PROGRAMME_CREATED = "programme.created"
    PROGRAMME_CHANGED = "programme.changed"
    PHASE_CREATED = "phase.created"
    PHASE_CHANGED = "phase.changed"
    EVENT_CREATED = "event.created"
    EVENT_CHANGED = "event.changed"
    EVENT_MOVED = "event.moved"
    EVENT_PUBLISHED = "event.published"
    EVENT_CANCELLED = "event.cancelled"
    EVENT_CLOSED = "event.closed"
    EVENT_REOPENED = "event.reopened"
    VENUE_CHANGED = "venue.changed"
    QUOTA_SET = "quota.set"
    NOMINATION_SUBMITTED = "nomination.submitted"
    NOMINATION_DECIDED = "nomination.decided"
    ENROLMENT_CHANGED = "enrolment.changed"
    REGISTRATION_CHANGED = "registration.changed"
    STAND_IN_PROPOSED = "stand_in.proposed"
    STAND_IN_DECIDED = "stand_in.decided"
    ROSTER_IMPORTED = "roster.imported"
    MESSAGE_CREATED = "message.created"
    DOOR_LINK_MADE = "door_link.made"
    DOOR_LINK_REVOKED = "door_link.revoked"
    DEVICE_MADE = "device.made"
    DEVICE_ENROLLED = "device.enrolled"
    DEVICE_CHANGED = "device.changed"
    DEVICE_REVOKED = "device.revoked"
    SHEET_ATTACHED = "sheet.attached"
    SCAN_SETTLED = "scan.settled"
    SHEET_CONFIRMED = "sheet.confirmed"
    SHEET_DISCARDED = "sheet.discarded"
    SHEET_REMOVED = "sheet.removed"
    ATTENDANCE_CORRECTED = "attendance.corrected"
    LEAVE_ASKED = "leave.asked"
    LEAVE_DECIDED = "leave.decided"
    SCORE_ENTERED = "score.entered"
    SCORES_IMPORTED = "scores.imported"
    QUIZ_CHANGED = "quiz.changed"
    QUIZ_HANDED_IN = "quiz_try.handed_in"
    FEEDBACK_FORM_CHANGED = "feedback_form.changed"
    FEEDBACK_CLOSED = "feedback.closed"
    FEEDBACK_PAPER = "feedback.paper_entered"
    OUTSIDE_ENTERED = "outside_training.entered"
    OUTSIDE_DECIDED = "outside_training.decided"
    OUTSIDE_IMPORTED = "outside_training.imported"
    RULE_CHANGED = "rule.changed"
    PAPER_CHANGED = "paper.changed"
    CERTIFICATE_ISSUED = "certificate.issued"
    CERTIFICATE_REVOKED = "certificate.revoked"
    CERTIFICATE_REISSUED = "certificate.reissued"
    BADGE_MADE = "badge.made"
    SERIAL_VOIDED = "serial.voided"
    EXPORT_MADE = "export.made"
    REPORT_FROZEN = "report.frozen"
    JOB_STARTED = "job.started"
    JOB_CANCELLED = "job.cancelled"
    JOB_RESUMED = "job.resumed"


class Audit(Model):
    """One entry; never changed, never deleted."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_subject", "subject_kind", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: The person who acted; null for the system itself.
    actor_id: Mapped[int | None]
    action: Mapped[str] = mapped_column(String(40))
    subject_kind: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[int | None]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON)


def record(
    action: Action,
    subject: tuple[str, int | None],
    *,
    actor_id: int | None,
    now: datetime,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Put an action on record in the open transaction.

    `subject` is (kind, id), the kind being the table's name; `before` and `after` hold plain JSON
    values and never a secret.
    """
    kind, subject_id = subject
    db.session.add(
        Audit(
            at=now,
            actor_id=actor_id,
            action=action.value,
            subject_kind=kind,
            subject_id=subject_id,
            before=before,
            after=after,
        )
    )
    signals.recorded.send(None, action=action, kind=kind, entries=[(subject_id, before, after)])


def record_many(
    action: Action,
    subject: tuple[str, int | None],
    changes: Iterable[tuple[dict[str, Any] | None, dict[str, Any] | None]],
    *,
    actor_id: int | None,
    now: datetime,
) -> None:
    """Put one action about one subject on record many times, as (before, after), in one statement."""
    kind, subject_id = subject
    same = {"at": now, "actor_id": actor_id, "action": action.value, "subject_kind": kind, "subject_id": subject_id}
    rows = [same | {"before": before, "after": after} for before, after in changes]
    if rows:
        db.session.execute(insert(Audit), rows)
        entries = [(subject_id, row["before"], row["after"]) for row in rows]
        signals.recorded.send(None, action=action, kind=kind, entries=entries)


def record_each(
    action: Action,
    kind: str,
    entries: Sequence[tuple[int, dict[str, Any]]],
    *,
    actor_id: int | None,
    now: datetime,
) -> None:
    """Put an action on many subjects of one kind on record, each (id, after), in few statements."""
    rows = [
        {
            "at": now,
            "actor_id": actor_id,
            "action": action.value,
            "subject_kind": kind,
            "subject_id": subject_id,
            "after": after,
        }
        for subject_id, after in entries
    ]
    if rows:
        db.session.execute(insert(Audit), rows)
        written = [(subject_id, None, after) for subject_id, after in entries]
        signals.recorded.send(None, action=action, kind=kind, entries=written)
