"""A stand-in at the door: comes in place of someone who was expected, in that seat and under their own name."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l

from training_app.core.db import transaction
from training_app.core.errors import Invalid
from training_app.registration import standins

from .answers import UNREADABLE, Answer
from .board import find
from .presented import Presented
from .service import check_in, is_nonce
from .venue import spent_on


def _seat_of(slot_id: int, text: str) -> int:
    """The registration of the one expected trainee who is called that. Raises Invalid."""
    found = [one for one in find(slot_id, text) if one.state == "confirmed" and one.as_whom == "trainee"]
    if len(found) == 1:
        return found[0].registration_id
    if found:
        sentence = _l("Several people match. Type more of the name.")
    else:
        sentence = _l("Nobody who is expected matches. Type another part of the name.")
    raise Invalid("instead_of", sentence, {"instead_of": sentence})


def at_door(
    slot_id: int,
    *,
    name: str,
    phone: str | None,
    instead_of: str,
    nonce: str,
    login_id: int | None,
    actor_id: int,
    device_id: int | None = None,
    now: datetime,
) -> Answer:
    """Register who comes in place of `instead_of`, and check them in; the same nonce gets the first answer.

    The seat changes hands as when the organiser accepts a stand-in beforehand; it never counts for the one who
    stayed away. The caller has proven that this actor manages the door. Raises Invalid for what was typed, and what
    `registration.standins` refuses.
    """
    if not is_nonce(nonce):
        raise Invalid("nonce", UNREADABLE)
    with transaction():
        registration_id = spent_on(nonce)
        if registration_id is None:
            seat = _seat_of(slot_id, instead_of)
            proposal = standins.propose(seat, name=name, phone=phone, actor_id=actor_id, now=now)
            registration_id = standins.accept(proposal.id, actor_id=actor_id, now=now).id
        presented = Presented(nonce=nonce, source="walk_in", login_id=login_id, actor_id=actor_id, device_id=device_id)
        return check_in(slot_id, presented, registration_id=registration_id, now=now)
