"""Scores of a programme's knowledge test, and who takes part in a programme at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import aliased

from training_app.attendance.models import Attendance
from training_app.core import audit, signals
from training_app.core.bulk import among
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound
from training_app.people.models import Person
from training_app.registration.models import Enrolment, Registration
from training_app.schedule.models import Event, Phase, Programme, Slot

from .models import Score
from .rules import ATTEMPTS, PassMark, checked_points

#: Who comes for oneself; stand-ins, guests and staff earn nothing.
FOR_ONESELF = ("trainee", "walk_in")


def _taking_part() -> tuple[tuple[Select[Any], Any, Any], ...]:
    """Where it stands that somebody takes part in a programme: a statement, its persons, its programmes."""
    # Who makes up for another programme's session here belongs there.
    made_up_elsewhere = exists().where(
        Registration.event_id == Event.id,
        Registration.person_id == Attendance.person_id,
        Registration.make_up_for_id != Event.programme_id,
    )
    return (
        (
            select(Enrolment.id).join(Phase, Phase.id == Enrolment.phase_id).where(Enrolment.state == "confirmed"),
            Enrolment.person_id,
            Phase.programme_id,
        ),
        (
            select(Registration.id)
            .join(Event, Event.id == Registration.event_id)
            .where(
                Registration.state == "confirmed",
                Registration.as_whom.in_(FOR_ONESELF),
                or_(Registration.make_up_for_id.is_(None), Registration.make_up_for_id == Event.programme_id),
            ),
            Registration.person_id,
            Event.programme_id,
        ),
        (
            select(Attendance.slot_id)
            .join(Slot, Slot.id == Attendance.slot_id)
            .join(Event, Event.id == Slot.event_id)
            .where(Attendance.as_whom.in_(FOR_ONESELF), ~made_up_elsewhere),
            Attendance.person_id,
            Event.programme_id,
        ),
    )


def takes_part(programme_id: int, person: Any = Person) -> ColumnElement[bool]:
    """The condition that a Person row is enrolled in, registered for or was at something of the programme."""
    return or_(
        *(
            person.id.in_(rows.with_only_columns(whose).where(programme == programme_id))
            for rows, whose, programme in _taking_part()
        )
    )


def joined_by(programme_id: Any, person_ids: Any) -> ColumnElement[bool]:
    """The condition that a column is a programme in which one of these persons (a statement of ids) takes part."""
    return or_(
        *(
            programme_id.in_(rows.with_only_columns(programme).where(whose.in_(person_ids)))
            for rows, whose, programme in _taking_part()
        )
    )


def members(programme_id: int) -> ColumnElement[bool]:
    """As `takes_part`, but who was merged into another is that one."""
    gone = aliased(Person)
    stays = select(gone.merged_into_id).where(gone.merged_into_id.is_not(None), takes_part(programme_id, gone))
    return and_(Person.merged_into_id.is_(None), or_(takes_part(programme_id), Person.id.in_(stays)))


def points(programme_id: int, person_ids: Collection[int]) -> dict[int, dict[int, Decimal]]:
    """The points of each person by try (1, 2 …), in one statement."""
    found: dict[int, dict[int, Decimal]] = defaultdict(dict)
    for person_id, attempt, value in db.session.execute(
        select(Score.person_id, Score.attempt, Score.points)
        .where(Score.programme_id == programme_id, among(Score.person_id, person_ids))
        .order_by(Score.person_id, Score.attempt)
    ):
        found[person_id][attempt] = value
    return dict(found)


def sources(programme_id: int, person_ids: Collection[int]) -> dict[tuple[int, int], str]:
    """Where the score of each (person, try) came from: paper, import or phone; in one statement."""
    rows = db.session.execute(
        select(Score.person_id, Score.attempt, Score.source).where(
            Score.programme_id == programme_id, among(Score.person_id, person_ids)
        )
    )
    return {(person, attempt): source for person, attempt, source in rows}


def pass_mark(programme_id: int) -> PassMark | None:
    """What passes, as the programme's rule has it; None where no room knows a rule."""
    answers = [answer for _room, answer in signals.pass_mark_asked.send(None, programme_id=programme_id)]
    return next((PassMark(*answer) for answer in answers if answer is not None), None)


def history(programme_id: int) -> Any:
    """The statement of every change of a score in a programme, with the names of whose and by whom, newest first."""
    whose, by = aliased(Person), aliased(Person)
    return (
        select(audit.Audit, whose.name, by.name)
        .join(whose, whose.id == audit.Audit.subject_id)
        .outerjoin(by, by.id == audit.Audit.actor_id)
        .where(
            audit.Audit.action == audit.Action.SCORE_ENTERED.value,
            audit.Audit.subject_kind == "person",
            audit.Audit.after["programme"].as_integer() == programme_id,
        )
        .order_by(audit.Audit.id.desc())
    )


@dataclass(frozen=True)
class Saved:
    """How many scores were entered, changed and taken back."""

    entered: int = 0
    changed: int = 0
    removed: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.entered + self.changed + self.removed


def save(
    programme_id: int,
    cells: Mapping[tuple[int, int], Decimal | None],
    *,
    source: str,
    actor_id: int,
    now: datetime,
) -> Saved:
    """Save scores together, all or none: `cells` maps (person id, try) to points from 0 to 100; None takes one back.

    A second sending of the same cells changes nothing. Raises NotFound for a programme or a person that does not
    belong together, Invalid for points or tries out of range, or for a second try without a first.
    """
    for (_person, attempt), value in cells.items():
        checked_points(value)
        if attempt not in ATTEMPTS:
            raise Invalid("attempt", _l("There is a first and a second try, no more."))
    with transaction() as session:
        # Two pages saved at the same moment: the programme's row puts them in line.
        if session.scalar(select(Programme.id).where(Programme.id == programme_id).with_for_update()) is None:
            raise NotFound()
        persons = {person for person, _ in cells}
        known = session.scalars(select(Person.id).where(Person.id.in_(persons), members(programme_id))).all()
        if persons - set(known):
            raise NotFound()
        rows = {
            (row.person_id, row.attempt): row
            for row in session.scalars(
                select(Score).where(Score.programme_id == programme_id, Score.person_id.in_(persons))
            )
        }
        after = {key: row.points for key, row in rows.items()} | dict(cells)
        for person in persons:
            if after.get((person, 2)) is not None and after.get((person, 1)) is None:
                raise Invalid("first_try_missing", _l("Enter the first try before the second."), person_id=person)
        entered = changed = removed = 0
        for key, value in cells.items():
            row = rows.get(key)
            before = row.points if row else None
            if before == value:
                continue
            if row is None:
                entered += 1
                row = Score(programme_id=programme_id, person_id=key[0], attempt=key[1])
                session.add(row)
            elif value is None:
                removed += 1
                session.delete(row)
            else:
                changed += 1
            if value is not None:
                row.points, row.source, row.entered_by_id, row.entered_at = value, source, actor_id, now
            audit.record(
                audit.Action.SCORE_ENTERED,
                ("person", key[0]),
                actor_id=actor_id,
                now=now,
                before=None if before is None else {"try": key[1], "points": str(before)},
                after={"programme": programme_id, "try": key[1], "points": None if value is None else str(value)},
            )
        session.flush()
        return Saved(entered, changed, removed)
