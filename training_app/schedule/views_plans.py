"""Planning a whole programme in one go: six one-session phases, or one class in phases."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from training_app.core import clock
from training_app.core.actors import Actor
from training_app.core.errors import Invalid
from training_app.core.permissions import Permission as P
from training_app.web import access

from . import choices, clashing, forms, forms_plans, presets, queries
from .access import programme_for
from .blueprint import bp
from .models import Programme
from .rules import series

_SUNDAY = 6


def _common(programme: Programme, now: datetime) -> dict[str, Any]:
    latest = queries.latest(programme.organisation_id, "session")
    return {
        "first_day": forms_plans.next_weekday(clock.local_date(now), _SUNDAY),
        "venue_id": latest.venue_id if latest else None,
        "capacity": latest.capacity if latest else 80,
    }


def _sessions(programme: Programme, now: datetime) -> dict[str, Any]:
    """A first guess: as many Sundays as sessions are planned, four weeks apart, two weeks from now on."""
    common = _common(programme, now)
    count = programme.planned_sessions
    days = forms_plans.ordinary(series(common["first_day"], count, 4))
    rows = [
        {"day": day, "title": str(title), "curriculum_area": area}
        for day, (area, title) in zip(days, (presets.SIX * 10)[:count], strict=True)
    ]
    hours = {"starts": time(8, 30), "ends": time(11, 30), "credit_hours": Decimal(4)}
    return {**common, **hours, "weeks": 4, "rows": rows}


def _class(programme: Programme, now: datetime) -> dict[str, Any]:
    """A first guess: a class of two days, Saturday and Sunday, in three phases eight weeks apart."""
    common = _common(programme, now)
    first = common["first_day"] - timedelta(days=1)
    return {
        **common,
        "first_day": first,
        "weeks": 8,
        "title": _("Children's director training class"),
        "days": 2,
        "rows": [{"day": day} for day in forms_plans.ordinary(series(first, 3, 8))],
        "morning_starts": time(8, 30),
        "morning_ends": time(11, 30),
        "morning_hours": Decimal(4),
        "afternoon_starts": time(14, 30),
        "afternoon_ends": time(17, 30),
        "afternoon_hours": Decimal(4),
    }


def _form(who: Actor, programme: Programme, preset: str, now: datetime) -> Any:
    one_class = preset == "one_class"
    data = None
    if request.method == "GET":
        data = (_class if one_class else _sessions)(programme, now)
    form = (forms_plans.ClassPlanForm if one_class else forms_plans.SessionsPlanForm)(data=data)
    form.preset.data = preset
    form.venue_id.choices = forms.options(choices.venues_for(who))
    if data and not any(choice.selected for choice in form.venue_id.iter_choices()):
        form.venue_id.data = None
    return form


def _write(form: Any, programme_id: int, **who: Any) -> int:
    plan = form.plan()
    if plan is None:
        return 0
    shared = {"venue_id": form.venue_id.data, "capacity": form.capacity.data, **who}
    if form.preset.data == "one_class":
        first_days, morning, afternoon = plan
        about = {"title": form.title.data, "curriculum_area": form.curriculum_area.data}
        made = presets.plan_class(programme_id, first_days, form.days.data, morning, afternoon, **about, **shared)
    else:
        rows, hours = plan
        made = presets.plan_sessions(programme_id, rows, hours, **shared)
    return len(made)


@bp.route("/programmes/<int:programme_id>/plan", methods=["GET", "POST"])
@access.needs(P.SCHEDULE_PLAN)
def plan(programme_id: int) -> Any:
    """All phases and sessions as drafts, or nothing."""
    who, now = access.actor(), clock.now()
    programme = programme_for(who, programme_id, P.SCHEDULE_PLAN)
    preset = request.values.get("preset") or programme.preset
    preset = preset if preset in ("one_class", "one_session_phases") else "one_session_phases"
    form = _form(who, programme, preset, now)
    status, clash = 200, None
    wish = request.form.get("rows_wish", "")
    if wish == "propose":
        form.propose()
    elif wish:
        forms.rearrange(form, wish, request.form)
    elif form.is_submitted():
        status = 422
        try:
            count = _write(form, programme_id, actor_id=who.person_id or 0, now=now)
        except Invalid as fault:
            clash = clashing.of(fault, who)
            forms.show(form, clashing.hidden(fault, clash), form.names())
        else:
            if count:
                said = ngettext(
                    "%(num)s phase is planned, as a draft.", "%(num)s phases are planned, as drafts.", count
                )
                flash(_("%(planned)s Look at them, then publish them all.", planned=said))
                return redirect(url_for("schedule.programme", programme_id=programme_id))
    page = render_template("schedule/plan.html", form=form, programme=programme, preset=preset, clash=clash)
    return page, status
