"""Leave: a director asks on her phone, her supervisor may ask for her, the organiser decides."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from training_app.core import clock
from training_app.core.db import db
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.core.permissions import Permission
from training_app.people.forms import show
from training_app.people.merging import records
from training_app.people.models import Person
from training_app.registration.models import Registration
from training_app.schedule.models import Event
from training_app.schedule.visibility import areas
from training_app.schedule.words import LABELS
from training_app.web import access

from . import leaves, words
from .access import attendee_for, held_event_for
from .blueprint import bp
from .forms import LeaveForm

ASK = Permission.LEAVE_ASK


def _own_event(event_id: int, person_id: int | None) -> Event:
    """The event for which this person is confirmed. Raises NotFound."""
    event = db.session.scalar(
        select(Event)
        .join(Registration, Registration.event_id == Event.id)
        .where(
            Event.id == event_id,
            Event.state.in_(("published", "closed")),
            Registration.person_id.in_(records([person_id or 0])),
            Registration.state == "confirmed",
        )
        .options(selectinload(Event.slots), joinedload(Event.venue), joinedload(Event.programme))
    )
    if event is None:
        raise NotFound()
    return event


def _page(template: str, event: Event, person: Person | None, form: LeaveForm) -> str:
    now = clock.now()
    person_id = person.id if person else access.actor().person_id
    known = leaves.latest([slot.id for slot in event.slots], [person_id])
    waiting = {slot_id for (_person, slot_id), leave in known.items() if leave.state in (leaves.ASKED, leaves.GRANTED)}
    coming = [slot for slot in event.slots if slot.ends_at > now]
    ahead = [slot for slot in coming if slot.id not in waiting]
    if not form.is_submitted():
        form.slots.data = [slot.id for slot in ahead]
    return render_template(
        template,
        event=event,
        person=person,
        form=form,
        ahead=ahead,
        over=not coming,
        droppable=any(slot.id in waiting for slot in coming),
        known={slot_id: state for (_person, slot_id), state in known.items()},
        words=words,
        labels=LABELS,
    )


@bp.get("/events/<int:event_id>/leave")
@access.person
def leave(event_id: int) -> Any:
    """Ask for leave from one's own registration, and read what was decided."""
    return _page("attendance/leave.html", _own_event(event_id, access.actor().person_id), None, LeaveForm())


@bp.post("/events/<int:event_id>/leave")
@access.person
def ask_leave(event_id: int) -> Any:
    """Ask, or take the asking back."""
    person_id = access.actor().person_id
    event = _own_event(event_id, person_id)
    assert person_id is not None
    form = LeaveForm()
    now = clock.now()
    try:
        if request.form.get("drop"):
            leaves.drop(event.id, person_id, actor_id=person_id, now=now)
            flash(_("Your leave was taken back. See you there!"))
        else:
            leaves.ask(event.id, person_id, form.slots.data or [], form.reason.data or "", actor_id=person_id, now=now)
            flash(_("Your leave was sent to the organiser. The answer appears on this page."))
    except Invalid as fault:
        show(form, fault)
        return _page("attendance/leave.html", event, None, form), 422
    except NotFound:
        raise
    except Refusal as fault:
        flash(str(fault.sentence), "error")
    return redirect(url_for("attendance.leave", event_id=event_id))


@bp.route("/events/<int:event_id>/attendance/<int:person_id>/leave", methods=["GET", "POST"])
@access.needs(ASK)
def leave_for(event_id: int, person_id: int) -> Any:
    """A supervisor asks for one of her directors."""
    who = access.actor()
    event = held_event_for(who, event_id, ASK)
    person = attendee_for(event, person_id, areas(who, ASK, event.programme, event_id))
    form = LeaveForm()
    if request.method == "GET":
        return _page("attendance/leave_for.html", event, person, form)
    try:
        if who.person_id is None:
            raise NotFound()
        leaves.ask(
            event.id, person_id, form.slots.data or [], form.reason.data or "", actor_id=who.person_id, now=clock.now()
        )
        flash(_("The leave of %(name)s was sent to the organiser.", name=person.name))
    except Invalid as fault:
        show(form, fault)
        return _page("attendance/leave_for.html", event, person, form), 422
    except NotFound:
        raise
    except Refusal as fault:
        flash(str(fault.sentence), "error")
    return redirect(url_for("attendance.person", event_id=event_id, person_id=person_id))
