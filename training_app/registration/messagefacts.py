"""What messages are made of: events with time and place, and the links that they carry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import joinedload, selectinload

from training_app.core.db import db
from training_app.schedule.models import Event, Programme
from training_app.web.addresses import lasting_url, public_url

from . import joining
from .messagetexts import About
from .models import Enrolment, Registration
from .tickets import token_of

NOTHING_TO_REMIND = _l("This event is not published, or it is over: there is nothing to remind of.")


def _loaded() -> Select[Any]:
    return (
        select(Event)
        .options(
            joinedload(Event.programme).joinedload(Programme.organisation),
            joinedload(Event.venue),
            selectinload(Event.slots),
        )
        .execution_options(populate_existing=True)
    )


def whole(event_id: int) -> Event | None:
    """An event with what a message says of it."""
    found: Event | None = db.session.scalar(_loaded().where(Event.id == event_id))
    return found


def published(registrations: Sequence[Registration]) -> dict[tuple[str, int], list[Event]]:
    """The published events of registrations, in four statements: ("event", id) → itself; ("enrolment", id) →
    the sessions of its phase by their first start."""
    enrolments = {r.enrolment_id for r in registrations if r.enrolment_id is not None}
    rows = db.session.execute(select(Enrolment.id, Enrolment.phase_id).where(Enrolment.id.in_(enrolments)))
    phases = dict(rows.all())
    wanted = or_(
        Event.id.in_({r.event_id for r in registrations}),
        and_(Event.phase_id.in_(set(phases.values())), Event.kind == "session"),
    )
    found = [event for event in db.session.scalars(_loaded().where(wanted, Event.state == "published")) if event.slots]
    found.sort(key=lambda event: (event.slots[0].starts_at, event.id))
    answer = {("event", event.id): [event] for event in found}
    for enrolment_id, phase_id in phases.items():
        answer["enrolment", enrolment_id] = [e for e in found if e.phase_id == phase_id and e.kind == "session"]
    return answer


def about(event: Event) -> About:
    """What a message says of an event."""
    return About(
        title=event.title,
        slots=tuple((slot.starts_at, slot.ends_at) for slot in event.slots),
        opens_at=event.slots[0].checkin_opens_at if event.slots else None,
        venue=event.venue.name if event.venue else "",
        address=event.venue.address if event.venue else "",
        directions=event.venue.directions if event.venue else "",
        office=event.programme.organisation.name,
        reason=event.cancel_reason,
    )


def ticket_link(registration: Registration) -> str:
    """The address of a person's own ticket page, as an e-mail carries it."""
    return lasting_url("registration.ticket", token=token_of(registration))


def event_link(event: Event) -> str:
    """The address for everyone: there each person finds her own ticket, or registers."""
    return public_url("registration.join", token=joining.token_of(event.id))
