"""What the facts amount to for every post, as one statement: the state of its holder in a counting year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    String,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union,
    union_all,
)
from sqlalchemy.orm import aliased

from training_app.certificates.models import Certificate
from training_app.divisions.models import Division
from training_app.divisions.rules import within_any
from training_app.learning.models import OutsideTraining, Score
from training_app.learning.outsiderules import CONFIRMED
from training_app.people.merging import HOLDER
from training_app.people.models import Person, Post
from training_app.people.posts import KIND_AT, LEVEL
from training_app.registration.models import Registration
from training_app.schedule.models import Event, Programme, Slot

from .counting import Moment, holds, is_valid
from .dates import days_after, earliest
from .postreach import Reach, enough_ahead, newest_rules
from .rules import IN_TRAINING, NEW_FOR, NEW_UNTESTED, TRAINED, UNTRAINED, VACANT
from .visited import Visited

_NEVER = date(9999, 12, 31)


def places(year: int, moment: Moment, areas: Sequence[str]) -> Any:
    """The divisions in these areas that have a post on the day: those that were there."""
    on = moment.day_of(year)
    wanted = select(Division.code, KIND_AT.label("kind"), Division.valid_to).where(
        Division.level.in_(list(LEVEL.values())),
        or_(Division.valid_from.is_(None), Division.valid_from <= on),
        or_(Division.valid_to.is_(None), Division.valid_to >= on),
        within_any(Division.code, areas),
    )
    return wanted.cte("place")


def lineage() -> Any:
    """(code, former): what became part of a division, at any remove."""
    gone = aliased(Division)
    first = (
        select(Division.successor_code.label("code"), Division.code.label("former"))
        .where(Division.successor_code.is_not(None))
        .cte("lineage", recursive=True)
    )
    return first.union(select(first.c.code, gone.code).join(gone, gone.successor_code == first.c.former))


@dataclass(frozen=True)
class Posts:
    """The parts of the statement about posts in one counting year."""

    year: int
    moment: Moment
    #: Whose posts are asked about; "" is everyone's.
    areas: Sequence[str]
    place: Any
    lineage: Any

    @property
    def on(self) -> date:
        return self.moment.day_of(self.year)

    def of_year(self, code: Any) -> ColumnElement[bool]:
        """The condition that a Programme is of the year and holds a division, or what became part of that."""
        before = exists().where(self.lineage.c.code == code, holds(Programme.division_code, self.lineage.c.former))
        return and_(Programme.counting_year == self.year, or_(holds(Programme.division_code, code), before))

    def holders(self) -> Any:
        """Every place with its holder on the day, the one who stays after a merge, or null."""
        place = self.place
        newest = func.row_number().over(
            partition_by=(Post.division_code, Post.kind), order_by=(Post.started_on.desc(), Post.id.desc())
        )
        held = (
            select(
                Post.division_code,
                Post.kind,
                HOLDER.label("person_id"),
                Post.started_on,
                Post.ended_on,
                newest.label("newest"),
            )
            .join(place, and_(place.c.code == Post.division_code, place.c.kind == Post.kind))
            .join(Person, Person.id == Post.person_id)
            .where(Post.started_on <= self.on, or_(Post.ended_on.is_(None), Post.ended_on >= self.on))
            .subquery("held")
        )
        found = (
            select(place.c.code, place.c.kind, place.c.valid_to, held.c.person_id, held.c.started_on, held.c.ended_on)
            .outerjoin(
                held, and_(held.c.division_code == place.c.code, held.c.kind == place.c.kind, held.c.newest == 1)
            )
            .cte("holder")
        )
        return found

    def records(self, holder: Any) -> Any:
        """The holders with each record under which facts of theirs stand."""
        return union_all(
            select(holder.c.code, holder.c.kind, holder.c.person_id.label("record_id")).where(
                holder.c.person_id.is_not(None)
            ),
            select(holder.c.code, holder.c.kind, Person.id).join(Person, Person.merged_into_id == holder.c.person_id),
        ).cte("record")

    def first_starts(self, record: Any) -> Any:
        return (
            select(record.c.code, record.c.kind, func.min(Post.started_on).label("started_on"))
            .join(Post, and_(Post.person_id == record.c.record_id, Post.kind == record.c.kind))
            .group_by(record.c.code, record.c.kind)
            .cte("first")
        )

    def next_starts(self) -> Any:
        """Who is to follow has a first day already."""
        return (
            select(Post.division_code, Post.kind, func.min(Post.started_on).label("started_on"))
            .join(self.place, and_(self.place.c.code == Post.division_code, self.place.c.kind == Post.kind))
            # By the places' codes: else every post of the country is gone through for those of a few.
            .where(Post.started_on > self.on, Post.division_code.in_(select(self.place.c.code)))
            .group_by(Post.division_code, Post.kind)
            .cte("following")
        )

    def certified(self, record: Any) -> Any:
        """The posts whose holder has what counts as trained."""
        following = aliased(Certificate)
        papers = (
            select(record.c.code, record.c.kind)
            .join(Certificate, Certificate.person_id == record.c.record_id)
            .join(Programme, Programme.id == Certificate.programme_id)
            .outerjoin(following, following.id == Certificate.replaced_by_id)
            .where(self.of_year(record.c.code), is_valid(Certificate, following, self.moment))
        )
        return union(papers, self.outside(record)).cte("certified")

    def outside(self, record: Any) -> Any:
        """The holders whose confirmed training elsewhere counts by the rule of a programme that holds the post."""
        rule = newest_rules(self.moment)
        counting = select(rule.c.programme_id).where(rule.c.counts_outside)
        return (
            select(record.c.code, record.c.kind)
            .join(OutsideTraining, OutsideTraining.person_id == record.c.record_id)
            .join(Programme, self.of_year(record.c.code))
            .where(
                OutsideTraining.state == CONFIRMED,
                OutsideTraining.counting_year == self.year,
                self.moment.knows(OutsideTraining.decided_at),
                Programme.id.in_(counting),
            )
        )

    def tests(self, record: Any) -> Any:
        """What the holders' points amount to: entered and passed in the year, and passed in it or before."""
        rule = newest_rules(self.moment)
        latest = func.row_number().over(
            partition_by=(record.c.code, record.c.kind, Score.programme_id),
            order_by=(Score.attempt.desc(), Score.person_id.desc()),
        )
        best = func.max(Score.points).over(partition_by=(record.c.code, record.c.kind, Score.programme_id))
        tries = (
            select(
                record.c.code,
                record.c.kind,
                case((self.of_year(record.c.code), 1), else_=0).label("here"),
                Score.points,
                best.label("best"),
                latest.label("place"),
                func.coalesce(rule.c.pass_mark, 60).label("pass_mark"),
                func.coalesce(rule.c.counts, "best").label("counts"),
            )
            .join(Score, Score.person_id == record.c.record_id)
            .join(Programme, Programme.id == Score.programme_id)
            .outerjoin(rule, rule.c.programme_id == Programme.id)
            .where(Programme.counting_year <= self.year, self.moment.knows(Score.entered_at))
            .subquery("tries")
        )
        counted = case((tries.c.counts == "latest", tries.c.points), else_=tries.c.best)
        passed = case((counted >= tries.c.pass_mark, 1), else_=0)
        return (
            select(
                tries.c.code,
                tries.c.kind,
                func.max(tries.c.here).label("tested"),
                func.max(tries.c.here * passed).label("passed"),
                func.max(passed).label("ever_passed"),
            )
            .where(tries.c.place == 1)
            .group_by(tries.c.code, tries.c.kind)
            .cte("tested")
        )

    def seated(self, record: Any) -> Any:
        """The posts whose holder has a seat in something that is on."""
        on = Event.state == "published"
        if self.moment.past:
            later = exists().where(Slot.event_id == Event.id, Slot.ends_at > self.moment.now)
            on = or_(on, and_(Event.state == "closed", later))
        return (
            select(record.c.code, record.c.kind)
            .join(Registration, Registration.person_id == record.c.record_id)
            .join(Event, Event.id == Registration.event_id)
            .join(Programme, Programme.id == func.coalesce(Registration.make_up_for_id, Event.programme_id))
            .where(
                self.of_year(record.c.code),
                Registration.state == "confirmed",
                Registration.as_whom == "trainee",
                self.moment.knows(Registration.created_at),
                on,
            )
        )


