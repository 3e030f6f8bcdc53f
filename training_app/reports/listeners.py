"""News from every writer: what was put on record leaves a note of what must be counted again.

Nothing is looked up here; the upkeep traces a note to the slots and posts that it touches. Scans of a crowd are not
put on record: the upkeep finds them by their numbers, so the door pays nothing for what is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert

from training_app.core.audit import Action
from training_app.core.db import db
from training_app.core.signals import feedback_given, outside_training_changed, recorded

from .models import Dirty

Entry = tuple[int | None, dict[str, Any] | None, dict[str, Any] | None]

#: Actions that change what is counted. The subject's kind is the note's.
_COUNTED = {
    Action.PERSON_MERGED,
    Action.POST_CHANGED,
    Action.DIVISIONS_IMPORTED,
    Action.DIVISION_SUCCEEDED,
    Action.PROGRAMME_CREATED,
    Action.PROGRAMME_CHANGED,
    Action.EVENT_CREATED,
    Action.EVENT_CHANGED,
    Action.EVENT_MOVED,
    Action.EVENT_PUBLISHED,
    Action.EVENT_CANCELLED,
    Action.EVENT_CLOSED,
    Action.EVENT_REOPENED,
    Action.REGISTRATION_CHANGED,
    Action.SCAN_SETTLED,
    Action.ATTENDANCE_CORRECTED,
    Action.LEAVE_DECIDED,
    Action.SCORE_ENTERED,
    Action.RULE_CHANGED,
    Action.CERTIFICATE_ISSUED,
    Action.CERTIFICATE_REVOKED,
    Action.CERTIFICATE_REISSUED,
}
#: Who comes outside the expected number changes nothing by a registration; the scan that follows does.
_APART = ("walk_in", "guest", "staff")


def notes(action: Action, kind: str, entry: Entry) -> list[tuple[str, str]]:
    """What must be counted again, as (kind, key) of Dirty, when this was put on record."""
    subject_id, before, after = entry
    before, after = before or {}, after or {}
    if action is Action.POST_CHANGED:
        people = [("person", str(one["person"])) for one in (before, after) if one.get("person")]
        return [*_areas(before, after), *people]
    if action in (Action.ATTENDANCE_CORRECTED, Action.LEAVE_DECIDED):
        return [(kind, str(subject_id)), ("person", str((after or before)["person"]))]
    if action is Action.DIVISIONS_IMPORTED:
        return [("area", str(code)) for code in after.get("areas", [""])]
    if action is Action.DIVISION_SUCCEEDED:
        return _areas(before, after)
    if action is Action.PERSON_MERGED:
        return [("merged", str(after["into"]))]
    if action in (Action.PROGRAMME_CREATED, Action.PROGRAMME_CHANGED):
        return [("programme", str(subject_id)), *_areas(before)]
    if action is Action.EVENT_CHANGED and after.get("state") == "deleted":
        return [("programme", str(after["programme"]))]
    if action is Action.REGISTRATION_CHANGED and after.get("as_whom") in _APART:
        return []
    return [(kind, str(subject_id))]


def _areas(*facts: dict[str, Any]) -> list[tuple[str, str]]:
    return [("area", str(one["division"])) for one in facts if one.get("division")]


def _note(_sender: Any, *, action: Action, kind: str, entries: Sequence[Entry]) -> None:
    if action not in _COUNTED:
        return
    found = dict.fromkeys(note for entry in entries for note in notes(action, kind, entry))
    if found:
        db.session.execute(insert(Dirty), [{"kind": kind, "key": key} for kind, key in found])


def _persons(_sender: Any, *, person_ids: Sequence[int], **_: Any) -> None:
    rows = [{"kind": "person", "key": str(person_id)} for person_id in dict.fromkeys(person_ids)]
    if rows:
        db.session.execute(insert(Dirty), rows)


recorded.connect(_note, weak=False)
outside_training_changed.connect(_persons, weak=False)
feedback_given.connect(_persons, weak=False)
