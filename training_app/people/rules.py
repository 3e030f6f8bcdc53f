"""How long devices are remembered, when typing a password is locked, who may give which role."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from training_app.core.actors import Actor, ActorGrant, Role
from training_app.divisions.rules import lies_in

#: A director's device; it holds only her own things and she forgets passwords.
DIRECTOR_DEVICE = timedelta(days=180)
#: A staff device is out after this much without a click, and at the latest after the second.
STAFF_IDLE = timedelta(hours=12)
STAFF_LOGIN = timedelta(days=30)
FREE_FAILURES = 5
LONGEST_LOCK = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=24)
SHORTEST_PASSWORD = 10
#: Without 0 o 1 l i: the slip is read aloud and typed on a phone.
_CLEAR = "abcdefghjkmnpqrstuvwxyz23456789"


def lock_for(failures: int, free: int = FREE_FAILURES) -> timedelta | None:
    """How long a name is locked after so many failures in a row: from `free` on 1, 2, 4, 8, then 15 minutes."""
    if failures < free:
        return None
    return min(timedelta(minutes=2 ** min(failures - free, 5)), LONGEST_LOCK)


def failures_after(failures: int, last_at: datetime | None, now: datetime) -> int:
    """The count with one more failure; a quiet day forgets the old ones."""
    return 1 if last_at is None or now - last_at > FORGOTTEN_AFTER else failures + 1


def one_time_password() -> str:
    """Three groups of four clear characters, 59 bits."""
    return "-".join("".join(secrets.choice(_CLEAR) for _ in range(4)) for _ in range(3))


def weak(password: str, *known: str | None) -> bool:
    """Whether a password is too short, one character over and over, or made of what others know."""
    plain = password.strip().lower()
    if len(password) < SHORTEST_PASSWORD or len(set(plain)) < 5:
        return True
    return any(text and plain in (text.lower(), text.lower().removeprefix("+86")) for text in known)


#: The roles that each role may give, always strictly below itself.
MAY_GIVE: dict[Role, frozenset[Role]] = {
    Role.ADMINISTRATOR: frozenset(
        {Role.ADMINISTRATOR, Role.ORGANISER, Role.FACILITATOR, Role.SUPERVISOR, Role.AUDITOR}
    ),
    Role.ORGANISER: frozenset({Role.FACILITATOR, Role.SUPERVISOR}),
}


def may_give(actor: Actor, role: Role, *, division_code: str | None, event_organisation_id: int | None) -> bool:
    """Whether the actor may give (or end) a role in this scope.

    An administrator gives every role. An organiser makes supervisors inside her organisation's area
    and facilitators of her organisation's events, and nothing else.
    """
    return any(_covers(grant, role, division_code, event_organisation_id) for grant in actor.grants)


def _covers(grant: ActorGrant, role: Role, division_code: str | None, organisation_id: int | None) -> bool:
    if role not in MAY_GIVE.get(grant.role, frozenset()):
        return False
    if grant.role is Role.ADMINISTRATOR:
        return True
    if role is Role.FACILITATOR:
        return organisation_id is not None and organisation_id == grant.organisation_id
    return grant.division_code is not None and lies_in(division_code, grant.division_code)


def may_manage(actor: Actor, held: Iterable[ActorGrant], event_organisations: Mapping[int, int]) -> bool:
    """Whether the actor may reset, disable or change someone who holds these grants now or later.

    Only where each grant is one that the actor may give: so an organiser never reaches an administrator, a
    fellow organiser, an auditor, or another office's people. `event_organisations` says whose an event is.
    """
    return all(
        may_give(
            actor,
            grant.role,
            division_code=grant.division_code,
            event_organisation_id=event_organisations.get(grant.event_id) if grant.event_id is not None else None,
        )
        for grant in held
    )
