"""The satisfaction form on a director's phone."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from training_app.core import clock
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.web import access

from . import feedback, forms_feedback
from .blueprint import bp
from .feedbackrules import LONGEST_TEXT, STEPS, Answer


@bp.route("/events/<int:event_id>/feedback", methods=["GET", "POST"])
@access.person
def feedback_form(event_id: int) -> Any:
    """Say once how satisfied one is; nobody learns who said what."""
    person_id, now = access.actor().person_id or 0, clock.now()
    own = feedback.own(event_id, person_id)
    answer, problem, fields, status = Answer(), None, {}, 200
    given = own.given
    if request.method == "POST" and not given:
        answer = forms_feedback.answer_of(request.form, own.sheet.asked)
        try:
            feedback.give(event_id, person_id, answer, version=forms_feedback.version_of(request.form), now=now)
        except NotFound:
            raise
        except Refusal as fault:
            problem, status = fault.sentence, fault.status
            fields = fault.fields if isinstance(fault, Invalid) else {}
            own = feedback.own(event_id, person_id)
        else:
            given = True
    page = render_template(
        "learning/feedback_form.html",
        sheet=own.sheet,
        there=own.there,
        given=given,
        stage=own.sheet.stage(now),
        answer=answer,
        problem=problem,
        fields=fields,
        steps=STEPS,
        longest=LONGEST_TEXT,
    )
    return page, status
