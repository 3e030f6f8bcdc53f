"""A poster's target: whoever is known registers in one tap and can take it back; others learn how to be known."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from training_app.core import clock
from training_app.core.db import db
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.people import session
from training_app.people.forms import show
from training_app.schedule import words as schedule_words
from training_app.schedule.models import Event
from training_app.schedule.queries import whole
from training_app.web import access

from . import forms, joining, queries, rules, seats, standins, words
from .access import own_registration
from .blueprint import bp


def _event(token: str) -> Event:
    event = db.session.get(Event, joining.event_id_of(token))
    if event is None or event.state == "draft":
        raise NotFound("not_found", _("This event cannot be seen yet. Please ask the organiser."))
    return whole(event.id)


@bp.get("/join/<token>")
@access.public
def join(token: str) -> Any:
    """The event, and what this person can do about it now."""
    event, who, now = _event(token), access.actor(), clock.now()
    row = queries.of_person(event.id, who.person_id) if who.person_id is not None else None
    window = rules.window(event.state, event.registration_opens_at, event.registration_closes_at, now)
    full = event.capacity is not None and event.seats_taken >= event.capacity
    standing = row is not None and row.state in rules.STANDING
    if who.person_id is None:
        # Whoever then opens their own link or the group's comes back here.
        session.remember_target(request.path)
    return render_template(
        "registration/join.html",
        event=event,
        token=token,
        row=row if standing else None,
        place=queries.place_in_line(row) if row is not None and row.state == "waiting" else None,
        window=window,
        refusal=words.REFUSALS.get("declined" if row is not None and row.state == "declined" else window),
        full=full,
        roles=schedule_words.ROLES,
    )


@bp.post("/join/<token>")
@access.person
def join_now(token: str) -> Any:
    """Register oneself."""
    event, who = _event(token), access.actor()
    if who.person_id is None:
        raise NotFound()
    try:
        row = seats.register(event.id, who.person_id, source="self", actor_id=who.person_id, now=clock.now())
    except Refusal as refused:
        flash(str(refused.sentence), "error")
        return redirect(url_for("registration.join", token=token))
    if row.state == "confirmed":
        flash(_("You are registered. This is your ticket."))
    else:
        flash(_("Every seat is taken. You are on the waiting list, and move up as soon as one is free."))
    return redirect(url_for("registration.own_ticket", registration_id=row.id))


@bp.post("/my/registrations/<int:registration_id>/cancel")
@access.person
def cancel_own(registration_id: int) -> Any:
    """Cancel one's own registration; the page after it offers to come back."""
    who = access.actor()
    row = own_registration(who, registration_id)
    try:
        seats.cancel(row.id, actor_id=who.person_id, now=clock.now())
    except Refusal as refused:
        flash(str(refused.sentence), "error")
        return redirect(url_for("registration.own_ticket", registration_id=row.id))
    flash(_("Your registration is cancelled. If that was a mistake, register again here."))
    return redirect(url_for("registration.join", token=joining.token_of(row.event_id)))


@bp.route("/my/registrations/<int:registration_id>/stand-in", methods=["GET", "POST"])
@access.person
def stand_in(registration_id: int) -> Any:
    """Propose who comes in one's place."""
    who = access.actor()
    row = own_registration(who, registration_id)
    form = forms.StandInForm()
    problem = None
    if form.validate_on_submit():
        try:
            standins.propose(
                row.id, name=form.name.data, phone=form.phone.data, actor_id=row.person_id, now=clock.now()
            )
        except Invalid as fault:
            show(form, fault)
        except Refusal as refused:
            problem = refused.sentence
        else:
            flash(_("Your proposal is with the organiser. Until they agree, the seat is yours."))
            return redirect(url_for("registration.own_ticket", registration_id=row.id))
    status = 422 if form.is_submitted() else 200
    return render_template("registration/stand_in.html", form=form, row=row, problem=problem), status


@bp.post("/my/registrations/<int:registration_id>/stand-in/withdraw")
@access.person
def withdraw_stand_in(registration_id: int) -> Any:
    """Take one's proposal back."""
    row = own_registration(access.actor(), registration_id)
    standins.withdraw(row.id, actor_id=row.person_id, now=clock.now())
    flash(_("The proposal is taken back. The seat is yours."))
    return redirect(url_for("registration.own_ticket", registration_id=row.id))
