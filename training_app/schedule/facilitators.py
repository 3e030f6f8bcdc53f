"""Who teaches or leads an event, and the grant that lets them see it."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select

from training_app.core import audit
from training_app.core.actors import Role
from training_app.core.db import db
from training_app.core.errors import Invalid
from training_app.people import persons
from training_app.people.models import Account, Grant, Person

from .drafts import FacilitatorDraft
from .models import Event, Facilitation, Programme


class Leader(NamedTuple):
    """A person and how the ledger names them: unit and title."""

    person_id: int
    unit_and_title: str


def known(organisation_id: int) -> list[Person]:
    """Who has led an event of this organisation's programmes, by name."""
    led = (
        select(Facilitation.person_id)
        .join(Event, Event.id == Facilitation.event_id)
        .join(Programme, Programme.id == Event.programme_id)
        .where(Programme.organisation_id == organisation_id)
    )
    return list(db.session.scalars(select(Person).where(Person.id.in_(led)).order_by(Person.name, Person.id)))


def resolve(
    drafts: tuple[FacilitatorDraft, ...], programme: Programme, *, actor_id: int, now: datetime
) -> list[Leader]:
    """The persons behind what was typed, in the open transaction; unknown ones are made.

    A name without a number is the one facilitator of that name whom the organisation knows, else someone of
    that name in the programme's area. Raises Invalid with fields `facilitators-<place>-name` or `-phone`.
    """
    if not drafts:
        return []
    by_name: dict[str, list[int]] = {}
    for person in known(programme.organisation_id):
        by_name.setdefault(person.name, []).append(person.id)
    found: list[Leader] = []
    for place, draft in enumerate(drafts):
        ids = by_name.get("".join(draft.name.split()), [])
        person_id = draft.person_id or (ids[0] if len(ids) == 1 and not draft.phone.strip() else None)
        if person_id is None:
            try:
                person_id = persons.find_or_create(
                    draft.name, draft.phone, division_code=programme.division_code, actor_id=actor_id, now=now
                ).id
            except Invalid as fault:
                fields = {f"facilitators-{place}-{key}": text for key, text in fault.fields.items()}
                raise Invalid(fault.code, fault.sentence, fields) from None
        if any(leader.person_id == person_id for leader in found):
            sentence = _l("This facilitator is named twice.")
            raise Invalid("facilitator_twice", sentence, {f"facilitators-{place}-name": sentence})
        found.append(Leader(person_id, draft.unit_and_title.strip()))
    return found


def assign(event: Event, leaders: list[Leader], *, actor_id: int, now: datetime) -> None:
    """Make these the event's facilitators; who has an account may see the event, who left no longer."""
    before = {f.person_id: f for f in event.facilitations}
    wanted = {leader.person_id: leader for leader in leaders}
    for person_id, facilitation in before.items():
        if person_id not in wanted:
            event.facilitations.remove(facilitation)
            db.session.delete(facilitation)
    for leader in leaders:
        if leader.person_id in before:
            before[leader.person_id].unit_and_title = leader.unit_and_title
        else:
            event.facilitations.append(Facilitation(person_id=leader.person_id, unit_and_title=leader.unit_and_title))
    db.session.flush()
    _end_grants(event.id, set(before) - set(wanted), actor_id=actor_id, now=now)
    give_grants(event.id, set(wanted), actor_id=actor_id, now=now)


def _valid(event_id: int, now: datetime) -> tuple[object, ...]:
    return (
        Grant.event_id == event_id,
        Grant.role == Role.FACILITATOR.value,
        or_(Grant.valid_to.is_(None), Grant.valid_to > now),
    )


def _end_grants(event_id: int, person_ids: set[int], *, actor_id: int, now: datetime) -> None:
    held = select(Grant).where(*_valid(event_id, now), Grant.person_id.in_(person_ids))  # type: ignore[arg-type]
    for grant in db.session.scalars(held).all() if person_ids else ():
        grant.valid_to = now
        audit.record(audit.Action.GRANT_ENDED, ("role_grant", grant.id), actor_id=actor_id, now=now)


def give_grants(event_id: int, person_ids: set[int], *, actor_id: int | None, now: datetime) -> None:
    """Let those of these persons who have an account see the event, in the open transaction."""
    if not person_ids:
        return
    have = select(Grant.person_id).where(*_valid(event_id, now), Grant.person_id.is_not(None))  # type: ignore[arg-type]
    wanting = select(Account.person_id).where(
        Account.person_id.in_(person_ids), Account.disabled_at.is_(None), Account.person_id.not_in(have)
    )
    for person_id in db.session.scalars(wanting).all():
        grant = Grant(
            person_id=person_id,
            role=Role.FACILITATOR.value,
            event_id=event_id,
            valid_from=now,
            given_by_id=actor_id,
        )
        db.session.add(grant)
        db.session.flush()
        after = {"person": person_id, "role": grant.role, "event": event_id}
        audit.record(audit.Action.GRANT_GIVEN, ("role_grant", grant.id), actor_id=actor_id, now=now, after=after)
