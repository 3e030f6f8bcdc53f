"""What the door answers: a code for programs, a sentence for people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l

UNREADABLE = _l("This scan could not be read. Reload the page and scan again.")
SENTENCES = {
    "ok": _l("Checked in."),
    "late": _l("Checked in, late."),
    "out": _l("Checked out."),
    "undo": _l("Taken back. This person is not checked in."),
    "duplicate": _l("Already checked in. Nothing more to do."),
    "unknown": _l("This ticket is not known for this event. Search for the name, or register the person here."),
    "not_a_ticket": _l("This is not one of our tickets. Open the ticket's page and scan the code there."),
    "too_long": _l("This is not one of our tickets. Open the ticket's page and scan the code there."),
    "truncated": _l("Only a part of the ticket was read. Scan it again, or type the ten characters below the code."),
    "forged": _l("This ticket is not genuine. Search for the name, and tell the organiser."),
    "revoked": _l("This ticket was replaced by a newer one. Open the ticket's page again, or search for the name."),
    "other_event": _l("This ticket is for another event. Search for the name, or register the person here."),
    "cancelled": _l("This registration was cancelled. Register the person here if they may come in."),
    "waiting": _l("This person is still on the waiting list. Ask the organiser."),
    "too_early": _l("Check-in is not open yet. Please come back when it opens."),
    "too_late": _l("Check-in is over. Ask the organiser to correct the attendance."),
    "second_person": _l("Someone else has already checked in with this phone. The people at the door must nod first."),
    "too_far": _l("This phone is too far from the venue. At the door a volunteer scans your ticket."),
    "no_position": _l("This phone could not say where it is. At the door a volunteer scans your ticket."),
    "event_cancelled": _l("This event was cancelled. Ask the organiser for the new date."),
    "event_closed": _l("This event is closed. Ask the organiser to reopen it."),
    "not_published": _l("This event is not published yet. Ask the organiser to publish it."),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the door shows. `outcome`: accepted or refused; `code` says why; `time` when it counted.

    `first_at` is when this person first checked in here; `as_whom` marks a walk-in, guest or stand-in.
    """

    outcome: str
    code: str
    sentence: Any
    name: str | None
    community: str | None
    time: datetime
    first_at: datetime | None
    subdistrict: str | None = None
    as_whom: str | None = None
