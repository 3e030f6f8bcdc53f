"""Certificates as the job process writes them; drawing one changes no total."""

from __future__ import annotations

from sqlalchemy import func, select

from tests import cast
from training_app.certificates.models import Certificate
from training_app.core import audit, files
from training_app.core.db import db, transaction


def certify(person, programme=cast.PROGRAMME, *, now=cast.NOW, action=audit.Action.CERTIFICATE_ISSUED):
    """A certificate for someone; gives its id."""
    with transaction() as session:
        number = (db.session.scalar(select(func.max(Certificate.id))) or 0) + 1
        files.remember("f" * 64, media_type="application/pdf", size=1, name="x.pdf", now=now)
        made = Certificate(
            serial=f"LC{number}", verify_code=f"v{number}", check_code="x", person_id=person,
            programme_id=programme, rule_version=1, revision=number, kind="completion", facts={},
            file_sha256="f" * 64, picture_sha256="f" * 64, issued_at=now,
        )  # fmt: skip
        session.add(made)
        session.flush()
        audit.record(action, ("certificate", made.id), actor_id=None, now=now, after={"person": person})
        return made.id
