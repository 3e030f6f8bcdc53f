"""Sessions and salons: created, changed."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from training_app.core import audit
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.core.signals import capacity_changed, event_changed

from . import checks, facilitators, hosts, occupancy
from .drafts import EventDraft
from .facts import differences, facts, summary
from .models import AgendaItem, Event, Phase, Programme, Slot, Venue
from .rules import Occupation, Span, default_windows


def next_number(programme_id: int, kind: str) -> int:
    """The number after the highest of this kind in the programme."""
    highest = select(func.max(Event.number)).where(Event.programme_id == programme_id, Event.kind == kind)
    return (db.session.scalar(highest) or 0) + 1


def locked(event_id: int) -> Event:
    """The event, its row and those of its phase held until the transaction ends. Raises NotFound."""
    for event in occupancy.hold_events(event_id):
        if event.id == event_id:
            return event
    raise NotFound()


def create(programme_id: int, draft: EventDraft, *, actor_id: int, now: datetime) -> Event:
    """A new event as a draft, nobody sees it but planners.

    Raises Invalid (one sentence a field), Refusal "venue_taken" or "facilitator_taken" with the clashing
    event's id, NotFound for an unknown programme.
    """
    _refuse_wrong(draft)
    with transaction() as session:
        programme = session.get(Programme, programme_id)
        if programme is None:
            raise NotFound()
        event = Event(
            programme_id=programme_id,
            kind=draft.kind,
            number=draft.number or next_number(programme_id, draft.kind),
            state="draft",
            revision=0,
            seats_taken=0,
            created_at=now,
        )
        leaders = _occupy(draft, programme, None, actor_id=actor_id, now=now)
        _fill(event, draft)
        session.add(event)
        _flush_number(event)
        _settle(event, draft, leaders, programme, actor_id=actor_id, now=now)
        audit.record(audit.Action.EVENT_CREATED, ("event", event.id), actor_id=actor_id, now=now, after=summary(event))
        return event


def change(event_id: int, draft: EventDraft, *, actor_id: int, now: datetime) -> Event:
    """Make an event what the draft says; its kind stays.

    On a published event the revision rises, and a change of time or venue is announced by
    `event_changed`, whose receivers may veto. Raises as `create`, and Refusal "not_open" for a closed or
    cancelled event, "slot_in_use" when a removed slot has attendance.
    """
    _refuse_wrong(draft)
    with transaction() as session:
        event = locked(event_id)
        if event.state in ("closed", "cancelled"):
            raise Refusal("not_open", _l("This event is closed or cancelled. Open it again before you change it."))
        if draft.capacity is not None and draft.capacity < event.seats_taken:
            sentence = _l("%(taken)s seats are taken already: the capacity cannot be lower.", taken=event.seats_taken)
            raise Invalid("capacity_below_taken", sentence, {"capacity": sentence})
        before, facts_before = summary(event), facts(event)
        programme = session.get_one(Programme, event.programme_id)
        leaders = _occupy(draft, programme, event.id, actor_id=actor_id, now=now)
        event.number = draft.number or event.number
        _fill(event, draft)
        _flush_number(event)
        _settle(event, draft, leaders, programme, actor_id=actor_id, now=now)
        after, changes = summary(event), differences(facts_before, facts(event))
        if before == after and not changes:
            return event
        if event.state == "published":
            event.revision += 1
        action = audit.Action.EVENT_MOVED if {"time", "venue"} & set(changes) else audit.Action.EVENT_CHANGED
        audit.record(action, ("event", event.id), actor_id=actor_id, now=now, before=before, after=after)
        session.flush()
        if before["capacity"] != event.capacity:
            seats = {"before": before["capacity"], "after": event.capacity}
            capacity_changed.send(event_id=event.id, **seats, actor_id=actor_id, now=now)
        if event.state == "published" and changes:
            event_changed.send(event_id=event.id, changes=changes, actor_id=actor_id, now=now)
        return event


def _refuse_wrong(draft: EventDraft) -> None:
    wrong = checks.of_event(draft)
    if wrong:
        raise Invalid("event_invalid", _l("Please correct the fields marked below. Nothing was changed."), wrong)


def _occupy(
    draft: EventDraft, programme: Programme, event_id: int | None, *, actor_id: int, now: datetime
) -> list[facilitators.Leader]:
    occupancy.hold_venue(draft.venue_id)
    leaders = facilitators.resolve(draft.facilitators, programme, actor_id=actor_id, now=now)
    ids = frozenset(leader.person_id for leader in leaders)
    occupancy.hold_persons(ids)
    spans = tuple(Span(s.starts_at, s.ends_at) for s in draft.slots)
    occupancy.refuse_clash(Occupation(event_id, draft.title, spans, draft.venue_id, ids))
    return leaders


def _refuse_unknown_place(draft: EventDraft) -> None:
    """How far someone is from a venue can only be said of one whose place is known."""
    if draft.checkin_within_m is None:
        return
    venue = db.session.get(Venue, draft.venue_id) if draft.venue_id else None
    if venue is None or venue.latitude is None:
        sentence = _l(
            "The place of this venue on the map is not known yet: enter it with the venue, or leave this empty."
        )
        raise Invalid("no_place", sentence, {"checkin_within_m": sentence})


def _fill(event: Event, draft: EventDraft) -> None:
    _refuse_unknown_place(draft)
    if draft.phase_id is not None:
        phase = db.session.get(Phase, draft.phase_id)
        if phase is None or phase.programme_id != event.programme_id:
            raise NotFound()
    event.phase_id = draft.phase_id
    event.title = draft.title.strip()
    event.curriculum_area = draft.curriculum_area if event.kind == "session" else None
    event.description = draft.description.strip()
    event.venue_id = draft.venue_id
    event.capacity = draft.capacity
    event.checkin_within_m = draft.checkin_within_m
    event.registration_opens_at = draft.registration_opens_at
    event.registration_closes_at = draft.registration_closes_at or min(s.starts_at for s in draft.slots)


def _flush_number(event: Event) -> None:
    """Write the row; the unique keys decide who has a number."""
    number = event.number
    try:
        db.session.flush()
    except IntegrityError:
        sentence = _l("Number %(number)s is taken in this programme. Choose another one.", number=number)
        raise Invalid("number_taken", sentence, {"number": sentence}) from None


def _settle(
    event: Event,
    draft: EventDraft,
    leaders: list[facilitators.Leader],
    programme: Programme,
    *,
    actor_id: int,
    now: datetime,
) -> None:
    """Bring everything that hangs on the event in line with the draft."""
    _settle_slots(event, draft)
    db.session.execute(delete(AgendaItem).where(AgendaItem.event_id == event.id))
    for position, item in enumerate(draft.agenda, 1):
        db.session.add(
            AgendaItem(
                event_id=event.id, position=position, minutes=item.minutes, kind=item.kind, title=item.title.strip()
            )
        )
    hosts.assign(event, draft.hosts, division_code=programme.division_code, actor_id=actor_id, now=now)
    facilitators.assign(event, leaders, actor_id=actor_id, now=now)
    db.session.flush()
    db.session.expire(event, ["slots", "agenda", "facilitations", "venue", "phase"])


def _settle_slots(event: Event, draft: EventDraft) -> None:
    kept = {slot.id: slot for slot in db.session.scalars(select(Slot).where(Slot.event_id == event.id))}
    for typed in draft.slots:
        slot = kept.pop(typed.id, None) if typed.id is not None else Slot(event_id=event.id)
        if slot is None:
            raise NotFound()
        windows = default_windows(typed.starts_at, typed.ends_at)
        slot.label, slot.starts_at, slot.ends_at = typed.label, typed.starts_at, typed.ends_at
        slot.checkin_opens_at = typed.checkin_opens_at or windows.checkin_opens_at
        slot.checkin_closes_at = typed.checkin_closes_at or windows.checkin_closes_at
        slot.late_after = typed.late_after or windows.late_after
        slot.credit_hours = typed.credit_hours
        db.session.add(slot)
    db.session.flush()
    try:
        db.session.execute(delete(Slot).where(Slot.id.in_(list(kept))))
    except IntegrityError:
        sentence = _l("Someone has checked in to a slot that you removed. Keep it, or cancel the event.")
        raise Refusal("slot_in_use", sentence) from None
