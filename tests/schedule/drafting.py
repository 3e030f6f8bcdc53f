"""Events as tests type them."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from tests import cast
from training_app.core.clock import ZONE
from training_app.schedule.drafts import EventDraft, SlotDraft

ACTOR = cast.CAST["organiser"].id
WHO = {"actor_id": ACTOR, "now": cast.NOW}


def moment(text: str) -> datetime:
    """An instant by its wall clock in Quanzhou: "2026-07-01 09:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def slot(start: str = "2026-07-01 09:00", hours: float = 2, credit: str = "2", **more) -> SlotDraft:
    begin = moment(start)
    return SlotDraft(
        label=more.pop("label", "morning"),
        starts_at=begin,
        ends_at=begin + timedelta(hours=hours),
        credit_hours=Decimal(credit),
        **more,
    )


def salon(start: str = "2026-07-01 09:00", **more) -> EventDraft:
    """A salon at the cast's venue unless `venue_id` says otherwise."""
    values = {"kind": "salon", "title": "团建沙龙", "slots": (slot(start),), "venue_id": cast.VENUE} | more
    return EventDraft(**values)
