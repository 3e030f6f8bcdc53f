"""Let in all the same: a refusal overruled by whoever manages the door, with the reason on record."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from flask_babel import lazy_gettext as _l

from training_app.core.errors import Invalid

from .answers import Answer
from .presented import Presented
from .service import check_in, scan


def force(
    slot_id: int,
    presented: Presented,
    reason: str,
    *,
    shown: str = "",
    registration_id: int | None = None,
    now: datetime,
) -> Answer:
    """Check in who was refused, under a nonce of its own; the refusal stays on record beside it.

    Give the registration or what was shown of the ticket. Only what `rules.FORCIBLE` names gives way: a forged
    ticket or a closed event is refused as before. The caller has proven that this actor manages the door.
    Raises Invalid without a reason, and as `service.check_in`.
    """
    reason = reason.strip()
    if not reason:
        sentence = _l("Write why this person may come in; others must be able to follow it.")
        raise Invalid("reason_needed", sentence, {"reason": sentence})
    presented = replace(presented, forced=True, note=reason)
    if registration_id is not None:
        return check_in(slot_id, presented, registration_id=registration_id, now=now)
    return scan(slot_id, shown, presented, now=now)
