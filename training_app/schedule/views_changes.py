"""What happens to an event: published, taken back, moved, copied, cancelled, restored, thrown away, fetched back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from training_app.core import clock
from training_app.core.errors import Invalid, Refusal
from training_app.core.permissions import Permission as P
from training_app.web import access

from . import choices, clashing, forms, forms_events, moves, offers, queries, states, wastebasket
from .access import event_for, programme_for
from .blueprint import bp
from .facts import differences, facts
from .views_events import warn_of_days


def _page(event_id: int) -> Any:
    return redirect(url_for("schedule.event", event_id=event_id))


def _turn(event_id: int, turn: Callable[..., Any], done: str) -> Any:
    who = access.actor()
    event_for(who, event_id, P.SCHEDULE_PLAN)
    try:
        turn(event_id, actor_id=who.person_id or 0, now=clock.now())
    except Refusal as refusal:
        flash(str(clashing.of(refusal, who).sentence), "error")
    else:
        offers.leave("event", event_id, done)
    return _page(event_id)


@bp.post("/events/<int:event_id>/publish")
@access.needs(P.SCHEDULE_PLAN)
def publish_event(event_id: int) -> Any:
    """Let everyone see a draft."""
    return _turn(event_id, states.publish, "published")


@bp.post("/events/<int:event_id>/unpublish")
@access.needs(P.SCHEDULE_PLAN)
def unpublish_event(event_id: int) -> Any:
    """Make it a draft again, while nobody is registered."""
    return _turn(event_id, states.unpublish, "unpublished")


@bp.post("/events/<int:event_id>/restore")
@access.needs(P.SCHEDULE_PLAN)
def restore_event(event_id: int) -> Any:
    """Take a cancellation back."""
    return _turn(event_id, states.restore, "restored")


@bp.route("/events/<int:event_id>/cancel", methods=["GET", "POST"])
@access.needs(P.SCHEDULE_PLAN)
def cancel_event(event_id: int) -> Any:
    """Cancel with a reason; the next page offers the message and the way back."""
    who = access.actor()
    event = event_for(who, event_id, P.SCHEDULE_PLAN)
    form, problem = forms_events.CancelForm(), None
    if form.validate_on_submit():
        try:
            states.cancel(event_id, form.reason.data, actor_id=who.person_id or 0, now=clock.now())
        except Invalid as fault:
            forms.show(form, fault)
        except Refusal as refusal:
            problem = refusal.sentence
        else:
            offers.leave("event", event_id, "cancelled")
            return _page(event_id)
    page = render_template("schedule/event_cancel.html", form=form, event=event, problem=problem)
    return page, 422 if form.is_submitted() else 200


@bp.route("/events/<int:event_id>/move", methods=["GET", "POST"])
@access.needs(P.SCHEDULE_PLAN)
def move_event(event_id: int) -> Any:
    """Another time or venue: all slots and windows move with the first start."""
    who, now = access.actor(), clock.now()
    event_for(who, event_id, P.SCHEDULE_PLAN)
    event = queries.whole(event_id)
    first = clock.local(event.slots[0].starts_at)
    at_first = {"day": first.date(), "starts": first.time(), "venue_id": event.venue_id}
    form = forms_events.MoveForm(data=at_first if request.method == "GET" else None)
    form.venue_id.choices = forms.options(choices.venues_for(who, event.venue_id))
    clash, status = None, 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        before = facts(event)
        try:
            moved = moves.move(
                event_id,
                starts_at=clock.at(form.day.data, form.starts.data),
                venue_id=form.venue_id.data,
                actor_id=who.person_id or 0,
                now=now,
            )
        except Invalid as fault:
            forms.show(form, fault)
            if not any(field.errors for field in form):
                clash = clashing.Clash(next(iter(fault.fields.values()), fault.sentence))
        except Refusal as refusal:
            clash, status = clashing.of(refusal, who), refusal.status
        else:
            warn_of_days(moved)
            if {"time", "venue"} & set(differences(before, facts(moved))):
                back = {"day": first.date().isoformat(), "starts": f"{first:%H:%M}", "venue_id": at_first["venue_id"]}
                offers.leave("event", event_id, "changed", back=back)
            return _page(event_id)
    return render_template("schedule/event_move.html", form=form, event=event, clash=clash), status


def _next_week(moment: datetime, now: datetime) -> datetime:
    """The same weekday and hour, the first week that lies ahead."""
    later = clock.local(moment) + timedelta(weeks=1)
    while later <= now:
        later += timedelta(weeks=1)
    return later


@bp.route("/events/<int:event_id>/copy", methods=["GET", "POST"])
@access.needs(P.SCHEDULE_PLAN)
def copy_event(event_id: int) -> Any:
    """The same event at another time, as a draft with the next number."""
    who, now = access.actor(), clock.now()
    event_for(who, event_id, P.SCHEDULE_PLAN)
    event = queries.whole(event_id)
    proposed = _next_week(event.slots[0].starts_at, now)
    data = {"day": proposed.date(), "starts": proposed.time()} if request.method == "GET" else None
    form, clash, status = forms_events.CopyForm(data=data), None, 422 if request.method == "POST" else 200
    if form.validate_on_submit():
        try:
            made = moves.copy_event(
                event_id,
                starts_at=clock.at(form.day.data, form.starts.data),
                actor_id=who.person_id or 0,
                now=now,
            )
        except Invalid as fault:
            clash = clashing.Clash(next(iter(fault.fields.values()), fault.sentence))
        except Refusal as refusal:
            clash, status = clashing.of(refusal, who), refusal.status
        else:
            warn_of_days(made)
            flash(_("Copied. This is the draft; look it over, then publish it."))
            return _page(made.id)
    return render_template("schedule/event_copy.html", form=form, event=event, clash=clash), status


@bp.post("/events/<int:event_id>/delete")
@access.needs(P.SCHEDULE_PLAN)
def delete_event(event_id: int) -> Any:
    """Throw a draft away; the programme's page offers to fetch it back."""
    who = access.actor()
    event = event_for(who, event_id, P.SCHEDULE_PLAN)
    programme_id, title = event.programme_id, event.title
    try:
        states.delete_draft(event_id, actor_id=who.person_id or 0, now=clock.now())
    except Refusal as refusal:
        flash(str(refusal.sentence), "error")
        return _page(event_id)
    offers.leave("programme", programme_id, "deleted", event_id=event_id, title=title)
    return redirect(url_for("schedule.programme", programme_id=programme_id))


@bp.post("/programmes/<int:programme_id>/deleted/<int:event_id>/undo")
@access.needs(P.SCHEDULE_PLAN)
def undelete_event(programme_id: int, event_id: int) -> Any:
    """Fetch a thrown-away draft back."""
    who = access.actor()
    programme_for(who, programme_id, P.SCHEDULE_PLAN)
    try:
        made = wastebasket.undelete(programme_id, event_id, actor_id=who.person_id or 0, now=clock.now())
    except (Invalid, Refusal) as refusal:
        if refusal.status == 404:
            raise
        flash(str(clashing.of(refusal, who).sentence), "error")
        return redirect(url_for("schedule.programme", programme_id=programme_id))
    flash(_("The draft is back."))
    return _page(made.id)
