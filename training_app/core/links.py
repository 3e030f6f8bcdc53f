"""Secrets that stand in links: long, made from the key, revocable by a revision, compared in constant time."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from enum import StrEnum

from flask import current_app


class Purpose(StrEnum):
    """What a link is for; a token of one purpose is worthless for another."""

    PERSON = "p"
    FEED = "f"
    PROGRAMME_FEED = "pf"
    GROUP = "g"
    DOOR = "d"
    JOIN = "j"
    ENROL = "e"
    #: The scan that a nod of the door makes.
    NOD = "n"


def _mac(purpose: Purpose, subject: int, revision: int) -> bytes:
    key = str(current_app.config["SECRET_KEY"]).encode()
    text = f"{purpose.value}.{subject}.{revision}".encode()
    return hmac.new(key, b"fulei-link:" + text, hashlib.sha256).digest()[:20]


def make_token(purpose: Purpose, subject: int, revision: int) -> str:
    """A token for a subject's link: `<subject>-<27 characters>`, 160 bits of it secret."""
    return f"{subject}-{base64.urlsafe_b64encode(_mac(purpose, subject, revision)).decode().rstrip('=')}"


def subject_of(token: str) -> int | None:
    """The subject that a token claims to be for; nothing is proven yet."""
    head, _, rest = token.partition("-")
    return int(head) if rest and head.isascii() and head.isdigit() and len(head) < 12 else None


def proves(token: str, purpose: Purpose, subject: int, revision: int) -> bool:
    """Whether a token is the one for this subject and revision."""
    return hmac.compare_digest(token.encode(), make_token(purpose, subject, revision).encode())


def new_secret() -> str:
    """A fresh random token of 192 bits for a cookie or a one-event link."""
    return secrets.token_urlsafe(24)


def secret_hash(secret: str) -> str:
    """What is stored of a random token: its SHA-256 in hex."""
    return hashlib.sha256(secret.encode()).hexdigest()
