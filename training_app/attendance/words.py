"""The field's words for what attendance records keep."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

STATUSES: dict[str, Any] = {
    "present": _l("Present"),
    "late": _l("Late"),
    "excused": _l("Excused"),
    "absent": _l("Absent"),
}
#: What a list can be narrowed to, in the order in which filters offer it.
FILTERS: dict[str, Any] = {
    "missing": _l("Not here yet"),
    "here": _l("Came"),
    **{status: word for status, word in STATUSES.items() if status != "present"},
    "left_early": _l("Left early"),
}
AS_WHOM: dict[str, Any] = {
    "trainee": _l("Trainee"),
    "stand_in": _l("Stand-in"),
    "guest": _l("Guest"),
    "staff": _l("Staff"),
    "walk_in": _l("Walk-in"),
}
SOURCES: dict[str, Any] = {
    "camera": _l("Ticket scanned"),
    "venue_code": _l("Venue's code"),
    "typed": _l("Ticket number typed"),
    "search": _l("Found by name"),
    "paper": _l("Sign-in sheet"),
    "api": _l("Other system"),
    "walk_in": _l("Registered at the door"),
}
DIRECTIONS: dict[str, Any] = {"in": _l("Came in"), "out": _l("Went out"), "undo": _l("Scan taken back")}
LEAVES: dict[str, Any] = {
    "asked": _l("Leave asked"),
    "granted": _l("Leave granted"),
    "refused": _l("Leave refused"),
    "dropped": _l("Leave taken back"),
}
LEAVE_TONES = {"asked": "wait", "granted": "good", "refused": "live", "dropped": "off"}
#: Why a scan was refused or noted.
REASONS: dict[str, Any] = {
    "duplicate": _l("Had checked in already"),
    "late": _l("Late"),
    "unknown": _l("Ticket not known"),
    "forged": _l("Ticket is forged"),
    "truncated": _l("Ticket only partly read"),
    "revoked": _l("Ticket was replaced"),
    "wrong_event": _l("Ticket of another event"),
    "cancelled": _l("Registration was cancelled"),
    "waiting": _l("Still on the waiting list"),
    "too_early": _l("Check-in was not open yet"),
    "too_late": _l("Check-in was over"),
    "second_person": _l("Phone had checked in someone else"),
    "too_far": _l("Too far from the venue"),
    "no_position": _l("Position not known"),
    "event_cancelled": _l("Event was cancelled"),
    "event_closed": _l("Event was closed"),
    "not_published": _l("Event was not published"),
}
