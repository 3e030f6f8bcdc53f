"""Links that log a director in: the personal one, made from the key and a revision, and the group's."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from training_app.core import audit
from training_app.core.db import db, transaction
from training_app.core.errors import NotFound
from training_app.core.links import Purpose, make_token, proves, subject_of

from . import logins
from .models import Login, Person


def personal_token(person: Person) -> str:
    """The secret part of a person's link."""
    return make_token(Purpose.PERSON, person.id, person.link_revision)


def person_of(token: str) -> Person:
    """The person whose present link this is. Raises NotFound for any other token."""
    subject = subject_of(token)
    person = db.session.get(Person, subject) if subject is not None else None
    # Proven against a revision that never was, when there is nobody: the same work.
    revision = person.link_revision if person else -1
    if not proves(token, Purpose.PERSON, subject or 0, revision) or person is None or person.merged_into_id:
        raise NotFound()
    return person


def use_personal(token: str, *, device_name: str, now: datetime) -> str:
    """Remember the device that holds a personal link; gives the login's token."""
    with transaction():
        person = person_of(token)
        audit.record(audit.Action.LINK_USED, ("person", person.id), actor_id=person.id, now=now)
        return logins.open_login(how="personal_link", person_id=person.id, device_name=device_name, now=now)


def renew(person_id: int, *, with_devices: bool, actor_id: int, now: datetime) -> None:
    """Kill a person's link; with the devices too when a phone was lost. Staff logins by password stay."""
    with transaction() as session:
        person = session.get(Person, person_id, with_for_update=True)
        if person is None:
            raise NotFound()
        person.link_revision += 1
        if with_devices:
            session.execute(
                update(Login)
                .where(Login.person_id == person_id, Login.account_id.is_(None), Login.revoked_at.is_(None))
                .values(revoked_at=now)
            )
        audit.record(
            audit.Action.LINK_RENEWED,
            ("person", person_id),
            actor_id=actor_id,
            now=now,
            after={"devices": with_devices},
        )
