"""What a scanner needs to decide without network, so made that a lost phone tells little.

Tickets go with their holder's details sealed under a key that only the ticket's signature gives; names for the
search go apart, for the phone to lock under a key of its own.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import and_, func, select

from training_app.attendance.models import Attendance
from training_app.core.db import db
from training_app.divisions.models import Division
from training_app.people.models import Person
from training_app.registration import tickets
from training_app.registration.models import Registration
from training_app.schedule.models import Slot
from training_app.web.filters import place

#: How long after the event's last slot a phone keeps a pack.
KEPT = timedelta(hours=12)
INFO = b"fulei ticket details"
_STATES = {"confirmed": "c", "waiting": "w"}


def base64url(raw: bytes) -> str:
    """Bytes as text, without the idle = at the end."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def code_hash(event_id: int, code: str) -> str:
    """What stands for a ticket's ten characters in the pack of one event."""
    return base64url(hashlib.sha256(f"{event_id}:{code}".encode()).digest()[:8])


def seal(signature: bytes, details: dict[str, str]) -> str:
    """The details under the key that a ticket's signature gives; the same details give the same text."""
    plain = json.dumps(details, ensure_ascii=False, separators=(",", ":")).encode()
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=INFO).derive(signature)
    # Details that changed need another nonce: it is made from them, so no two texts ever share one.
    nonce = hmac.new(key, plain, hashlib.sha256).digest()[:12]
    return base64url(nonce + AESGCM(key).encrypt(nonce, plain, None))


@lru_cache(maxsize=20_000)
def _sealed(private_key: bytes, text: str, name: str, community: str, subdistrict: str, mark: str) -> str:
    signature = Ed25519PrivateKey.from_private_bytes(private_key).sign(text.encode())
    return seal(signature, {"name": name, "community": community, "subdistrict": subdistrict, "mark": mark})


def _roster(slot: Slot) -> list[Any]:
    above = Division.__table__.alias("above")
    inside = and_(Attendance.arrived_at.is_not(None), Attendance.left_at.is_(None))
    return list(
        db.session.execute(
            select(
                Registration.id,
                Registration.ticket_revision,
                Registration.state,
                Registration.as_whom,
                Registration.ticket_code,
                Person.name,
                Person.pinyin,
                Division.name.label("community"),
                above.c.name.label("subdistrict"),
                inside.label("inside"),
                (Attendance.status == "excused").label("excused"),
            )
            .join(Person, Person.id == Registration.person_id)
            .outerjoin(Division, Division.code == Registration.division_code)
            .outerjoin(above, above.c.code == Division.parent_code)
            .outerjoin(Attendance, and_(Attendance.slot_id == slot.id, Attendance.person_id == Registration.person_id))
            .where(Registration.event_id == slot.event_id)
            .order_by(Registration.id)
        )
    )


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _tag(*parts: Any) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


class Pack:
    """The pack of a slot. `tag` changes with anything in it, `roster` only with tickets and names."""

    def __init__(self, slot: Slot) -> None:
        """`slot` with its event loaded. Four statements, however many are registered."""
        self.slot = slot
        self._key = tickets.key_of(slot.event_id)
        self._rows = _roster(slot)
        ends_at = db.session.scalars(select(func.max(Slot.ends_at)).where(Slot.event_id == slot.event_id)).one()
        self.expires_at = ends_at + KEPT
        self.arrived = [row.id for row in self._rows if row.inside]
        self.excused = [row.id for row in self._rows if row.excused]
        self.roster = _tag(self._key.public_key, [tuple(row)[:-2] for row in self._rows])
        self.tag = _tag(self.roster, self.arrived, self.excused, self._slot(), self.expires_at)

    def _slot(self) -> dict[str, Any]:
        slot, event = self.slot, self.slot.event
        return {
            "id": slot.id,
            "event_id": event.id,
            "title": event.title,
            "label": slot.label,
            "opens_at": _ms(slot.checkin_opens_at),
            "closes_at": _ms(slot.checkin_closes_at),
            "starts_at": _ms(slot.starts_at),
            "ends_at": _ms(slot.ends_at),
            "late_after": _ms(slot.late_after),
            "state": event.state,
        }

    def _ticket(self, row: Any) -> list[Any]:
        text = f"{tickets.VERSION}.{self.slot.event_id}.{row.id}.{row.ticket_revision}"
        details = (row.name, place(row.community), place(row.subdistrict), row.as_whom)
        return [
            row.id,
            row.ticket_revision,
            _STATES.get(row.state, "x"),
            row.as_whom,
            code_hash(self.slot.event_id, row.ticket_code),
            _sealed(self._key.private_key, text, *details),
        ]

    def body(self, now: datetime, *, have: str = "") -> dict[str, Any]:
        """What is sent. Whoever has this `roster` already gets neither tickets nor names again.

        server_time, expires_at and the slot's instants in milliseconds; tickets: [registration, revision, state
        (c confirmed, w waiting, x gone), as whom, code_hash, sealed]; names: [registration, name, pinyin, community,
        subdistrict]; arrived: the registrations whose holders are inside; excused: whose holders have leave.
        """
        known = have == self.roster
        return {
            "server_time": _ms(now),
            "expires_at": _ms(self.expires_at),
            "slot": self._slot(),
            "public_key": base64url(self._key.public_key),
            "tickets": None if known else [self._ticket(row) for row in self._rows],
            "names": None if known else [self._name(row) for row in self._rows],
            "arrived": self.arrived,
            "excused": self.excused,
            "roster": self.roster,
            "tag": self.tag,
        }

    @staticmethod
    def _name(row: Any) -> list[Any]:
        return [row.id, row.name, row.pinyin, place(row.community), place(row.subdistrict)]
