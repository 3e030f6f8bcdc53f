"""The organiser decides on stand-ins."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _

from training_app.core import clock
from training_app.core.errors import NotFound, Refusal
from training_app.core.permissions import Permission as P
from training_app.schedule.access import event_for
from training_app.web import access

from . import standins
from .addressed import numbers
from .blueprint import bp


@bp.post("/events/<int:event_id>/stand-ins")
@access.needs(P.REGISTRATION_MANAGE)
def decide_stand_in(event_id: int) -> Any:
    """Accept or refuse one proposal of an event."""
    who, now = access.actor(), clock.now()
    event_for(who, event_id, P.REGISTRATION_MANAGE)
    proposal = standins.of_event(event_id, next(iter(numbers("proposal")), 0))
    if who.person_id is None:
        raise NotFound()
    try:
        if request.form.get("decision") == "accept":
            row = standins.accept(proposal.id, actor_id=who.person_id, now=now)
            flash(_("%(name)s comes as a stand-in.", name=row.person.name))
        else:
            standins.refuse(proposal.id, request.form.get("reason", ""), actor_id=who.person_id, now=now)
            flash(_("The proposal is refused. The seat stays with the director."))
    except Refusal as refused:
        flash(str(refused.sentence), "error")
    return redirect(url_for("registration.event", event_id=event_id))
