"""Failures in a row for one typed name or number: the table is the lock-out, so every worker knows it."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

from flask import current_app
from sqlalchemy import delete, select

from training_app.core.db import db, insert_unless_there, transaction

from . import rules
from .models import LoginAttempts


def key_of(kind: str, typed: str) -> str:
    """What is stored of a typed name: keyed, so that the table cannot be searched for phone numbers."""
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(secret, f"attempt:{kind}:{typed}".encode(), hashlib.sha256).hexdigest()


def begin(key: str, now: datetime) -> datetime | None:
    """Count a try as failed before it is checked, so that tries at the same time all count.

    Gives None when it may be checked, else the instant until which the name is locked.
    """
    with transaction() as session:
        insert_unless_there(LoginAttempts, {"name_hash": key, "failures": 0, "last_at": now}, ["name_hash"])
        row = session.scalars(select(LoginAttempts).where(LoginAttempts.name_hash == key).with_for_update()).one()
        if row.locked_until is not None and row.locked_until > now:
            return row.locked_until
        row.failures = rules.failures_after(row.failures, row.last_at, now)
        row.last_at = now
        lock = rules.lock_for(row.failures)
        row.locked_until = now + lock if lock else None
        return None


def forget(key: str) -> None:
    """The try was right: the failures before it no longer count."""
    with transaction():
        db.session.execute(delete(LoginAttempts).where(LoginAttempts.name_hash == key))
