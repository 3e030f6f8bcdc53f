"""The list of events, and the matrix of a phase or a programme."""

from __future__ import annotations

from typing import Any

from flask import render_template
from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from training_app.core import clock
from training_app.core.permissions import Permission
from training_app.divisions.service import filter_choices
from training_app.people.policy import allows
from training_app.schedule.access import phase_for, programme_for, programme_scope
from training_app.schedule.models import Event, Programme
from training_app.schedule.queries import FIRST_START
from training_app.schedule.visibility import areas, visible_events
from training_app.schedule.words import LABELS
from training_app.web import access
from training_app.web.pagination import paginate, requested_page

from . import matrix, rolls, words
from .blueprint import bp
from .filters import PER_PAGE, narrowed_roll

VIEW = Permission.ATTENDANCE_VIEW


@bp.get("/attendance")
@access.needs(VIEW)
def index() -> Any:
    """The events that can be looked at, by programme, the newest year first."""
    who = access.actor()
    statement = (
        select(Event)
        .join(Programme, Programme.id == Event.programme_id)
        .where(visible_events(who, VIEW), Event.state.in_(matrix.HELD))
        .options(contains_eager(Event.programme), joinedload(Event.phase), selectinload(Event.slots))
        .order_by(Programme.counting_year.desc(), Programme.id.desc(), FIRST_START, Event.id)
    )
    page = paginate(statement, page=requested_page())
    by_codes: dict[tuple[str, ...], list[int]] = {}
    for event in page.items:
        by_codes.setdefault(areas(who, VIEW, event.programme, event.id), []).extend(s.id for s in event.slots)
    figures: dict[int, rolls.Figures] = {}
    for codes, slot_ids in by_codes.items():
        figures |= rolls.figures(slot_ids, codes)
    groups: dict[Programme, list[Event]] = {}
    for event in page.items:
        groups.setdefault(event.programme, []).append(event)
    whole = {p.id for p in groups if allows(who, VIEW, programme_scope(p))}
    return render_template(
        "attendance/index.html", page=page, groups=groups, figures=figures, whole=whole, none=rolls.Figures()
    )


def _matrix(programme: Programme, events: list[Event], codes: tuple[str, ...], **more: Any) -> str:
    now = clock.now()
    roll = narrowed_roll(events, codes)
    columns = matrix.columns(events)
    page = paginate(rolls.entries(roll, now), page=requested_page(), per_page=PER_PAGE, scalars=False)
    who = [rolls.entry(row) for row in page.items]
    found = rolls.rolled(roll, [one.person_id for one in who])
    return render_template(
        "attendance/matrix.html",
        programme=programme,
        columns=columns,
        lines=matrix.lines(who, columns, found, now),
        sums=matrix.sums(columns, rolls.figures(roll.slot_ids, codes)),
        page=page,
        roll=roll,
        subdistricts=filter_choices(programme.division_code, codes, roll.subdistrict),
        words=words,
        labels=LABELS,
        now=now,
        **more,
    )


@bp.get("/phases/<int:phase_id>/attendance")
@access.needs(VIEW)
def phase(phase_id: int) -> Any:
    """People × slots of a phase."""
    found = phase_for(access.actor(), phase_id, VIEW)
    codes = areas(access.actor(), VIEW, found.programme)
    events = matrix.events_of(Event.phase_id == phase_id)
    return _matrix(found.programme, events, codes, phase=found)


@bp.get("/programmes/<int:programme_id>/attendance")
@access.needs(VIEW)
def programme(programme_id: int) -> Any:
    """People × sessions of a whole programme: six one-session phases side by side."""
    found = programme_for(access.actor(), programme_id, VIEW)
    codes = areas(access.actor(), VIEW, found)
    events = matrix.events_of(Event.programme_id == programme_id)
    return _matrix(found, events, codes, phase=None)
