"""What is wrong with an event as it was typed, one sentence a field. Pure."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from . import words
from .drafts import EventDraft, SlotDraft
from .rules import Half, Span, default_windows, over_credited

#: Metres of the venue within which check-in may be asked for.
NEAREST_M, FARTHEST_M = 50, 5000
HALF_DAY_RULE = _l("A half day counts 4 credit hours at most, a whole day 8.")


def _of_slot(slot: SlotDraft) -> tuple[str, Any] | None:
    if slot.ends_at <= slot.starts_at:
        return "ends_at", _l("The end must come after the start.")
    opens, closes, late = default_windows(slot.starts_at, slot.ends_at)
    opens, closes = slot.checkin_opens_at or opens, slot.checkin_closes_at or closes
    late = slot.late_after or late
    if opens >= closes:
        return "checkin_closes_at", _l("Check-in must close after it opens.")
    if opens > slot.ends_at:
        return "checkin_opens_at", _l("Check-in must open before the end.")
    if not slot.starts_at <= late <= slot.ends_at:
        return "late_after", _l("“Late after” lies between the start and the end.")
    if slot.credit_hours < 0:
        return "credit_hours", HALF_DAY_RULE
    return None


def of_slots(slots: tuple[SlotDraft, ...]) -> dict[str, Any]:
    """Field → sentence; a slot's field is called `slots-<place>-<field>`."""
    if not slots:
        return {"slots-0-starts_at": _l("Please give at least one time: start and end.")}
    wrong: dict[str, Any] = {}
    for place, slot in enumerate(slots):
        found = _of_slot(slot)
        if found:
            wrong[f"slots-{place}-{found[0]}"] = found[1]
        earlier = [Span(s.starts_at, s.ends_at) for s in slots[:place]]
        if any(Span(slot.starts_at, slot.ends_at).overlaps(span) for span in earlier):
            wrong[f"slots-{place}-starts_at"] = _l("This time overlaps another slot of the same event.")
    halves = [Half(s.label, s.starts_at, s.ends_at, s.credit_hours) for s in slots]
    for place in over_credited(halves):
        wrong[f"slots-{place}-credit_hours"] = HALF_DAY_RULE
    return wrong


def of_event(draft: EventDraft) -> dict[str, Any]:
    """Field → sentence; empty when the event can be kept."""
    wrong = of_slots(draft.slots)
    if not draft.title.strip():
        wrong["title"] = _l("Please give the event a title.")
    if draft.kind not in words.KINDS:
        wrong["kind"] = _l("Please choose from the list.")
    if draft.kind == "session" and draft.curriculum_area not in words.AREAS:
        wrong["curriculum_area"] = _l("Please choose the curriculum area of the session.")
    if draft.number is not None and draft.number < 1:
        wrong["number"] = _l("Numbers begin with 1.")
    if draft.capacity is not None and draft.capacity < 1:
        wrong["capacity"] = _l("The capacity is at least 1. Leave it empty for no limit.")
    if draft.checkin_within_m is not None and not NEAREST_M <= draft.checkin_within_m <= FARTHEST_M:
        wrong["checkin_within_m"] = _l(
            "Please give %(least)s to %(most)s metres: a phone in a building is unsure by some fifty.",
            least=NEAREST_M,
            most=FARTHEST_M,
        )
    opens, closes = draft.registration_opens_at, draft.registration_closes_at
    if opens and closes and opens >= closes:
        wrong["registration_closes_at"] = _l("Registration must close after it opens.")
    elif closes and draft.slots and closes > max(s.ends_at for s in draft.slots):
        wrong["registration_closes_at"] = _l("Registration must close before the event ends.")
    for place, item in enumerate(draft.agenda):
        if not 1 <= item.minutes <= 600:
            wrong[f"agenda-{place}-minutes"] = _l("Please give the minutes, from 1 to 600.")
        if item.kind not in words.AGENDA_KINDS:
            wrong[f"agenda-{place}-kind"] = _l("Please choose from the list.")
        if not item.title.strip():
            wrong[f"agenda-{place}-title"] = _l("Please say what happens in this part.")
    return wrong
