"""The field's words for the state of a post."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

STATES: dict[str, Any] = {
    "vacant": _l("Vacant"),
    "trained": _l("Trained"),
    "new_untested": _l("New and untested"),
    "in_training": _l("In training"),
    "untrained": _l("Not trained"),
    "out_of_reach": _l("Out of reach"),
}
TONES = {
    "vacant": "off",
    "trained": "good",
    "new_untested": "live",
    "in_training": "wait",
    "untrained": "off",
    "out_of_reach": "live",
}
KINDS: dict[str, Any] = {"director": _l("Children's directors"), "supervisor": _l("Child supervisors")}
#: What was counted, in the order of the columns.
COUNTED: dict[str, Any] = {
    "expected": _l("Expected"),
    "attendances": _l("Came (attendances)"),
    "present": _l("On time"),
    "late": _l("Late"),
    "excused": _l("Excused"),
    "absent": _l("Absent"),
    "hours": _l("Credit hours"),
}
#: A row of a programme's figures: what it is, and how far that is.
LEVELS: dict[str, Any] = {
    "programme": _l("Programme"),
    "phase": _l("Phase"),
    "event": _l("Event"),
    "slot": _l("Slot"),
}
HOW_FAR: dict[str, Any] = {
    "ahead": _l("Not yet held"),
    "live": _l("Checking in"),
    "ended": _l("not closed"),
    "under_way": _l("Under way"),
    "final": _l("Final"),
}
HOW_FAR_TONES = {"ahead": "off", "live": "live", "ended": "wait", "under_way": "ready", "final": "good"}
#: The parts of a bar; together they are the expected.
PIECES: dict[str, Any] = {
    "present": _l("On time"),
    "late": _l("Late"),
    "excused": _l("Excused"),
    "absent": _l("Absent"),
    "awaited": _l("Not here yet"),
}
#: What can be taken away: its name and what it is.
PAPERS: dict[str, tuple[Any, Any]] = {
    "persons": (
        _l("Training ledger by person"),
        _l("A row a person: post, phone, sessions, hours, score, certificate."),
    ),
    "events": (
        _l("Training ledger by event"),
        _l("A row an event: time, place, topic, teachers, expected, came, hours, hosts, proofs."),
    ),
    "coverage": (
        _l("Coverage tables"),
        _l("Posts, trained, attendances, person-days and rates; a sheet a level."),
    ),
}
FORMATS: dict[str, str] = {"xlsx": "Excel", "csv": "CSV", "pdf": "PDF"}
