"""Tickets: issued and read. A token is `version.event.registration.revision.signature`.

The signature is Ed25519 by the event's key over the text before it, so a scanner that knows the
event's public key tells a right ticket from a forged one, and another event's, without a network.
"""

from __future__ import annotations

import base64
import hmac
import re
import secrets
from dataclasses import dataclass
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import and_, select

from training_app.core import clock
from training_app.core.db import db, insert_unless_there, transaction

from .models import EventKey, Registration

VERSION = "1"
#: What may be typed for a ticket: no 0 O, 1 I L, which people mistake for one another.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 10
#: Characters of a signature of 64 bytes in base64url.
_SIGNATURE = 86
#: Longer than any token with any address before it.
_LONGEST = 512
_WHOLE = re.compile(r"1\.(\d{1,9})\.(\d{1,9})\.(\d{1,6})\.([A-Za-z0-9_-]+)", re.ASCII)
_BEGUN = re.compile(r"1(\.\d{0,9}){0,3}(\.[A-Za-z0-9_-]*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class TicketRead:
    """What a token says. `code` is "ok", or why it does not count (a key of `words.TICKETS`).

    The ids are set once the signature has proven them, so for "revoked" and "other_event" as well.
    """

    registration_id: int | None
    event_id: int | None
    code: str


def new_code() -> str:
    """Ten characters that stand on the ticket for typing."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def grouped(code: str) -> str:
    """A code as people read it aloud: 7F3K 9Q2M XD."""
    return " ".join(code[at : at + 4] for at in range(0, len(code), 4))


def key_of(event_id: int) -> EventKey:
    """The event's key; made at the first call, once, whoever calls at the same time."""
    key = db.session.get(EventKey, event_id)
    if key is None:
        made = Ed25519PrivateKey.generate()
        with transaction() as session:
            values = {
                "event_id": event_id,
                "private_key": made.private_bytes_raw(),
                "public_key": made.public_key().public_bytes_raw(),
                "created_at": clock.now(),
            }
            insert_unless_there(EventKey, values, ["event_id"])
            key = session.get_one(EventKey, event_id)
    return key


def token_of(registration: Registration) -> str:
    """The registration's ticket; the same at every call until its revision rises."""
    text = f"{VERSION}.{registration.event_id}.{registration.id}.{registration.ticket_revision}"
    return f"{text}.{_signature(key_of(registration.event_id).private_key, text)}"


def token_in(scanned: str) -> str:
    """The token in what a camera read: the ticket's address, or the token itself."""
    return scanned.strip().split("?")[0].split("#")[0].rstrip("/").rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Claim:
    """What a token says of itself; nothing is proven yet."""

    event_id: int
    registration_id: int
    revision: int
    text: str
    signature: str


def claim(scanned: str) -> Claim | str:
    """What a scanned text claims to be, or the code of why it is no ticket. Asks no database."""
    if len(scanned) > _LONGEST:
        return "too_long"
    token = token_in(scanned)
    whole = _WHOLE.fullmatch(token)
    if whole is None or len(whole[4]) < _SIGNATURE:
        return "truncated" if token and _BEGUN.fullmatch(token) else "not_a_ticket"
    return Claim(int(whole[1]), int(whole[2]), int(whole[3]), token.rpartition(".")[0], whole[4])


def judge(claimed: Claim, private_key: bytes, revision: int | None) -> str:
    """Whether a claim holds, given its event's key and its registration's revision (None: there is none)."""
    if not _proven(private_key, claimed.text, claimed.signature):
        return "forged"
    if revision is None:
        return "unknown"
    return "ok" if claimed.revision == revision else "revoked"


def read(scanned: str, *, event_id: int | None = None) -> TicketRead:
    """Whose ticket this is, in one statement at most. `event_id`: the event at whose door it is shown.

    Says nothing about the registration's state: a waiting person's ticket is a right one.
    """
    claimed = claim(scanned)
    if isinstance(claimed, str):
        return TicketRead(None, None, claimed)
    found = db.session.execute(
        select(EventKey.private_key, Registration.id, Registration.ticket_revision)
        .outerjoin(
            Registration,
            and_(Registration.event_id == EventKey.event_id, Registration.id == claimed.registration_id),
        )
        .where(EventKey.event_id == claimed.event_id)
    ).first()
    if found is None:
        return TicketRead(None, None, "unknown")
    code = judge(claimed, found.private_key, found.ticket_revision)
    if code == "forged":
        return TicketRead(None, None, code)
    if code == "unknown":
        return TicketRead(None, claimed.event_id, code)
    if event_id is not None and event_id != claimed.event_id:
        return TicketRead(claimed.registration_id, claimed.event_id, "other_event")
    return TicketRead(claimed.registration_id, claimed.event_id, code)


@lru_cache(maxsize=256)
def _signer(private_key: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(private_key)


def _signature(private_key: bytes, text: str) -> str:
    """The event's signature of a text: 64 bytes in base64url."""
    return base64.urlsafe_b64encode(_signer(private_key).sign(text.encode())).decode().rstrip("=")


def _proven(private_key: bytes, text: str, signature: str) -> bool:
    """Whether the event's key signed the text, in exactly these characters.

    Whoever holds the key need not do the harder sums of those who verify: Ed25519 (RFC 8032) gives one text one
    signature, so it is made again and compared, in a third of the time.
    """
    return hmac.compare_digest(_signature(private_key, text), signature)
