"""From the token in the session cookie to the one who asks, in one statement."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, or_, select

from training_app.core.actors import STRANGER, Actor, ActorGrant, Role
from training_app.core.db import session_connection
from training_app.core.links import secret_hash
from training_app.core.prepared import Prepared

from .models import Account, Device, Grant, Login, Organisation, Person


def _of_a_token() -> Any:
    now: Any = bindparam("now")
    valid = and_(Grant.valid_from <= now, or_(Grant.valid_to.is_(None), Grant.valid_to > now))
    # A personal link never carries a staff member's grants: those need the password.
    held = or_(
        and_(Login.account_id.is_not(None), Grant.person_id == Login.person_id),
        Grant.id == Login.grant_id,
        and_(Login.device_id.is_not(None), Grant.device_id == Login.device_id),
    )
    return (
        select(
            Login.id.label("login_id"),
            Login.person_id,
            Login.account_id,
            Login.grant_id.label("own_grant_id"),
            Login.device_id,
            Person.name,
            Person.language,
            Account.must_change,
            Account.disabled_at,
            Device.scopes,
            Device.revoked_at,
            Device.name.label("device_name"),
            Grant.id.label("grant_id"),
            Grant.role,
            Grant.organisation_id,
            Grant.division_code,
            Grant.programme_id,
            Grant.event_id,
            Organisation.division_code.label("organisation_area"),
        )
        .select_from(Login)
        .outerjoin(Person, Person.id == Login.person_id)
        .outerjoin(Account, Account.id == Login.account_id)
        .outerjoin(Device, Device.id == Login.device_id)
        .outerjoin(Grant, and_(held, valid))
        .outerjoin(Organisation, Organisation.id == Grant.organisation_id)
        .where(Login.token_hash == bindparam("token_hash"), Login.revoked_at.is_(None), Login.expires_at > now)
    )


#: Asked by every request.
_OF_A_TOKEN = Prepared(_of_a_token())


def actor_of(token: str, now: datetime) -> Actor:
    """The actor whose login this token is, with the grants that are valid now; else a stranger."""
    rows = _OF_A_TOKEN.all(session_connection(), {"token_hash": secret_hash(token), "now": now})
    if not rows:
        return STRANGER
    login = rows[0]
    grants = tuple(
        ActorGrant(
            row.grant_id,
            Role(row.role),
            row.organisation_id,
            row.division_code or row.organisation_area,
            row.programme_id,
            row.event_id,
        )
        for row in rows
        if row.grant_id is not None
    )
    if login.disabled_at is not None or login.revoked_at is not None or (login.own_grant_id is not None and not grants):
        return STRANGER
    return Actor(
        login.login_id,
        token,
        login.person_id,
        login.name or login.device_name or "",
        login.language,
        login.account_id,
        bool(login.must_change),
        login.device_id,
        tuple(login.scopes or ()),
        grants,
    )
