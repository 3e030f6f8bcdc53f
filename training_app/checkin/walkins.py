"""People on no list: registered at the door or by the venue's code, and checked in at once.

A typed phone number reveals nobody. Whoever types the number of someone we know stays a person of their
own, unconfirmed and without the number, until an organiser has looked; the answer is the same either way.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from training_app.attendance.models import Scan
from training_app.core import audit
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.core.links import Purpose, make_token
from training_app.people import names, phones
from training_app.people.models import GroupLink, Person
from training_app.registration import seats
from training_app.registration.models import Registration
from training_app.registration.walkins import walk_in
from training_app.schedule.models import Event, Slot

from .answers import UNREADABLE, Answer
from .nearness import ANYWHERE, Nearness
from .presented import Presented
from .service import check_in, is_nonce
from .venue import SPENT, Pass, paid, pay, spent_on


def _event_of(slot_id: int) -> int:
    event_id = db.session.scalar(select(Slot.event_id).where(Slot.id == slot_id))
    if event_id is None:
        raise NotFound()
    return event_id


def at_door(
    slot_id: int,
    *,
    name: str,
    phone: str,
    division_code: str | None,
    as_whom: str = "walk_in",
    nonce: str,
    login_id: int | None,
    actor_id: int | None,
    device_id: int | None = None,
    now: datetime,
) -> Answer:
    """Register whoever stands before the volunteer and check them in; the same nonce gets the first answer.

    `as_whom`: walk_in, guest or staff; whoever is registered already stays what they are.
    Raises Invalid for what was typed, and what registration refuses (Refusal "waiting", "event_closed" …).
    """
    if not is_nonce(nonce):
        raise Invalid("nonce", UNREADABLE)
    with transaction():
        registration_id = spent_on(nonce)
        if registration_id is None:
            registration_id = walk_in(
                _event_of(slot_id),
                name=name,
                phone=phone,
                division_code=division_code,
                as_whom=as_whom,
                actor_id=actor_id,
                now=now,
            ).id
        return check_in(
            slot_id,
            Presented(nonce=nonce, source="walk_in", login_id=login_id, actor_id=actor_id, device_id=device_id),
            registration_id=registration_id,
            now=now,
        )


def by_pass(
    slot_id: int,
    token: str | None,
    *,
    name: str,
    phone: str,
    division_code: str | None,
    near: Nearness = ANYWHERE,
    login_id: int | None,
    now: datetime,
) -> Answer:
    """Register the unknown holder of a pass and check them in, marked as a walk-in to be confirmed.

    `near` is what the phone's position says. Raises Invalid for what was typed, Refusal "no_pass", "pass_over",
    "pass_spent", and what registration refuses.
    """
    bought = paid(token, slot_id, now)
    name, number = names.normalise(name), phones.normalise(phone)
    presented = _presented(bought, near, login_id=login_id)
    with transaction():
        spent = spent_on(bought.nonce)
        if spent is not None:
            return _again(slot_id, spent, name, presented, now=now)
        registration_id = _tried(slot_id, name, bought.phone_key)
        if registration_id is None:
            registration_id = _register_unknown(_event_of(slot_id), name, number, division_code, now).id
        return pay(slot_id, presented, registration_id=registration_id, objection=near.objection, now=now)


def _tried(slot_id: int, name: str, phone_key: str | None) -> int | None:
    """Whom this phone registered before and could not check in; someone without a number is found by nothing else."""
    if phone_key is None:
        return None
    return db.session.scalar(
        select(Scan.registration_id)
        .join(Person, Person.id == Scan.person_id)
        .where(
            Scan.slot_id == slot_id,
            Scan.phone_key == phone_key,
            Scan.source == "walk_in",
            Scan.outcome == "refused",
            Person.name == name,
            Person.phone.is_(None),
            Person.unconfirmed,
        )
        .order_by(Scan.id)
        .limit(1)
    )


def _presented(bought: Pass, near: Nearness, *, login_id: int | None, actor_id: int | None = None) -> Presented:
    return Presented(
        nonce=bought.nonce,
        source="walk_in",
        phone_key=bought.phone_key,
        login_id=login_id,
        actor_id=actor_id,
        note=near.note,
    )


def _again(slot_id: int, registration_id: int, name: str, presented: Presented, *, now: datetime) -> Answer:
    """The first answer, for the same name; a pass lets no second person in."""
    first = db.session.scalar(
        select(Person.name)
        .join(Registration, Registration.person_id == Person.id)
        .where(Registration.id == registration_id)
    )
    if first != name:
        raise Refusal("pass_spent", SPENT)
    return pay(slot_id, presented, registration_id=registration_id, now=now)


def _register_unknown(event_id: int, name: str, number: str, division_code: str | None, now: datetime) -> Registration:
    holder = db.session.scalar(select(Person).where(Person.phone == number))
    # Someone who was typed at a door before, and whom nobody has confirmed, is nobody we know.
    own = holder is None or (holder.unconfirmed and holder.name == name and holder.merged_into_id is None)
    registration = walk_in(
        event_id,
        name=name,
        phone=number if own else None,
        division_code=division_code,
        actor_id=None,
        now=now,
    )
    if not own and holder is not None:
        # For the organiser, who decides whether the two are one.
        audit.record(
            audit.Action.PERSON_CHANGED,
            ("person", registration.person_id),
            actor_id=None,
            now=now,
            after={"typed_the_number_of": holder.id},
        )
    return registration


def known_person(
    slot_id: int,
    token: str | None,
    person_id: int,
    *,
    near: Nearness = ANYWHERE,
    login_id: int | None,
    now: datetime,
) -> Answer:
    """Check in someone who is remembered on this phone and on no list, as a walk-in.

    Raises Refusal "no_pass", "pass_over", "pass_spent", and what registration refuses.
    """
    presented = _presented(paid(token, slot_id, now), near, login_id=login_id, actor_id=person_id)
    with transaction():
        registration = seats.register(
            _event_of(slot_id), person_id, source="door", as_whom="walk_in", actor_id=person_id, now=now
        )
        return pay(slot_id, presented, registration_id=registration.id, objection=near.objection, now=now)


def group_token(event: Event, now: datetime) -> str | None:
    """The token of the group's link by which a director of this programme may say who she is, if there is one."""
    link = db.session.execute(
        select(GroupLink.id, GroupLink.revision)
        .where(
            GroupLink.organisation_id == event.programme.organisation_id,
            GroupLink.revoked_at.is_(None),
            GroupLink.expires_at > now,
        )
        .order_by(GroupLink.expires_at.desc(), GroupLink.id.desc())
        .limit(1)
    ).first()
    return make_token(Purpose.GROUP, link.id, link.revision) if link else None
