"""Door links: whoever holds one may scan at one event, until midnight after its last day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select, update

from training_app.core import audit
from training_app.core.actors import Role
from training_app.core.clock import midnight_after
from training_app.core.db import db, transaction
from training_app.core.errors import NotFound, Refusal
from training_app.core.links import Purpose, make_token, new_secret, secret_hash
from training_app.people import logins
from training_app.people.models import Grant, Login
from training_app.schedule.models import Slot


@dataclass(frozen=True, slots=True)
class DoorLink:
    """A link as the organiser sees it. `token` is None for one that this system cannot show again."""

    id: int
    label: str
    valid_from: datetime
    valid_to: datetime | None
    token: str | None
    devices: tuple[tuple[str, datetime], ...] = ()

    def is_live(self, now: datetime) -> bool:
        return self.valid_to is None or self.valid_to > now


def _token(grant_id: int) -> str:
    return make_token(Purpose.DOOR, grant_id, 0)


def make(event_id: int, label: str, *, actor_id: int | None, now: datetime) -> DoorLink:
    """Make a link for an event's door. Raises Refusal("event_over") when its last day is past."""
    with transaction() as session:
        last = session.scalar(select(func.max(Slot.ends_at)).where(Slot.event_id == event_id))
        ends_at = midnight_after(last) if last else None
        if ends_at is None or ends_at <= now:
            raise Refusal("event_over", _l("The event's last day is past. Change its date first."))
        grant = Grant(
            role=Role.DOOR_VOLUNTEER.value,
            event_id=event_id,
            # The token is made from the id, which the first insert gives.
            token_hash=secret_hash(new_secret()),
            label=label.strip()[:60],
            valid_from=now,
            valid_to=ends_at,
            given_by_id=actor_id,
        )
        session.add(grant)
        session.flush()
        token = _token(grant.id)
        grant.token_hash = secret_hash(token)
        after = {"event": event_id, "label": grant.label}
        audit.record(audit.Action.DOOR_LINK_MADE, ("role_grant", grant.id), actor_id=actor_id, now=now, after=after)
        return DoorLink(grant.id, grant.label, now, ends_at, token)


def listing(event_id: int, now: datetime) -> list[DoorLink]:
    """The event's links, live ones first, with the devices that are logged in by each; two statements."""
    grants = db.session.scalars(
        select(Grant)
        .where(Grant.event_id == event_id, Grant.role == Role.DOOR_VOLUNTEER.value, Grant.token_hash.is_not(None))
        .order_by(Grant.valid_to.desc(), Grant.id.desc())
        .limit(50)
    ).all()
    used: dict[int, list[tuple[str, datetime]]] = {}
    for grant_id, device, since in db.session.execute(
        select(Login.grant_id, Login.device_name, Login.created_at)
        .where(Login.grant_id.in_([g.id for g in grants]), Login.revoked_at.is_(None), Login.expires_at > now)
        .order_by(Login.created_at)
    ):
        used.setdefault(grant_id or 0, []).append((device, since))
    found = []
    for g in grants:
        token = _token(g.id)
        shown = token if secret_hash(token) == g.token_hash else None
        found.append(DoorLink(g.id, g.label, g.valid_from, g.valid_to, shown, tuple(used.get(g.id, ()))))
    return found


def link_for(event_id: int, grant_id: int, now: datetime) -> DoorLink:
    """One of the event's links. Raises NotFound for another's."""
    for link in listing(event_id, now):
        if link.id == grant_id:
            return link
    raise NotFound()


def revoke(event_id: int, grant_id: int, *, actor_id: int | None, now: datetime) -> None:
    """End a link; its devices are out at their next click. Raises NotFound for another event's link."""
    with transaction() as session:
        grant = session.get(Grant, grant_id, with_for_update=True)
        if grant is None or grant.event_id != event_id or grant.role != Role.DOOR_VOLUNTEER.value:
            raise NotFound()
        if grant.valid_to is not None and grant.valid_to <= now:
            return
        grant.valid_to = now
        session.execute(
            update(Login).where(Login.grant_id == grant_id, Login.revoked_at.is_(None)).values(revoked_at=now)
        )
        audit.record(
            audit.Action.DOOR_LINK_REVOKED,
            ("role_grant", grant_id),
            actor_id=actor_id,
            now=now,
            before={"event": event_id, "label": grant.label},
        )


def grant_of(token: str, now: datetime) -> Grant:
    """The grant whose link this is. Raises NotFound when it is unknown, revoked or past its midnight."""
    grant = db.session.scalar(
        select(Grant).where(Grant.token_hash == secret_hash(token), Grant.role == Role.DOOR_VOLUNTEER.value)
    )
    if grant is None or grant.event_id is None or grant.valid_from > now:
        raise NotFound()
    if grant.valid_to is not None and grant.valid_to <= now:
        raise NotFound()
    return grant


def use(token: str, *, device_name: str, now: datetime) -> str:
    """Log this device in as the door's; gives the login's token. Raises NotFound for a dead link."""
    with transaction():
        grant = grant_of(token, now)
        audit.record(
            audit.Action.LINK_USED, ("role_grant", grant.id), actor_id=None, now=now, after={"device": device_name}
        )
        return logins.open_login(
            how="door_link", grant_id=grant.id, device_name=device_name, expires_at=grant.valid_to, now=now
        )
