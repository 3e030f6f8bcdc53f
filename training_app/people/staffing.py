"""Who of an area can log in as staff, and with which roles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, or_, select

from training_app.core import signals
from training_app.core.actors import Actor, ActorGrant, Role
from training_app.core.db import db
from training_app.core.permissions import Permission
from training_app.core.signals import EventFact
from training_app.divisions import service as tree
from training_app.divisions.rules import within_any

from . import persons, rules
from .models import Account, Grant, Organisation, Person
from .policy import jurisdictions


class Held(NamedTuple):
    """A grant that is valid now or later, as rules read it and as people do."""

    grant: Grant
    facts: ActorGrant
    organisation: str


def events(
    now: datetime, *, event_ids: Iterable[int] = (), organisation_ids: Iterable[int] | None = ()
) -> dict[int, EventFact]:
    """What the room that knows events says of these, and of all events of these organisations (None: of all)."""
    wanted = None if organisation_ids is None else sorted(set(organisation_ids))
    ids = sorted(set(event_ids))
    if wanted == [] and not ids:
        return {}
    answers = signals.events_asked.send(None, event_ids=ids, organisation_ids=wanted, now=now)
    return {fact.id: fact for _receiver, found in answers for fact in found}


def _open(now: datetime) -> ColumnElement[bool]:
    return or_(Grant.valid_to.is_(None), Grant.valid_to > now)


def held(person_ids: Iterable[int], now: datetime) -> dict[int, list[Held]]:
    """The roles of each person that are valid now or later, in one statement."""
    found: dict[int, list[Held]] = defaultdict(list)
    ids = set(person_ids)
    if not ids:
        return {}
    statement = (
        select(Grant, Organisation)
        .outerjoin(Organisation, Organisation.id == Grant.organisation_id)
        .where(Grant.person_id.in_(ids), _open(now))
        .order_by(Grant.id)
    )
    for grant, organisation in db.session.execute(statement):
        area = grant.division_code or (organisation.division_code if organisation else None)
        facts = ActorGrant(grant.id, Role(grant.role), grant.organisation_id, area, grant.programme_id, grant.event_id)
        found[grant.person_id or 0].append(Held(grant, facts, organisation.name if organisation else ""))
    return dict(found)


def organisation_ids(actor: Actor) -> list[int]:
    """The organisations for which the actor gives out roles."""
    return sorted({g.organisation_id for g in actor.grants if g.role is Role.ORGANISER and g.organisation_id})


def is_administrator(actor: Actor) -> bool:
    """Whether the actor administers the whole system."""
    return any(grant.role is Role.ADMINISTRATOR for grant in actor.grants)


def visible(actor: Actor, now: datetime) -> ColumnElement[bool]:
    """The condition that an account belongs to someone in the actor's area or with a role in it."""
    if is_administrator(actor):
        return Account.id.is_not(None)
    area = jurisdictions(actor, Permission.ACCOUNT_RESET)
    offices = organisation_ids(actor)
    mine = list(events(now, organisation_ids=offices))
    role_here = or_(within_any(Grant.division_code, area), Grant.organisation_id.in_(offices), Grant.event_id.in_(mine))
    return or_(
        Account.person_id.in_(select(Grant.person_id).where(_open(now), role_here)),
        Account.person_id.in_(select(Person.id).where(persons.in_area(area))),
    )


def accounts(actor: Actor, text: str, now: datetime) -> Any:
    """The accounts that the actor may see, with their persons, by name; `text` narrows as in the persons' list."""
    statement = select(Account, Person).join(Person, Person.id == Account.person_id).where(visible(actor, now))
    if text.strip():
        statement = statement.where(
            or_(
                persons.matches(text),
                Account.username.startswith(text.strip().lower().replace("\0", ""), autoescape=True),
            )
        )
    return statement.order_by(Account.disabled_at.is_not(None), Person.pinyin, Person.name, Account.id)


def manageable(actor: Actor, person_ids: Iterable[int], now: datetime) -> set[int]:
    """Those of these persons whose access stands below the actor's own."""
    ids = set(person_ids)
    grants = held(ids, now)
    named = {h.facts.event_id for roles in grants.values() for h in roles if h.facts.event_id is not None}
    owners = {fact.id: fact.organisation_id for fact in events(now, event_ids=named).values()}
    return {
        person_id for person_id in ids if rules.may_manage(actor, [h.facts for h in grants.get(person_id, [])], owners)
    }


def without_access_above(actor: Actor, person_ids: Iterable[int], now: datetime) -> set[int]:
    """Those of these persons who have no account, or one that stands below the actor's own."""
    ids = set(person_ids)
    staff = set(db.session.scalars(select(Account.person_id).where(Account.person_id.in_(ids))))
    return (ids - staff) | (manageable(actor, staff, now) if staff else set()) | (ids & {actor.person_id or 0})


def places(roles: dict[int, list[Held]]) -> dict[str, str]:
    """The names of the areas that these roles are valid in."""
    codes = {h.grant.division_code for held_ in roles.values() for h in held_ if h.grant.division_code}
    return tree.names(codes) if codes else {}


def organisation_names(ids: Sequence[int] | None) -> dict[int, str]:
    """The names of these organisations, or of all."""
    statement = select(Organisation.id, Organisation.name).order_by(Organisation.name)
    if ids is not None:
        statement = statement.where(Organisation.id.in_(ids))
    return {row.id: row.name for row in db.session.execute(statement)}


def account_of(person_id: int | None) -> int | None:
    """The id of a person's account."""
    return db.session.scalar(select(Account.id).where(Account.person_id == person_id))
