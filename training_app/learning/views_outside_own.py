"""Training held elsewhere, for the director herself on her phone."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from training_app.core import clock
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.web import access

from . import outside
from .access import own_training
from .blueprint import bp
from .forms_outside import OutsideForm
from .outsiderules import LEVELS, STATES, TONES


@bp.get("/my/elsewhere")
@access.person
def outside_mine() -> Any:
    """What one handed in and what became of it."""
    return render_template(
        "learning/outside_mine.html",
        rows=outside.of_person(access.actor().person_id or 0),
        words={"levels": LEVELS, "states": STATES, "tones": TONES},
    )


@bp.route("/my/elsewhere/new", methods=["GET", "POST"])
@access.person
def outside_propose() -> Any:
    """Hand in a training, with a photo as proof."""
    person_id = access.actor().person_id or 0
    form = OutsideForm()
    if form.validate_on_submit():
        try:
            outside.enter(
                person_id,
                form.entry(),
                proof=form.sent_proof(),
                source="phone",
                actor_id=person_id,
                now=clock.now(),
            )
        except Invalid as fault:
            show_on(form, fault)
        else:
            flash(_("Sent to the organiser. The answer appears on this page."))
            return redirect(url_for("learning.outside_mine"))
    page = render_template("learning/outside_propose.html", form=form)
    return page, 422 if form.is_submitted() else 200


def show_on(form: OutsideForm, fault: Invalid) -> None:
    """Put a refusal beside its fields; the year, which a phone does not ask, beside the first day."""
    for name, sentence in fault.fields.items():
        field = form._fields["starts_on" if name == "counting_year" else name]
        field.errors = [*field.errors, str(sentence)]


@bp.post("/my/elsewhere/<int:training_id>/withdraw")
@access.person
def outside_withdraw(training_id: int) -> Any:
    """Take back what still waits."""
    who = access.actor()
    row = own_training(who, training_id)
    try:
        outside.withdraw(row.id, actor_id=who.person_id or 0, now=clock.now())
        flash(_("Taken back."))
    except NotFound:
        raise
    except Refusal as fault:
        flash(str(fault.sentence), "error")
    return redirect(url_for("learning.outside_mine"))
