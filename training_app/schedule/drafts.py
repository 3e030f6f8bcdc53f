"""What someone wants an event to be: plain values, not yet checked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple


@dataclass(frozen=True)
class SlotDraft:
    """A slot as typed. Instants are aware; an empty window takes the default; hours are credit hours."""

    label: str
    starts_at: datetime
    ends_at: datetime
    credit_hours: Decimal
    checkin_opens_at: datetime | None = None
    checkin_closes_at: datetime | None = None
    late_after: datetime | None = None
    #: The slot that this one changes; None makes a new one.
    id: int | None = None


class AgendaDraft(NamedTuple):
    """A part of the agenda; its place in the list is its position."""

    minutes: int
    kind: str
    title: str


class HostDraft(NamedTuple):
    """An organisation by its name; one that is not known yet is made."""

    role: str
    organisation: str


class FacilitatorDraft(NamedTuple):
    """Who teaches or leads: a known person, or one by name, and by phone number where it is given."""

    name: str
    phone: str = ""
    unit_and_title: str = ""
    person_id: int | None = None


@dataclass(frozen=True)
class EventDraft:
    """An event as typed. `number` None: the next free one. Empty registration ends with the first start."""

    kind: str
    title: str
    slots: tuple[SlotDraft, ...]
    number: int | None = None
    phase_id: int | None = None
    curriculum_area: str | None = None
    description: str = ""
    venue_id: int | None = None
    capacity: int | None = None
    #: Metres of the venue within which the venue's code checks in; None: anywhere.
    checkin_within_m: int | None = None
    registration_opens_at: datetime | None = None
    registration_closes_at: datetime | None = None
    agenda: tuple[AgendaDraft, ...] = ()
    hosts: tuple[HostDraft, ...] = ()
    facilitators: tuple[FacilitatorDraft, ...] = ()


def shifted(draft: EventDraft, by: timedelta, *, keep_slots: bool) -> EventDraft:
    """The same event earlier or later, its windows with it; `keep_slots` False makes new slots of them."""
    slots = tuple(
        replace(
            slot,
            id=slot.id if keep_slots else None,
            starts_at=slot.starts_at + by,
            ends_at=slot.ends_at + by,
            checkin_opens_at=slot.checkin_opens_at and slot.checkin_opens_at + by,
            checkin_closes_at=slot.checkin_closes_at and slot.checkin_closes_at + by,
            late_after=slot.late_after and slot.late_after + by,
        )
        for slot in draft.slots
    )
    closes = draft.registration_closes_at
    return replace(draft, slots=slots, registration_closes_at=closes and closes + by)
