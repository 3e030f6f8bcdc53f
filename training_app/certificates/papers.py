"""Papers that were issued: whose they are, taken back with a reason, listed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import and_, false, func, or_, select
from sqlalchemy.orm import aliased

from training_app.core import audit
from training_app.core.db import db, transaction
from training_app.core.errors import NotFound
from training_app.people.models import Person
from training_app.people.persons import in_area

from .drafts import reason_of, replaced
from .models import Certificate, Serial


def state_of(certificate: Certificate) -> str:
    """valid, revoked or replaced; a revoked one that another replaced is replaced."""
    if certificate.replaced_by_id is not None:
        return "replaced"
    return "revoked" if certificate.revoked_at is not None else "valid"


def revoke(certificate_id: int, *, reason: str, actor_id: int, now: datetime) -> None:
    """Take a certificate back; it stays on record, and its verify page says why. Harmless to repeat. Audited.

    Raises Invalid for no reason or an endless one, Refusal "replaced", NotFound.
    """
    reason = reason_of(reason)
    with transaction() as session:
        certificate = session.scalar(select(Certificate).where(Certificate.id == certificate_id).with_for_update())
        if certificate is None:
            raise NotFound()
        if certificate.replaced_by_id is not None:
            raise replaced()
        if certificate.revoked_at is not None:
            return
        certificate.revoked_at, certificate.revoked_by_id, certificate.revoke_reason = now, actor_id, reason
        audit.record(
            audit.Action.CERTIFICATE_REVOKED,
            ("certificate", certificate_id),
            actor_id=actor_id,
            now=now,
            after={"serial": certificate.serial, "reason": reason},
        )


def of_person(person_id: int) -> list[Certificate]:
    """What a person holds, the newest first, papers of persons merged into this one included; one statement.

    Replaced ones are left out.
    """
    return list(
        db.session.scalars(
            select(Certificate)
            .join(Person, Person.id == Certificate.person_id)
            .where(
                or_(Person.id == person_id, Person.merged_into_id == person_id), Certificate.replaced_by_id.is_(None)
            )
            .order_by(Certificate.id.desc())
        )
    )


def versions(certificate: Certificate) -> list[Certificate]:
    """All papers of the same holder in the same programme, the newest first, those of merged records included."""
    holder = func.coalesce(Person.merged_into_id, Person.id)
    same = select(holder).where(Person.id == certificate.person_id).scalar_subquery()
    return list(
        db.session.scalars(
            select(Certificate)
            .where(
                Certificate.programme_id == certificate.programme_id,
                Certificate.person_id.in_(
                    select(Person.id).where(or_(Person.id == same, Person.merged_into_id == same))
                ),
            )
            .order_by(Certificate.id.desc())
        )
    )


def successor(certificate_id: int) -> Certificate | None:
    """The paper that replaced this one; None while nothing did."""
    return db.session.scalar(
        select(Certificate).where(
            Certificate.id
            == select(Certificate.replaced_by_id).where(Certificate.id == certificate_id).scalar_subquery()
        )
    )


def register(programme_id: int) -> Any:
    """The statement of every number of a programme with its holder and its paper, the newest first."""
    newer = aliased(Certificate)
    return (
        select(Serial, Person.name, Certificate, newer.serial)
        .join(Person, Person.id == Serial.person_id)
        .outerjoin(Certificate, Certificate.serial == Serial.serial)
        .outerjoin(newer, newer.id == Certificate.replaced_by_id)
        .where(Serial.programme_id == programme_id)
        .order_by(Serial.reserved_at.desc(), Serial.serial.desc())
    )


def counts(areas: Mapping[int, tuple[str, ...]]) -> dict[int, tuple[int, int]]:
    """How many valid and how many revoked papers each programme has, in one statement.

    `areas`: the divisions whose people are counted in a programme; "" is everyone.
    """
    revoked, record = func.count(Certificate.revoked_at), aliased(Person)
    by_area: dict[tuple[str, ...], list[int]] = {}
    for programme_id, codes in areas.items():
        by_area.setdefault(codes, []).append(programme_id)
    counted = [and_(Certificate.programme_id.in_(ids), in_area(codes)) for codes, ids in by_area.items()]
    rows = db.session.execute(
        select(Certificate.programme_id, func.count() - revoked, revoked)
        .join(record, record.id == Certificate.person_id)
        .join(Person, Person.id == func.coalesce(record.merged_into_id, record.id))
        .where(or_(false(), *counted), Certificate.replaced_by_id.is_(None))
        .group_by(Certificate.programme_id)
    )
    return {row[0]: (row[1], row[2]) for row in rows}
