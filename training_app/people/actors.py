"""From the token in the session cookie to the one who asks, in one statement."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, or_, select

from training_app.core.actors import STRANGER, Actor, ActorGrant, Role
from training_app.core.db import db
from training_app.core.links import secret_hash

from .models import Account, Device, Grant, Login, Organisation, Person


def actor_of(token: str, now: datetime) -> Actor:
    """The actor whose login this token is, with the grants that are valid now; else a stranger."""
    valid = and_(Grant.valid_from <= now, or_(Grant.valid_to.is_(None), Grant.valid_to > now))
    # A personal link never carries a staff member's grants: those need the password.
    held = or_(
        and_(Login.account_id.is_not(None), Grant.person_id == Login.person_id),
        Grant.id == Login.grant_id,
        and_(Login.device_id.is_not(None), Grant.device_id == Login.device_id),
    )
    rows = db.session.execute(
        select(
            Login.id,
            Login.person_id,
            Login.account_id,
            Login.grant_id,
            Person.name,
            Person.language,
            Account.must_change,
            Account.disabled_at,
            Grant.id,
            Grant.role,
            Grant.organisation_id,
            Grant.division_code,
            Grant.programme_id,
            Grant.event_id,
            Organisation.division_code,
            Login.device_id,
            Device.scopes,
            Device.revoked_at,
            Device.name,
        )
        .select_from(Login)
        .outerjoin(Person, Person.id == Login.person_id)
        .outerjoin(Account, Account.id == Login.account_id)
        .outerjoin(Device, Device.id == Login.device_id)
        .outerjoin(Grant, and_(held, valid))
        .outerjoin(Organisation, Organisation.id == Grant.organisation_id)
        .where(Login.token_hash == secret_hash(token), Login.revoked_at.is_(None), Login.expires_at > now)
    ).all()
    if not rows:
        return STRANGER
    login_id, person_id, account_id, grant_id, name, language, must_change, disabled_at = rows[0][:8]
    grants = tuple(
        ActorGrant(row[8], Role(row[9]), row[10], row[11] or row[14], row[12], row[13])
        for row in rows
        if row[8] is not None
    )
    device_id, scopes, revoked_at, device = rows[0][15], rows[0][16], rows[0][17], rows[0][18]
    if disabled_at is not None or revoked_at is not None or (grant_id is not None and not grants):
        return STRANGER
    return Actor(
        login_id,
        token,
        person_id,
        name or device or "",
        language,
        account_id,
        bool(must_change),
        device_id,
        tuple(scopes or ()),
        grants,
    )
