"""Every director's post under a code with what its present holder has done in the counting year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, or_, select

from training_app.certificates import service as certificates
from training_app.core.db import db
from training_app.divisions.models import Division
from training_app.divisions.rules import lies_in, within
from training_app.people.models import Person
from training_app.schedule.models import Programme

from .counting import Moment
from .models import PostState
from .rules import TRAINED, is_new


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
    wanted = meets_area(code) if year is None else and_(meets_area(code), Programme.counting_year == year)
    return list(
        db.session.scalars(
            select(Programme).where(wanted).order_by(Programme.counting_year.desc(), Programme.id.desc())
        )
    )


def kept(code: str, year: int, now: datetime) -> list[PostLine]:
    """Every director's post under a code, by community, as the upkeep counted it last; what is missing is not said."""
    rows = db.session.execute(
        select(Division, Person, PostState.__table__)
        .join(PostState, PostState.division_code == Division.code)
        .outerjoin(Person, Person.id == PostState.person_id)
        .where(
            PostState.kind == "director",
            PostState.counting_year == year,
            # The whole key is named: by the year alone every post of the country would be gone through.
            PostState.division_code.in_(select(Division.code).where(within(Division.code, code))),
        )
        .order_by(Division.code)
    ).all()
    day = Moment(now).day_of(year)
    return [
        PostLine(
            row[0],
            row[1],
            row.started_on,
            row.state,
            new=row.first_started_on is not None and is_new(row.first_started_on, day),
            reached=row.reached,
            tested=row.tested,
            passed=row.passed,
        )
        for row in rows
    ]


def with_progress(lines: Sequence[PostLine], code: str, programme: Programme, now: datetime) -> list[PostLine]:
    """Lines of posts under a code with the sessions that each holder attended, and what is still missing in words.

    It is said of the programme, or of another of its counting year in which the holder has come further. The number
    of statements grows with those programmes, not with posts.
    """
    progress: dict[int, certificates.Progress] = {}
    for one in sorted(meeting(code, programme.counting_year), key=lambda p: p.id != programme.id):
        inside = {line.person.id for line in lines if line.person and lies_in(line.division.code, one.division_code)}
        if inside:
            for person_id, found in certificates.progress(one.id, inside, now).items():
                before = progress.get(person_id)
                if before is None or _further(found) > _further(before):
                    progress[person_id] = found
    made = []
    for line in lines:
        done = progress.get(line.person.id) if line.person else None
        if done is None:
            made.append(line)
            continue
        note = done.sentence if not done.eligible and not line.covered else ""
        made.append(replace(line, sessions_done=done.sessions_done, note=note))
    return made


def _further(progress: certificates.Progress) -> bool:
    return progress.sessions_needed > 0 and progress.sessions_done >= progress.sessions_needed
