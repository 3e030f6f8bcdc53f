"""Every director's post under a code with what its present holder has done in the counting year."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, func, or_, select

from training_app.certificates import service as certificates
from training_app.certificates.models import Certificate
from training_app.certificates.wording import COMPLETION
from training_app.core import clock
from training_app.core.db import db
from training_app.divisions.models import Division
from training_app.divisions.rules import lies_in, within
from training_app.people.models import Person, Post
from training_app.people.posts import holders
from training_app.schedule.models import Programme

from .rules import HolderFacts, covered, state


@dataclass(frozen=True)
class PostLine:
    """A community's post: who holds it, since when, and what that amounts to."""

    division: Division
    person: Person | None
    started_on: date | None
    facts: HolderFacts | None
    state: str
    covered: bool
    #: What is still missing, in words; "" when nothing is or nobody is there.
    note: str
    #: Points were entered for the holder in the programme; and they suffice.
    tested: bool = False
    passed: bool = False


def meeting(code: str, year: int | None = None) -> list[Programme]:
    """The programmes whose area holds or lies in a division, the newest first; of one counting year or of all."""
    above = [code[:n] for n in range(2, len(code) + 1)]
    here = or_(Programme.division_code.in_(above), within(Programme.division_code, code))
    wanted = here if year is None else and_(here, Programme.counting_year == year)
    return list(
        db.session.scalars(
            select(Programme).where(wanted).order_by(Programme.counting_year.desc(), Programme.id.desc())
        )
    )


def _first_starts(person_ids: Collection[int]) -> dict[int, date]:
    rows = db.session.execute(
        select(Post.person_id, func.min(Post.started_on))
        .where(Post.person_id.in_(person_ids), Post.kind == "director")
        .group_by(Post.person_id)
    )
    return {row[0]: row[1] for row in rows}


def _certified(person_ids: Collection[int], programmes: Collection[Programme]) -> set[int]:
    rows = db.session.scalars(
        select(Certificate.person_id).where(
            Certificate.person_id.in_(person_ids),
            Certificate.programme_id.in_([programme.id for programme in programmes]),
            Certificate.revoked_at.is_(None),
        )
    )
    return set(rows)


def reference_day(year: int, now: datetime) -> date:
    """The day by which "new" is judged: today, or the last day of a counting year that is over."""
    return min(clock.local_date(now), date(year, 12, 31))


def lines(code: str, programme: Programme, now: datetime) -> list[PostLine]:
    """Every post under a code, by community.

    The counting year is the programme's: sessions of any programme of that year that holds the community count,
    and so does a valid certificate of one. The number of statements grows with those programmes, not with posts.
    """
    held = holders([code])
    ids = {one.person.id for one in held if one.person}
    year = meeting(code, programme.counting_year)
    starts, certified = _first_starts(ids), _certified(ids, year)
    progress: dict[int, certificates.Progress] = {}
    for one in sorted(year, key=lambda p: p.id != programme.id):
        inside = {h.person.id for h in held if h.person and lies_in(h.division.code, one.division_code)}
        if inside:
            for person_id, found in certificates.progress(one.id, inside, now).items():
                before = progress.get(person_id)
                if before is None or _met(found) > _met(before):
                    progress[person_id] = found
    day = reference_day(programme.counting_year, now)
    made = []
    for division, post, person in held:
        if person is None or post is None:
            made.append(PostLine(division, None, None, None, state(None, day), False, ""))
            continue
        done = progress.get(person.id)
        facts = HolderFacts(
            first_started_on=starts.get(person.id, post.started_on),
            sessions_done=done.sessions_done if done else 0,
            sessions_needed=done.sessions_needed if done else 0,
            has_certificate=person.id in certified,
            passed_test=bool(done and done.points and done.kind == COMPLETION),
            achievable=done.achievable if done else False,
        )
        note = done.sentence if done and not done.eligible and not facts.has_certificate else ""
        made.append(
            PostLine(
                division,
                person,
                post.started_on,
                facts,
                state(facts, day),
                covered(facts),
                note,
                tested=bool(done and done.points),
                passed=facts.passed_test,
            )
        )
    return made


def _met(progress: certificates.Progress) -> bool:
    return progress.sessions_needed > 0 and progress.sessions_done >= progress.sessions_needed
