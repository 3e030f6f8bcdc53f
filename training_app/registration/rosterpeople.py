"""Whom a roster can mean: the persons and places that its rows are compared with, in few statements."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import or_, select

from training_app.core.db import db
from training_app.divisions.models import Division
from training_app.divisions.rules import lies_in, within_any
from training_app.people.models import Person
from training_app.people.persons import in_area
from training_app.people.posts import present_posts

from .rosterrules import DivisionTuple, KnownPerson


def known(
    *, names: Collection[str], phones: Collection[str], area: Sequence[str], by_community: bool
) -> tuple[list[KnownPerson], list[DivisionTuple]]:
    """Persons with one of these phone numbers anywhere, or of one of these names in the area; and the area's places.

    The places are left out where no column names a community.
    """
    inside = in_area(tuple(area))
    rows = db.session.execute(
        select(Person.id, Person.name, Person.phone, inside.label("inside"))
        .where(
            Person.merged_into_id.is_(None),
            or_(Person.phone.in_(phones), Person.name.in_(names) & inside),
        )
        .order_by(Person.id)
    ).all()
    posts = present_posts([row.id for row in rows])
    persons = [
        KnownPerson(
            row.id,
            row.name,
            row.phone,
            tuple(
                post.division_code
                for post in posts.get(row.id, [])
                if any(lies_in(post.division_code, code) for code in area)
            ),
            outside=not row.inside,
        )
        for row in rows
    ]
    places: list[DivisionTuple] = []
    if by_community:
        places = [
            (code, name, level, parent)
            for code, name, level, parent in db.session.execute(
                select(Division.code, Division.name, Division.level, Division.parent_code).where(
                    within_any(Division.code, tuple(area)),
                    Division.level.in_(["subdistrict", "community"]),
                    Division.valid_to.is_(None),
                )
            )
        ]
    return persons, places
