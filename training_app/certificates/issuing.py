"""Issuing, issuing again, stopping: what is asked for becomes a job with one item a person."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from training_app.core import jobs, tasks
from training_app.core.db import db, transaction
from training_app.core.errors import NotFound, Refusal
from training_app.schedule.models import Programme

from . import designing, pictures, serials
from .drafts import holder, reason_of, refuse_undrawable, refuse_wording, replaced
from .making import KIND
from .models import Certificate, Serial
from .rules import proposed
from .service import current_rule, set_rule
from .standings import standings


@dataclass(frozen=True)
class Started:
    """A job that was put in line, and how many of those asked for cannot be issued now."""

    job_id: int
    total: int
    skipped: int


def start(
    programme_id: int, person_ids: Collection[int] | None, *, base_url: str, actor_id: int, now: datetime
) -> Started:
    """Put the issuing for these persons in line, or for all who are eligible and hold nothing.

    `base_url` is the address that the QR codes carry. The first issuing makes the proposed rule version 1.
    Raises Refusal "job_running", "unlawful_claims", "undrawable" or "nobody", NotFound for an unknown programme.
    """
    programme = db.session.get(Programme, programme_id)
    if programme is None:
        raise NotFound()
    refuse_wording(programme)
    found = standings(programme_id, ("",), now)
    if person_ids is None:
        chosen = [one.person.id for one in found if one.state == "eligible"]
        asked = len(chosen)
    else:
        asked = len(set(person_ids))
        chosen = [one.person.id for one in found if one.person.id in person_ids and one.can_be_issued]
    if not chosen:
        raise Refusal("nobody", _l("Nobody of those chosen can be issued a certificate now. The list says why."))
    with transaction():
        _alone(programme_id, actor_id=actor_id, now=now)
        rule = current_rule(programme_id) or set_rule(
            programme_id, proposed(programme.planned_sessions), actor_id=actor_id, now=now
        )
        paper = designing.ensure(programme_id, actor_id=actor_id, now=now)
        params = {"base": base_url, "rule": rule.version, "paper": paper.version}
        job_id = _put_in_line(programme_id, chosen, params, actor_id=actor_id, now=now)
    return Started(job_id, len(chosen), asked - len(chosen))


def reissue(certificate_id: int, *, reason: str, base_url: str, actor_id: int, now: datetime) -> int:
    """Put a new paper with the holder's present name in line; it replaces this one. Gives the job's id.

    Everything else stays as it was issued. Raises Invalid for no reason or an endless one, Refusal
    "replaced", "undrawable" or "job_running", NotFound for an unknown certificate.
    """
    reason = reason_of(reason)
    with transaction() as session:
        old = session.get(Certificate, certificate_id)
        if old is None:
            raise NotFound()
        _alone(old.programme_id, actor_id=actor_id, now=now)
        if old.replaced_by_id is not None:
            raise replaced()
        person = holder(old.person_id)
        refuse_undrawable(person.name)
        params = {"base": base_url, "replaces": certificate_id, "reason": reason}
        return _put_in_line(old.programme_id, [person.id], params, actor_id=actor_id, now=now)


def stop(job_id: int, *, actor_id: int, now: datetime) -> None:
    """Stop a job: what is issued stays issued, the numbers that are left over are voided on record."""
    with transaction():
        jobs.cancel(job_id, actor_id=actor_id, now=now)
        serials.void(job_id, reason="stopped", actor_id=actor_id, now=now)


def _put_in_line(
    programme_id: int, person_ids: Collection[int], params: dict[str, Any], *, actor_id: int, now: datetime
) -> int:
    job = jobs.start(
        KIND,
        [str(person_id) for person_id in person_ids],
        subject=("programme", programme_id),
        actor_id=actor_id,
        now=now,
        # The job process answers nobody: its sentences are written in the language of who asked.
        params=params | {"language": str(get_locale() or "zh_Hans")},
    )
    # Behind the job in line: its pictures are made when it is done.
    tasks.wake(pictures.TASK)
    return job.id


def _alone(programme_id: int, *, actor_id: int, now: datetime) -> None:
    """One issuing of a programme at a time; numbers that an earlier one left over are voided.

    Raises Refusal "job_running".
    """
    locked = select(Programme.id).where(Programme.id == programme_id).with_for_update(key_share=True)
    db.session.scalar(locked)
    mine = (jobs.Job.kind == KIND, jobs.Job.subject_kind == "programme", jobs.Job.subject_id == programme_id)
    unfinished = jobs.Job.state.in_((jobs.JobState.QUEUED.value, jobs.JobState.RUNNING.value))
    running = db.session.scalar(select(jobs.Job.id).where(*mine, unfinished))
    if running is not None:
        text = _l("Certificates of this programme are being issued right now. Wait until that is done, or stop it.")
        raise Refusal("job_running", text, job_id=running)
    left = select(Serial.job_id).where(Serial.programme_id == programme_id, Serial.state == "reserved").distinct()
    for job_id in db.session.scalars(left).all():
        if job_id is not None:
            serials.void(job_id, reason="abandoned", actor_id=actor_id, now=now)
