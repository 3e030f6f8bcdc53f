"""What registration does when the schedule changes; each runs in the transaction of the change.

Persons that are merged keep their registrations; `rows.person_of` follows them from then on.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, select

from training_app.core.db import db
from training_app.core.errors import Refusal
from training_app.core.signals import capacity_changed, event_cancelled, event_changed

from . import seats
from .models import Registration
from .rules import STANDING


@capacity_changed.connect
def _more_seats(_sender: Any, *, event_id: int, now: datetime, **_news: Any) -> None:
    """More seats: the next in line move up."""
    seats.advance(event_id, now=now)


@event_cancelled.connect
def _one_session_less(_sender: Any, *, event_id: int, now: datetime, **_news: Any) -> None:
    """Who waited for a whole phase no longer needs a seat here. The event's own registrations stay, in case
    it is restored; nobody moves up in it."""
    seats.advance(event_id, now=now)


@event_changed.connect
def _state_turned(
    _sender: Any, *, event_id: int, changes: dict[str, tuple[Any, Any]], now: datetime, **_news: Any
) -> None:
    """Veto taking an event back while anyone is registered or waits; after a restored one, seats are given again."""
    turned = changes.get("state")
    if turned == ("published", "draft"):
        someone = exists().where(Registration.event_id == event_id, Registration.state.in_(STANDING))
        if db.session.scalar(select(someone)):
            raise Refusal(
                "someone_waits", _l("Someone is registered already. Cancel the event instead, so that they are told.")
            )
    elif turned == ("cancelled", "published"):
        seats.advance(event_id, now=now)
