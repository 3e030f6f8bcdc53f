"""Long work: a job row, a row per item, each item done once; progress, cancel and resume for free.

A room declares a kind with `@job_kind("certificates.issue")` on a function that does one item. The
function runs in the job process, outside any transaction, and must be harmless to repeat: it is
called again when the process died before the item was marked done. What must happen exactly once
it gives back as a function, which is called in the very transaction that marks the item done.

An item belongs to the process that took it for `LEASE`, so two processes never do the same one. What many items
read alike is read once for a few of them: `@job_kind(name, at_once=8)` on a function that gets their names and gives
the function that does one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from blinker import signal
from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, and_, func, insert, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from . import claims, clock, manners
from .audit import Action, record
from .db import Model, UtcDateTime, db, on_commit, transaction
from .errors import NotFound, Refusal

log = logging.getLogger(__name__)
#: How long an item belongs to the process that took it; from a process that died it comes back after this.
LEASE = timedelta(seconds=60)


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


class ItemState(StrEnum):
    PENDING = "pending"
    RUNNING = "running"
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
    #: Who has it in hand, and until when; null unless running.
    claim: Mapped[str | None] = mapped_column(String(32))
    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


@dataclass(frozen=True)
class Failed:
    """An item that cannot be done, given back where the reason must leave a trace: what was written is kept."""

    code: str
    sentence: Any


Result = dict[str, Any] | Failed | None
Outcome = Result | Callable[[], Result]
Work = Callable[[Job, str], Outcome]
#: For kinds that are done a few at once: what they share is read, and what does one of them is given back.
Together = Callable[[Job, Sequence[str]], Callable[[str], Outcome]]
_kinds: dict[str, Any] = {}
_at_once: dict[str, int] = {}

#: Sent with job_id after a job was committed; the queue listens and wakes the job process.
job_waiting = signal("job-waiting")


def job_kind(name: str, *, at_once: int = 0) -> Callable[[Any], Any]:
    """Declare the function that does one item of a kind: `work(job, item) -> result`, or the writing of it.

    With `at_once` it is a `Together` for at most so many items, which are still done and marked one by one.
    A Refusal, or any other fault, makes the item failed; `retry` takes failed items up again.
    """

    def declare(work: Any) -> Any:
        _kinds[name], _at_once[name] = work, at_once
        return work

    return declare


def work_of(job: Job, items: Sequence[str]) -> Callable[[str], Outcome]:
    """What does each of these items."""
    work = _kinds[job.kind]
    if not _at_once.get(job.kind):
        return lambda item: work(job, item)
    one: Callable[[str], Outcome] = work(job, items)
    return one


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
        rows = [{"job_id": job.id, "item": item, "state": ItemState.PENDING.value} for item in items]
        if rows:
            session.execute(insert(JobItem), rows)
        record(
            Action.JOB_STARTED, ("job", job.id), actor_id=actor_id, now=now, after={"kind": kind, "total": len(items)}
        )
        session.flush()
        job_id = job.id
        on_commit(lambda: job_waiting.send(None, job_id=job_id))
    return job


def cancel(job_id: int, *, actor_id: int | None, now: datetime) -> None:
    """Stop a job: what is done stays done, the rest is not done, and what is in hand can no longer commit."""
    with transaction() as session:
        job = session.scalar(select(Job).where(Job.id == job_id).with_for_update())
        if job is None:
            raise NotFound()
        if job.state in (JobState.DONE.value, JobState.CANCELLED.value):
            return
        job.state = JobState.CANCELLED.value
        job.finished_at = now
        session.execute(
            update(JobItem)
            .where(JobItem.job_id == job_id, JobItem.state.in_((ItemState.PENDING.value, ItemState.RUNNING.value)))
            .values(state=ItemState.CANCELLED.value, claim=None, claimed_until=None)
        )
        record(Action.JOB_CANCELLED, ("job", job_id), actor_id=actor_id, now=now)


def retry(job_id: int, *, actor_id: int | None, now: datetime) -> int:
    """Put the failed items of a job in line again; gives how many. Raises NotFound."""
    with transaction() as session:
        job = session.scalar(select(Job).where(Job.id == job_id).with_for_update())
        if job is None:
            raise NotFound()
        again = session.execute(
            update(JobItem)
            .where(JobItem.job_id == job_id, JobItem.state == ItemState.FAILED.value)
            .values(state=ItemState.PENDING.value, result=None)
        ).rowcount  # type: ignore[attr-defined]
        if again:
            job.failed = 0
            job.state, job.finished_at = JobState.QUEUED.value, None
            record(Action.JOB_RESUMED, ("job", job_id), actor_id=actor_id, now=now, after={"items": again})
            on_commit(lambda: job_waiting.send(None, job_id=job_id))
        return int(again)


#: The job's row is locked before its items, as whoever stops a job does: two orders would wait for each other.
_BEFORE_ITEMS = {"key_share": True}


def run(job_id: int) -> datetime | None:
    """Do what is left of a job, item by item. Called in the job process; harmless to repeat.

    Gives None when the job is over, or when to call again, because another process has items in hand.
    """
    polite = manners.Manners()
    with claims.held() as claim:
        while (taken := _take(job_id, claim)) is not None:
            _do(*taken, claim, polite)
            db.session.expunge_all()
    return _conclude(job_id)


def _take(job_id: int, claim: str) -> tuple[Job, list[JobItem]] | None:
    now = clock.now()
    with transaction() as session:
        job = session.get(Job, job_id, with_for_update=_BEFORE_ITEMS)
        if job is None or job.state in (JobState.DONE.value, JobState.CANCELLED.value):
            return None
        free = or_(
            JobItem.state == ItemState.PENDING.value,
            and_(JobItem.state == ItemState.RUNNING.value, JobItem.claimed_until <= now),
        )
        items = session.scalars(
            select(JobItem)
            .where(JobItem.job_id == job_id, free)
            .order_by(JobItem.id)
            .limit(_at_once.get(job.kind) or 1)
            .with_for_update(skip_locked=True)
        ).all()
        if job.state == JobState.QUEUED.value:
            job.state = JobState.RUNNING.value
        for item in items:
            item.state, item.claim, item.claimed_until = ItemState.RUNNING.value, claim, now + LEASE
        return (job, list(items)) if items else None


def _do(job: Job, items: Sequence[JobItem], claim: str, polite: manners.Manners | None = None) -> None:
    job_id, left = job.id, [(item.id, item.item) for item in items]
    until = clock.now() + LEASE / 2
    try:
        try:
            work: Callable[[str], Outcome] = work_of(job, [name for _, name in left])
        except Exception as fault:
            work = _raising(fault)
        while left:
            if clock.now() > until:
                _keep_in_hand(job_id, claim)
                until = clock.now() + LEASE / 2
            _do_one(job_id, *left[0], claim, work)
            left.pop(0)
            if polite is not None:
                polite.give_way()
    except BaseException:
        # The process is being stopped: whoever comes next may take the items at once.
        for item_id, _name in left:
            _settle(job_id, item_id, claim, ItemState.PENDING, None)
        raise


def _raising(fault: Exception) -> Callable[[str], Outcome]:
    def work(_item: str) -> Outcome:
        raise fault

    return work


def _keep_in_hand(job_id: int, claim: str) -> None:
    with transaction() as session:
        mine = (JobItem.job_id == job_id, JobItem.claim == claim, JobItem.state == ItemState.RUNNING.value)
        session.execute(update(JobItem).where(*mine).values(claimed_until=clock.now() + LEASE))


def _do_one(job_id: int, item_id: int, name: str, claim: str, work: Callable[[str], Outcome]) -> None:
    try:
        _settle(job_id, item_id, claim, ItemState.DONE, work(name))
    except Refusal as refusal:
        failure = {"code": refusal.code, "sentence": str(refusal.sentence)}
    except Exception as fault:
        log.error("item %s of job %s failed", name, job_id, exc_info=fault)
        sentence = _l("A fault on our side. Nothing is lost: try again, and tell the administrator if it comes back.")
        failure = {"code": "fault", "sentence": str(sentence)}
    else:
        return
    db.session.rollback()
    _settle(job_id, item_id, claim, ItemState.FAILED, failure)


def _settle(job_id: int, item_id: int, claim: str, outcome: ItemState, result: Outcome) -> None:
    db.session.expunge_all()
    with transaction() as session:
        session.get(Job, job_id, with_for_update=_BEFORE_ITEMS)
        held = session.execute(
            update(JobItem)
            .where(JobItem.id == item_id, JobItem.state == ItemState.RUNNING.value, JobItem.claim == claim)
            .values(state=outcome.value, claim=None, claimed_until=None)
        )
        if not held.rowcount:  # type: ignore[attr-defined]
            return  # cancelled meanwhile, or given to another process
        kept = result() if callable(result) else result
        if isinstance(kept, Failed):
            outcome, kept = ItemState.FAILED, {"code": kept.code, "sentence": str(kept.sentence)}
        session.execute(update(JobItem).where(JobItem.id == item_id).values(state=outcome.value, result=kept))
        if outcome is not ItemState.PENDING:
            column = Job.done if outcome is ItemState.DONE else Job.failed
            session.execute(update(Job).where(Job.id == job_id).values({column: column + 1}))


def _conclude(job_id: int) -> datetime | None:
    now = clock.now()
    with transaction() as session:
        job = session.scalar(select(Job).where(Job.id == job_id).with_for_update())
        if job is None or job.state != JobState.RUNNING.value:
            return None
        open_items = (JobItem.job_id == job_id, JobItem.state.in_((ItemState.PENDING.value, ItemState.RUNNING.value)))
        left, until = session.execute(
            select(func.count(), func.min(func.coalesce(JobItem.claimed_until, now))).where(*open_items)
        ).one()
        if not left:
            job.state, job.finished_at = JobState.DONE.value, now
            return None
    return until if until is not None else now


def release_dead() -> int:
    """Free what processes of this machine had in hand that are no more; gives how many items. At a start.

    Without it they are free when their lease has ended.
    """
    held = db.session.scalars(select(JobItem.claim).where(JobItem.state == ItemState.RUNNING.value).distinct()).all()
    dead = [claim for claim in held if claim and claims.is_dead(claim)]
    if not dead:
        return 0
    with transaction() as session:
        freed = session.execute(
            update(JobItem)
            .where(JobItem.state == ItemState.RUNNING.value, JobItem.claim.in_(dead))
            .values(state=ItemState.PENDING.value, claim=None, claimed_until=None)
        ).rowcount  # type: ignore[attr-defined]
    claims.forget(dead)
    return int(freed)


def unfinished() -> list[int]:
    """Ids of the jobs that still have something to do, oldest first."""
    return list(
        db.session.scalars(
            select(Job.id).where(Job.state.in_([JobState.QUEUED.value, JobState.RUNNING.value])).order_by(Job.id)
        )
    )


def latest(kinds: Sequence[str], subject: tuple[str, int], *, limit: int = 5) -> list[Job]:
    """The newest jobs of these kinds about a subject, the newest first."""
    return list(
        db.session.scalars(
            select(Job)
            .where(Job.subject_kind == subject[0], Job.subject_id == subject[1], Job.kind.in_(kinds))
            .order_by(Job.id.desc())
            .limit(limit)
        )
    )


def items(job_id: int, state: ItemState | None = None) -> list[JobItem]:
    """The items of a job in their order, all or those of one state."""
    wanted = select(JobItem).where(JobItem.job_id == job_id).order_by(JobItem.id)
    return list(db.session.scalars(wanted if state is None else wanted.where(JobItem.state == state.value)))
