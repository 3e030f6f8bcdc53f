"""Leave: asked by the director or her supervisor, granted or refused by the organiser. Append only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import aliased

from training_app.core import audit
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.people.merging import HOLDER, records
from training_app.people.models import Person
from training_app.registration.models import Registration
from training_app.schedule.models import Event, Slot

from .models import Leave
from .recording import people_of, rederive, slot_facts
from .words import FINAL

ASKED, GRANTED, REFUSED, DROPPED = "asked", "granted", "refused", "dropped"
LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class LeaveState:
    """The latest word about someone's leave in a slot."""

    state: str
    reason: str
    at: datetime
    by: str


def _wording(reason: str, *, needed: Any) -> str:
    reason = reason.strip()
    if needed and not reason:
        raise Invalid("reason_needed", needed, {"reason": needed})
    if len(reason) > LONGEST_REASON:
        text = _l("Please keep it under %(count)s characters.", count=LONGEST_REASON)
        raise Invalid("reason_too_long", text, {"reason": text})
    return reason


def _slots(event_id: int, slot_ids: Collection[int]) -> tuple[Event, Sequence[Slot]]:
    event = db.session.get(Event, event_id)
    slots = db.session.scalars(select(Slot).where(Slot.event_id == event_id, Slot.id.in_(slot_ids))).all()
    if event is None or len(slots) != len(set(slot_ids)):
        raise NotFound()
    return event, slots


def ask(event_id: int, person_id: int, slot_ids: Collection[int], reason: str, *, actor_id: int, now: datetime) -> None:
    """Ask for leave from slots of an event for which someone is confirmed; the organiser decides. Audited.

    Asking again while it is asked or granted changes nothing. Raises Invalid without a slot or a reason, NotFound
    where the person is not confirmed, Refusal "over" when a slot has ended and "state" when the event is not on.
    """
    if not slot_ids:
        sentence = _l("Please choose at least one time.")
        raise Invalid("no_slot", sentence, {"slots": sentence})
    reason = _wording(reason, needed=_l("Please say why, so that the organiser can decide."))
    with transaction() as session:
        event, slots = _slots(event_id, slot_ids)
        _be_confirmed(event_id, person_id)
        if event.state != "published":
            raise Refusal("state", _l("This event is not on, so there is nothing to ask leave from."))
        if any(slot.ends_at <= now for slot in slots):
            raise Refusal("over", _l("This is over. Please tell the organiser, who can correct the attendance."))
        known = latest(slot_ids, [person_id])
        new = [s for s in slots if (state := known.get((person_id, s.id))) is None or state.state in (REFUSED, DROPPED)]
        for slot in new:
            session.add(
                Leave(slot_id=slot.id, person_id=person_id, state=ASKED, reason=reason, actor_id=actor_id, at=now)
            )
        if new:
            audit.record(
                audit.Action.LEAVE_ASKED,
                ("event", event_id),
                actor_id=actor_id,
                now=now,
                after={"person": person_id, "slots": [slot.id for slot in new], "reason": reason},
            )


def _be_confirmed(event_id: int, person_id: int) -> None:
    confirmed = select(Registration.id).where(
        Registration.event_id == event_id,
        Registration.person_id.in_(records([person_id])),
        Registration.state == "confirmed",
    )
    if db.session.scalar(confirmed) is None:
        raise NotFound()


def drop(event_id: int, person_id: int, *, actor_id: int, now: datetime) -> None:
    """Take leave back that was asked or granted: the person comes after all. Harmless to repeat.

    Raises NotFound where the person is not confirmed.
    """
    with transaction() as session:
        _be_confirmed(event_id, person_id)
        slots = {slot.id: slot for slot in session.scalars(select(Slot).where(Slot.event_id == event_id))}
        open_slots = [
            slot_id
            for (_person, slot_id), leave in latest(slots, [person_id]).items()
            if leave.state in (ASKED, GRANTED) and slots[slot_id].ends_at > now
        ]
        for slot_id in open_slots:
            _write(slot_id, person_id, DROPPED, "", actor_id=actor_id, now=now)
        if open_slots:
            audit.record(
                audit.Action.LEAVE_DECIDED,
                ("event", event_id),
                actor_id=actor_id,
                now=now,
                after={"person": person_id, "slots": open_slots, "state": DROPPED},
            )


def _write(slot_id: int, person_id: int, state: str, reason: str, *, actor_id: int, now: datetime) -> None:
    session = db.session()
    slot = session.get_one(Slot, slot_id)
    people = people_of(slot_id, [person_id])
    if not people:
        raise NotFound()
    session.add(Leave(slot_id=slot_id, person_id=person_id, state=state, reason=reason, actor_id=actor_id, at=now))
    session.flush()
    event_state = session.scalars(select(Event.state).where(Event.id == slot.event_id)).one()
    rederive(slot_id, slot_facts(slot, event_state), people)


def decide_leave(
    slot_id: int, person_id: int, *, granted: bool, reason: str = "", actor_id: int, now: datetime
) -> None:
    """Grant or refuse leave for a slot; who has leave and does not come is excused. Audited.

    Raises NotFound where the person has nothing to do with the slot, Invalid when refused without a reason,
    Refusal "closed" once attendance is final.
    """
    slot = db.session.get(Slot, slot_id)
    if slot is None:
        raise NotFound()
    decide(slot.event_id, person_id, [slot_id], granted=granted, reason=reason, actor_id=actor_id, now=now)


def decide(
    event_id: int,
    person_id: int,
    slot_ids: Collection[int],
    *,
    granted: bool,
    reason: str = "",
    actor_id: int,
    now: datetime,
) -> None:
    """Grant or refuse leave for slots of an event together. Audited; raises as `decide_leave`."""
    state = GRANTED if granted else REFUSED
    reason = _wording(reason, needed=None if granted else _l("Please say why it is refused; the director reads it."))
    if not slot_ids:
        raise NotFound()
    with transaction():
        event, _found = _slots(event_id, slot_ids)
        if event.state == "closed":
            raise Refusal("closed", FINAL)
        for slot_id in sorted(set(slot_ids)):
            _write(slot_id, person_id, state, reason, actor_id=actor_id, now=now)
            audit.record(
                audit.Action.LEAVE_DECIDED,
                ("slot", slot_id),
                actor_id=actor_id,
                now=now,
                after={"person": person_id, "state": state, "reason": reason},
            )


def latest(slot_ids: Collection[int], person_ids: Any) -> dict[tuple[int, int], LeaveState]:
    """The latest word about leave by (person, slot), in one statement.

    `person_ids`, of those who stay after a merge, may be a statement of ids.
    """
    by = aliased(Person)
    rows = db.session.execute(
        select(HOLDER, Leave.slot_id, Leave.state, Leave.reason, Leave.at, by.name)
        .join(Person, Person.id == Leave.person_id)
        .outerjoin(by, by.id == Leave.actor_id)
        .where(Leave.slot_id.in_(slot_ids), HOLDER.in_(person_ids))
        .order_by(Leave.at, Leave.id)
    )
    return {(row[0], row[1]): LeaveState(*row[2:5], row[5] or "") for row in rows}
