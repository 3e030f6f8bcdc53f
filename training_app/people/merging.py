"""Two records of one person become one; every fact is kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, func, or_, select, update

from training_app.core import audit, signals
from training_app.core.bulk import among
from training_app.core.db import db, transaction
from training_app.core.errors import NotFound, Refusal

from . import logins
from .models import Account, Claim, Grant, Person, Post

#: A person's own id, or that of the one whom the record was merged into.
HOLDER: ColumnElement[int] = func.coalesce(Person.merged_into_id, Person.id)


def records(person_ids: Collection[int]) -> Select[Any]:
    """The statement of the ids under which facts of these people may stand: their own and those merged into them."""
    return select(Person.id).where(or_(among(Person.id, person_ids), among(Person.merged_into_id, person_ids)))


def obstacle(person_id: int, now: datetime) -> Refusal | None:
    """Why this person may not be merged into another, or None: posts and access never move by a merge."""
    if db.session.scalar(select(Account.id).where(Account.person_id == person_id, Account.disabled_at.is_(None))):
        return Refusal(
            "has_account",
            _l("This person has an account. Merge the other way round; if both have one, disable one account first."),
        )
    open_grant = or_(Grant.valid_to.is_(None), Grant.valid_to > now)
    if db.session.scalar(select(Grant.id).where(Grant.person_id == person_id, open_grant).limit(1)):
        return Refusal("has_grants", _l("This person has a role. End the role first, or merge the other way round."))
    if db.session.scalar(select(Post.id).where(Post.person_id == person_id, Post.ended_on.is_(None)).limit(1)):
        return Refusal(
            "has_post", _l("This person holds a post. Hand the post over first, or merge the other way round.")
        )
    return None


def merge(person_id: int, into_id: int, *, actor_id: int, now: datetime) -> Person:
    """Make `person_id` a former record of `into_id`; gives the person who stays.

    Facts keep the person that they were written for; each room resolves its own when `persons_merged`
    is sent. The one who stays takes over a phone number, address or work place that was missing. The
    devices of the other end. Raises Refusal when the other holds a post, a role or an account.
    """
    if person_id == into_id:
        raise Refusal("same_person", _l("These are the same record. Choose another one."))
    with transaction() as session:
        locked = select(Person).where(Person.id.in_([person_id, into_id])).order_by(Person.id).with_for_update()
        found = {person.id: person for person in session.scalars(locked)}
        person, into = found.get(person_id), found.get(into_id)
        if person is None or into is None:
            raise NotFound()
        if person.merged_into_id == into_id:
            return into
        if person.merged_into_id is not None or into.merged_into_id is not None:
            raise Refusal("merged_meanwhile", _l("One of the two was merged meanwhile. Search for the person again."))
        reason = obstacle(person_id, now)
        if reason is not None:
            raise reason
        taken = {}
        for field in ("phone", "email", "sex", "language", "division_code"):
            value = getattr(person, field)
            if value and not getattr(into, field):
                taken[field] = value
        if "phone" in taken:
            person.phone = None  # unique: it leaves before it arrives
            session.flush()
        for field, value in taken.items():
            setattr(into, field, value)
        into.unconfirmed = False
        person.unconfirmed = False
        person.merged_into_id = into_id
        # Who was merged before follows, so that one step always leads to the one who stays.
        session.execute(update(Person).where(Person.merged_into_id == person_id).values(merged_into_id=into_id))
        session.execute(
            update(Claim)
            .where(Claim.person_id == person_id, Claim.state == "waiting")
            .values(state="refused", decided_at=now, decided_by_id=actor_id)
        )
        # A device that someone typed a name into must not become a known person's.
        logins.end_everything(person_id, now)
        audit.record(
            audit.Action.PERSON_MERGED,
            ("person", person_id),
            actor_id=actor_id,
            now=now,
            after={"into": into_id, "taken": sorted(taken)},
        )
        session.flush()
        signals.persons_merged.send(None, person_id=person_id, into_id=into_id, actor_id=actor_id, now=now)
        return into


def records_of(person_ids: Iterable[int]) -> dict[int, list[int]]:
    """Each person's own id and those of the records merged into them, in one statement."""
    ids = list(dict.fromkeys(person_ids))
    found = {person_id: [person_id] for person_id in ids}
    if ids:
        merged = select(Person.id, Person.merged_into_id).where(Person.merged_into_id.in_(ids)).order_by(Person.id)
        for former, into in db.session.execute(merged):
            found[into or 0].append(former)
    return found
