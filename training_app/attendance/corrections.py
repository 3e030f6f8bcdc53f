"""A status set by hand, with a reason; the facts that it overrules stay."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import insert, select

from training_app.core import audit
from training_app.core.db import transaction
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.schedule.models import Event, Slot

from .models import Attendance, Correction
from .recording import people_of, rederive, slot_facts
from .rules import HERE, STATUSES
from .words import FINAL

#: Takes an earlier correction back: the scans and the leave decide again.
AS_SCANNED = "scans"


def correct(
    slot_id: int,
    person_id: int,
    status: str,
    reason: str,
    *,
    left_early: bool = False,
    actor_id: int,
    now: datetime,
) -> None:
    """Set one person's status by hand, or take that back with status "scans"; audited. Raises as `correct_all`."""
    correct_all(slot_id, [person_id], status, reason, left_early=left_early, actor_id=actor_id, now=now)


def correct_all(
    slot_id: int,
    person_ids: Collection[int],
    status: str,
    reason: str,
    *,
    left_early: bool = False,
    actor_id: int,
    now: datetime,
) -> int:
    """Set the status of several people in a slot, all or none; audited one by one. Gives how many.

    `left_early` says something of who was there only. Raises NotFound where someone has nothing to do with the
    slot, Invalid for nobody, without a reason or with an unknown status, Refusal "closed" once attendance is final.
    """
    reason = reason.strip()
    wrong = {}
    if status not in (*STATUSES, AS_SCANNED):
        wrong["status"] = _l("Choose one of the statuses.")
    if not reason:
        wrong["reason"] = _l("Write the reason, so that others can follow the change.")
    if not person_ids:
        wrong["person"] = _l("Tick at least one person.")
    if wrong:
        code = {"status": "status", "reason": "reason_needed", "person": "nobody"}[next(iter(wrong))]
        raise Invalid(code, next(iter(wrong.values())), wrong)
    ids = set(person_ids)
    with transaction() as session:
        slot = session.get(Slot, slot_id)
        people = people_of(slot_id, ids) if slot is not None else []
        if slot is None or {whom.person_id for whom in people} != ids:
            raise NotFound()
        state = session.scalars(select(Event.state).where(Event.id == slot.event_id)).one()
        if state == "closed":
            raise Refusal("closed", FINAL)
        rows = session.execute(
            select(Attendance.person_id, Attendance.status, Attendance.left_early)
            .where(Attendance.slot_id == slot_id, Attendance.person_id.in_(ids))
            .with_for_update()
        )
        before = {row.person_id: (row.status, row.left_early) for row in rows}
        row = {"slot_id": slot_id, "status": status, "left_early": left_early and status in HERE, "reason": reason}
        row |= {"actor_id": actor_id, "at": now}
        session.execute(insert(Correction), [row | {"person_id": person_id} for person_id in sorted(ids)])
        after = rederive(slot_id, slot_facts(slot, state), people)
        changes = [
            (
                _plain(person_id, *before.get(person_id, (None, False))),
                _plain(person_id, *((one.status, one.left_early) if (one := after.get(person_id)) else (None, False)))
                | {"reason": reason},
            )
            for person_id in sorted(ids)
        ]
        audit.record_many(audit.Action.ATTENDANCE_CORRECTED, ("slot", slot_id), changes, actor_id=actor_id, now=now)
    return len(ids)


def _plain(person_id: int, status: str | None, left_early: bool) -> dict[str, Any]:
    return {"person": person_id, "status": status, "left_early": left_early}
