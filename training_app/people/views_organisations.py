"""Bureaus, committees and offices, kept by the administrator."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from training_app.core import clock
from training_app.core.errors import Invalid, NotFound
from training_app.core.permissions import Permission as P
from training_app.divisions import service as tree
from training_app.divisions.forms import choosing
from training_app.web import access

from . import forms, organisations
from .blueprint import bp
from .forms_staff import KIND_NAMES, OrganisationForm


@bp.get("/organisations")
@access.needs(P.SYSTEM_MANAGE)
def organisation_list() -> Any:
    """All organisations."""
    found = organisations.everyone()
    return render_template("people/organisations.html", organisations=found, kinds=KIND_NAMES)


@bp.route("/organisations/new", methods=["GET", "POST"])
@access.needs(P.SYSTEM_MANAGE)
def organisation_new() -> Any:
    """Add one."""
    return _edit(None)


@bp.route("/organisations/<int:organisation_id>", methods=["GET", "POST"])
@access.needs(P.SYSTEM_MANAGE)
def organisation_edit(organisation_id: int) -> Any:
    """Change one."""
    return _edit(organisation_id)


def _edit(organisation_id: int | None) -> Any:
    organisation = organisations.get(organisation_id) if organisation_id is not None else None
    if organisation_id is not None and organisation is None:
        raise NotFound()
    form = OrganisationForm(obj=organisation)
    if request.method == "GET":
        form.division.data = organisation.division_code if organisation else ""
    places = tree.steps([""], form.division.data or "", levels=("province", "city", "district", "subdistrict"))
    form.division.choices, form.stepwise = [("", _("Please choose")), *places.labelled()], places.stepwise
    if not choosing() and form.validate_on_submit():
        try:
            organisations.save(
                organisation_id,
                name=form.name.data,
                kind=form.kind.data,
                division_code=form.division.data or "",
                actor_id=access.actor().person_id or 0,
                now=clock.now(),
            )
        except Invalid as fault:
            forms.show(form, fault)
        else:
            flash(_("Saved."))
            return redirect(url_for("people.organisation_list"))
    status = 422 if form.is_submitted() and not choosing() else 200
    return render_template("people/organisation_form.html", form=form, organisation=organisation), status
