"""The field's words for the state of a post."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

STATES: dict[str, Any] = {
    "normal": _l("In order"),
    "new_untested": _l("New and untested"),
    "vacant": _l("Vacant"),
}
TONES = {"normal": "good", "new_untested": "live", "vacant": "off"}
