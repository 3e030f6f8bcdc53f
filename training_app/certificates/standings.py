"""Where everyone in a programme stands on the way to the paper: issued, ready, or why not yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from training_app.core.bulk import among
from training_app.core.db import db
from training_app.core.glyphs import missing_characters
from training_app.learning.roll import Participant, roll
from training_app.people.models import Person

from .models import Certificate
from .rules import Conditions
from .service import Progress, progress

#: In the order in which the page offers them. `unprintable`: ready, but the name cannot be drawn.
STATES = ("eligible", "unprintable", "issued", "revoked", "underway", "out_of_reach")


@dataclass(frozen=True, slots=True)
class Held:
    """The newest certificate that someone holds in a programme."""

    id: int
    serial: str
    kind: str
    issued_at: datetime
    revoked: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """One person: how far, what they hold, and the characters of the name that no face draws."""

    person: Participant
    progress: Progress
    held: Held | None
    missing: tuple[str, ...]

    @property
    def state(self) -> str:
        """One of STATES."""
        if self.held is not None:
            return "revoked" if self.held.revoked else "issued"
        if self.progress.eligible:
            return "unprintable" if self.missing else "eligible"
        return "underway" if self.progress.achievable else "out_of_reach"

    @property
    def can_be_issued(self) -> bool:
        """Whether a paper can be issued when it is ticked: a revoked one can be followed by another."""
        return self.progress.eligible and not self.missing and (self.held is None or self.held.revoked)


def held_by(programme_id: int, person_ids: Collection[int] | None = None) -> dict[int, Held]:
    """The newest certificate of each person in a programme, in one statement.

    What someone held who was merged into another counts for the one that stays.
    """
    whose = func.coalesce(Person.merged_into_id, Person.id)
    statement = (
        select(
            whose,
            Certificate.id,
            Certificate.serial,
            Certificate.kind,
            Certificate.issued_at,
            Certificate.revoked_at.is_not(None),
        )
        .join(Person, Person.id == Certificate.person_id)
        .where(Certificate.programme_id == programme_id, Certificate.replaced_by_id.is_(None))
        .order_by(Certificate.id)
    )
    if person_ids is not None:
        statement = statement.where(among(whose, person_ids))
    return {row[0]: Held(*row[1:]) for row in db.session.execute(statement)}


def standings(
    programme_id: int, areas: Sequence[str], now: datetime, *, under: str = "", text: str = ""
) -> list[Standing]:
    """Everyone of the programme in these areas, by community, in a fixed number of statements."""
    people = roll(programme_id, areas, under=under, text=text)
    far = progress(programme_id, [person.id for person in people], now)
    held = held_by(programme_id)
    return [
        Standing(person, far[person.id], held.get(person.id), tuple(missing_characters(person.name)))
        for person in people
    ]


def count(found: Sequence[Standing]) -> dict[str, int]:
    """How many stand where."""
    counted = Counter(standing.state for standing in found)
    return {state: counted[state] for state in STATES}


@dataclass(frozen=True, slots=True)
class Outlook:
    """How everyone of a programme would stand under a rule that is not saved yet."""

    people: int
    eligible: int
    underway: int
    out_of_reach: int
    #: Who is eligible under the present rule, and who of them would not be any more.
    eligible_now: int
    lost: int


def outlook(programme_id: int, conditions: Conditions, now: datetime) -> Outlook:
    """Decide on everyone of a programme by other conditions, in a fixed number of statements."""
    ids = [person.id for person in roll(programme_id, ("",))]
    present, found = progress(programme_id, ids, now), progress(programme_id, ids, now, conditions=conditions)
    eligible = {one for one in ids if found[one].eligible}
    held = {one for one in ids if present[one].eligible}
    reachable = sum(found[one].achievable for one in ids if one not in eligible)
    return Outlook(
        people=len(ids),
        eligible=len(eligible),
        underway=reachable,
        out_of_reach=len(ids) - len(eligible) - reachable,
        eligible_now=len(held),
        lost=len(held - eligible),
    )
