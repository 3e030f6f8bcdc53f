"""The words of a roster's page."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

#: What a column can be chosen for, in the order of the page.
FIELDS: dict[str, Any] = {
    "name": _l("Name"),
    "phone": _l("Phone"),
    "subdistrict": _l("Subdistrict"),
    "community": _l("Community"),
}
OUTCOMES: dict[str, Any] = {
    "new": _l("New person"),
    "matched": _l("Known"),
    "question": _l("Question"),
    "bad": _l("Cannot be taken"),
    "skipped": _l("Left out"),
}
#: The tone of an outcome's badge.
TONES = {"new": "good", "matched": "good", "question": "wait", "bad": "live", "skipped": "off"}
