"""What the organiser does with satisfaction forms: items, closing, totals of forms on paper."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from training_app.checkin.wording import event_name
from training_app.core import clock
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.core.permissions import Permission
from training_app.schedule.access import programme_for
from training_app.web import access

from . import feedback, feedbackkeeping, forms_feedback
from .access import form_event_for
from .blueprint import bp
from .feedbackrules import ITEMS, LONGEST_LABEL, STEPS, Stage

MANAGE = Permission.FEEDBACK_MANAGE


@bp.route("/programmes/<int:programme_id>/feedback/items", methods=["GET", "POST"])
@access.needs(MANAGE)
def feedback_items(programme_id: int) -> Any:
    """Which items the programme's form asks from now on."""
    who = access.actor()
    programme = programme_for(who, programme_id, MANAGE)
    asked, problem, status = feedbackkeeping.current(programme.id), None, 200
    known = [key for key, label in asked.items if not label]
    own = [label for _key, label in asked.items if label]
    if request.method == "POST":
        known, own = request.form.getlist("item"), request.form.getlist("own")
        try:
            feedbackkeeping.change_items(
                programme.id, forms_feedback.items_of(known, own), actor_id=who.person_id or 0, now=clock.now()
            )
        except Invalid as fault:
            problem, status = fault.sentence, 422
        else:
            flash(_("Saved. Events that have answers keep what they asked."))
            return redirect(url_for("learning.feedback_programme", programme_id=programme.id))
    page = render_template(
        "learning/feedback_items.html",
        programme=programme,
        items=ITEMS,
        known=known,
        own=[*own, *[""] * forms_feedback.OWN_FIELDS][: forms_feedback.OWN_FIELDS],
        longest=LONGEST_LABEL,
        problem=problem,
    )
    return page, status


@bp.post("/events/<int:event_id>/feedback/close")
@access.needs(MANAGE)
def feedback_close(event_id: int) -> Any:
    """Take no more answers, so that the result can be seen."""
    who = access.actor()
    event = form_event_for(who, event_id, MANAGE)
    try:
        feedbackkeeping.close(event.id, actor_id=who.person_id or 0, now=clock.now())
    except NotFound:
        raise
    except Refusal as fault:
        flash(str(fault.sentence), "error")
    else:
        flash(_("Closed. No more answers are taken."))
    return redirect(url_for("learning.feedback_results", event_id=event.id))


@bp.route("/events/<int:event_id>/feedback/paper", methods=["GET", "POST"])
@access.needs(MANAGE)
def feedback_paper(event_id: int) -> Any:
    """What the forms on paper add up to."""
    who, now = access.actor(), clock.now()
    event = form_event_for(who, event_id, MANAGE)
    sheet = feedback.sheet(event.id)
    typed = {
        f"n-{key}-{step}": str(number)
        for key, numbers in ((sheet.box.paper if sheet.box else None) or {}).items()
        for step, number in enumerate(numbers)
    }
    fields: dict[str, Any] = {}
    problem, status = None, 200
    if request.method == "POST":
        typed = request.form.to_dict()
        try:
            totals = forms_feedback.totals_of(request.form, sheet.asked)
            forms = feedbackkeeping.enter_paper(event.id, totals, actor_id=who.person_id or 0, now=now)
        except NotFound:
            raise
        except Refusal as fault:
            problem, status = fault.sentence, fault.status
            fields = dict(fault.fields) if isinstance(fault, Invalid) else {}
        else:
            flash(ngettext("%(num)d paper form entered.", "%(num)d paper forms entered.", forms))
            return redirect(url_for("learning.feedback_results", event_id=event.id))
    page = render_template(
        "learning/feedback_paper.html",
        event=event,
        name=event_name(event),
        asked=sheet.asked,
        ahead=sheet.stage(now) in (Stage.AHEAD, Stage.NEVER),
        steps=STEPS,
        typed=typed,
        fields=fields,
        problem=problem,
    )
    return page, status
