"""Corrections, leave, closing an event, and what other rooms ask about attendance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from training_app.core import audit
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.schedule.models import Event, Slot

from .models import Attendance, Correction, Leave
from .recording import Whom, people_of, recount, rederive, slot_facts
from .rules import HERE, STATUSES


@dataclass(frozen=True, slots=True)
class Mark:
    """One cell of the matrix."""

    status: str
    left_early: bool
    arrived_at: datetime | None


def _slot_and_person(slot_id: int, person_id: int) -> tuple[Slot, str, Whom]:
    slot = db.session.get(Slot, slot_id)
    people = people_of(slot_id, [person_id]) if slot is not None else []
    if slot is None or not people:
        raise NotFound()
    state = db.session.scalars(select(Event.state).where(Event.id == slot.event_id)).one()
    return slot, state, people[0]


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
    """Set a status by hand, or take that back with status "scans"; audited.

    Raises NotFound where the person has nothing to do with the slot, Invalid without a reason or
    with an unknown status.
    """
    reason = reason.strip()
    if status not in (*STATUSES, "scans"):
        raise Invalid("status", _l("Choose one of the statuses."))
    if not reason:
        sentence = _l("Write the reason, so that others can follow the change.")
        raise Invalid("reason_needed", sentence, {"reason": sentence})
    with transaction() as session:
        slot, state, whom = _slot_and_person(slot_id, person_id)
        key = (Attendance.slot_id == slot_id, Attendance.person_id == person_id)
        before = session.scalar(select(Attendance.status).where(*key).with_for_update())
        session.add(
            Correction(
                slot_id=slot_id,
                person_id=person_id,
                status=status,
                left_early=left_early,
                reason=reason,
                actor_id=actor_id,
                at=now,
            )
        )
        session.flush()
        after = rederive(slot_id, slot_facts(slot, state), [whom]).get(person_id)
        audit.record(
            audit.Action.ATTENDANCE_CORRECTED,
            ("slot", slot_id),
            actor_id=actor_id,
            now=now,
            before={"person": person_id, "status": before},
            after={"person": person_id, "status": after.status if after else None, "reason": reason},
        )


def decide_leave(
    slot_id: int, person_id: int, *, granted: bool, reason: str = "", actor_id: int, now: datetime
) -> None:
    """Grant or refuse leave for a slot; who has leave and does not come is excused. Audited.

    Raises NotFound where the person has nothing to do with the slot.
    """
    state = "granted" if granted else "refused"
    with transaction() as session:
        slot, event_state, whom = _slot_and_person(slot_id, person_id)
        session.add(Leave(slot_id=slot_id, person_id=person_id, state=state, reason=reason, actor_id=actor_id, at=now))
        session.flush()
        rederive(slot_id, slot_facts(slot, event_state), [whom])
        audit.record(
            audit.Action.LEAVE_DECIDED,
            ("slot", slot_id),
            actor_id=actor_id,
            now=now,
            after={"person": person_id, "state": state},
        )


def _turn(event_id: int, *, from_state: str, to_state: str, action: audit.Action, actor_id: int, now: datetime) -> None:
    with transaction() as session:
        event = session.scalar(select(Event).where(Event.id == event_id).with_for_update())
        if event is None:
            raise NotFound()
        if event.state == to_state:
            return
        if event.state != from_state:
            raise Refusal("state", _l("This event is a draft or was cancelled, so its attendance cannot be settled."))
        slots = session.scalars(select(Slot).where(Slot.event_id == event_id)).all()
        if to_state == "closed" and any(slot.ends_at > now for slot in slots):
            raise Refusal("not_over", _l("This event is not over yet. Close it after its last slot has ended."))
        event.state = to_state
        session.flush()
        for slot_id in [slot.id for slot in slots]:
            recount(slot_id)
        audit.record(action, ("event", event_id), actor_id=actor_id, now=now)


def close(event_id: int, *, actor_id: int, now: datetime) -> None:
    """Close an event that is over: whom nobody saw is absent, and attendance is final. Harmless to repeat.

    Raises NotFound, or Refusal "not_over" or "state".
    """
    _turn(
        event_id,
        from_state="published",
        to_state="closed",
        action=audit.Action.EVENT_CLOSED,
        actor_id=actor_id,
        now=now,
    )


def reopen(event_id: int, *, actor_id: int, now: datetime) -> None:
    """Open a closed event again; the absent rows go, and the audit says who did it.

    Raises NotFound, or Refusal "state".
    """
    _turn(
        event_id,
        from_state="closed",
        to_state="published",
        action=audit.Action.EVENT_REOPENED,
        actor_id=actor_id,
        now=now,
    )


def marks(slot_ids: Collection[int], person_ids: Collection[int]) -> dict[tuple[int, int], Mark]:
    """The marks of these people in these slots by (person, slot), in one statement."""
    rows = db.session.execute(
        select(
            Attendance.person_id,
            Attendance.slot_id,
            Attendance.status,
            Attendance.left_early,
            Attendance.arrived_at,
        ).where(Attendance.slot_id.in_(slot_ids), Attendance.person_id.in_(person_ids))
    )
    return {(row[0], row[1]): Mark(*row[2:]) for row in rows}


def sessions_attended(programme_id: int, person_ids: Collection[int]) -> dict[int, set[int]]:
    """The ids of the programme's sessions that each person attended, in one statement.

    Present or late, under one's own name: a stand-in's attendance counts for nobody's six.
    """
    found: dict[int, set[int]] = defaultdict(set)
    for person_id, event_id in db.session.execute(
        select(Attendance.person_id, Slot.event_id)
        .join(Slot, Slot.id == Attendance.slot_id)
        .join(Event, Event.id == Slot.event_id)
        .where(
            Event.programme_id == programme_id,
            Event.kind == "session",
            Attendance.person_id.in_(person_ids),
            Attendance.status.in_(HERE),
            Attendance.as_whom.in_(("trainee", "walk_in")),
        )
    ):
        found[person_id].add(event_id)
    return dict(found)


@dataclass(frozen=True)
class Attended:
    """A session or salon that someone attended, with the credit hours of the slots they were in."""

    event_id: int
    kind: str
    number: int
    hours: Decimal
    starts_at: datetime
    ends_at: datetime


def attended(programme_id: int, person_ids: Collection[int]) -> dict[int, list[Attended]]:
    """What each person attended of a programme, earliest first, in one statement.

    Counts what `sessions_attended` counts, salons besides.
    """
    found: dict[int, list[Attended]] = defaultdict(list)
    for person_id, event_id, kind, number, hours, starts_at, ends_at in db.session.execute(
        select(
            Attendance.person_id,
            Event.id,
            Event.kind,
            Event.number,
            func.sum(Slot.credit_hours),
            func.min(Slot.starts_at),
            func.max(Slot.ends_at),
        )
        .join(Slot, Slot.id == Attendance.slot_id)
        .join(Event, Event.id == Slot.event_id)
        .where(
            Event.programme_id == programme_id,
            Attendance.person_id.in_(person_ids),
            Attendance.status.in_(HERE),
            Attendance.as_whom.in_(("trainee", "walk_in")),
        )
        .group_by(Attendance.person_id, Event.id, Event.kind, Event.number)
        .order_by(func.min(Slot.starts_at))
    ):
        found[person_id].append(Attended(event_id, kind, number, Decimal(hours), starts_at, ends_at))
    return dict(found)
