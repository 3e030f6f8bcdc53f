"""Phases: created, changed, copied with all their events, deleted while empty."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from training_app.core import clock
from training_app.core.errors import Invalid, Refusal
from training_app.core.permissions import Permission as P
from training_app.web import access

from . import choices, clashing, forms, forms_programmes, moves, phases
from .access import phase_for, programme_for
from .blueprint import bp
from .forms_programmes import instant


def _back(programme_id: int) -> Any:
    return redirect(url_for("schedule.programme", programme_id=programme_id))


@bp.route("/programmes/<int:programme_id>/phases/new", methods=["GET", "POST"])
@access.needs(P.SCHEDULE_PLAN)
def new_phase(programme_id: int) -> Any:
    """A new phase without events."""
    who = access.actor()
    programme = programme_for(who, programme_id, P.SCHEDULE_PLAN)
    number = phases.next_number(programme_id) if request.method == "GET" else None
    form = forms_programmes.PhaseForm(data={"number": number} if number else None)
    if form.validate_on_submit():
        try:
            phases.create(
                programme_id,
                number=form.number.data,
                title=form.title.data,
                nominate_until=instant(form.nominate_until.data),
                actor_id=who.person_id or 0,
                now=clock.now(),
            )
        except Invalid as fault:
            forms.show(form, fault)
        else:
            flash(_("The phase is there. Now plan its session."))
            return _back(programme_id)
    page = render_template("schedule/phase_form.html", form=form, programme=programme, phase=None)
    return page, 422 if form.is_submitted() else 200


@bp.route("/phases/<int:phase_id>/edit", methods=["GET", "POST"])
@access.needs(P.SCHEDULE_PLAN)
def edit_phase(phase_id: int) -> Any:
    """Number, title and nomination deadline."""
    who = access.actor()
    phase = phase_for(who, phase_id, P.SCHEDULE_PLAN)
    form = forms_programmes.PhaseForm(data=forms_programmes.phase_shown(phase) if request.method == "GET" else None)
    if form.validate_on_submit():
        try:
            phases.change(
                phase_id,
                number=form.number.data,
                title=form.title.data,
                nominate_until=instant(form.nominate_until.data),
                actor_id=who.person_id or 0,
                now=clock.now(),
            )
        except Invalid as fault:
            forms.show(form, fault)
        else:
            flash(_("Saved."))
            return _back(phase.programme_id)
    page = render_template("schedule/phase_form.html", form=form, programme=phase.programme, phase=phase)
    return page, 422 if form.is_submitted() else 200


@bp.route("/phases/<int:phase_id>/copy", methods=["GET", "POST"])
@access.needs(P.SCHEDULE_PLAN)
def copy_phase(phase_id: int) -> Any:
    """A phase again, with all its events, beginning on another day."""
    who = access.actor()
    phase = phase_for(who, phase_id, P.SCHEDULE_PLAN)
    form, clash = forms_programmes.FirstDayForm(), None
    if form.validate_on_submit():
        try:
            made = moves.copy_phase(
                phase_id, first_day=form.first_day.data, actor_id=who.person_id or 0, now=clock.now()
            )
        except Invalid as fault:
            forms.show(form, fault)
        except Refusal as refusal:
            clash = clashing.of(refusal, who)
        else:
            flash(_("Copied as phase %(number)s; its events are drafts.", number=made.number))
            return _back(phase.programme_id)
    name = choices.phase_name(phase.number, phase.title)
    page = render_template("schedule/phase_copy.html", form=form, phase=phase, name=name, clash=clash)
    return page, 422 if form.is_submitted() else 200


@bp.post("/phases/<int:phase_id>/delete")
@access.needs(P.SCHEDULE_PLAN)
def delete_phase(phase_id: int) -> Any:
    """Delete an empty phase."""
    who = access.actor()
    phase = phase_for(who, phase_id, P.SCHEDULE_PLAN)
    programme_id = phase.programme_id
    try:
        phases.delete(phase_id, actor_id=who.person_id or 0, now=clock.now())
    except Refusal as refusal:
        flash(str(refusal.sentence), "error")
    else:
        flash(_("The empty phase is deleted."))
    return _back(programme_id)
