"""Figures of a programme, a phase or an event, for whoever may see reports of its area; live while people come."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from flask import make_response, render_template, request
from flask_babel import get_locale

from training_app.attendance.access import held_event_for
from training_app.core import clock
from training_app.core.actors import Actor
from training_app.schedule.access import phase_for, programme_for
from training_app.schedule.models import Event, Phase, Programme
from training_app.schedule.visibility import areas
from training_app.web import access
from training_app.web.conditional import tagged, unchanged
from training_app.web.downloads import download
from training_app.web.pagination import Page, paginate, requested_page

from . import charts, rollups, sheets, totals, words
from .access import VIEW, ancestors_for, area_for, narrowed, programmes_at
from .blueprint import bp

Head = Programme | Phase | Event
Count = Callable[[Any, Sequence[str], datetime, int | None], rollups.Rollup]


@bp.get("/reports/<code>/programmes")
@access.needs(VIEW)
def programmes(code: str) -> Any:
    """The programmes in which people of a division are counted, with what was counted of these."""
    who, now = access.actor(), clock.now()
    code, division = area_for(who, code)
    page = paginate(programmes_at(who, code), page=requested_page())
    return render_template(
        "reports/programmes.html",
        page=page,
        figures=rollups.of_programmes([one.id for one in page.items], (code,), now),
        division=division,
        ancestors=[*ancestors_for(who, division), *([division] if division else [])],
        none_yet=totals.Attended(),
    )


def _seen(programme: Programme, event_id: int | None = None) -> tuple[str, ...]:
    return areas(access.actor(), VIEW, programme, event_id)


def _programme(who: Actor, programme_id: int) -> tuple[Programme, tuple[str, ...]]:
    found = programme_for(who, programme_id, VIEW)
    return found, _seen(found)


def _phase(who: Actor, phase_id: int) -> tuple[Phase, tuple[str, ...]]:
    found = phase_for(who, phase_id, VIEW)
    return found, _seen(found.programme)


def _event(who: Actor, event_id: int) -> tuple[Event, tuple[str, ...]]:
    found = held_event_for(who, event_id, VIEW)
    return found, _seen(found.programme, event_id)


def _page(head: Head, seen: tuple[str, ...], count: Count) -> Any:
    codes, division = narrowed(seen, request.args.get("area"))
    programme = head if isinstance(head, Programme) else head.programme
    live = request.headers.get("HX-Request") == "true"
    tag = _tag(programme.id, codes)
    if live and request.if_none_match.contains(tag):
        return unchanged(tag)
    number = requested_page()
    report = count(head, codes, clock.now(), number)
    page = render_template(
        "reports/_rollup.html" if live else "reports/rollup.html",
        report=report,
        chart=charts.stacks([_stack(line) for line in report.parts]),
        head=head,
        programme=programme,
        division=division,
        everyone=codes == ("",),
        area=division.code if division else None,
        page=Page(list(report.parts), number, report.total, rollups.PARTS),
        tag=tag,
        words=words,
    )
    return tagged(make_response(page), tag) if live else page


def _stack(line: rollups.Line) -> tuple[str, dict[str, int]]:
    one = line.attended
    return line.short, {
        "present": one.present,
        "late": one.late,
        "excused": one.excused,
        "absent": one.absent,
        "awaited": line.awaited,
    }


def _tag(programme_id: int, codes: tuple[str, ...]) -> str:
    """Changes with every count of a slot of the programme, and with who looks on in which language."""
    count = rollups.counted(programme_id)
    seen = (count.revision, count.counted_at) if count else None
    return hashlib.sha256(repr((seen, codes, str(get_locale()))).encode()).hexdigest()[:16]


def _file(head: Head, seen: tuple[str, ...], count: Count, kind: str) -> Any:
    codes, division = narrowed(seen, request.args.get("area"))
    now = clock.now()
    report = count(head, codes, now, None)
    data, name, media_type = sheets.rollup(
        report, kind, codes=codes, area=division.name if division else "", actor_id=access.actor().person_id, now=now
    )
    return download(data, name, media_type)


@bp.get("/programmes/<int:programme_id>/figures")
@access.needs(VIEW)
def programme_figures(programme_id: int) -> Any:
    """A programme, its phases, their events and slots: expected, came, rate; 304 to a live page that is up to date."""
    return _page(*_programme(access.actor(), programme_id), rollups.of_programme)


@bp.get("/phases/<int:phase_id>/figures")
@access.needs(VIEW)
def phase_figures(phase_id: int) -> Any:
    """The same of a phase."""
    return _page(*_phase(access.actor(), phase_id), rollups.of_phase)


@bp.get("/events/<int:event_id>/figures")
@access.needs(VIEW)
def event_figures(event_id: int) -> Any:
    """The same of an event."""
    return _page(*_event(access.actor(), event_id), rollups.of_event)


@bp.get("/programmes/<int:programme_id>/figures.<any(xlsx, csv):kind>")
@access.needs(VIEW)
def programme_figures_file(programme_id: int, kind: str) -> Any:
    """A programme's figures as a file, every row of them."""
    return _file(*_programme(access.actor(), programme_id), rollups.of_programme, kind)


@bp.get("/phases/<int:phase_id>/figures.<any(xlsx, csv):kind>")
@access.needs(VIEW)
def phase_figures_file(phase_id: int, kind: str) -> Any:
    """A phase's figures as a file."""
    return _file(*_phase(access.actor(), phase_id), rollups.of_phase, kind)


@bp.get("/events/<int:event_id>/figures.<any(xlsx, csv):kind>")
@access.needs(VIEW)
def event_figures_file(event_id: int, kind: str) -> Any:
    """An event's figures as a file."""
    return _file(*_event(access.actor(), event_id), rollups.of_event, kind)
