"""A list of scores from a file: every row is read before one is written, and one bad row stops all."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from sqlalchemy import select

from training_app.core import audit
from training_app.core.db import db, transaction
from training_app.divisions.models import Division
from training_app.people.models import Person
from training_app.people.posts import present_posts
from training_app.registration import rosterfile
from training_app.registration.models import Registration
from training_app.schedule.models import Event

from .rules import Candidate, ScoreList, read_list
from .service import Saved, members, save


def candidates(programme_id: int) -> list[Candidate]:
    """Everyone who takes part, with the communities of their posts and registrations, in three statements."""
    people = db.session.execute(select(Person.id, Person.name, Person.phone).where(members(programme_id))).all()
    places: dict[int, set[str]] = defaultdict(set)
    for person_id, posts in present_posts(row.id for row in people).items():
        places[person_id].update(post.division.name for post in posts)
    for person_id, name in db.session.execute(
        select(Registration.person_id, Division.name)
        .join(Event, Event.id == Registration.event_id)
        .join(Division, Division.code == Registration.division_code)
        .where(Event.programme_id == programme_id)
        .distinct()
    ):
        places[person_id].add(name)
    return [Candidate(row.id, row.name, row.phone, tuple(sorted(places[row.id]))) for row in people]


def import_file(
    programme_id: int, data: bytes, filename: str, *, actor_id: int, now: datetime
) -> tuple[ScoreList, Saved | None]:
    """Import a list of scores (.xlsx, .xls, .ods, .csv); nothing is saved when one row cannot be used.

    Returns what was read, and what was saved or None. Raises Invalid for a file that cannot be read.
    """
    sheets = rosterfile.read(data, filename)
    found = read_list(sheets[0].rows, candidates(programme_id))
    if found.bad:
        return found, None
    with transaction():
        saved = save(programme_id, found.cells, source="import", actor_id=actor_id, now=now)
        audit.record(
            audit.Action.SCORES_IMPORTED,
            ("programme", programme_id),
            actor_id=actor_id,
            now=now,
            after={"scores": len(found.cells), "changed": saved.total},
        )
    return found, saved
