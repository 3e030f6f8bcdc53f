"""A clash as the page tells it: the other event by its name and a link, if the reader may see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from training_app.core.actors import Actor
from training_app.core.db import db
from training_app.core.errors import Invalid, Refusal

from . import occupancy
from .access import may_see
from .models import Event


@dataclass(frozen=True)
class Clash:
    """What a page says of a refusal; `event_id` is set when there is an event to link to."""

    sentence: Any
    event_id: int | None = None
    title: str = ""


def of(refusal: Refusal, actor: Actor) -> Clash:
    """A refusal as this actor may read it."""
    if "event_id" not in refusal.details:
        return Clash(refusal.sentence)
    event = db.session.get(Event, refusal.details["event_id"])
    if event is not None and may_see(actor, event):
        return Clash(refusal.sentence, event.id, event.title)
    return Clash(occupancy.unnamed(refusal.code, refusal.details))


def hidden(fault: Invalid, clash: Clash) -> Invalid:
    """The same fault, its fields in the words that this actor may read."""
    fields = {
        name: clash.sentence if sentence is fault.sentence else sentence for name, sentence in fault.fields.items()
    }
    return Invalid(fault.code, fault.sentence, fields)
