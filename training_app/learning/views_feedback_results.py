"""What came of satisfaction forms: of an event, of a programme, and as a file."""

from __future__ import annotations

from typing import Any

from flask import render_template

from training_app.checkin.wording import event_name
from training_app.core import clock
from training_app.core.actors import Actor
from training_app.core.errors import NotFound
from training_app.core.permissions import Permission
from training_app.people.policy import allows
from training_app.schedule.access import programme_for, programme_scope
from training_app.schedule.models import Event, Programme
from training_app.web import access
from training_app.web.addresses import public_url
from training_app.web.downloads import download

from . import feedbackresults
from .access import form_event_for
from .blueprint import bp
from .feedbackrules import FEWEST, STEPS, Stage, summed


def _may(who: Actor, programme: Programme, event: Event | None, permission: Permission) -> bool:
    return allows(who, permission, programme_scope(programme, event.id if event else None))


@bp.get("/events/<int:event_id>/feedback/results")
@access.needs(Permission.REPORT_VIEW)
def feedback_results(event_id: int) -> Any:
    """What may be shown of an event's forms, and what the organiser can do with them."""
    who, now = access.actor(), clock.now()
    event = form_event_for(who, event_id, Permission.REPORT_VIEW)
    found = feedbackresults.outcomes([event.id], now)
    if not found:
        raise NotFound()
    return render_template(
        "learning/feedback_results.html",
        event=event,
        name=event_name(event),
        one=found[0],
        steps=STEPS,
        fewest=FEWEST,
        stages=Stage,
        address=public_url("learning.feedback_form", event_id=event.id),
        may_manage=_may(who, event.programme, event, Permission.FEEDBACK_MANAGE),
        may_show=_may(who, event.programme, event, Permission.DOOR_MANAGE),
    )


@bp.get("/events/<int:event_id>/feedback/poster")
@access.needs(Permission.DOOR_MANAGE)
def feedback_poster(event_id: int) -> Any:
    """The form's code, large, for the hall's screen or a sheet of paper."""
    event = form_event_for(access.actor(), event_id, Permission.DOOR_MANAGE)
    address = public_url("learning.feedback_form", event_id=event.id)
    return render_template("learning/feedback_poster.html", event=event, name=event_name(event), address=address)


def _programme(programme_id: int) -> Programme:
    return programme_for(access.actor(), programme_id, Permission.REPORT_VIEW)


@bp.get("/programmes/<int:programme_id>/feedback")
@access.needs(Permission.REPORT_VIEW)
def feedback_programme(programme_id: int) -> Any:
    """The satisfaction with everything that a programme held."""
    programme = _programme(programme_id)
    found = feedbackresults.of_programme(programme.id, clock.now())
    return render_template(
        "learning/feedback_programme.html",
        programme=programme,
        found=found,
        names={one.event.id: event_name(one.event) for one in found},
        total=summed(one.result for one in found),
        asked=feedbackresults.every_question(found),
        steps=STEPS,
        fewest=FEWEST,
        stages=Stage,
        may_manage=_may(access.actor(), programme, None, Permission.FEEDBACK_MANAGE),
    )


@bp.get("/programmes/<int:programme_id>/feedback.<any(xlsx, csv):kind>")
@access.needs(Permission.REPORT_VIEW)
def feedback_file(programme_id: int, kind: str) -> Any:
    """The same as a file."""
    programme, now = _programme(programme_id), clock.now()
    found = feedbackresults.of_programme(programme.id, now)
    made = feedbackresults.file_of_programme(
        programme.id,
        programme.title,
        found,
        [str(event_name(one.event)) for one in found],
        kind=kind,
        actor_id=access.actor().person_id,
        now=now,
    )
    return download(made.data, made.name, made.media_type)
