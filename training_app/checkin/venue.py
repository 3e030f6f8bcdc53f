"""The venue's code: shown on the projector, changed every 30 s by the server's clock, worth a ten-minute pass.

A pass is for one person: the scan that it pays for has the pass's number as its nonce, so the unique key
of scans lets it be used once, and a second tap gets the first answer again.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select

from training_app.attendance.models import Scan
from training_app.core.db import db, insert_unless_there, transaction
from training_app.core.errors import Invalid, Refusal
from training_app.registration.models import Registration
from training_app.schedule.models import Event, Slot

from . import rules
from .answers import Answer
from .models import VenueKey
from .nearness import ANYWHERE, Nearness
from .presented import Presented
from .service import check_in

OLD = _l("This code has already changed. Scan the one that is on the screen now.")
FORGED = _l("This code does not come from our screen. Scan the code on the screen in the venue.")
DIGITS = _l("These are not the six digits on the screen. They change every 30 seconds; please type the new ones.")
NO_PASS = _l("Scan the code on the screen in the venue first.")
NO_SUCH_CODE = _l("No ticket of this event has these ten characters. Please check them.")
SPENT = _l("This check-in was already used for someone else. Scan the code on the screen again.")

#: Another process may have stamped the pass by a clock that is a little ahead.
_SKEW = timedelta(seconds=-60)


@dataclass(frozen=True, slots=True)
class Pass:
    """What a code has bought: one entry on one phone. `source`: venue_code or digits."""

    number: str
    phone_key: str | None
    source: str

    @property
    def nonce(self) -> str:
        """The nonce of the one scan that the pass pays for."""
        return f"vp-{self.number}"


@dataclass(frozen=True, slots=True)
class Shown:
    """What the projector shows in one step. `ends_at`: the instant at which the next takes its place."""

    code: str
    digits: str
    ends_at: datetime


def key_of(slot_id: int, now: datetime) -> bytes:
    """The slot's secret, made at its first use."""
    secret = db.session.scalar(select(VenueKey.secret).where(VenueKey.slot_id == slot_id))
    if secret is None:
        with transaction():
            values = {"slot_id": slot_id, "secret": secrets.token_bytes(32), "created_at": now}
            insert_unless_there(VenueKey, values, ["slot_id"])
            secret = db.session.scalars(select(VenueKey.secret).where(VenueKey.slot_id == slot_id)).one()
    return secret


def shown(slot_id: int, now: datetime, *, ahead: int = 0) -> Shown:
    """The code of this step, or of one `ahead`."""
    return _shown(key_of(slot_id, now), slot_id, rules.step_of(now) + ahead)


def coming(slot_id: int, now: datetime, steps: int) -> list[Shown]:
    """The codes of this step and of those that follow it, `steps` in all."""
    secret, step = key_of(slot_id, now), rules.step_of(now)
    return [_shown(secret, slot_id, step + ahead) for ahead in range(steps)]


def _shown(secret: bytes, slot_id: int, step: int) -> Shown:
    ends_at = datetime.fromtimestamp((step + 1) * rules.STEP, UTC)
    return Shown(rules.venue_code(secret, slot_id, step), rules.six_digits(secret, slot_id, step), ends_at)


def judge(slot_id: int, code: str, now: datetime) -> str:
    """What a scanned venue code is worth: ok, old or forged; no code was ever shown for an unknown slot."""
    secret = db.session.scalar(select(VenueKey.secret).where(VenueKey.slot_id == slot_id))
    return "forged" if secret is None else rules.judge(secret, slot_id, code[:40], now)


def slot_of_digits(digits: str, now: datetime) -> int:
    """The slot whose six digits were typed, from two hours before its check-in opens until it closes.

    Raises Invalid("digits") when they are no slot's now.
    """
    typed = "".join(c for c in digits if c.isdigit() and c.isascii())[:12]
    keys = db.session.execute(
        select(VenueKey.slot_id, VenueKey.secret)
        .join(Slot, Slot.id == VenueKey.slot_id)
        .join(Event, Event.id == Slot.event_id)
        .where(Event.state == "published", Slot.checkin_opens_at <= now + rules.EARLY, Slot.checkin_closes_at >= now)
    ).all()
    found = [slot_id for slot_id, secret in keys if rules.are_current_digits(secret, slot_id, typed, now)]
    if len(found) != 1:
        raise Invalid("digits", DIGITS, {"digits": DIGITS})
    return found[0]


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.config["SECRET_KEY"]), salt="venue-pass")


