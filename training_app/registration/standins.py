"""Stand-ins (代会): a director proposes who comes in her place, the organiser decides.

Who comes is registered under their own name; it never counts for the director.
"""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from training_app.core import audit
from training_app.core.db import db, transaction
from training_app.core.errors import NotFound, Refusal
from training_app.people import names, persons, phones
from training_app.schedule import occupancy
from training_app.schedule.models import Event

from . import capacity, line, rows, seats
from .models import Registration, StandIn
from .rules import STANDING


def propose(registration_id: int, *, name: str, phone: str | None, actor_id: int, now: datetime) -> StandIn:
    """Propose a stand-in for a confirmed registration; the same proposal twice is one.

    Raises Invalid for name or phone, NotFound, Refusal "not_confirmed", "over" once the event has ended,
    "already_proposed" while another proposal is open.
    """
    name = names.normalise(name)
    number = phones.normalise(phone) if phone and phone.strip() else None
    with transaction() as session:
        row = session.get(Registration, registration_id)
        if row is None:
            raise NotFound()
        held = {event.id: event for event in occupancy.hold_events(row.event_id)}
        session.refresh(row)
        if row.state != "confirmed" or row.as_whom != "trainee":
            raise Refusal("not_confirmed", _l("Only someone who has a seat can send a stand-in."))
        span = capacity.spans([row.event_id]).get(row.event_id)
        if held[row.event_id].state != "published" or (span is not None and span[1] <= now):
            raise Refusal("over", _l("This event is over or was cancelled."))
        there = _open_of(registration_id)
        if there is not None:
            if (there.name, there.phone) == (name, number):
                return there
            raise Refusal(
                "already_proposed", _l("You have proposed %(name)s already. Take that back first.", name=there.name)
            )
        made = StandIn(registration_id=registration_id, name=name, phone=number, state="proposed", created_at=now)
        session.add(made)
        session.flush()
        audit.record(
            audit.Action.STAND_IN_PROPOSED,
            ("stand_in", made.id),
            actor_id=actor_id,
            now=now,
            after={"registration": registration_id, "name": name},
        )
        return made


def _open_of(registration_id: int) -> StandIn | None:
    # The event is held, so nobody proposes meanwhile; the partial unique key would refuse the second.
    return db.session.scalar(
        select(StandIn).where(StandIn.registration_id == registration_id, StandIn.state == "proposed")
    )


def _decided(proposal: StandIn, state: str, reason: str, *, actor_id: int, now: datetime) -> None:
    proposal.state, proposal.reason = state, reason
    proposal.decided_by_id, proposal.decided_at = actor_id, now
    db.session.flush()
    audit.record(
        audit.Action.STAND_IN_DECIDED,
        ("stand_in", proposal.id),
        actor_id=actor_id,
        now=now,
        before={"state": "proposed"},
        after={"state": state, "reason": reason},
    )


def _proposal(stand_in_id: int) -> tuple[StandIn, Registration, list[Event]]:
    event_id = db.session.scalar(
        select(Registration.event_id)
        .join(StandIn, StandIn.registration_id == Registration.id)
        .where(StandIn.id == stand_in_id)
    )
    if event_id is None:
        raise NotFound()
    held = occupancy.hold_events(event_id)
    proposal = db.session.get_one(StandIn, stand_in_id, populate_existing=True)
    return proposal, db.session.get_one(Registration, proposal.registration_id, populate_existing=True), held


def accept(stand_in_id: int, *, actor_id: int, now: datetime) -> Registration:
    """Let the stand-in come in the director's seat; gives the stand-in's registration. Harmless to repeat.

    Raises NotFound; Refusal "decided" when the proposal was refused or taken back, "not_confirmed" when the
    director has no seat any more, "already_coming" when the stand-in is registered for this event anyway;
    Invalid "name_differs" when the phone number belongs to someone of another name.
    """
    with transaction():
        proposal, row, held = _proposal(stand_in_id)
        if proposal.state not in ("proposed", "accepted"):
            raise _already_decided()
        person = persons.find_or_create(
            proposal.name, proposal.phone, division_code=row.division_code, actor_id=actor_id, now=now
        )
        there = rows.row_of(row.event_id, person.id)
        if proposal.state == "accepted" and there is not None:
            return there
        if row.state != "confirmed":
            raise Refusal("not_confirmed", _l("Only someone who has a seat can send a stand-in."))
        if there is not None and there.state in STANDING:
            raise Refusal("already_coming", _l("%(name)s is registered for this event already.", name=person.name))
        if rows.end(row, actor_id=actor_id, now=now):
            capacity.give_back(row.event_id)
        made = seats.register(
            row.event_id,
            person.id,
            source="organiser",
            as_whom="stand_in",
            stand_in_for_id=row.person_id,
            # Who comes, comes for this community.
            division_code=row.division_code,
            actor_id=actor_id,
            now=now,
        )
        _decided(proposal, "accepted", "", actor_id=actor_id, now=now)
        line.advance(held, now=now)
        return made


def refuse(stand_in_id: int, reason: str = "", *, actor_id: int, now: datetime) -> StandIn:
    """Turn a proposal down; the director's own registration stays. Harmless to repeat.

    Raises NotFound, Refusal "decided" when it was accepted or taken back.
    """
    with transaction():
        proposal, _row, _held = _proposal(stand_in_id)
        if proposal.state == "proposed":
            _decided(proposal, "refused", " ".join(reason.split()), actor_id=actor_id, now=now)
        elif proposal.state != "refused":
            raise _already_decided()
        return proposal


def withdraw(registration_id: int, *, actor_id: int, now: datetime) -> None:
    """Take one's open proposal back; without one nothing changes. Raises NotFound."""
    with transaction() as session:
        row = session.get(Registration, registration_id)
        if row is None:
            raise NotFound()
        occupancy.hold_events(row.event_id)
        proposal = _open_of(registration_id)
        if proposal is not None:
            _decided(proposal, "withdrawn", "", actor_id=actor_id, now=now)


def _already_decided() -> Refusal:
    return Refusal("decided", _l("This proposal was decided or taken back meanwhile. Look at the page again."))


def latest(registration_id: int) -> StandIn | None:
    """The newest proposal for a registration, in whatever state."""
    return db.session.scalar(
        select(StandIn).where(StandIn.registration_id == registration_id).order_by(StandIn.id.desc()).limit(1)
    )


def of_event(event_id: int, stand_in_id: int) -> StandIn:
    """The proposal with this id, if it is for this event. Raises NotFound."""
    found = db.session.scalar(
        select(StandIn).join(StandIn.registration).where(StandIn.id == stand_in_id, Registration.event_id == event_id)
    )
    if found is None:
        raise NotFound()
    return found
