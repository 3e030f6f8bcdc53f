"""Posts: who is children's director or supervisor where, from a day to a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, case, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from training_app.core import audit, clock
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.divisions.models import Division
from training_app.divisions.rules import within_any

from .models import Person, Post

#: The level of division at which a kind of post exists.
LEVEL = {"director": "community", "supervisor": "subdistrict"}
#: The kind of post that belongs to a division, as an expression over Division.
KIND_AT = case((Division.level == "subdistrict", "supervisor"), else_="director")
APPOINTED = ("elected", "appointed", "unknown")


class Holder(NamedTuple):
    """A division's post: its row and person, both None when it is vacant."""

    division: Division
    post: Post | None
    person: Person | None


def present_posts(person_ids: Iterable[int]) -> dict[int, list[Post]]:
    """The posts that each person holds now, divisions loaded, in one statement."""
    ids = set(person_ids)
    found: dict[int, list[Post]] = defaultdict(list)
    if ids:
        rows = db.session.scalars(
            select(Post)
            .where(Post.person_id.in_(ids), Post.ended_on.is_(None))
            .options(joinedload(Post.division))
            .order_by(Post.kind, Post.division_code)
        )
        for post in rows:
            found[post.person_id].append(post)
    return dict(found)


def holders(division_prefixes: Sequence[str], kind: str = "director") -> list[Holder]:
    """Every division of the kind's level under the prefixes with its present holder, in one statement."""
    rows = db.session.execute(
        select(Division, Post, Person)
        .outerjoin(Post, and_(Post.division_code == Division.code, Post.kind == kind, Post.ended_on.is_(None)))
        .outerjoin(Person, Person.id == Post.person_id)
        .where(
            Division.level == LEVEL[kind],
            Division.valid_to.is_(None),
            within_any(Division.code, tuple(division_prefixes)),
        )
        .order_by(Division.code)
    )
    return [Holder(*row) for row in rows]


def history(person_id: int) -> list[Post]:
    """All posts of a person and of the records merged into them, the newest first."""
    merged = select(Person.id).where(Person.merged_into_id == person_id)
    return list(
        db.session.scalars(
            select(Post)
            .where(or_(Post.person_id == person_id, Post.person_id.in_(merged)))
            .options(joinedload(Post.division))
            .order_by(Post.ended_on.is_not(None), Post.started_on.desc(), Post.id.desc())
        )
    )


def division_of(person_id: int) -> str | None:
    """The community (or subdistrict) code of the present post, else where the person works."""
    held = db.session.scalar(
        select(Post.division_code)
        .where(Post.person_id == person_id, Post.ended_on.is_(None))
        .order_by(Post.kind, Post.division_code)
        .limit(1)
    )
    return held or db.session.scalar(select(Person.division_code).where(Person.id == person_id))


def _changed_meanwhile() -> Refusal:
    return Refusal(
        "holder_changed", _l("The post has changed hands meanwhile. Reload the page and look at the present holder.")
    )


def change_holder(
    division_code: str,
    kind: str,
    *,
    expected_person_id: int | None,
    new_person_id: int | None,
    from_on: date,
    appointed: str,
    actor_id: int | None,
    now: datetime,
) -> Post | None:
    """Hand a post over: the old one ends the day before, the new begins; no new person leaves it vacant.

    Raises Refusal("holder_changed") when another than `expected_person_id` holds it now, and Invalid
    when the day lies before the present holder's first.
    """
    with transaction() as session:
        present = session.scalar(
            select(Post)
            .where(Post.division_code == division_code, Post.kind == kind, Post.ended_on.is_(None))
            .with_for_update()
        )
        if (present.person_id if present else None) != expected_person_id:
            raise _changed_meanwhile()
        if new_person_id is not None and new_person_id == expected_person_id:
            raise Invalid("same_person", _l("This person already holds the post."))
        if present is not None:
            if from_on <= present.started_on:
                sentence = _l("The day lies before the present holder's first day. Please check it.")
                raise Invalid("day_too_early", sentence, {"from_on": sentence})
            present.ended_on = from_on - timedelta(days=1)
            former = session.get_one(Person, present.person_id)
            # Without a post they are still someone of this place, and stay in its organisers' view.
            former.division_code = former.division_code or division_code
            session.flush()
        made = None
        if new_person_id is not None:
            # Held, so that nobody lets another division take it over meanwhile.
            division = session.get(Division, division_code, with_for_update={"read": True})
            if division is None or division.level != LEVEL[kind]:
                raise NotFound()
            if division.valid_to is not None:
                sentence = _l("%(name)s was taken over by another division. Choose that one.", name=division.name)
                raise Refusal("division_ended", sentence)
            made = Post(
                division_code=division_code,
                kind=kind,
                person_id=new_person_id,
                started_on=from_on,
                appointed=appointed if appointed in APPOINTED else "unknown",
            )
            session.add(made)
            try:
                session.flush()
            except IntegrityError as fault:
                raise _changed_meanwhile() from fault
        audit.record(
            audit.Action.POST_CHANGED,
            ("post", made.id if made else present.id if present else None),
            actor_id=actor_id,
            now=now,
            before={"division": division_code, "person": expected_person_id},
            after={"division": division_code, "person": new_person_id, "from": from_on.isoformat()},
        )
        return made


def holder(division_code: str, kind: str) -> Person | None:
    """Who holds a post now."""
    return db.session.scalar(
        select(Person)
        .join(Post, Post.person_id == Person.id)
        .where(Post.division_code == division_code, Post.kind == kind, Post.ended_on.is_(None))
    )


def leave_vacant(post: Post, *, actor_id: int | None, now: datetime) -> None:
    """End a post today, or on its first day when that is later; nobody follows yet."""
    change_holder(
        post.division_code,
        post.kind,
        expected_person_id=post.person_id,
        new_person_id=None,
        from_on=max(clock.local_date(now), post.started_on) + timedelta(days=1),
        appointed="unknown",
        actor_id=actor_id,
        now=now,
    )
