"""The group's link: made, renewed and revoked by the organiser."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from training_app.core import audit
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound
from training_app.core.links import Purpose, make_token, proves, subject_of
from training_app.divisions.models import Division
from training_app.divisions.rules import within_any

from .models import GroupLink

#: How long a link may live, in days; it stands in chats that nobody tidies up.
LASTS = (7, 30, 90)


def token_of(link: GroupLink) -> str:
    """The secret part of the group's link."""
    return make_token(Purpose.GROUP, link.id, link.revision)


def link_of(token: str, now: datetime) -> GroupLink:
    """The link whose token this is. Raises NotFound when it is none, was renewed, revoked, or has expired."""
    subject = subject_of(token)
    link = db.session.get(GroupLink, subject) if subject is not None else None
    genuine = proves(token, Purpose.GROUP, subject or 0, link.revision if link else -1)
    if link is None or not genuine or link.revoked_at is not None or link.expires_at <= now:
        raise NotFound()
    return link


def in_area(jurisdictions: Sequence[str]) -> list[tuple[GroupLink, Division]]:
    """The links for divisions of an area that are not revoked, the newest first, with their divisions."""
    statement = (
        select(GroupLink, Division)
        .join(Division, Division.code == GroupLink.division_code)
        .where(GroupLink.revoked_at.is_(None), within_any(GroupLink.division_code, tuple(jurisdictions)))
        .order_by(GroupLink.id.desc())
        .limit(100)
    )
    return [(link, division) for link, division in db.session.execute(statement)]


def create(
    division_code: str, label: str, *, organisation_id: int, days: int, actor_id: int, now: datetime
) -> GroupLink:
    """Make a link for a division's group that lives for `days` days.

    Raises Invalid when the division is unknown or the time is not one of `LASTS`.
    """
    if days not in LASTS:
        sentence = _l("Please choose how long the link lasts.")
        raise Invalid("days_invalid", sentence, {"days": sentence})
    with transaction() as session:
        if session.get(Division, division_code) is None:
            sentence = _l("Please choose the place from the list.")
            raise Invalid("division_unknown", sentence, {"division": sentence})
        link = GroupLink(
            organisation_id=organisation_id,
            division_code=division_code,
            label="".join(c for c in " ".join(label.split()) if c.isprintable())[:60],
            revision=0,
            expires_at=now + timedelta(days=days),
            created_by_id=actor_id,
        )
        session.add(link)
        session.flush()
        after = {"division": division_code, "days": days}
        audit.record(audit.Action.LINK_RENEWED, ("group_link", link.id), actor_id=actor_id, now=now, after=after)
        return link


def renew(link_id: int, *, days: int, actor_id: int, now: datetime) -> GroupLink:
    """Give the group a new address; the old one is dead at once."""
    with transaction() as session:
        link = session.get(GroupLink, link_id, with_for_update=True)
        if link is None or link.revoked_at is not None:
            raise NotFound()
        link.revision += 1
        link.expires_at = now + timedelta(days=days if days in LASTS else LASTS[1])
        audit.record(audit.Action.LINK_RENEWED, ("group_link", link_id), actor_id=actor_id, now=now)
        return link


def revoke(link_id: int, *, actor_id: int, now: datetime) -> None:
    """End a link; whoever it has let in stays in."""
    with transaction() as session:
        link = session.get(GroupLink, link_id, with_for_update=True)
        if link is None:
            raise NotFound()
        if link.revoked_at is None:
            link.revoked_at = now
            audit.record(
                audit.Action.LINK_RENEWED, ("group_link", link_id), actor_id=actor_id, now=now, after={"revoked": True}
            )
