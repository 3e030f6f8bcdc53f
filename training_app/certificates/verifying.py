"""What everyone may know of a certificate who has its code: whether it holds, and nothing that identifies more."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, select
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

    A wrong number and a wrong code cannot be told apart: both cost one statement and one comparison.
    """
    found = _find(Certificate.serial == typed_serial(serial)[:32])
    right = found[0].check_code if found else "?" * CHECK_LENGTH
    same = hmac.compare_digest(right.encode(), typed(check_code).encode())
    return _answer(*found) if found and same else None


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
        hours=facts["hours"],
        attended=tuple(visits(facts)),
        issued_on=date.fromisoformat(facts["issued_on"]),
        sha256=certificate.file_sha256,
        specimen=bool(facts["specimen"]),
        revoked_at=certificate.revoked_at,
        revoke_reason=certificate.revoke_reason,
        replaced_by=replaced_by,
    )
