"""Tickets: the page that any camera opens, the picture to keep, the worker that keeps it for a hall without network."""

from __future__ import annotations

from typing import Any

from flask import make_response, redirect, render_template, url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from training_app.core import clock
from training_app.core.db import db
from training_app.core.signals import LeaveNote, leave_note_asked
from training_app.schedule.models import Event
from training_app.web import access
from training_app.web.addresses import public_url

from . import pictures, queries, standins, tickets, words
from .access import own_registration
from .blueprint import bp
from .models import Registration


def _shown(registration_id: int) -> Registration:
    return db.session.scalars(
        select(Registration)
        .where(Registration.id == registration_id)
        .options(
            joinedload(Registration.event).joinedload(Event.venue),
            joinedload(Registration.event).selectinload(Event.slots),
            joinedload(Registration.person),
            joinedload(Registration.division),
            joinedload(Registration.stand_in_for),
        )
    ).one()


def _leave(row: Registration) -> list[LeaveNote]:
    """What stands of leave from this event; the room above that keeps it answers."""
    answers = leave_note_asked.send(None, event_id=row.event_id, person_id=row.person_id)
    return [note for _room, answer in answers for note in answer]


def _dead(code: str) -> Any:
    return render_template("registration/ticket_dead.html", sentence=words.TICKETS[code]), 404


@bp.get("/t/<token>")
@access.public
def ticket(token: str) -> Any:
    """The ticket's page; whoever holds the link sees it."""
    read = tickets.read(token)
    if read.code != "ok" or read.registration_id is None:
        return _dead(read.code)
    row = _shown(read.registration_id)
    own = access.actor().person_id == row.person_id
    return render_template(
        "registration/ticket.html",
        row=row,
        token=token,
        address=public_url("registration.ticket", token=token),
        typed=tickets.grouped(row.ticket_code),
        place=queries.place_in_line(row) if row.state == "waiting" else None,
        own=own,
        proposal=standins.latest(row.id) if own else None,
        leave=_leave(row) if own else (),
        now=clock.now(),
        words=words,
    )


@bp.get("/t/<token>/ticket.png")
@access.public
def ticket_png(token: str) -> Any:
    """The ticket as a picture, to be kept by a long press."""
    read = tickets.read(token)
    if read.code != "ok" or read.registration_id is None:
        return _dead(read.code)
    row = _shown(read.registration_id)
    if row.state != "confirmed":
        return _dead("revoked")
    response = make_response(pictures.ticket(row, public_url("registration.ticket", token=token)))
    response.mimetype = "image/png"
    return response


@bp.get("/t/worker.js")
@access.public
def ticket_worker() -> Any:
    """The service worker of tickets alone: its scope is where it lies."""
    response = make_response(render_template("registration/ticket_worker.js"))
    response.mimetype = "text/javascript"
    response.headers["Cache-Control"] = "no-cache"
    return response


@bp.get("/my/registrations/<int:registration_id>")
@access.person
def own_ticket(registration_id: int) -> Any:
    """One's own ticket, by the registration's number."""
    row = own_registration(access.actor(), registration_id)
    if row.state in ("confirmed", "waiting"):
        return redirect(url_for("registration.ticket", token=tickets.token_of(row)))
    return render_template("registration/ticket_dead.html", sentence=words.TICKETS["revoked"]), 404
