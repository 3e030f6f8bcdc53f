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
from training_app.learning.service import members
from training_app.people.access import person_scope
from training_app.people.models import Person
from training_app.people.persons import in_area
from training_app.people.policy import allows, jurisdictions
from training_app.schedule.access import programme_for, programme_scope
from training_app.schedule.models import Programme

from .models import Certificate


def areas_in(actor: Actor, programme: Programme) -> tuple[str, ...]:
    """The divisions whose people the actor sees in a programme; whoever issues its papers sees everyone."""
    if allows(actor, Permission.CERTIFICATE_ISSUE, programme_scope(programme)):
        return ("",)
    return jurisdictions(actor, Permission.CERTIFICATE_VIEW)


def participant_for(actor: Actor, programme_id: int, person_id: int) -> tuple[Programme, Person]:
    """A programme and somebody who takes part in it and is of the actor's areas there."""
    programme = programme_for(actor, programme_id, Permission.CERTIFICATE_VIEW)
    person = db.session.scalar(
        select(Person).where(Person.id == person_id, members(programme.id), in_area(list(areas_in(actor, programme))))
    )
    if person is None:
        raise NotFound()
    return programme, person


def certificate_for(actor: Actor, certificate_id: int, permission: Permission) -> Certificate:
    """The certificate with this id, for staff: by its programme, or by its holder's community."""
    certificate, programme = _load(certificate_id)
    if not _staff_may(actor, certificate, programme, permission) or certificate is None:
        raise NotFound()
    return certificate


def file_for(actor: Actor, certificate_id: int) -> Certificate:
    """The certificate whose file is asked for: by its holder, or by staff who may see it."""
    certificate, programme = _load(certificate_id)
    if certificate is not None and _holds(actor, certificate):
        return certificate
    if not _staff_may(actor, certificate, programme, Permission.CERTIFICATE_VIEW) or certificate is None:
        raise NotFound()
    return certificate


def own_paper(actor: Actor, certificate_id: int) -> Certificate:
    """One's own certificate: nobody else shares it or takes its badge, staff neither."""
    certificate, _programme = _load(certificate_id)
    if certificate is None or not _holds(actor, certificate):
        raise NotFound()
    return certificate


def _holds(actor: Actor, certificate: Certificate) -> bool:
    holders = (certificate.person_id, certificate.person.merged_into_id)
    return actor.person_id is not None and actor.person_id in holders


def _load(certificate_id: int) -> tuple[Certificate | None, Programme | None]:
    row = db.session.execute(
        select(Certificate, Programme)
        .join(Programme, Programme.id == Certificate.programme_id)
        .where(Certificate.id == certificate_id)
        .options(joinedload(Certificate.person))
    ).first()
    return (row[0], row[1]) if row else (None, None)


def _staff_may(
    actor: Actor, certificate: Certificate | None, programme: Programme | None, permission: Permission
) -> bool:
    """Whether staff may see a certificate; of none it is asked alike, so that both refusals take as long."""
    if not actor.is_staff:
        return False
    holder = person_scope(certificate.person if certificate else None)
    if programme is None:
        return False
    scope = programme_scope(programme)
    if allows(actor, Permission.CERTIFICATE_ISSUE, scope):
        return True
    return (
        permission is Permission.CERTIFICATE_VIEW
        and allows(actor, permission, scope)
        and allows(actor, permission, holder)
    )


def job_for(actor: Actor, job_id: int, kinds: Collection[str]) -> tuple[Job, Programme]:
    """A job of these kinds and its programme, for whoever issues its papers."""
    found = db.session.execute(
        select(Job, Programme)
        .join(Programme, Programme.id == Job.subject_id)
        .where(Job.id == job_id, Job.kind.in_(list(kinds)))
    ).first()
    if found is None or not allows(actor, Permission.CERTIFICATE_ISSUE, programme_scope(found[1])):
        raise NotFound()
    return found[0], found[1]
