"""Failures in a row for one typed name or number: the table is the lock-out, so every worker knows it."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select, update

from training_app.core.db import db, insert_unless_there, transaction

from . import rules
from .models import LoginAttempts


def key_of(kind: str, typed: str) -> str:
    """What is stored of a typed name: keyed, so that the table cannot be searched for phone numbers."""
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(secret, f"attempt:{kind}:{typed}".encode(), hashlib.sha256).hexdigest()


def begin(key: str, now: datetime, *, free: int = rules.FREE_FAILURES) -> datetime | None:
    """Count a try as failed before it is checked, so that tries at the same time all count.

    Gives None when it may be checked, else the instant until which the name is locked. The failure
    number `free` is the first that locks.
    """
    with transaction() as session:
        row = None
        while row is None:
            # Again when a try that was right took the row away while this one waited for it.
            insert_unless_there(LoginAttempts, {"name_hash": key, "failures": 0, "last_at": now}, ["name_hash"])
            row = session.scalar(select(LoginAttempts).where(LoginAttempts.name_hash == key).with_for_update())
        if row.locked_until is not None and row.locked_until > now:
            return row.locked_until
        row.failures = rules.failures_after(row.failures, row.last_at, now)
        row.last_at = now
        lock = rules.lock_for(row.failures, free)
        row.locked_until = now + lock if lock else None
        return None


def forget(key: str) -> None:
    """The try was right: the failures before it no longer count."""
    with transaction():
        db.session.execute(delete(LoginAttempts).where(LoginAttempts.name_hash == key))


def forgive(key: str) -> None:
    """The try was right: it does not count, those before it still do."""
    with transaction():
        db.session.execute(
            update(LoginAttempts)
            .where(LoginAttempts.name_hash == key, LoginAttempts.failures > 0)
            .values(failures=LoginAttempts.failures - 1, locked_until=None)
        )


def wait_sentence(locked_until: datetime, now: datetime) -> Any:
    """How long to wait, in whole minutes."""
    minutes = max(1, -(-int((locked_until - now).total_seconds()) // 60))
    return _l("Too many tries. Please wait %(minutes)s min, then try again.", minutes=minutes)
