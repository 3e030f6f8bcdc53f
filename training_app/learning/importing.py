"""A list of scores from a file: every row is read before one is written, and one bad row stops all."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from training_app.core import audit, files
from training_app.core.db import db, transaction
from training_app.divisions.models import Division
from training_app.people.models import Person
from training_app.people.posts import present_posts
from training_app.registration import rosterfile
from training_app.registration.models import Registration
from training_app.schedule.models import Event

from .rules import Candidate, ScoreList, read_list
from .service import Saved, members, points, save


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


@dataclass(frozen=True, slots=True)
class Change:
    """What a list would do to one score; `before` is None where there is none yet."""

    name: str
    place: str
    attempt: int
    before: Decimal | None
    after: Decimal


@dataclass(frozen=True)
class Preview:
    """What a file amounts to before anything is written."""

    found: ScoreList
    changes: tuple[Change, ...]
    #: Scores in the file that are entered already.
    same: int
    #: Under which the file is kept until it is confirmed; empty while a row is bad.
    digest: str


def preview(programme_id: int, data: bytes, filename: str, *, now: datetime) -> Preview:
    """Read a list of scores and say what it would change; the file is kept when every row can be used.

    Raises Invalid for a file that cannot be read.
    """
    sheets = rosterfile.read(data, filename)
    people = {person.id: person for person in candidates(programme_id)}
    found = read_list(sheets[0].rows, list(people.values()))
    before = points(programme_id, {person for person, _ in found.cells})
    changes = [
        Change(
            people[person].name,
            "、".join(people[person].places),
            attempt,
            before.get(person, {}).get(attempt),
            value,
        )
        for (person, attempt), value in found.cells.items()
        if before.get(person, {}).get(attempt) != value
    ]
    digest = ""
    if changes and not found.bad:
        digest = files.write(data)
        with transaction():
            files.remember(digest, media_type="application/octet-stream", size=len(data), name=filename, now=now)
    return Preview(found, tuple(changes), len(found.cells) - len(changes), digest)


def import_kept(
    programme_id: int, digest: str, filename: str, *, actor_id: int, now: datetime
) -> tuple[ScoreList, Saved | None]:
    """Import the file that a preview kept; it is read anew, for the roll may have changed meanwhile."""
    return import_file(programme_id, files.read(digest), filename, actor_id=actor_id, now=now)


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
