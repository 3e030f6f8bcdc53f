"""Organisations and their roles: picked from the list, or made when they are new."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from training_app.core import audit
from training_app.core.db import db, insert_unless_there
from training_app.core.errors import Invalid
from training_app.people.models import Organisation

from . import words
from .drafts import HostDraft
from .models import Event, EventHost, Programme, ProgrammeHost
from .rules import organisation_kind

LONGEST = 120


def organisations() -> list[Organisation]:
    """Every organisation, by name, for the list that one picks from."""
    return list(db.session.scalars(select(Organisation).order_by(Organisation.name)))


def find_or_create(name: str, *, division_code: str, actor_id: int, now: datetime) -> int:
    """The id of the organisation of this name, in the open transaction."""
    found = db.session.scalar(select(Organisation.id).where(Organisation.name == name))
    if found:
        return found
    values = {"name": name, "kind": organisation_kind(name), "division_code": division_code}
    made = insert_unless_there(Organisation, values, ["name"])
    if made is None:
        return db.session.scalars(select(Organisation.id).where(Organisation.name == name)).one()
    audit.record(
        audit.Action.ORGANISATION_CHANGED, ("organisation", made), actor_id=actor_id, now=now, after={"name": name}
    )
    return made


def assign(
    owner: Event | Programme, drafts: tuple[HostDraft, ...], *, division_code: str, actor_id: int, now: datetime
) -> None:
    """Make these the hosts of an event or a programme, in their order; a name given twice counts once.

    Raises Invalid with the field `hosts` for a role or name that cannot be.
    """
    wanted: dict[tuple[str, int], int] = {}
    for draft in drafts:
        name = " ".join(draft.organisation.split())
        if not name:
            continue
        if draft.role not in words.ROLES or len(name) > LONGEST:
            sentence = _l("An organisation's name has at most 120 characters.")
            raise Invalid("host_invalid", sentence, {draft.role: sentence})
        found = find_or_create(name, division_code=division_code, actor_id=actor_id, now=now)
        wanted.setdefault((draft.role, found), len(wanted))
    model: Any = EventHost if isinstance(owner, Event) else ProgrammeHost
    key = {"event_id" if isinstance(owner, Event) else "programme_id": owner.id}
    for host in db.session.scalars(select(model).filter_by(**key)).all():
        place = wanted.pop((host.role, host.organisation_id), None)
        if place is None:
            db.session.delete(host)
        else:
            host.position = place
    for (role, organisation_id), place in wanted.items():
        db.session.add(model(role=role, organisation_id=organisation_id, position=place, **key))
    db.session.flush()
    if isinstance(owner, Event):
        db.session.expire(owner, ["hosts"])