def post_rows(year: int, moment: Moment, areas: Sequence[str] = ("",)) -> Select[Any]:
    """Every post's state in a counting year, in the divisions under these codes; "" is everyone's.

    Columns: division_code, kind, counting_year, person_id, started_on, first_started_on, state, changes_on, reached,
    tested, passed.
    """
    parts = Posts(year, moment, areas, places(year, moment, areas), lineage())
    holder = parts.holders()
    record = parts.records(holder)
    first, following = parts.first_starts(record), parts.next_starts()
    certified, tests = parts.certified(record), parts.tests(record)
    visited = Visited(moment, record, parts.of_year)
    made = visited.make_ups()
    visit = visited.visits(made)
    done = visited.done(made, visit)
    reach = Reach(year, moment, areas, parts.lineage)
    ahead = reach.ahead()
    needs = reach.needs(ahead)
    engaged = union(parts.seated(record), select(visit.c.code, visit.c.kind)).cte("engaged")
    reachable = union(reach.reachable(done, ahead, needs)).cte("reachable")
    in_reach, joins = enough_ahead(needs, holder.c.code)

    def same(other: Any) -> ColumnElement[bool]:
        return and_(other.c.code == holder.c.code, other.c.kind == holder.c.kind)

    vacant = holder.c.person_id.is_(None)
    new_until = days_after(first.c.started_on, literal(NEW_FOR.days, Integer))
    is_new = and_(new_until > literal(parts.on, Date), func.coalesce(tests.c.ever_passed, 0) == 0)
    state = case(
        (vacant, VACANT),
        (certified.c.code.is_not(None), TRAINED),
        (is_new, NEW_UNTESTED),
        (engaged.c.code.is_not(None), IN_TRAINING),
        else_=UNTRAINED,
    )
    never = literal(_NEVER, Date)
    one_day = literal(1, Integer)
    changes = earliest(
        case((state == NEW_UNTESTED, new_until), else_=never),
        func.coalesce(days_after(holder.c.ended_on, one_day), never),
        func.coalesce(days_after(holder.c.valid_to, one_day), never),
        func.coalesce(following.c.started_on, never),
    )
    last = literal(date(year, 12, 31), Date)
    statement = (
        select(
            holder.c.code.label("division_code"),
            holder.c.kind,
            literal(year).label("counting_year"),
            holder.c.person_id,
            holder.c.started_on,
            first.c.started_on.label("first_started_on"),
            cast(state, String).label("state"),
            case((changes <= last, changes), else_=cast(null(), Date)).label("changes_on"),
            case(
                (or_(vacant, certified.c.code.is_not(None), reachable.c.code.is_not(None), in_reach), true()),
                else_=false(),
            ).label("reached"),
            case((tests.c.tested == 1, true()), else_=false()).label("tested"),
            case((tests.c.passed == 1, true()), else_=false()).label("passed"),
        )
        .outerjoin(first, same(first))
        .outerjoin(following, and_(following.c.division_code == holder.c.code, following.c.kind == holder.c.kind))
        .outerjoin(certified, same(certified))
        .outerjoin(tests, same(tests))
        .outerjoin(engaged, same(engaged))
        .outerjoin(reachable, same(reachable))
    )
    for one, condition in joins:
        statement = statement.outerjoin(one, condition)
    return statement
