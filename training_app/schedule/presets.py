"""Both ways in which a training is planned, each in one go: all drafts, or nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l

from training_app.core.clock import at
from training_app.core.db import transaction
from training_app.core.errors import Invalid, Refusal

from . import events, phases, programmes
from .drafts import EventDraft, HostDraft, SlotDraft
from .models import Phase
from .rules import nomination_deadline

#: The four curriculum areas over six sessions: practice takes two each where there is most to practise.
SIX = (
    ("policies", _l("Child care and protection policies")),
    ("responsibilities", _l("The director's responsibilities")),
    ("responsibilities", _l("Protection practice and cases")),
    ("social_work_skills", _l("Social work skills in children's services")),
    ("special_services", _l("Special children's services")),
    ("social_work_skills", _l("Joint seminar and completion")),
)


@dataclass(frozen=True)
class Hours:
    """A half day: wall-clock start and end, and the credit hours that it counts."""

    starts: time
    ends: time
    credit_hours: Decimal
    label: str = "morning"


@dataclass(frozen=True)
class SessionRow:
    """One phase of one session."""

    day: date
    title: str
    curriculum_area: str


def _slot(day: date, hours: Hours) -> SlotDraft:
    return SlotDraft(hours.label, at(day, hours.starts), at(day, hours.ends), hours.credit_hours)


def _hosts(programme_id: int) -> tuple[HostDraft, ...]:
    return tuple(HostDraft(h.role, h.organisation.name) for h in programmes.hosts_of(programme_id))


def _phase(programme_id: int, draft: EventDraft, place: int, *, actor_id: int, now: datetime) -> Phase:
    until = nomination_deadline(draft.slots[0].starts_at, now)
    phase = phases.create(programme_id, nominate_until=until, actor_id=actor_id, now=now)
    try:
        events.create(programme_id, replace(draft, phase_id=phase.id), actor_id=actor_id, now=now)
    except Invalid as fault:
        fields = {_field(key, place): sentence for key, sentence in fault.fields.items()}
        raise Invalid(fault.code, fault.sentence, fields) from None
    except Refusal as refusal:
        # Which of the dates it is stands beside that date; the way to the clashing event stays.
        raise Invalid(
            refusal.code, refusal.sentence, {f"rows-{place}-day": refusal.sentence}, **refusal.details
        ) from None
    return phase


def _field(key: str, place: int) -> str:
    """The plan's field for an event's: its times are one for all, its title and area stand in the row."""
    if key.startswith("slots-"):
        return {"credit_hours": "credit_hours", "ends_at": "ends"}.get(key.rsplit("-", 1)[1], "starts")
    return f"rows-{place}-{key}" if key in ("title", "curriculum_area") else key


def plan_sessions(
    programme_id: int,
    rows: list[SessionRow],
    hours: Hours,
    *,
    venue_id: int | None,
    capacity: int | None,
    actor_id: int,
    now: datetime,
) -> list[Phase]:
    """One phase with one session for each row. Raises Invalid; a clash names the event and its row's date."""
    _refuse_double([row.day for row in rows])
    with transaction():
        hosts = _hosts(programme_id)
        return [
            _phase(
                programme_id,
                EventDraft(
                    kind="session",
                    title=row.title,
                    curriculum_area=row.curriculum_area,
                    slots=(_slot(row.day, hours),),
                    venue_id=venue_id,
                    capacity=capacity,
                    hosts=hosts,
                ),
                place,
                actor_id=actor_id,
                now=now,
            )
            for place, row in enumerate(rows)
        ]


def plan_class(
    programme_id: int,
    first_days: list[date],
    days: int,
    morning: Hours,
    afternoon: Hours,
    *,
    title: str,
    curriculum_area: str,
    venue_id: int | None,
    capacity: int | None,
    actor_id: int,
    now: datetime,
) -> list[Phase]:
    """One phase for each first day, with one class of `days` days (1 to 3) and a slot each half day."""
    if not 1 <= days <= 3:
        sentence = _l("A class lasts one to three days.")
        raise Invalid("days_invalid", sentence, {"days": sentence})
    _refuse_double(first_days)
    with transaction():
        hosts = _hosts(programme_id)
        return [
            _phase(
                programme_id,
                EventDraft(
                    kind="session",
                    title=title,
                    curriculum_area=curriculum_area,
                    slots=tuple(
                        _slot(first + timedelta(days=day), half) for day in range(days) for half in (morning, afternoon)
                    ),
                    venue_id=venue_id,
                    capacity=capacity,
                    hosts=hosts,
                ),
                place,
                actor_id=actor_id,
                now=now,
            )
            for place, first in enumerate(first_days)
        ]


def _refuse_double(days: list[date]) -> None:
    wrong: dict[str, Any] = {}
    if not days:
        wrong["rows-0-day"] = _l("Please give at least one date.")
    for place, day in enumerate(days):
        if day in days[:place]:
            wrong[f"rows-{place}-day"] = _l("This date is given twice.")
    if wrong:
        raise Invalid("dates_invalid", _l("Please correct the fields marked below. Nothing was changed."), wrong)