def make_pass(slot_id: int, now: datetime, *, phone_key: str | None = None, source: str = "venue_code") -> str:
    """A pass for one person into a slot; the browser keeps it, it never stands in an address.

    `phone_key` of the phone that buys it: through the pass it counts even where the phone keeps no cookies.
    """
    return str(_signer().dumps([slot_id, secrets.token_urlsafe(12), int(now.timestamp()), phone_key, source]))


def _read(token: str | None, slot_id: int, now: datetime) -> tuple[Pass, bool] | None:
    """A pass for this slot and whether it is good now; None where there is none."""
    try:
        of_slot, number, second, phone_key, source = _signer().loads(token or "")
    except (BadSignature, ValueError, TypeError):
        return None
    if of_slot != slot_id:
        return None
    made = datetime.fromtimestamp(int(second), UTC)
    lasts = _SKEW <= now - made <= rules.PASS
    if not lasts and now > made:
        opens_at = db.session.scalar(select(Slot.checkin_opens_at).where(Slot.id == slot_id))
        lasts = opens_at is not None and now <= rules.pass_ends(made, opens_at)
    return Pass(str(number), phone_key, str(source)), lasts


def held(token: str | None, slot_id: int, now: datetime) -> Pass | None:
    """The pass that is good for this slot now, else None."""
    read = _read(token, slot_id, now)
    return read[0] if read and read[1] else None


def paid(token: str | None, slot_id: int, now: datetime) -> Pass:
    """The pass that pays for an entry now.

    Raises Refusal("no_pass") where there is none for this slot and Refusal("pass_over") when its time is up.
    """
    read = _read(token, slot_id, now)
    if read is None:
        raise Refusal("no_pass", NO_PASS)
    if not read[1]:
        raise Refusal("pass_over", _l("More than ten minutes have passed. Scan the code on the screen again."))
    return read[0]


def registration_of(slot_id: int, person_id: int) -> Registration | None:
    """This person's registration for the slot's event."""
    return db.session.scalar(
        select(Registration)
        .join(Slot, Slot.event_id == Registration.event_id)
        .where(Slot.id == slot_id, Registration.person_id == person_id)
    )


def spent_on(nonce: str) -> int | None:
    """The registration on which a pass was spent, or None."""
    return db.session.scalar(select(Scan.registration_id).where(Scan.nonce == nonce))


def pay(slot_id: int, presented: Presented, *, now: datetime, **whom: Any) -> Answer:
    """Check in with a pass, whose nonce is `presented.nonce`; `whom` as `check_in` takes it.

    A refusal does not spend it. Raises Refusal("pass_spent") when it was spent on someone else, perhaps at this
    very moment.
    """
    try:
        again = f"{presented.nonce}-{secrets.token_urlsafe(6)}"
        return check_in(slot_id, presented, now=now, refused_nonce=again, **whom)
    except Invalid as fault:
        if fault.code != "nonce":
            raise
        raise Refusal("pass_spent", SPENT) from fault


def enter(
    slot_id: int,
    token: str | None,
    *,
    registration_id: int | None = None,
    ticket_code: str | None = None,
    near: Nearness = ANYWHERE,
    login_id: int | None,
    actor_id: int | None,
    now: datetime,
) -> Answer:
    """Check the holder of a pass in: the remembered person's registration, or the ten characters of a ticket.

    `near` is what the phone's position says. Raises Refusal "no_pass", "pass_over" or "pass_spent", and what
    check_in raises.
    """
    bought = paid(token, slot_id, now)
    presented = Presented(
        nonce=bought.nonce,
        source=bought.source,
        phone_key=bought.phone_key,
        login_id=login_id,
        actor_id=actor_id,
        note=near.note,
    )
    return pay(
        slot_id,
        presented,
        registration_id=registration_id,
        ticket_code=ticket_code,
        objection=near.objection,
        now=now,
    )
