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
