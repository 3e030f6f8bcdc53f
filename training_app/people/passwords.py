"""Password hashes: argon2, checked at the same cost for names that exist and names that do not."""

from __future__ import annotations

from functools import cache
from typing import Any

from flask import current_app


@cache
def _hasher(cheap: bool) -> Any:
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1) if cheap else PasswordHasher()


@cache
def _nobodys_hash(cheap: bool) -> str:
    return str(_hasher(cheap).hash("nobody has this password"))


def hash_of(password: str) -> str:
    """What is stored of a password."""
    return str(_hasher(current_app.testing).hash(password))


def fits(password: str, kept: str | None) -> bool:
    """Whether a password is the one that was hashed; without a hash one is checked all the same, and refused."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        _hasher(current_app.testing).verify(kept or _nobodys_hash(current_app.testing), password)
    except (InvalidHashError, VerificationError):
        return False
    return kept is not None


def outdated(kept: str) -> bool:
    """Whether a hash was made with other costs than today's."""
    return bool(_hasher(current_app.testing).check_needs_rehash(kept))
