"""What the review says of files, pages and rows of signed sheets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from .sheetreview import Reading

#: Why a file could not be read.
PROBLEMS: dict[str, Any] = {
    "damaged": _l("This file cannot be opened. Take the photo again, or save it as JPEG."),
    "too_large": _l("This picture has more than 60 megapixels. Choose a lower resolution."),
    "locked": _l("This PDF is locked with a password. Save it without one."),
    "too_many": _l("This PDF has more than 20 pages. Split it."),
    "nothing": _l(
        "No code of our sign-in sheets was found on it. Photograph the whole page from above, flat and in good light."
    ),
}
#: What a row says besides its name.
ROWS: dict[str, Any] = {
    "unsure": _l("Please look: this could be a signature or not."),
    "unreadable": _l("The code of this row could not be read. Check the person in by name search."),
    "blank": _l("Someone signed a blank row. Register them at the door page as a walk-in."),
}
#: A registration's state, where it keeps somebody from being checked in.
STATES: dict[str, Any] = {
    "cancelled": _l("This registration was cancelled after the sheet was printed; it cannot be checked in."),
    "declined": _l("This registration was cancelled after the sheet was printed; it cannot be checked in."),
    "waiting": _l("This person is on the waiting list now and cannot be checked in."),
}


def sentences(reading: Reading, slots: Mapping[int, str]) -> list[str]:
    """What is to be said of a file, page by page; `slots` names those of its event."""
    if reading.problem:
        return [str(PROBLEMS.get(reading.problem, PROBLEMS["damaged"]))]
    said = []
    for page in reading.pages:
        if page["code"] == "other_slot":
            name = slots.get(page["slot"], "")
            said.append(
                _("Page %(page)s is of the sheet of %(slot)s and was not read here.", page=page["page"], slot=name)
            )
        elif page["code"] == "other_event":
            said.append(_("Page %(page)s is of another event's sheet and was not read.", page=page["page"]))
        elif page["repeated"]:
            said.append(
                _(
                    "Page %(page)s was read before: %(count)s of its rows are in the list or decided already.",
                    page=page["page"],
                    count=page["repeated"],
                )
            )
    return said


def other_slots(readings: Iterable[Reading], slot_id: int, slots: Mapping[int, str]) -> list[tuple[int, int, str]]:
    """Files that can be read for another slot of the event too: (file, slot, its name)."""
    found: list[tuple[int, int, str]] = []
    for reading in readings:
        wanted = {int((page.get("also") if page["code"] == "ok" else page["slot"]) or 0) for page in reading.pages}
        found += [(reading.scan_id, id_, slots[id_]) for id_ in sorted(wanted & set(slots)) if id_ != slot_id]
    return found
