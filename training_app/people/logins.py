"""Devices that are logged in, and the password that staff log in with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, or_, select, update

from training_app.core import audit
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound
from training_app.core.links import new_secret, secret_hash

from . import attempts, passwords, phones, rules
from .models import Account, Login, Person


def open_login(
    *,
    how: str,
    now: datetime,
    person_id: int | None = None,
    account_id: int | None = None,
    grant_id: int | None = None,
    device_id: int | None = None,
    device_name: str = "",
    expires_at: datetime | None = None,
    token_hash: str | None = None,
) -> str:
    """Remember a device; gives the token for its session cookie, which is stored only as a hash.

    `how` is password, personal_link, group_link, door_link, device or api. Without `expires_at` a staff login
    lasts `rules.STAFF_LOGIN`, any other `rules.DIRECTOR_DEVICE`. With `token_hash` the login is for a device
    that holds its secret already, and the token given back is worthless.
    """
    token = new_secret()
    lasts = rules.STAFF_LOGIN if account_id else rules.DIRECTOR_DEVICE
    with transaction() as session:
        session.add(
            Login(
                token_hash=token_hash or secret_hash(token),
                how=how,
                person_id=person_id,
                account_id=account_id,
                grant_id=grant_id,
                device_id=device_id,
                device_name=device_name[:60],
                created_at=now,
                expires_at=expires_at or now + lasts,
            )
        )
    return token


def close(token: str, now: datetime) -> None:
    """Log a device out by its own token."""
    with transaction() as session:
        session.execute(
            update(Login)
            .where(Login.token_hash == secret_hash(token), Login.revoked_at.is_(None))
            .values(revoked_at=now)
        )


def devices(person_id: int, now: datetime) -> list[Login]:
    """The devices that are logged in as this person, the newest first."""
    return list(
        db.session.scalars(
            select(Login)
            .where(Login.person_id == person_id, Login.revoked_at.is_(None), Login.expires_at > now)
            .order_by(Login.created_at.desc(), Login.id.desc())
        )
    )


def revoke(login_id: int, person_id: int, *, actor_id: int | None, now: datetime) -> None:
    """End one device of a person; it is out at its next click. Raises NotFound for another's device."""
    with transaction() as session:
        login = session.get(Login, login_id)
        if login is None or login.person_id != person_id:
            raise NotFound()
        if login.revoked_at is None:
            login.revoked_at = now
            audit.record(audit.Action.LOGIN_REVOKED, ("login", login_id), actor_id=actor_id, now=now)


def end_everything(person_id: int, now: datetime) -> None:
    """End every device of a person and every personal link, in the caller's transaction or its own."""
    with transaction() as session:
        session.execute(
            update(Login).where(Login.person_id == person_id, Login.revoked_at.is_(None)).values(revoked_at=now)
        )
        session.execute(update(Person).where(Person.id == person_id).values(link_revision=Person.link_revision + 1))


@dataclass(frozen=True, slots=True)
class LoginAnswer:
    """How a login went: the device's token, or why not. `code` is ok, wrong or locked."""

    code: str
    sentence: Any
    token: str | None = None


_WRONG = _l("Name and password do not fit. Check both; the organiser can give you a new password.")


def typed_name(text: str) -> str:
    """A typed login name in one shape: a phone number as E.164, anything else in small letters."""
    try:
        return phones.normalise(text)
    except Invalid:
        return text.strip().lower()[:60]


def log_in(name: str, password: str, *, device_name: str, now: datetime) -> LoginAnswer:
    """Check a printed username or phone number with its password, and remember the device.

    The answer and its cost are the same for a name that nobody has.
    """
    typed = typed_name(name)
    key = attempts.key_of("name", typed)
    locked_until = attempts.begin(key, now)
    if locked_until is not None:
        return LoginAnswer("locked", attempts.wait_sentence(locked_until, now))
    account = db.session.scalar(
        select(Account)
        .join(Person, Person.id == Account.person_id)
        .where(or_(Person.phone == typed, func.lower(Account.username) == typed))
    )
    kept = account.password_hash if account and account.disabled_at is None else None
    if not passwords.fits(password[:200], kept) or account is None:
        with transaction():
            subject = ("account", account.id if account else None)
            audit.record(audit.Action.ACCOUNT_LOGIN_FAILED, subject, actor_id=None, now=now)
        return LoginAnswer("wrong", _WRONG)
    rehashed = passwords.hash_of(password) if passwords.outdated(account.password_hash) else None
    with transaction() as session:
        attempts.forget(key)
        # Read again under the lock: it may have been changed or disabled while it was checked.
        account = session.get(Account, account.id, with_for_update=True)
        if account is None or account.password_hash != kept or account.disabled_at is not None:
            return LoginAnswer("wrong", _WRONG)
        if rehashed:
            account.password_hash = rehashed
        token = open_login(
            how="password", person_id=account.person_id, account_id=account.id, device_name=device_name, now=now
        )
        audit.record(audit.Action.ACCOUNT_LOGIN, ("account", account.id), actor_id=account.person_id, now=now)
    return LoginAnswer("ok", "", token)


def change_password(account_id: int, old: str, new: str, *, device_name: str, now: datetime) -> str:
    """Set a new password; every device and link of the person ends. Gives the token of this device's new login.

    Raises Invalid when the old password does not fit or the new one is weak. Wrong old passwords count
    towards the lock-out.
    """
    account = db.session.get(Account, account_id)
    if account is None:
        raise NotFound()
    key = attempts.key_of("change", str(account_id))
    locked = attempts.begin(key, now)
    if locked is not None or not passwords.fits(old[:200], account.password_hash):
        sentence = _l("The present password is not right.") if locked is None else _l("Too many tries. Please wait.")
        raise Invalid("old_password_wrong", sentence, {"old": sentence})
    person = db.session.get(Person, account.person_id)
    if rules.weak(new, account.username, person.phone if person else None) or new == old:
        sentence = _l("Please choose another: at least 10 characters, not the old one, not your phone number.")
        raise Invalid("password_weak", sentence, {"new": sentence})
    hashed = passwords.hash_of(new[:200])
    with transaction() as session:
        attempts.forget(key)
        account = session.get(Account, account_id, with_for_update=True)
        if account is None or account.disabled_at is not None:
            raise NotFound()
        account.password_hash, account.must_change = hashed, False
        end_everything(account.person_id, now)
        audit.record(
            audit.Action.ACCOUNT_PASSWORD_CHANGED, ("account", account_id), actor_id=account.person_id, now=now
        )
        return open_login(
            how="password", person_id=account.person_id, account_id=account_id, device_name=device_name, now=now
        )
