"""What everyone may know of a certificate who has its code: whether it holds, and nothing that identifies more."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import aliased

from training_app.core.db import db

from .codes import CHECK_LENGTH, masked, typed, typed_serial
from .models import Certificate
from .papers import state_of
from .records import visits


@dataclass(frozen=True)
class Answer:
    """The public face of a certificate."""

    #: valid, revoked, replaced
    state: str
    serial: str
    verify_code: str
    masked_name: str
    kind: str
    programme_title: str
    host: str
    #: The first and the last day of the course.
    starts_on: date
    ends_on: date
    hours: str
    attended: tuple[dict[str, Any], ...]
    issued_on: date
    sha256: str
    specimen: bool
    revoked_at: datetime | None
    revoke_reason: str
    replaced_by: str | None


def by_code(verify_code: str) -> Answer | None:
    """The certificate with the code that the QR carries, in one statement whether there is one or not."""
    found = _find(Certificate.verify_code == verify_code[:32])
    return _answer(*found) if found else None


def by_serial(serial: str, check_code: str) -> Answer | None:
    """The certificate with this number and this check code, typed in any case, with or without hyphens.

    A wrong number and a wrong code cannot be told apart: both cost one statement, which reads no more than the code,
    and one comparison.
    """
    row = db.session.execute(
        select(Certificate.id, Certificate.check_code).where(Certificate.serial == typed_serial(serial)[:32])
    ).first()
    right = row.check_code if row is not None else "?" * CHECK_LENGTH
    same = hmac.compare_digest(right.encode(), typed(check_code).encode())
    found = _find(Certificate.id == row.id) if row is not None and same else None
    return _answer(*found) if found else None


def by_file(digests: Sequence[str]) -> tuple[Answer, bool] | None:
    """The certificate whose PDF or picture has one of these SHA-256, and whether it is the first: the file as it is.

    The others are of what the file was before something was added at its end. One statement, found or not.
    """
    stored = (Certificate.file_sha256, Certificate.picture_sha256)
    found = _find(or_(*(column.in_(digests) for column in stored)))
    if found is None:
        return None
    return _answer(*found), digests[0] in (found[0].file_sha256, found[0].picture_sha256)


def _find(condition: ColumnElement[bool]) -> tuple[Certificate, str | None] | None:
    newer = aliased(Certificate)
    row = db.session.execute(
        select(Certificate, newer.serial).outerjoin(newer, newer.id == Certificate.replaced_by_id).where(condition)
    ).first()
    return (row[0], row[1]) if row else None


def _answer(certificate: Certificate, replaced_by: str | None) -> Answer:
    facts = certificate.facts
    return Answer(
        state=state_of(certificate),
        serial=certificate.serial,
        verify_code=certificate.verify_code,
        masked_name=masked(facts["name"]),
        kind=certificate.kind,
        programme_title=facts["programme_title"],
        host=facts["host"],
        starts_on=date.fromisoformat(facts["starts_on"]),
        ends_on=date.fromisoformat(facts["ends_on"]),
        hours=facts["hours"],
        attended=tuple(visits(facts)),
        issued_on=date.fromisoformat(facts["issued_on"]),
        sha256=certificate.file_sha256,
        specimen=bool(facts["specimen"]),
        revoked_at=certificate.revoked_at,
        revoke_reason=certificate.revoke_reason,
        replaced_by=replaced_by,
    )
