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
