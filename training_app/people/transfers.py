"""Posts follow their community or subdistrict to its successor; what was, stays as it was written."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from training_app.core import audit, signals
from training_app.core.actors import Role
from training_app.core.db import db

from .models import Grant, Person, Post

#: How a post was filled whose holder came with the division.
TRANSFERRED = "transferred"


@signals.division_succeeded.connect
def _follow(
    _sender: Any, *, old_code: str, new_code: str, on: date, actor_id: int | None, now: datetime
) -> signals.PostsFollowed:
    """End the open posts at the old code and begin them at the new, unless somebody holds the post there.

    Who took the post over on that day or later keeps her first day at the old code: no post is written over.
    Whoever works there works at the successor now, and a supervisor's role reaches it too.
    """
    session = db.session
    moved = lost = 0
    open_posts = select(Post).where(Post.division_code == old_code, Post.ended_on.is_(None)).with_for_update()
    there = select(Post.kind).where(Post.division_code == new_code, Post.ended_on.is_(None)).with_for_update()
    taken = set(session.scalars(there))
    session.execute(update(Person).where(Person.division_code == old_code).values(division_code=new_code))
    for post in session.scalars(open_posts).all():
        post.ended_on = max(on - timedelta(days=1), post.started_on)
        session.flush()
        made = None
        if post.kind in taken:
            lost += 1
            # Without a post she is still someone of this place.
            stays = update(Person).where(Person.id == post.person_id, Person.division_code.is_(None))
            session.execute(stays.values(division_code=new_code))
        else:
            moved += 1
            made = Post(
                division_code=new_code,
                kind=post.kind,
                person_id=post.person_id,
                started_on=post.ended_on + timedelta(days=1),
                appointed=TRANSFERRED,
            )
            session.add(made)
            session.flush()
            if post.kind == "supervisor":
                _reach(post.person_id, old_code, new_code, actor_id, now)
        audit.record(
            audit.Action.POST_CHANGED,
            ("post", made.id if made else post.id),
            actor_id=actor_id,
            now=now,
            before={"division": old_code, "person": post.person_id},
            after={"division": new_code, "person": post.person_id if made else None, "from": on.isoformat()},
        )
    return signals.PostsFollowed(moved, lost)


def _reach(person_id: int, old_code: str, new_code: str, actor_id: int | None, now: datetime) -> None:
    """Give a supervisor's role at the successor as well; at the old code it goes on, for what happened there."""
    held = Grant.person_id == person_id, Grant.role == Role.SUPERVISOR.value
    for grant in db.session.scalars(select(Grant).where(*held, Grant.division_code == old_code)).all():
        if grant.valid_to is not None and grant.valid_to <= now:
            continue
        twin = Grant(
            person_id=person_id,
            role=grant.role,
            division_code=new_code,
            valid_from=now,
            valid_to=grant.valid_to,
            given_by_id=actor_id,
        )
        db.session.add(twin)
        db.session.flush()
        after = {"person": person_id, "role": grant.role, "division_code": new_code}
        audit.record(audit.Action.GRANT_GIVEN, ("role_grant", twin.id), actor_id=actor_id, now=now, after=after)
