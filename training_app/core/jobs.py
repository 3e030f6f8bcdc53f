"""Long work: a job row, a row per item, each item done once; progress, cancel and resume for free.

A room declares a kind with `@job_kind("certificates.issue")` on a function that does one item. The
function runs in the job process, outside any transaction, and must be harmless to repeat: it is
called again when the process died before the item was marked done.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from blinker import signal
from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, select, update
from sqlalchemy.orm import Mapped, mapped_column

from . import clock
from .audit import Action, record
from .db import Model, UtcDateTime, db, on_commit, transaction
from .errors import NotFound, Refusal


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


class ItemState(StrEnum):
    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Job(Model):
    """A piece of long work that someone asked for."""

    __tablename__ = "job"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    #: What it is about, as (table, id): pages find their job by it.
    subject_kind: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[int | None]
    params: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(12), default=JobState.QUEUED.value)
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    actor_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    __table_args__ = (Index("ix_job_subject", "subject_kind", "subject_id"),)


class JobItem(Model):
    """One item of a job."""

    __tablename__ = "job_item"
    __table_args__ = (UniqueConstraint("job_id", "item"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id"))
    #: What the item is, unique in its job (a person's id, a page of rows).
    item: Mapped[str] = mapped_column(String(60))
    state: Mapped[str] = mapped_column(String(12), default=ItemState.PENDING.value)
    #: What came of it: plain JSON, or {"code", "sentence"} of a failure.
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON)


Work = Callable[[Job, str], dict[str, Any] | None]
_kinds: dict[str, Work] = {}

#: Sent with job_id after a job was committed; the queue listens and wakes the job process.
job_waiting = signal("job-waiting")


def job_kind(name: str) -> Callable[[Work], Work]:
    """Declare the function that does one item of a kind: `work(job, item) -> result`."""

    def declare(work: Work) -> Work:
        _kinds[name] = work
        return work

    return declare


def start(
    kind: str,
    items: Sequence[str],
    *,
    subject: tuple[str, int | None],
    actor_id: int | None,
    now: datetime,
    params: dict[str, Any] | None = None,
) -> Job:
    """Put a job in line, in the open transaction or one of its own."""
    with transaction() as session:
        job = Job(
            kind=kind,
            subject_kind=subject[0],
            subject_id=subject[1],
            params=params or {},
            total=len(items),
            actor_id=actor_id,
            created_at=now,
            state=JobState.QUEUED.value,
            done=0,
            failed=0,
        )
        session.add(job)
        session.flush()
        session.add_all(JobItem(job_id=job.id, item=item, state=ItemState.PENDING.value) for item in items)
        record(
            Action.JOB_STARTED, ("job", job.id), actor_id=actor_id, now=now, after={"kind": kind, "total": len(items)}
        )
        session.flush()
        job_id = job.id
        on_commit(lambda: job_waiting.send(None, job_id=job_id))
    return job


def cancel(job_id: int, *, actor_id: int | None, now: datetime) -> None:
    """Stop a job after the item in hand; what is done stays done."""
    with transaction() as session:
        job = session.get(Job, job_id)
        if job is None:
            raise NotFound()
        if job.state in (JobState.DONE.value, JobState.CANCELLED.value):
            return
        job.state = JobState.CANCELLED.value
        job.finished_at = now
        session.execute(
            update(JobItem)
            .where(JobItem.job_id == job_id, JobItem.state == ItemState.PENDING.value)
            .values(state=ItemState.CANCELLED.value)
        )
        record(Action.JOB_CANCELLED, ("job", job_id), actor_id=actor_id, now=now)


def run(job_id: int) -> None:
    """Do what is left of a job, item by item. Called in the job process; harmless to repeat."""
    job = db.session.get(Job, job_id)
    if job is None or job.state in (JobState.DONE.value, JobState.CANCELLED.value):
        return
    with transaction():
        job.state = JobState.RUNNING.value
    while (item := _next_item(job_id)) is not None:
        try:
            outcome, result = ItemState.DONE, _kinds[job.kind](job, item.item)
        except Refusal as refusal:
            outcome, result = ItemState.FAILED, {"code": refusal.code, "sentence": str(refusal.sentence)}
        _settle(job_id, item.id, outcome, result)
        db.session.expunge_all()
        job = db.session.get_one(Job, job_id)
    with transaction() as session:
        job = session.get_one(Job, job_id)
        if job.state == JobState.RUNNING.value:
            job.state = JobState.DONE.value
            job.finished_at = clock.now()


def _next_item(job_id: int) -> JobItem | None:
    return db.session.scalars(
        select(JobItem)
        .where(JobItem.job_id == job_id, JobItem.state == ItemState.PENDING.value)
        .order_by(JobItem.id)
        .limit(1)
    ).first()


def _settle(job_id: int, item_id: int, outcome: ItemState, result: dict[str, Any] | None) -> None:
    with transaction() as session:
        claimed = session.execute(
            update(JobItem)
            .where(JobItem.id == item_id, JobItem.state == ItemState.PENDING.value)
            .values(state=outcome.value, result=result)
        )
        if claimed.rowcount:  # type: ignore[attr-defined]
            column = Job.done if outcome is ItemState.DONE else Job.failed
            session.execute(update(Job).where(Job.id == job_id).values({column: column + 1}))


def unfinished() -> list[int]:
    """Ids of the jobs that still have something to do, oldest first."""
    return list(
        db.session.scalars(
            select(Job.id).where(Job.state.in_([JobState.QUEUED.value, JobState.RUNNING.value])).order_by(Job.id)
        )
    )
