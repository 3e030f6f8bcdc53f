"""Places for the subdistricts of a phase, on one page."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from training_app.core import clock
from training_app.core.errors import Invalid
from training_app.core.permissions import Permission as P
from training_app.schedule.access import phase_for
from training_app.schedule.models import Phase
from training_app.web import access

from . import quotas
from .blueprint import bp

_FIELD = "places-"


def _page(phase: Phase, typed: dict[str, str], wrong: dict[str, Any]) -> str:
    rows = quotas.overview(phase.id, phase.programme.division_code)
    return render_template(
        "registration/quotas.html",
        phase=phase,
        rows=rows,
        capacity=quotas.capacity_of(phase.id),
        typed=typed,
        wrong=wrong,
        total=sum(row.places or 0 for row in rows),
    )


@bp.get("/phases/<int:phase_id>/quotas")
@access.needs(P.REGISTRATION_MANAGE)
def phase_quotas(phase_id: int) -> Any:
    """Every subdistrict with its places, nominations and present directors."""
    return _page(phase_for(access.actor(), phase_id, P.REGISTRATION_MANAGE), {}, {})


@bp.post("/phases/<int:phase_id>/quotas")
@access.needs(P.REGISTRATION_MANAGE)
def set_phase_quotas(phase_id: int) -> Any:
    """Set all places at once."""
    who, now = access.actor(), clock.now()
    phase = phase_for(who, phase_id, P.REGISTRATION_MANAGE)
    typed = {name.removeprefix(_FIELD): text.strip() for name, text in request.form.items() if name.startswith(_FIELD)}
    # What is no number becomes one that the service refuses, so that all wrong fields are named at once.
    places = {
        code: (int(text) if text.isdecimal() and len(text) < 9 else -1) if text else None
        for code, text in typed.items()
    }
    try:
        changed = quotas.set_places(phase_id, places, actor_id=who.person_id or 0, now=now)
    except Invalid as fault:
        flash(str(fault.sentence), "error")
        return _page(phase, typed, fault.fields), 422
    flash(
        ngettext("%(num)s subdistrict is changed.", "%(num)s subdistricts are changed.", changed)
        if changed
        else _("Nothing was changed.")
    )
    return redirect(url_for("registration.phase_quotas", phase_id=phase_id))
