"""Accounts of staff: a printed username and a one-time password, reset in one tap, disabled and enabled."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, or_, select, update

from training_app.core import audit, signals
from training_app.core.actors import Role
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound, Refusal

from . import attempts, grants, logins, names, passwords, persons, rules
from .models import Account, Grant, Login, Person


@dataclass(frozen=True, slots=True)
class Slip:
    """What is printed for the holder of an account; the password is shown this once."""

    account_id: int
    person: Person
    username: str
    password: str


def create(person_id: int, *, username: str = "", actor_id: int | None, now: datetime) -> Slip:
    """Give a person an account with a one-time password.

    Without a `username` one is made of the name's pinyin. Raises Invalid when the username is taken or
    has other characters than letters, digits, dot, - and _, and Refusal when there is an account already.
    """
    wanted = username.strip().lower()
    if wanted and not re.fullmatch(r"[a-z][a-z0-9._-]{2,39}", wanted):
        sentence = _l("A username has 3 to 40 letters a–z, digits, dots, - or _ and begins with a letter.")
        raise Invalid("username_invalid", sentence, {"username": sentence})
    password = rules.one_time_password()
    hashed = passwords.hash_of(password)
    with transaction() as session:
        person = session.get(Person, person_id, with_for_update=True)
        if person is None or person.merged_into_id is not None:
            raise NotFound()
        if session.scalar(select(Account.id).where(Account.person_id == person_id)) is not None:
            raise Refusal("account_exists", _l("This person has an account already. Reset its password instead."))
        if wanted and _taken(wanted):
            sentence = _l("This username is taken. Please choose another.")
            raise Invalid("username_taken", sentence, {"username": sentence})
        account = Account(
            person_id=person_id, username=wanted or _free(person.name), password_hash=hashed, must_change=True
        )
        session.add(account)
        session.flush()
        after = {"person": person_id, "username": account.username}
        audit.record(audit.Action.ACCOUNT_CREATED, ("account", account.id), actor_id=actor_id, now=now, after=after)
        signals.account_created.send(None, person_id=person_id, actor_id=actor_id, now=now)
        return Slip(account.id, person, account.username or "", password)


def _taken(username: str) -> bool:
    return db.session.scalar(select(Account.id).where(func.lower(Account.username) == username)) is not None


def _free(name: str) -> str:
    stem = re.sub("[^a-z0-9]", "", names.pinyin_of(name).split(" ")[0])[:30]
    stem = stem if stem and stem[0].isalpha() and len(stem) > 2 else f"user{stem}"
    taken = set(db.session.scalars(select(func.lower(Account.username)).where(Account.username.like(f"{stem}%"))))
    number = 0
    while (candidate := f"{stem}{number + 1:02d}" if number else stem) in taken:
        number += 1
    return candidate


def reset(account_id: int, *, actor_id: int, now: datetime) -> Slip:
    """Give a new one-time password; every device and link of the person ends, and no lock-out remains."""
    password = rules.one_time_password()
    hashed = passwords.hash_of(password)
    with transaction() as session:
        account = session.get(Account, account_id, with_for_update=True)
        if account is None:
            raise NotFound()
        if account.disabled_at is not None:
            raise Refusal("account_disabled", _l("This account is disabled. Enable it first."))
        person = session.get_one(Person, account.person_id)
        account.password_hash, account.must_change = hashed, True
        logins.end_everything(person.id, now)
        for name in filter(None, (person.phone, account.username)):
            attempts.forget(attempts.key_of("name", logins.typed_name(name)))
        audit.record(audit.Action.ACCOUNT_RESET, ("account", account_id), actor_id=actor_id, now=now)
        return Slip(account_id, person, account.username or "", password)


def disable(account_id: int, *, actor_id: int, now: datetime) -> None:
    """Let nobody log in with this account; its devices are out at their next click.

    Raises Refusal for one's own account and for the last administrator's.
    """
    with transaction() as session:
        account = session.get(Account, account_id, with_for_update=True)
        if account is None:
            raise NotFound()
        if account.person_id == actor_id:
            raise Refusal("own_account", _l("You cannot disable your own account."))
        if account.disabled_at is not None:
            return
        valid = or_(Grant.valid_to.is_(None), Grant.valid_to > now)
        administers = session.scalar(
            select(Grant.id).where(Grant.person_id == account.person_id, Grant.role == "administrator", valid).limit(1)
        )
        if administers and grants.administrators(now, but_not=account.person_id) == 0:
            raise Refusal("last_administrator", grants.last_administrator())
        account.disabled_at = now
        session.execute(
            update(Login).where(Login.account_id == account_id, Login.revoked_at.is_(None)).values(revoked_at=now)
        )
        after = {"disabled": True}
        audit.record(audit.Action.ACCOUNT_DISABLED, ("account", account_id), actor_id=actor_id, now=now, after=after)


def enable(account_id: int, *, actor_id: int, now: datetime) -> None:
    """Let the holder log in again, with the password from before."""
    with transaction() as session:
        account = session.get(Account, account_id, with_for_update=True)
        if account is None:
            raise NotFound()
        if account.disabled_at is None:
            return
        if session.get_one(Person, account.person_id).merged_into_id is not None:
            raise Refusal("merged", _l("This record was merged into another; its account stays disabled."))
        account.disabled_at = None
        after = {"disabled": False}
        audit.record(audit.Action.ACCOUNT_DISABLED, ("account", account_id), actor_id=actor_id, now=now, after=after)


def want_digest(account_id: int, wanted: bool) -> None:
    """Switch the weekly digest by e-mail on or off for an account; harmless to repeat. Raises NotFound."""
    with transaction() as session:
        account = session.get(Account, account_id, with_for_update=True)
        if account is None:
            raise NotFound()
        account.weekly_digest = wanted


def first_administrator(name: str, phone: str | None, *, username: str, now: datetime) -> Slip:
    """Make the administrator of an empty installation.

    Raises Refusal("administrator_exists") when somebody administers it already, and Invalid for a name,
    number or username that cannot be used.
    """
    with transaction():
        if grants.administrators(now):
            sentence = _l("There is an administrator already, who can make others under Accounts.")
            raise Refusal("administrator_exists", sentence)
        person = persons.find_or_create(name, phone, actor_id=None, now=now)
        slip = create(person.id, username=username, actor_id=None, now=now)
        grants.give(person.id, Role.ADMINISTRATOR, actor_id=None, now=now)
        return slip
