"""Walk-ins: people on no list who register at the door."""

from __future__ import annotations

from datetime import datetime

from training_app.core.db import transaction
from training_app.core.errors import NotFound, Refusal
from training_app.people import persons
from training_app.schedule import occupancy

from . import rows, seats
from .models import Registration
from .words import REFUSALS


def walk_in(
    event_id: int,
    *,
    name: str,
    phone: str | None,
    division_code: str | None,
    as_whom: str = "walk_in",
    actor_id: int | None,
    now: datetime,
) -> Registration:
    """Register whoever stands at the door; takes no seat. Who is registered already gets that registration.

    `as_whom`: walk_in, guest or staff. The person is found by the full phone number or is new and
    unconfirmed; who names no community belongs to the programme's area, or nobody there could confirm them.
    Raises Invalid (name, phone or division), Refusal "waiting" for someone in line,
    "declined", "not_published", "event_cancelled" or "event_closed", NotFound for an unknown event.
    """
    with transaction():
        # The event before the person: the order in which everyone holds them.
        event = next((one for one in occupancy.hold_events(event_id) if one.id == event_id), None)
        if event is None:
            raise NotFound()
        person = persons.find_or_create(
            name, phone, division_code=division_code, actor_id=actor_id, now=now, unconfirmed=True
        )
        row = rows.row_of(event_id, person.id)
        if row is not None and row.state in ("waiting", "declined"):
            raise Refusal(row.state, REFUSALS[row.state])
        seat = seats.register(
            event_id,
            person.id,
            source="door",
            as_whom=as_whom,
            division_code=division_code,
            actor_id=actor_id,
            now=now,
        )
        # The seat's own community stays open: nobody has said which it is.
        if person.unconfirmed and person.division_code is None:
            person.division_code = event.programme.division_code
        return seat
