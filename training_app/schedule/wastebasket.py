"""A draft that was thrown away, made again from what the audit kept of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from training_app.core.audit import Action, Audit
from training_app.core.db import transaction
from training_app.core.errors import NotFound
from training_app.people.models import Organisation, Person

from . import events
from .drafts import AgendaDraft, EventDraft, FacilitatorDraft, HostDraft, SlotDraft
from .models import Event


def undelete(programme_id: int, event_id: int, *, actor_id: int, now: datetime) -> Event:
    """The draft that had this id, as a new draft; its number where that is still free, else the next one.

    Raises NotFound when the audit knows of no such draft of this programme, else as `events.create`.
    """
    with transaction() as session:
        entries = session.scalars(
            select(Audit)
            .where(
                Audit.subject_kind == "event", Audit.subject_id == event_id, Audit.action == Action.EVENT_CHANGED.value
            )
            .order_by(Audit.id.desc())
        )
        deleted = {"state": "deleted", "programme": programme_id}
        entry = next((entry for entry in entries if entry.after == deleted), None)
        if entry is None or entry.before is None:
            raise NotFound()
        draft = _draft(entry.before)
        same = select(Event.id).where(
            Event.programme_id == programme_id, Event.kind == draft.kind, Event.number == draft.number
        )
        if session.scalar(same.limit(1)) is not None:
            draft = replace(draft, number=None)
        return events.create(programme_id, draft, actor_id=actor_id, now=now)


def _names(model: Any, ids: list[int]) -> dict[int, str]:
    with transaction() as session:
        rows = session.execute(select(model.id, model.name).where(model.id.in_(ids)))
        return {row.id: row.name for row in rows}


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _slot(label: str, starts: str, ends: str, opens: str, closes: str, late: str, hours: str) -> SlotDraft:
    read = datetime.fromisoformat
    return SlotDraft(label, read(starts), read(ends), Decimal(hours), read(opens), read(closes), read(late))


def _draft(kept: dict[str, Any]) -> EventDraft:
    organisations = _names(Organisation, [id_ for _role, id_ in kept["hosts"]])
    people = _names(Person, [id_ for id_, _title in kept["facilitators"]])
    opens, closes = kept["registration"]
    return EventDraft(
        kind=kept["kind"],
        title=kept["title"],
        slots=tuple(_slot(*slot) for slot in kept["slots"]),
        number=kept["number"],
        phase_id=kept["phase"],
        curriculum_area=kept["area"],
        description=kept["description"],
        venue_id=kept["venue"],
        capacity=kept["capacity"],
        checkin_within_m=kept.get("checkin_within_m"),
        registration_opens_at=_moment(opens),
        registration_closes_at=_moment(closes),
        agenda=tuple(AgendaDraft(*item) for item in kept["agenda"]),
        hosts=tuple(HostDraft(role, organisations[id_]) for role, id_ in kept["hosts"] if id_ in organisations),
        facilitators=tuple(
            FacilitatorDraft(people[id_], "", title, id_) for id_, title in kept["facilitators"] if id_ in people
        ),
    )
