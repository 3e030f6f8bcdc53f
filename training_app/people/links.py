"""Links that log a director in: the personal one, made from the key and a revision, and the group's."""

from __future__ import annotations

from collections.abc import Callable
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


def feed_token(person: Person) -> str:
    """The secret part of the address of a person's calendar feed."""
    return make_token(Purpose.FEED, person.id, _feed_revision(person))


def _feed_revision(person: Person) -> int:
    # Neither number ever falls, so their sum never comes back to what it was.
    return person.link_revision + person.feed_revision


def person_of(token: str) -> Person:
    """The person whose present link this is. Raises NotFound for any other token."""
    return _proven(token, Purpose.PERSON, lambda person: person.link_revision)


def person_of_feed(token: str) -> Person:
    """The person whose present calendar feed this is. Raises NotFound for any other token."""
    return _proven(token, Purpose.FEED, _feed_revision)


def _proven(token: str, purpose: Purpose, revision_of: Callable[[Person], int]) -> Person:
    subject = subject_of(token)
    person = db.session.get(Person, subject) if subject is not None else None
    # Proven against a revision that never was, when there is nobody: the same work.
    revision = revision_of(person) if person else -1
    if not proves(token, purpose, subject or 0, revision) or person is None or person.merged_into_id:
        raise NotFound()
    return person


def renew_feed(person_id: int, *, actor_id: int, now: datetime) -> None:
    """Kill the link of a person's calendar feed; the personal link and the devices stay. Raises NotFound."""
    with transaction() as session:
        person = session.get(Person, person_id, with_for_update=True)
        if person is None:
            raise NotFound()
        person.feed_revision += 1
        audit.record(
            audit.Action.LINK_RENEWED, ("person", person_id), actor_id=actor_id, now=now, after={"link": "calendar"}
        )


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
