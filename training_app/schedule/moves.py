"""Moving an event to another time or venue, and copying events and phases."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from training_app.core.clock import local_date
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound, Refusal

from . import events, occupancy, phases
from .drafts import EventDraft, shifted
from .facts import draft_of
from .models import Event, Phase, Venue
from .rules import Occupation, Span, clashes


@dataclass(frozen=True)
class Preview:
    """What a move would do, before anything is written."""

    draft: EventDraft
    venue: Venue | None
    #: Confirmed seats whose holders will be told.
    seats_taken: int
    facilitators: tuple[str, ...]
    #: Why it cannot be, with the clashing event's id in the details; None when it can.
    refusal: Refusal | None


def _moved(event: Event, starts_at: datetime, venue_id: int | None) -> EventDraft:
    by = starts_at - event.slots[0].starts_at
    venue = db.session.get(Venue, venue_id) if venue_id else None
    # Nobody can be measured against a venue whose place is not known: the limit does not move with the event.
    within = event.checkin_within_m if venue is not None and venue.latitude is not None else None
    return replace(shifted(draft_of(event), by, keep_slots=True), venue_id=venue_id, checkin_within_m=within)


def preview(event_id: int, *, starts_at: datetime, venue_id: int | None) -> Preview:
    """What moving an event's first start and venue would do. Raises NotFound."""
    event = db.session.get(Event, event_id)
    if event is None:
        raise NotFound()
    draft = _moved(event, starts_at, venue_id)
    spans = tuple(Span(s.starts_at, s.ends_at) for s in draft.slots)
    ids = frozenset(f.person_id for f in event.facilitations)
    wanted = Occupation(event.id, event.title, spans, venue_id, ids)
    found = clashes(wanted, occupancy.others(wanted))
    venue = db.session.get(Venue, venue_id) if venue_id else None
    names = tuple(f.person.name for f in event.facilitations)
    return Preview(draft, venue, event.seats_taken, names, occupancy.sentence_of(found[0]) if found else None)


def move(event_id: int, *, starts_at: datetime, venue_id: int | None, actor_id: int, now: datetime) -> Event:
    """Move an event: all slots and windows shift with the first start. Raises as `events.change`."""
    with transaction():
        event = events.locked(event_id)
        return events.change(event_id, _moved(event, starts_at, venue_id), actor_id=actor_id, now=now)


def copy_event(event_id: int, *, starts_at: datetime, actor_id: int, now: datetime) -> Event:
    """The same event at another time, as a draft with the next number. Raises as `events.create`."""
    with transaction() as session:
        event = session.get(Event, event_id)
        if event is None:
            raise NotFound()
        return _copy(event, starts_at - event.slots[0].starts_at, event.phase_id, actor_id=actor_id, now=now)


def _copy(event: Event, by: timedelta, phase_id: int | None, *, actor_id: int, now: datetime) -> Event:
    draft = shifted(draft_of(event), by, keep_slots=False)
    # Registration opens anew: the old opening lies before the copy's own planning.
    draft = replace(draft, number=None, phase_id=phase_id, registration_opens_at=None)
    return events.create(event.programme_id, draft, actor_id=actor_id, now=now)


def copy_phase(phase_id: int, *, first_day: date, actor_id: int, now: datetime) -> Phase:
    """A phase with all its events that are not cancelled, the first on `first_day`, as drafts.

    All or nothing. Raises Invalid "phase_empty" when there is nothing to copy, else as `events.create`.
    """
    with transaction() as session:
        phase = session.get(Phase, phase_id)
        if phase is None:
            raise NotFound()
        copied = session.scalars(select(Event).where(Event.phase_id == phase_id, Event.state != "cancelled")).all()
        dated = sorted((event for event in copied if event.slots), key=lambda event: event.slots[0].starts_at)
        if not dated:
            sentence = _l("This phase has no events to copy.")
            raise Invalid("phase_empty", sentence, {"first_day": sentence})
        first = dated[0].slots[0].starts_at
        by = timedelta(days=(first_day - local_date(first)).days)
        until = phase.nominate_until and phase.nominate_until + by
        made = phases.create(phase.programme_id, title=phase.title, nominate_until=until, actor_id=actor_id, now=now)
        for event in dated:
            _copy(event, by, made.id, actor_id=actor_id, now=now)
        return made
