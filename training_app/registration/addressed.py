"""What the room's pages read from an address or a form: filters, ticked rows, a chosen person."""

from __future__ import annotations

from flask import flash, request, session
from flask_babel import gettext as _

from training_app.core.actors import Actor
from training_app.core.permissions import Permission as P
from training_app.people.access import person_for
from training_app.people.models import Person

from .queries import Filters


def asked() -> Filters:
    """The filters in the address; nonsense narrows nothing."""
    state = request.args.get("state", "")
    place = request.args.get("subdistrict", "")
    return Filters(
        state if state in ("confirmed", "waiting", "cancelled") else "",
        place if place.isascii() and place.isdigit() and len(place) <= 12 else "",
        request.args.get("q", "")[:60],
    )


def numbers(name: str) -> list[int]:
    """The numbers that a form sent under a name; anything else is passed over."""
    texts = request.form.getlist(name)
    return [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 10]


def person_of(who: Actor) -> Person:
    """The person that the form names, if the actor may see them. Raises NotFound."""
    return person_for(who, next(iter(numbers("person_id")), 0), P.PERSON_VIEW)


def say_done(name: str, state: str) -> None:
    """Say what became of someone who was added."""
    if state == "confirmed":
        flash(_("%(name)s is registered.", name=name))
    else:
        flash(_("%(name)s is on the waiting list: every seat is taken.", name=name), "error")


def leave_undo(place: str, place_id: int, ids: list[int]) -> None:
    """Note for the next look at an event's or a phase's page which rows were cancelled."""
    session["registration.undo"] = {"place": place, "id": place_id, "ids": ids}


def take_undo(place: str, place_id: int) -> list[int]:
    """The rows that were noted for this page; the note is gone then."""
    note = session.get("registration.undo")
    if note is None or (note["place"], note["id"]) != (place, place_id):
        return []
    session.pop("registration.undo")
    return list(note["ids"])
