"""Who comes by the group's link: found by community, name and whole phone number together, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, exists, func, or_, select

from training_app.core import audit
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound
from training_app.core.links import new_secret, secret_hash
from training_app.divisions.rules import lies_in

from . import attempts, grouplinks, logins, names, persons, phones
from .models import Account, Claim, GroupLink, Login, Person, Post

#: Misses for one typed name before that name rests, whatever device they come from: phone numbers are not
#: guessed by dropping a cookie.
NAME_FREE_FAILURES = 10
#: Tries that a whole group may miss before its link rests: eighty people mistype now and then.
LINK_FREE_FAILURES = 120
#: A claim that nobody looked at is void after this.
WAITS = timedelta(hours=24)
#: More waiting devices than this for one person are not noted.
MOST_WAITING = 3

#: One sentence for every miss, so that no answer tells which part was right.
NOT_FOUND = _l(
    "We cannot find you with these three. Please check the community, your full name and your whole phone number, "
    "or ask the organiser."
)


@dataclass(frozen=True, slots=True)
class ClaimAnswer:
    """How a claim went. `code` is in (token of the login), waits (secret of the claim), missed or locked."""

    code: str
    sentence: Any = ""
    token: str | None = None


def make(
    token: str, *, division_code: str, name: str, phone: str, device_key: str, device_name: str, now: datetime
) -> ClaimAnswer:
    """Find the person, and remember the device if it is their first; else wait for the organiser's nod.

    `device_key` is the browser's own random mark, by which its misses are counted. Raises NotFound for a
    dead link.
    """
    link = grouplinks.link_of(token, now)
    # Counted for this address of the link: renewing one that someone plays with helps at once.
    address = f"{link.id}.{link.revision}"
    device, group = attempts.key_of("claim", device_key), attempts.key_of("group", address)
    whom = attempts.key_of("claimed", f"{address}:{division_code}:{_kept(name)}")
    locked = (
        attempts.begin(device, now)
        or attempts.begin(whom, now, free=NAME_FREE_FAILURES)
        or attempts.begin(group, now, free=LINK_FREE_FAILURES)
    )
    if locked is not None:
        return ClaimAnswer("locked", attempts.wait_sentence(locked, now))
    with transaction() as session:
        person = _person(link, division_code, name, phone)
        if person is None:
            return ClaimAnswer("missed", NOT_FOUND)
        attempts.forget(device)
        attempts.forget(whom)
        attempts.forgive(group)
        # Locked: of two first claims at once one is the second.
        session.get(Person, person.id, with_for_update=True)
        if _is_first(person.id, now):
            made = logins.open_login(how="group_link", person_id=person.id, device_name=device_name, now=now)
            after = {"link": link.id, "first": True}
            audit.record(audit.Action.CLAIM_MADE, ("person", person.id), actor_id=person.id, now=now, after=after)
            return ClaimAnswer("in", token=made)
        secret = new_secret()
        waiting = session.scalar(
            select(func.count())
            .select_from(Claim)
            .where(Claim.person_id == person.id, Claim.state == "waiting", Claim.created_at > now - WAITS)
        )
        if (waiting or 0) < MOST_WAITING:
            claim = Claim(
                person_id=person.id,
                group_link_id=link.id,
                token_hash=secret_hash(secret),
                device_name=device_name[:60],
                state="waiting",
                created_at=now,
            )
            session.add(claim)
            session.flush()
            audit.record(audit.Action.CLAIM_MADE, ("claim", claim.id), actor_id=None, now=now)
        return ClaimAnswer("waits", token=secret)


def _kept(name: str) -> str:
    try:
        return names.normalise(name)
    except Invalid:
        return ""


def _person(link: GroupLink, division_code: str, name: str, phone: str) -> Person | None:
    try:
        wanted, number = names.normalise(name), phones.normalise(phone)
    except Invalid:
        return None
    works_there = or_(
        Person.division_code == division_code,
        exists().where(Post.person_id == Person.id, Post.division_code == division_code, Post.ended_on.is_(None)),
    )
    person = db.session.scalar(
        select(Person).where(Person.phone == number, Person.merged_into_id.is_(None), works_there)
    )
    return person if person and person.name == wanted and lies_in(division_code, link.division_code) else None


def _is_first(person_id: int, now: datetime) -> bool:
    """Whether no device was remembered lately; one that was ended (a lost phone) still counts, and so does
    an account: staff log in by password."""
    known = select(Login.id).where(Login.person_id == person_id, Login.expires_at > now).limit(1)
    account = select(Account.id).where(Account.person_id == person_id)
    return db.session.scalar(known) is None and db.session.scalar(account) is None


def state_of(secret: str, now: datetime) -> str:
    """waiting, accepted or refused, for the device that holds the claim's secret; a void claim is refused."""
    claim = db.session.scalar(select(Claim).where(Claim.token_hash == secret_hash(secret)))
    if claim is None or (claim.state == "waiting" and claim.created_at <= now - WAITS):
        return "refused"
    return claim.state


def number_of(secret: str) -> int | None:
    """The number that the waiting device shows and the organiser's list too."""
    return db.session.scalar(select(Claim.id).where(Claim.token_hash == secret_hash(secret)))


def waiting(jurisdictions: Sequence[str], now: datetime) -> Select[Any]:
    """The claims that wait in an area, the oldest first."""
    return (
        select(Claim)
        .join(Person, Person.id == Claim.person_id)
        .where(Claim.state == "waiting", Claim.created_at > now - WAITS, persons.in_area(tuple(jurisdictions)))
        .order_by(Claim.id)
    )


def decide(claim_id: int, *, accept: bool, actor_id: int, now: datetime) -> Claim:
    """Let the waiting device in, or not. A second decision changes nothing. Raises NotFound for a void claim."""
    with transaction() as session:
        claim = session.get(Claim, claim_id, with_for_update=True)
        if claim is None or (claim.state == "waiting" and claim.created_at <= now - WAITS):
            raise NotFound()
        if claim.state != "waiting":
            return claim
        claim.state = "accepted" if accept else "refused"
        claim.decided_at, claim.decided_by_id = now, actor_id
        if accept:
            logins.open_login(
                how="group_link",
                person_id=claim.person_id,
                device_name=claim.device_name,
                token_hash=claim.token_hash,
                now=now,
            )
        after = {"person": claim.person_id, "accepted": accept}
        audit.record(audit.Action.CLAIM_DECIDED, ("claim", claim_id), actor_id=actor_id, now=now, after=after)
        return claim
