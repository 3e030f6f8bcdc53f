"""Roles given and ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, func, or_, select

from training_app.core import audit
from training_app.core.actors import Role
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.divisions.models import Division

from .models import Account, Grant, Organisation, Person

#: Which scope each role needs.
SCOPE = {
    Role.ADMINISTRATOR: None,
    Role.ORGANISER: "organisation_id",
    Role.FACILITATOR: "event_id",
    Role.SUPERVISOR: "division_code",
    Role.AUDITOR: "division_code",
}


def give(
    person_id: int,
    role: Role,
    *,
    organisation_id: int | None = None,
    division_code: str | None = None,
    event_id: int | None = None,
    valid_to: datetime | None = None,
    actor_id: int | None,
    now: datetime,
) -> Grant:
    """Give a role from now on; the same role in the same scope is not given twice.

    The caller has proven that the event exists. Raises Invalid when the scope that the role needs is
    missing, and Refusal when the person has no account to use the role with.
    """
    given = {"organisation_id": organisation_id, "division_code": division_code, "event_id": event_id}
    needed = SCOPE.get(role)
    scope = {key: value if key == needed else None for key, value in given.items()}
    with transaction() as session:
        person = session.get(Person, person_id, with_for_update=True)
        if person is None or role not in SCOPE:
            raise NotFound()
        if needed and not _exists(scope):
            sentence = _l("Please choose where the role is valid.")
            raise Invalid("scope_missing", sentence, {needed: sentence})
        if valid_to is not None and valid_to <= now:
            sentence = _l("The last day lies in the past. Please check it.")
            raise Invalid("already_over", sentence, {"until": sentence})
        if session.scalar(select(Account.id).where(Account.person_id == person_id)) is None:
            raise Refusal("no_account", _l("Give this person an account first; roles work only with a password."))
        same = [getattr(Grant, key) == value if value is not None else getattr(Grant, key).is_(None)
                for key, value in scope.items()]  # fmt: skip
        held = session.scalar(
            select(Grant).where(Grant.person_id == person_id, Grant.role == role.value, _valid(now), *same).limit(1)
        )
        if held is not None:
            return held
        grant = Grant(
            person_id=person_id, role=role.value, valid_from=now, valid_to=valid_to, given_by_id=actor_id, **scope
        )
        session.add(grant)
        session.flush()
        after = {"person": person_id, "role": role.value} | {k: v for k, v in scope.items() if v is not None}
        audit.record(audit.Action.GRANT_GIVEN, ("role_grant", grant.id), actor_id=actor_id, now=now, after=after)
        return grant


def end(grant_id: int, *, actor_id: int, now: datetime) -> None:
    """End a role now. Raises Refusal when it is the last administrator's."""
    with transaction() as session:
        grant = session.get(Grant, grant_id, with_for_update=True)
        if grant is None:
            raise NotFound()
        if grant.valid_to is not None and grant.valid_to <= now:
            return
        if grant.role == Role.ADMINISTRATOR.value and administrators(now, but_not=grant.person_id) == 0:
            raise Refusal("last_administrator", last_administrator())
        grant.valid_to = now
        audit.record(audit.Action.GRANT_ENDED, ("role_grant", grant_id), actor_id=actor_id, now=now)


def last_administrator() -> Any:
    """The sentence for whoever would lock everyone out."""
    return _l("This is the last administrator. Make someone else an administrator first.")


def administrators(now: datetime, *, but_not: int | None = None) -> int:
    """How many persons can log in as administrator, one left out of the count."""
    statement = (
        select(func.count(Grant.person_id.distinct()))
        .join(Account, Account.person_id == Grant.person_id)
        .where(Grant.role == Role.ADMINISTRATOR.value, _valid(now), Account.disabled_at.is_(None))
    )
    if but_not is not None:
        statement = statement.where(Grant.person_id != but_not)
    return db.session.scalar(statement) or 0


def _valid(now: datetime) -> ColumnElement[bool]:
    return or_(Grant.valid_to.is_(None), Grant.valid_to > now)


def _exists(scope: Mapping[str, object]) -> bool:
    if scope["organisation_id"] is not None:
        return db.session.get(Organisation, scope["organisation_id"]) is not None
    if scope["division_code"] is not None:
        return db.session.get(Division, scope["division_code"]) is not None
    return scope["event_id"] is not None
