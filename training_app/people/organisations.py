"""Bureaus, committees and social work offices."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from training_app.core import audit
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound
from training_app.divisions.models import Division

from .models import Organisation

KINDS = ("bureau", "committee", "office")


def everyone() -> list[tuple[Organisation, Division]]:
    """All organisations with where they work, by name."""
    statement = (
        select(Organisation, Division)
        .join(Division, Division.code == Organisation.division_code)
        .order_by(Organisation.division_code, Organisation.name)
    )
    return [(organisation, division) for organisation, division in db.session.execute(statement)]


def save(
    organisation_id: int | None, *, name: str, kind: str, division_code: str, actor_id: int, now: datetime
) -> Organisation:
    """Make an organisation, or change the one with this id.

    Raises Invalid when the name is missing or taken, or the kind or division is unknown.
    """
    name = " ".join(name.split())
    if not name or len(name) > 120:
        sentence = _l("Please type the full name, at most 120 characters.")
        raise Invalid("name_missing", sentence, {"name": sentence})
    if kind not in KINDS:
        sentence = _l("Please choose the kind.")
        raise Invalid("kind_unknown", sentence, {"kind": sentence})
    with transaction() as session:
        if session.get(Division, division_code) is None:
            sentence = _l("Please choose the place from the list.")
            raise Invalid("division_unknown", sentence, {"division": sentence})
        same = session.scalar(select(Organisation.id).where(Organisation.name == name))
        if same is not None and same != organisation_id:
            sentence = _l("There is an organisation of this name already.")
            raise Invalid("name_taken", sentence, {"name": sentence})
        organisation = session.get(Organisation, organisation_id) if organisation_id else Organisation()
        if organisation is None:
            raise NotFound()
        organisation.name, organisation.kind, organisation.division_code = name, kind, division_code
        session.add(organisation)
        session.flush()
        audit.record(
            audit.Action.ORGANISATION_CHANGED,
            ("organisation", organisation.id),
            actor_id=actor_id,
            now=now,
            after={"name": name, "kind": kind, "division": division_code},
        )
        return organisation


def get(organisation_id: int) -> Organisation | None:
    """The organisation with this id."""
    return db.session.get(Organisation, organisation_id)
