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
    "digits": _l("Digits of the venue's code"),
    "kiosk": _l("Shared tablet"),
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
    "not_a_ticket": _l("Not one of our tickets"),
    "too_long": _l("Not one of our tickets"),
    "other_event": _l("Ticket of another event"),
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
#: What a device may have shown by itself besides a reason.
SAID: dict[str, Any] = {"ok": _l("Checked in"), "out": _l("Went out"), "undo": _l("Scan taken back"), **REASONS}
FINAL = _l("This event is closed and its attendance is final. Open it again first.")
#: The groups of the reconciliation, each with what it is about.
DOUBTS: dict[str, Any] = {
    "closed": _l("Came in after the event was closed"),
    "forced": _l("Let in against a refusal"),
    "overruled": _l("Let in by the phone, refused by the server"),
    "twice": _l("Scanned by two devices or in two places"),
    "clock": _l("Time told by the phone is doubtful"),
    "shared": _l("Several people with one phone"),
    "out": _l("Went out and never came in"),
    "unknown": _l("Ticket of nobody"),
    "unconfirmed": _l("Walk-in whose identity is not confirmed"),
}
DOUBTS_ABOUT: dict[str, Any] = {
    "closed": _l("They count for nobody until the event is opened again and someone decides."),
    "forced": _l("Someone who manages the door gave the reason."),
    "overruled": _l("Offline, the phone could not know better. Decide whether the person was there."),
    "twice": _l("More than ten minutes apart, or at another event at the same hours. A ticket may have been lent."),
    "clock": _l("Its clock is wrong, or it could have sent the scan long before. Correct the status if need be."),
    "shared": _l("One phone checked in several people with the venue's code. Were they all there?"),
    "out": _l("Perhaps the first scan got lost; correct the status if the person was there."),
    "unknown": _l("If you know whose it was, let it count for that person."),
    "unconfirmed": _l("Check name and number, or merge with the person whom you know"),
}
DECIDED: dict[str, Any] = {
    "stands": _l("Stands as the door decided"),
    "counts": _l("Counts for"),
    "void": _l("Does not count"),
}
DECISIONS: dict[str, Any] = {
    "stands": _l("Stands as the door decided"),
    "own": _l("Counts for the person named"),
    "counts": _l("Counts for another person"),
    "void": _l("Does not count"),
}
