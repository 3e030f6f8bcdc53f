"""Fetching a person, an account or a role and proving that this actor may touch it is one act.

Unknown ids and those outside the actor's area raise NotFound alike.
"""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from training_app.core.actors import Actor, Role, Scope
from training_app.core.db import db
from training_app.core.errors import Forbidden, NotFound
from training_app.core.permissions import Permission
from training_app.divisions.rules import lies_in

from . import rules, staffing
from .models import Account, Claim, Grant, GroupLink, Handover, Organisation, Person, Post
from .policy import allows


def person_scope(person: Person | None) -> Scope:
    """What a person belongs to: the communities of their present posts, or where they work.

    Of nobody it is nothing, asked all the same: a refusal takes as long whether or not there is such a person.
    """
    number = 0 if person is None else person.id
    codes = db.session.scalars(
        select(Post.division_code).where(Post.person_id == number, Post.ended_on.is_(None))
    ).all()
    if person is None:
        return Scope()
    return Scope(divisions=tuple(codes) or ((person.division_code,) if person.division_code else ()))


def person_for(actor: Actor, person_id: int, permission: Permission) -> Person:
    """The person with this id, if the actor may do this with them.

    Raises NotFound for an unknown id and for one outside the actor's area alike.
    """
    person = db.session.get(Person, person_id)
    scope = person_scope(person)
    if person is None or not allows(actor, permission, scope):
        raise NotFound()
    return person


def person_below(actor: Actor, person_id: int, permission: Permission, now: datetime) -> Person:
    """As `person_for`, for changes of what someone logs in with.

    Raises Forbidden for someone with an account that is not below the actor's own; oneself excepted.
    """
    person = person_for(actor, person_id, permission)
    has_account = db.session.scalar(select(Account.id).where(Account.person_id == person_id)) is not None
    if has_account and person_id != actor.person_id and not staffing.manageable(actor, [person_id], now):
        raise _above()
    return person


def _above() -> Forbidden:
    return Forbidden("above_you", _l("This person has a role that you do not give out. Ask the administrator."))


def account_for(actor: Actor, account_id: int, now: datetime) -> Account:
    """The account with this id, if the actor may reset or disable it.

    Raises Forbidden for one that the actor sees in the list but whose holder is not below them.
    """
    statement = select(Account).where(Account.id == account_id, staffing.visible(actor, now))
    account = db.session.scalar(statement)
    if account is None:
        raise NotFound()
    if not staffing.manageable(actor, [account.person_id], now):
        raise _above()
    return account


def visible_account(actor: Actor, account_id: int, now: datetime) -> Account:
    """The account with this id, if the actor sees it in the list."""
    account = db.session.scalar(select(Account).where(Account.id == account_id, staffing.visible(actor, now)))
    if account is None:
        raise NotFound()
    return account


def grant_for(actor: Actor, grant_id: int, now: datetime) -> Grant:
    """The role with this id, if the actor may end it."""
    grant = db.session.get(Grant, grant_id)
    if grant is None or grant.person_id is None:
        raise NotFound()
    facts = next((h.facts for h in staffing.held([grant.person_id], now).get(grant.person_id, [])
                  if h.grant.id == grant_id), None)  # fmt: skip
    if facts is None or not may_give(actor, facts.role, facts.division_code, facts.event_id, now):
        raise NotFound()
    return grant


def may_give(actor: Actor, role: Role, division_code: str | None, event_id: int | None, now: datetime) -> bool:
    """Whether the actor may give or end a role in this scope."""
    owner = staffing.events(now, event_ids=[event_id]).get(event_id) if event_id is not None else None
    return rules.may_give(
        actor, role, division_code=division_code, event_organisation_id=owner.organisation_id if owner else None
    )


def place_for(actor: Actor, code: str | None, permission: Permission) -> str:
    """A division's code, if it lies where the actor has the permission."""
    if not code or not allows(actor, permission, Scope(divisions=(code,))):
        raise NotFound()
    return code


def group_link_for(actor: Actor, link_id: int) -> GroupLink:
    """The group's link with this id, if the actor looks after its division."""
    link = db.session.get(GroupLink, link_id)
    if link is None or not allows(actor, Permission.PERSON_EDIT, Scope(divisions=(link.division_code,))):
        raise NotFound()
    return link


def claim_for(actor: Actor, claim_id: int, now: datetime) -> Claim:
    """The claim with this id, if the actor looks after the person. Raises as `person_below`."""
    claim = db.session.get(Claim, claim_id)
    if claim is None:
        raise NotFound()
    person_below(actor, claim.person_id, Permission.PERSON_EDIT, now)
    return claim


def handover_for(actor: Actor, handover_id: int, permission: Permission) -> Handover:
    """The handover with this id, if its subdistrict lies where the actor has the permission."""
    handover = db.session.get(Handover, handover_id)
    if handover is None or not allows(actor, permission, Scope(divisions=(handover.division_code,))):
        raise NotFound()
    return handover


def offices_of(actor: Actor, division_code: str) -> list[Organisation]:
    """The organisations for which the actor may make a group's link in this division."""
    everyone = db.session.scalars(select(Organisation).order_by(Organisation.name)).all()
    mine = None if staffing.is_administrator(actor) else set(staffing.organisation_ids(actor))
    return [o for o in everyone if lies_in(division_code, o.division_code) and (mine is None or o.id in mine)]
