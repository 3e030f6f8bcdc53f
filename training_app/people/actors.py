"""From the token in the session cookie to the one who asks, in one statement, and what is read beside it."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, or_, select, true

from training_app.core.actors import STRANGER, Actor, ActorGrant, Role
from training_app.core.db import own_connection
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


class Beside:
    """A read of one row at most that is sent along with the question who asks: one journey instead of two.

    `read` is a select whose columns have names of their own, the first of them never null.
    """

    def __init__(self, read: Any) -> None:
        found = read.subquery()
        columns = list(found.c)
        who = _of_a_token()
        self._width = len(columns)
        self._row: Any = namedtuple("Row", [column.name for column in columns])  # type: ignore[misc]
        self._statement = Prepared(
            who.outerjoin(found, true()).add_columns(*(column.label(f"beside_{column.name}") for column in columns))
        )

    def ask(self, given: Mapping[str, Any]) -> tuple[list[Any], Any]:
        """The rows that say who asks, and the row that was read or None."""
        rows = self._statement.all(own_connection(), given)
        found = rows[0][-self._width :] if rows else (None,)
        return rows, None if found[0] is None else self._row._make(found)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be read beside, with its values."""

    read: Beside
    values: Mapping[str, Any]


def actor_of(token: str, now: datetime) -> Actor:
    """The actor whose login this token is, with the grants that are valid now; else a stranger."""
    return _actor(_OF_A_TOKEN.all(own_connection(), {"token_hash": secret_hash(token), "now": now}), token)


def actor_and(token: str, now: datetime, wanted: Wanted) -> tuple[Actor, Any]:
    """`actor_of`, and the row that is wanted or None; nothing says yet that this actor may see it."""
    rows, found = wanted.read.ask({"token_hash": secret_hash(token), "now": now, **wanted.values})
    return _actor(rows, token), found


def _actor(rows: list[Any], token: str) -> Actor:
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
