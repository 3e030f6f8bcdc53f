"""Venues: the list, creating and changing one."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from training_app.core import clock
from training_app.core.errors import Invalid
from training_app.core.permissions import Permission as P
from training_app.divisions.forms import choosing
from training_app.people.policy import allows_anywhere, jurisdictions
from training_app.web import access
from training_app.web.addresses import local_path
from training_app.web.pagination import paginate, requested_page

from . import choices, forms, forms_venues, queries
from . import venues as service
from .access import venue_for
from .blueprint import bp
from .models import Venue

FIELDS = ("name", "address", "directions", "division_code", "capacity")


@bp.get("/venues")
@access.needs(P.SCHEDULE_VIEW)
def venues() -> Any:
    """Every venue of the actor's area."""
    who = access.actor()
    page = paginate(service.statement(jurisdictions(who, P.SCHEDULE_VIEW)), page=requested_page())
    return render_template(
        "schedule/venues.html",
        page=page,
        used=queries.venues_in_use(venue.id for venue in page.items),
        names=queries.division_names(venue.division_code for venue in page.items),
        planner=allows_anywhere(who, P.SCHEDULE_PLAN),
    )


def _form(who: Any, venue: Venue | None, data: dict[str, Any] | None) -> forms_venues.VenueForm:
    form = forms_venues.VenueForm(data=data)
    areas, form.stepwise = choices.divisions(who, venue.division_code if venue else None, form.division_code.data)
    form.division_code.choices = forms.options(areas)
    return form


def _values(form: forms_venues.VenueForm) -> dict[str, Any]:
    return {
        name: form[name].data if name in ("division_code", "capacity") else form[name].data or "" for name in FIELDS
    } | {"point": form.point}


@bp.route("/venues/new", methods=["GET", "POST"])
@access.needs(P.SCHEDULE_PLAN)
def new_venue() -> Any:
    """A new venue; `next` leads back to the form in which it was missing."""
    who = access.actor()
    form = _form(who, None, None)
    if not choosing() and form.validate_on_submit():
        try:
            made = service.create(**_values(form), actor_id=who.person_id or 0, now=clock.now())
        except Invalid as fault:
            forms.show(form, fault)
        else:
            flash(_("“%(name)s” is in the list now.", name=made.name))
            return redirect(local_path(request.args.get("next"), url_for("schedule.venues")))
    return render_template(
        "schedule/venue_form.html", form=form, venue=None
    ), 422 if form.is_submitted() and not choosing() else 200


@bp.route("/venues/<int:venue_id>/edit", methods=["GET", "POST"])
@access.needs(P.SCHEDULE_PLAN)
def edit_venue(venue_id: int) -> Any:
    """Change a venue."""
    who = access.actor()
    venue = venue_for(who, venue_id, P.SCHEDULE_PLAN)
    data = {name: getattr(venue, name) for name in FIELDS} if request.method == "GET" else None
    if data is not None and venue.latitude is not None:
        data["place"] = f"{venue.latitude}, {venue.longitude}"
    form = _form(who, venue, data)
    if not choosing() and form.validate_on_submit():
        try:
            service.change(venue_id, **_values(form), actor_id=who.person_id or 0, now=clock.now())
        except Invalid as fault:
            forms.show(form, fault)
        else:
            flash(_("Saved."))
            return redirect(url_for("schedule.venues"))
    return render_template(
        "schedule/venue_form.html", form=form, venue=venue
    ), 422 if form.is_submitted() and not choosing() else 200
