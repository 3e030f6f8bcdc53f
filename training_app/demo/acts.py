"""What happens again and again: an event is planned, people come, it is closed."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from sqlalchemy import select

from training_app.attendance import closing, leaves
from training_app.checkin import service as checkin
from training_app.checkin.presented import Presented
from training_app.core.clock import at
from training_app.core.db import db
from training_app.registration.models import Registration
from training_app.schedule import events, states
from training_app.schedule.drafts import AgendaDraft, EventDraft, FacilitatorDraft, HostDraft, SlotDraft
from training_app.schedule.models import Event, Slot

from .stage import BUREAU, CITY_BUREAU, COMMITTEE, OFFICE, Stage

HOSTS = (
    HostDraft("guided_by", CITY_BUREAU),
    HostDraft("hosted_by", COMMITTEE),
    HostDraft("hosted_by", BUREAU),
    HostDraft("delivered_by", OFFICE),
)
MORNING, AFTERNOON = (time(8, 30), time(11, 30)), (time(14, 30), time(17, 30))
#: Credit hours of a half day.
HALF_DAY = Decimal(4)


def slot(day: date, hours: tuple[time, time], label: str) -> SlotDraft:
    """A half day with its usual windows."""
    return SlotDraft(label, at(day, hours[0]), at(day, hours[1]), HALF_DAY)


@dataclass(frozen=True)
class Plan:
    """An event to be planned."""

    kind: str
    title: str
    slots: tuple[SlotDraft, ...]
    number: int
    venue_id: int | None
    phase_id: int | None = None
    area: str | None = None
    capacity: int | None = 80
    facilitators: tuple[FacilitatorDraft, ...] = ()
    agenda: tuple[AgendaDraft, ...] = ()
    closes: datetime | None = None
    description: str = ""


def hold(stage: Stage, programme_id: int, plan: Plan, *, now: datetime, published: bool = True) -> Event:
    """Plan an event, and publish it."""
    draft = EventDraft(
        kind=plan.kind,
        title=plan.title,
        slots=plan.slots,
        number=plan.number,
        phase_id=plan.phase_id,
        curriculum_area=plan.area,
        description=plan.description,
        venue_id=plan.venue_id,
        capacity=plan.capacity,
        registration_opens_at=now,
        registration_closes_at=plan.closes,
        agenda=plan.agenda,
        hosts=HOSTS,
        facilitators=plan.facilitators,
    )
    event = events.create(programme_id, draft, actor_id=stage.organiser, now=now)
    if published:
        states.publish(event.id, actor_id=stage.organiser, now=now)
    return event


def slots_of(event: Event) -> list[Slot]:
    """The event's slots, the earliest first."""
    return list(db.session.scalars(select(Slot).where(Slot.event_id == event.id).order_by(Slot.starts_at)))


def registered(event: Event) -> list[tuple[int, int]]:
    """(person, registration) of everyone who is confirmed, in a fixed order."""
    rows = db.session.execute(
        select(Registration.person_id, Registration.id)
        .where(Registration.event_id == event.id, Registration.state == "confirmed")
        .order_by(Registration.id)
    )
    return [(row[0], row[1]) for row in rows]


def arrive(slot: Slot, registration_id: int, when: datetime, *, source: str, actor_id: int) -> None:
    """One person at the door."""
    checkin.check_in(
        slot.id,
        Presented(nonce=f"demo-{slot.id}-{registration_id}", source=source, actor_id=actor_id),
        registration_id=registration_id,
        now=when,
    )


def people_come(
    stage: Stage,
    event: Event,
    chance: random.Random,
    *,
    share: float = 0.93,
    late: float = 0.06,
    always: Iterable[int] = (),
    never: Iterable[int] = (),
) -> None:
    """Let the registered arrive at every slot: most before the start, some late, some not at all."""
    certain, away = set(always), set(never)
    for held in slots_of(event):
        for person_id, registration_id in registered(event):
            comes = chance.random() < share
            is_late = chance.random() < late and person_id not in certain
            if person_id in away or not (comes or person_id in certain):
                continue
            minutes = chance.randrange(17, 40) if is_late else chance.randrange(-27, 3)
            source = "camera" if chance.random() < 0.6 else "venue_code"
            when = held.starts_at + timedelta(minutes=minutes, seconds=chance.randrange(60))
            arrive(held, registration_id, when, source=source, actor_id=stage.organiser)


def excuse(stage: Stage, event: Event, person_ids: Iterable[int], reason: str) -> None:
    """Grant leave, the day before."""
    for held in slots_of(event):
        for person_id in person_ids:
            leaves.decide_leave(
                held.id,
                person_id,
                granted=True,
                reason=reason,
                actor_id=stage.organiser,
                now=held.starts_at - timedelta(days=1),
            )


def close(stage: Stage, event: Event) -> None:
    """Close an event on the evening of its last day."""
    end = slots_of(event)[-1].ends_at
    closing.close(event.id, leaving="已当场核对", actor_id=stage.organiser, now=end + timedelta(hours=2))
