"""The same tables as files, narrowed as the pages are; each is put on record."""

from __future__ import annotations

from typing import Any

from training_app.core import clock
from training_app.core.permissions import Permission
from training_app.people.policy import jurisdictions
from training_app.schedule.access import phase_for, programme_for
from training_app.schedule.models import Event, Programme
from training_app.schedule.visibility import areas
from training_app.web import access
from training_app.web.downloads import download

from . import matrix, sheets
from .access import covers, held_event_for
from .blueprint import bp
from .filters import narrowed_roll

VIEW = Permission.ATTENDANCE_VIEW


def _send(export: sheets.Export) -> Any:
    return download(export.data, export.name, export.media_type)


def _matrix(programme: Programme, events: list[Event], kind: str, title: str, subject: tuple[str, int]) -> Any:
    who = access.actor()
    roll = narrowed_roll(events, areas(who, VIEW, programme))
    export = sheets.of_matrix(
        events, roll, title=title, subject=subject, kind=kind, actor_id=who.person_id, now=clock.now()
    )
    return _send(export)


@bp.get("/phases/<int:phase_id>/attendance.<any(xlsx, csv):kind>")
@access.needs(VIEW)
def phase_file(phase_id: int, kind: str) -> Any:
    """A phase's matrix as a file."""
    phase = phase_for(access.actor(), phase_id, VIEW)
    events = matrix.events_of(Event.phase_id == phase_id)
    title = f"{phase.programme.title}-{phase.title or phase.number}"
    return _matrix(phase.programme, events, kind, title, ("phase", phase_id))


@bp.get("/programmes/<int:programme_id>/attendance.<any(xlsx, csv):kind>")
@access.needs(VIEW)
def programme_file(programme_id: int, kind: str) -> Any:
    """A programme's matrix as a file."""
    programme = programme_for(access.actor(), programme_id, VIEW)
    events = matrix.events_of(Event.programme_id == programme_id)
    return _matrix(programme, events, kind, programme.title, ("programme", programme_id))


@bp.get("/events/<int:event_id>/attendance.<any(xlsx, csv):kind>")
@access.needs(VIEW)
def event_file(event_id: int, kind: str) -> Any:
    """An event's attendance as a file."""
    who = access.actor()
    event = held_event_for(who, event_id, VIEW)
    roll = narrowed_roll([event], areas(who, VIEW, event.programme, event_id))
    call = jurisdictions(who, Permission.PERSON_VIEW)
    export = sheets.of_event(
        event,
        roll,
        phones=lambda one: covers(call, one.division_code),
        kind=kind,
        actor_id=who.person_id,
        now=clock.now(),
    )
    return _send(export)
