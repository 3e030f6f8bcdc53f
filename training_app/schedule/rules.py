"""Windows of check-in, limits of credit hours, clashes of place and person, state of a slot. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple, Protocol

from training_app.core.clock import local_date

CHECKIN_BEFORE = timedelta(minutes=30)
LATE_AFTER = timedelta(minutes=15)
#: What a half day counts at most, in credit hours, as the districts' training rules have it.
HALF_DAY_HOURS = Decimal(4)
#: A slot called whole that lasts longer than this covers two half days.
LONGEST_HALF_DAY = timedelta(hours=5)


class Windows(NamedTuple):
    """When check-in opens and closes and who is late, unless the organiser types otherwise."""

    checkin_opens_at: datetime
    checkin_closes_at: datetime
    late_after: datetime


def default_windows(starts_at: datetime, ends_at: datetime) -> Windows:
    """Check-in from 30 minutes before the start to the end; late from 15 minutes after the start."""
    return Windows(starts_at - CHECKIN_BEFORE, ends_at, min(starts_at + LATE_AFTER, ends_at))


class Window(Protocol):
    """Anything with a check-in window."""

    @property
    def checkin_opens_at(self) -> datetime: ...
    @property
    def checkin_closes_at(self) -> datetime: ...


def slot_state(slot: Window, now: datetime) -> Literal["early", "open", "closed"]:
    """Whether one can check in now; both ends of the window belong to it."""
    if now < slot.checkin_opens_at:
        return "early"
    return "closed" if now > slot.checkin_closes_at else "open"


class Half(NamedTuple):
    """What the limit of credit hours asks of a slot."""

    label: str
    starts_at: datetime
    ends_at: datetime
    credit_hours: Decimal


def hours_allowed(label: str, starts_at: datetime, ends_at: datetime) -> Decimal:
    """The credit hours that a slot may count at most: 4 a half day."""
    halves = 2 if label == "whole" and ends_at - starts_at > LONGEST_HALF_DAY else 1
    return halves * HALF_DAY_HOURS


def over_credited(slots: Sequence[Half]) -> list[int]:
    """The places in the list of slots that count more than their half days may.

    Several slots of one label on one day share one half day.
    """
    counted: dict[tuple[date, str], Decimal] = {}
    found = []
    for place, slot in enumerate(slots):
        key = (local_date(slot.starts_at), slot.label)
        counted[key] = counted.get(key, Decimal(0)) + slot.credit_hours
        if counted[key] > hours_allowed(slot.label, slot.starts_at, slot.ends_at):
            found.append(place)
    return found


class Span(NamedTuple):
    """From an instant to an instant, the end not included."""

    starts_at: datetime
    ends_at: datetime

    def overlaps(self, other: Span) -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


@dataclass(frozen=True)
class Occupation:
    """What an event takes up: a venue and persons, during its slots."""

    event_id: int | None
    title: str
    spans: tuple[Span, ...]
    venue_id: int | None = None
    person_ids: frozenset[int] = field(default_factory=frozenset)


class Clash(NamedTuple):
    """Another event that needs the same venue (`person_id` None) or the same facilitator at the same time."""

    event_id: int
    title: str
    span: Span
    person_id: int | None


def clashes(wanted: Occupation, others: Iterable[Occupation]) -> list[Clash]:
    """Every clash of an event with others; one that ends when the other begins does not clash."""
    found = []
    for other in others:
        if other.event_id is None or other.event_id == wanted.event_id:
            continue
        span = next((b for a in wanted.spans for b in other.spans if a.overlaps(b)), None)
        if span is None:
            continue
        if wanted.venue_id is not None and wanted.venue_id == other.venue_id:
            found.append(Clash(other.event_id, other.title, span, None))
        for person_id in sorted(wanted.person_ids & other.person_ids):
            found.append(Clash(other.event_id, other.title, span, person_id))
    return found


def series(first: date | None, count: int, weeks: int, typed: Sequence[date | None] = ()) -> list[date | None]:
    """`count` dates: what was typed, and every `weeks` weeks from the first for the rest; None where neither says."""
    wanted = [*typed, *[None] * count][:count]
    return [day or (first + timedelta(weeks=weeks * n) if first else None) for n, day in enumerate(wanted)]


def nomination_deadline(first_start: datetime, now: datetime) -> datetime:
    """Three days before the start, so that the organiser can answer; the start where that has passed."""
    deadline = first_start - timedelta(days=3)
    return deadline if deadline > now else first_start


def organisation_kind(name: str) -> str:
    """bureau, committee or office, as the name ends: 民政局, 委员会, anything else."""
    if name.endswith(("局", "厅", "部", "Bureau")):
        return "bureau"
    return "committee" if name.endswith(("委员会", "未保委", "Committee")) else "office"


class Readiness(NamedTuple):
    """What an event has, for the question what it still needs."""

    kind: str
    state: str
    has_venue: bool
    facilitators: int
    hosts: int
    agenda: int
    last_end: datetime


def missing(event: Readiness, now: datetime) -> list[str]:
    """What an event that is still to come lacks, by `words.MISSING`, the most urgent first."""
    if event.state in ("cancelled", "closed") or event.last_end <= now:
        return []
    lacking = {
        "no_venue": not event.has_venue,
        "no_facilitator": event.kind == "session" and not event.facilitators,
        "no_agenda": event.kind == "salon" and not event.agenda,
        "no_hosts": not event.hosts,
    }
    return [code for code, lacks in lacking.items() if lacks]
