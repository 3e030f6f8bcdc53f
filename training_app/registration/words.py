"""The sentences of refusals, and the field's words for the values that registrations keep."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

#: Why nobody can register now.
REFUSALS: dict[str, Any] = {
    "not_published": _l("This event is not published yet."),
    "event_cancelled": _l("This event was cancelled."),
    "event_closed": _l("This event is over and closed."),
    "not_yet": _l("Registration is not open yet."),
    "window_over": _l("Registration is over. Please ask the organiser if you still want to come."),
    "declined": _l("The organiser has declined this registration. Please ask there."),
    "nothing_to_join": _l("This phase has no session that one could join."),
    "started": _l("The event has begun, so you can no longer cancel here. Please tell the organiser."),
    "waiting": _l("This person is on the waiting list. Ask the organiser."),
    "full": _l("The last seat of this session was taken meanwhile. Please choose another one."),
    "no_make_up": _l("This session does not make up for anything that was missed, or it clashes with another seat."),
}
STATES: dict[str, Any] = {
    "confirmed": _l("Confirmed"),
    "waiting": _l("Waiting"),
    "cancelled": _l("Cancelled"),
    "declined": _l("Declined"),
}
#: The tone of a state's badge.
TONES = {"confirmed": "good", "waiting": "wait", "cancelled": "off", "declined": "off"}
SOURCES: dict[str, Any] = {
    "self": _l("Registered themselves"),
    "nomination": _l("Nominated"),
    "roster": _l("From a roster"),
    "organiser": _l("By the organiser"),
    "door": _l("At the door"),
    "make_up": _l("Make-up"),
}
AS_WHOM: dict[str, Any] = {
    "trainee": _l("Trainee"),
    "stand_in": _l("Stand-in"),
    "guest": _l("Guest"),
    "staff": _l("Staff"),
    "walk_in": _l("Walk-in"),
}
#: Why a ticket does not count.
TICKETS: dict[str, Any] = {
    "not_a_ticket": _l("This is not a ticket. Scan the code on the ticket page, or type its ten characters."),
    "too_long": _l("This is not a ticket: the code is too long."),
    "truncated": _l("A part of this ticket is missing. Open the whole link, or type its ten characters."),
    "forged": _l("This ticket was not issued here, or it was changed."),
    "unknown": _l("This ticket is not known here. Search for the name instead."),
    "other_event": _l("This ticket is for another event."),
    "revoked": _l("This ticket no longer counts: the registration was cancelled, or a newer ticket was issued."),
}
