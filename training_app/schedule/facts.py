"""An event read back: as a draft for forms and copies, as facts for news, in plain values for the audit."""

from __future__ import annotations

from typing import Any

from .drafts import AgendaDraft, EventDraft, FacilitatorDraft, HostDraft, SlotDraft
from .models import Event


def draft_of(event: Event) -> EventDraft:
    """An event as a form shows it, or as a copy begins."""
    return EventDraft(
        kind=event.kind,
        title=event.title,
        slots=tuple(
            SlotDraft(
                label=s.label,
                starts_at=s.starts_at,
                ends_at=s.ends_at,
                credit_hours=s.credit_hours,
                checkin_opens_at=s.checkin_opens_at,
                checkin_closes_at=s.checkin_closes_at,
                late_after=s.late_after,
                id=s.id,
            )
            for s in event.slots
        ),
        number=event.number,
        phase_id=event.phase_id,
        curriculum_area=event.curriculum_area,
        description=event.description,
        venue_id=event.venue_id,
        capacity=event.capacity,
        checkin_within_m=event.checkin_within_m,
        registration_opens_at=event.registration_opens_at,
        registration_closes_at=event.registration_closes_at,
        agenda=tuple(AgendaDraft(a.minutes, a.kind, a.title) for a in event.agenda),
        hosts=tuple(HostDraft(h.role, h.organisation.name) for h in event.hosts),
        facilitators=tuple(
            FacilitatorDraft(f.person.name, "", f.unit_and_title, f.person_id) for f in event.facilitations
        ),
    )


def facts(event: Event) -> dict[str, Any]:
    """What others must hear of when it changes: times and lateness by slot id, and the venue's name."""
    return {
        "time": tuple((s.id, s.starts_at, s.ends_at) for s in event.slots),
        "venue": event.venue.name if event.venue else "",
        "late_after": tuple((s.id, s.late_after) for s in event.slots),
    }


def differences(before: dict[str, Any], after: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """field → (before, after) of what differs."""
    return {key: (before[key], after[key]) for key in before if before[key] != after[key]}


def summary(event: Event) -> dict[str, Any]:
    """The event in plain values, for the audit."""
    return {
        "kind": event.kind,
        "title": event.title,
        "number": event.number,
        "phase": event.phase_id,
        "state": event.state,
        "area": event.curriculum_area,
        "description": event.description,
        "venue": event.venue_id,
        "capacity": event.capacity,
        "checkin_within_m": event.checkin_within_m,
        "registration": [
            moment and moment.isoformat() for moment in (event.registration_opens_at, event.registration_closes_at)
        ],
        "slots": [
            [
                s.label,
                *[m.isoformat() for m in (s.starts_at, s.ends_at, s.checkin_opens_at, s.checkin_closes_at)],
                s.late_after.isoformat(),
                str(s.credit_hours.normalize()),
            ]
            for s in event.slots
        ],
        "agenda": [[a.minutes, a.kind, a.title] for a in event.agenda],
        "hosts": [[h.role, h.organisation_id] for h in event.hosts],
        "facilitators": sorted([f.person_id, f.unit_and_title] for f in event.facilitations),
    }
