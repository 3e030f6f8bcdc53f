"""Every director's post under a code with what its present holder has done in the counting year, from the facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, or_, select

from training_app.certificates import service as certificates
from training_app.core.db import db
from training_app.divisions.models import Division
from training_app.divisions.rules import lies_in, within
from training_app.people.models import Person
from training_app.schedule.models import Programme

from .counting import Moment
from .poststates import post_rows
from .rules import TRAINED, VACANT, is_new


@dataclass(frozen=True)
class PostLine:
    """A community's post: who holds it, since when, and what that amounts to."""

    division: Division
    person: Person | None
    started_on: date | None
    #: vacant, trained, new_untested, in_training, untrained
    state: str
    #: The first post of this kind began less than a year before.
    new: bool = False
    #: What lies ahead still suffices for the rule.
    reached: bool = True
    #: Points were entered for the holder in a programme of the year; and they suffice.
    tested: bool = False
    passed: bool = False
    sessions_done: int = 0
    #: What is still missing, in words; "" when nothing is or nobody is there.
    note: str = ""

    @property
    def covered(self) -> bool:
        """Whether the post counts as trained."""
        return self.state == TRAINED


def meets_area(code: str) -> ColumnElement[bool]:
    """The condition that a Programme's area holds or lies in a division."""
    above = [code[:n] for n in range(2, len(code) + 1)]
    return or_(Programme.division_code.in_(above), within(Programme.division_code, code))


def meeting(code: str, year: int | None = None) -> list[Programme]:
    """The programmes whose area holds or lies in a division, the newest first; of one counting year or of all."""
    here = meets_area(code)
    wanted = here if year is None else and_(here, Programme.counting_year == year)
    return list(
        db.session.scalars(
            select(Programme).where(wanted).order_by(Programme.counting_year.desc(), Programme.id.desc())
        )
    )


def lines(code: str, programme: Programme, now: datetime) -> list[PostLine]:
    """Every post under a code, by community, as the totals count it.

    What is still missing is said of the programme, or of another of its counting year in which the holder has come
    further. The number of statements grows with those programmes, not with posts.
    """
    year, moment = programme.counting_year, Moment(now)
    states = post_rows(year, moment, area=code).subquery("post")
    rows = db.session.execute(
        select(Division, Person, states)
        .join(states, states.c.division_code == Division.code)
        .outerjoin(Person, Person.id == states.c.person_id)
        .where(states.c.kind == "director")
        .order_by(Division.code)
    ).all()
    progress: dict[int, certificates.Progress] = {}
    for one in sorted(meeting(code, year), key=lambda p: p.id != programme.id):
        inside = {row.person_id for row in rows if row.person_id and lies_in(row.division_code, one.division_code)}
        if inside:
            for person_id, found in certificates.progress(one.id, inside, now).items():
                before = progress.get(person_id)
                if before is None or _further(found) > _further(before):
                    progress[person_id] = found
    day = moment.day_of(year)
    made = []
    for row in rows:
        if row.state == VACANT:
            made.append(PostLine(row[0], None, None, VACANT))
            continue
        done = progress.get(row.person_id)
        made.append(
            PostLine(
                row[0],
                row[1],
                row.started_on,
                row.state,
                new=is_new(row.first_started_on, day),
                reached=row.reached,
                tested=row.tested,
                passed=row.passed,
                sessions_done=done.sessions_done if done else 0,
                note=done.sentence if done and not done.eligible and row.state != TRAINED else "",
            )
        )
    return made


def _further(progress: certificates.Progress) -> bool:
    return progress.sessions_needed > 0 and progress.sessions_done >= progress.sessions_needed
