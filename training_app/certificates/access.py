"""Fetching a certificate or a job and proving permission is one act.

Each loader raises NotFound for an unknown id and for one that this actor may not touch alike.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from training_app.core.actors import Actor
from training_app.core.db import db
from training_app.core.errors import NotFound
from training_app.core.jobs import Job
from training_app.core.permissions import Permission
from training_app.people.access import person_scope
from training_app.people.policy import allows, jurisdictions
from training_app.schedule.access import programme_for, programme_scope
from training_app.schedule.models import Programme

from .models import Certificate


def areas_in(actor: Actor, programme: Programme) -> tuple[str, ...]:
    """The divisions whose people the actor sees in a programme; whoever issues its papers sees everyone."""
    if allows(actor, Permission.CERTIFICATE_ISSUE, programme_scope(programme)):
        return ("",)
    return jurisdictions(actor, Permission.CERTIFICATE_VIEW)


def certificate_for(actor: Actor, certificate_id: int, permission: Permission) -> Certificate:
    """The certificate with this id, for staff: by its programme, or by its holder's community."""
    certificate = _load(certificate_id)
    if certificate is None or not _staff_may(actor, certificate, permission):
        raise NotFound()
    return certificate


def file_for(actor: Actor, certificate_id: int) -> Certificate:
    """The certificate whose file is asked for: by its holder, or by staff who may see it."""
    certificate = _load(certificate_id)
    if certificate is None or not (
        (actor.person_id is not None and actor.person_id in (certificate.person_id, certificate.person.merged_into_id))
        or _staff_may(actor, certificate, Permission.CERTIFICATE_VIEW)
    ):
        raise NotFound()
    return certificate


def _load(certificate_id: int) -> Certificate | None:
    return db.session.scalar(
        select(Certificate).where(Certificate.id == certificate_id).options(joinedload(Certificate.person))
    )


def _staff_may(actor: Actor, certificate: Certificate, permission: Permission) -> bool:
    if not actor.is_staff:
        return False
    programme = db.session.get_one(Programme, certificate.programme_id)
    scope = programme_scope(programme)
    if allows(actor, Permission.CERTIFICATE_ISSUE, scope):
        return True
    return (
        permission is Permission.CERTIFICATE_VIEW
        and allows(actor, permission, scope)
        and allows(actor, permission, person_scope(certificate.person))
    )


def job_for(actor: Actor, job_id: int, kinds: Collection[str]) -> tuple[Job, Programme]:
    """A job of these kinds and its programme, for whoever issues its papers."""
    job = db.session.get(Job, job_id)
    if job is None or job.kind not in kinds or job.subject_id is None:
        raise NotFound()
    return job, programme_for(actor, job.subject_id, Permission.CERTIFICATE_ISSUE)
