"""Programmes: the list, one programme with what it still lacks, creating and changing one."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from training_app.core import clock
from training_app.core.errors import Invalid
from training_app.core.permissions import Permission as P
from training_app.divisions.forms import choosing
from training_app.people.policy import allows, allows_anywhere
from training_app.web import access
from training_app.web.pagination import paginate, requested_page

from . import choices, feeds, forms, forms_programmes, offers, queries, states, words
from . import programmes as service
from .access import may_plan, programme_for, programme_scope
from .blueprint import bp
from .models import Event
from .rules import missing, slot_state
from .visibility import listed_programmes, visible_events


@bp.get("/programmes")
@access.needs(P.SCHEDULE_VIEW)
def programmes() -> Any:
    """Every programme that the actor may see, the newest year first; those of drafts alone only to their planners."""
    who, now = access.actor(), clock.now()
    page = paginate(queries.programmes(listed_programmes(who, P.SCHEDULE_VIEW)), page=requested_page())
    figures = queries.figures((p.id for p in page.items), now, visible_events(who, P.SCHEDULE_VIEW))
    return render_template(
        "schedule/programmes.html", page=page, figures=figures, may_create=allows_anywhere(who, P.SCHEDULE_PLAN)
    )


def _form(who: Any, keep: Any = None, data: dict[str, Any] | None = None) -> forms_programmes.ProgrammeForm:
    form = forms_programmes.ProgrammeForm(data=data)
    form.preset.choices = forms.options(choices.of(words.PRESETS))
    areas, form.stepwise = choices.divisions(who, keep and keep.division_code, form.division_code.data)
    form.division_code.choices = forms.options(areas)
    form.organisation_id.choices = forms.options(choices.organisations(who, keep and keep.organisation_id))
    return form


def _shown(form: Any, programme: Any = None) -> Any:
    known = choices.organisation_names()
    return render_template("schedule/programme_form.html", form=form, programme=programme, known=known), (
        422 if form.is_submitted() and not choosing() else 200
    )


def _proposed(who: Any, year: int) -> dict[str, Any]:
    """A first guess at a new programme: this year's, run and delivered by one's own organisation."""
    own = choices.organisations(who)
    areas = sorted(g.division_code for g in who.grants if g.division_code)
    return {
        "title": _("%(year)s children's director training", year=year),
        "counting_year": year,
        "planned_sessions": 6,
        "preset": "one_session_phases",
        "division_code": areas[0] if areas else None,
        "organisation_id": own[0][0] if own else None,
        "delivered_by": own[0][1] if len(own) == 1 else "",
    }


@bp.route("/programmes/new", methods=["GET", "POST"])
@access.needs(P.SCHEDULE_PLAN)
def new_programme() -> Any:
    """A new programme; planning its sessions is the next page."""
    who, now = access.actor(), clock.now()
    proposed = _proposed(who, clock.local_date(now).year) if request.method == "GET" else None
    form = _form(who, data=proposed)
    if not choosing() and form.validate_on_submit():
        try:
            made = service.create(form.draft(), actor_id=who.person_id or 0, now=now)
        except Invalid as fault:
            forms.show(form, fault)
        else:
            flash(_("The programme is there. Now plan its sessions in one go."))
            return redirect(url_for("schedule.plan", programme_id=made.id))
    return _shown(form)


@bp.route("/programmes/<int:programme_id>/edit", methods=["GET", "POST"])
@access.needs(P.SCHEDULE_PLAN)
def edit_programme(programme_id: int) -> Any:
    """Change a programme."""
    who = access.actor()
    programme = programme_for(who, programme_id, P.SCHEDULE_PLAN)
    shown = forms_programmes.programme_shown(programme, service.hosts_of(programme_id))
    form = _form(who, programme, shown if request.method == "GET" else None)
    if not choosing() and form.validate_on_submit():
        try:
            service.change(programme_id, form.draft(), actor_id=who.person_id or 0, now=clock.now())
        except Invalid as fault:
            forms.show(form, fault)
        else:
            flash(_("Saved."))
            return redirect(url_for("schedule.programme", programme_id=programme_id))
    return _shown(form, programme)


def _lacking(events: list[Event], now: Any) -> list[tuple[Event, str]]:
    return [(event, code) for event in events for code in missing(queries.readiness(event), now)]


@bp.get("/programmes/<int:programme_id>")
@access.needs(P.SCHEDULE_VIEW)
def programme(programme_id: int) -> Any:
    """One programme: its sessions in a row, its salons, and what is missing for each."""
    who, now = access.actor(), clock.now()
    found = programme_for(who, programme_id, P.SCHEDULE_VIEW)
    events = queries.prepared(programme_id, visible_events(who, P.SCHEDULE_VIEW))
    planner = may_plan(who, found)
    coming = [e for e in events if e.slots and e.slots[-1].ends_at > now and e.state not in ("cancelled", "closed")]
    return render_template(
        "schedule/programme.html",
        programme=found,
        hosts=service.hosts_of(programme_id),
        phases=queries.phases_of(programme_id),
        sessions=[e for e in events if e.kind == "session"],
        salons=[e for e in events if e.kind == "salon"],
        drafts=[e for e in events if e.state == "draft"],
        lacking=_lacking(coming, now) if planner else [],
        live={e.id for e in coming if any(slot_state(s, now) == "open" for s in e.slots)},
        next_id=next((e.id for e in coming if e.state == "published"), None),
        planner=planner,
        may_report=allows(who, P.REPORT_VIEW, programme_scope(found)),
        may_see_scores=allows(who, P.SCORE_VIEW, programme_scope(found)),
        feed_token=feeds.token_of(found),
        offer=offers.take("programme", programme_id),
        at=now,
    )


def _ids() -> list[int]:
    return [int(text) for text in request.form.getlist("event") if text.isascii() and text.isdigit() and len(text) < 10]


@bp.post("/programmes/<int:programme_id>/publish")
@access.needs(P.SCHEDULE_PLAN)
def publish_programme(programme_id: int) -> Any:
    """Publish the drafts that are named; what cannot be published says why."""
    who = access.actor()
    programme_for(who, programme_id, P.SCHEDULE_PLAN)
    outcome = states.publish_several(programme_id, _ids(), actor_id=who.person_id or 0, now=clock.now())
    for _id, title, sentence in outcome.refused:
        flash(_("“%(title)s” is still a draft: %(why)s", title=title, why=sentence), "error")
    if outcome.done:
        offers.leave("programme", programme_id, "published", ids=list(outcome.done))
    elif not outcome.refused:
        flash(_("Tick at least one draft."), "error")
    return redirect(url_for("schedule.programme", programme_id=programme_id))


@bp.post("/programmes/<int:programme_id>/unpublish")
@access.needs(P.SCHEDULE_PLAN)
def unpublish_programme(programme_id: int) -> Any:
    """Take back the publishing of several events."""
    who = access.actor()
    programme_for(who, programme_id, P.SCHEDULE_PLAN)
    outcome = states.unpublish_several(programme_id, _ids(), actor_id=who.person_id or 0, now=clock.now())
    for _id, title, sentence in outcome.refused:
        flash(_("“%(title)s” stays published: %(why)s", title=title, why=sentence), "error")
    if outcome.done:
        flash(_("They are drafts again."))
    return redirect(url_for("schedule.programme", programme_id=programme_id))
