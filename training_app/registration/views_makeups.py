"""Make-ups in one tap: by the director on her phone, by supervisor or organiser for her."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _

from training_app.core import clock
from training_app.core.errors import NotFound, Refusal
from training_app.core.permissions import Permission
from training_app.people.access import person_for
from training_app.schedule.access import programme_for
from training_app.web import access

from . import makeups
from .blueprint import bp


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise NotFound()
    return int(text)


@bp.post("/my/make-ups/<int:programme_id>")
@access.person
def book_make_up(programme_id: int) -> Any:
    """Take a seat for oneself; the ticket stands on the page after it."""
    who = access.actor()
    event_id = _number(request.form.get("event", ""))
    if who.person_id is None:
        raise NotFound()
    try:
        row = makeups.book(event_id, who.person_id, programme_id, actor_id=who.person_id, now=clock.now())
    except NotFound:
        raise
    except Refusal as refused:
        flash(str(refused.sentence), "error")
        return redirect(url_for("home.passport", programme=programme_id))
    flash(_("Your make-up is booked. This is your ticket."))
    return redirect(url_for("registration.own_ticket", registration_id=row.id))


@bp.post("/programmes/<int:programme_id>/make-ups")
@access.needs(Permission.MAKE_UP_BOOK)
def book_make_up_for(programme_id: int) -> Any:
    """Take a seat for somebody of one's area."""
    who = access.actor()
    programme_for(who, programme_id, Permission.MAKE_UP_BOOK)
    person = person_for(who, _number(request.form.get("person", "")), Permission.MAKE_UP_BOOK)
    event_id = _number(request.form.get("event", ""))
    try:
        makeups.book(event_id, person.id, programme_id, actor_id=who.person_id, now=clock.now())
        flash(_("The make-up of %(name)s is booked.", name=person.name))
    except NotFound:
        raise
    except Refusal as refused:
        flash(str(refused.sentence), "error")
    back = request.form.get("back", "")
    # An address of ours and of nobody else.
    inside = back.startswith("/") and not back.startswith("//") and "\\" not in back
    return redirect(back if inside else url_for("schedule.programme", programme_id=programme_id))
