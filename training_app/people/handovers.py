"""Changes of post in bulk (换届更新): the supervisor submits, the organiser confirms or refuses, all at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from training_app.core import audit
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.divisions.rules import within_any

from . import names, persons, phones, posts
from .models import Handover, Person, Post, PostChange


@dataclass(frozen=True, slots=True)
class Change:
    """What the supervisor typed for one community; an empty name with `vacant` leaves the post empty."""

    division_code: str
    old_person_id: int | None
    name: str
    phone: str
    vacant: bool
    from_on: date | None
    appointed: str


@dataclass(frozen=True, slots=True)
class Step:
    """What confirming one change would do.

    `code` is new, known, vacant, or a conflict: holder_changed, name_differs, day_too_early, same_person.
    """

    change: PostChange
    old: Person | None
    present: Person | None
    code: str
    sentence: Any

    @property
    def conflict(self) -> bool:
        return self.code in ("holder_changed", "name_differs", "day_too_early", "same_person")


def submit(division_code: str, changes: Sequence[Change], *, actor_id: int, now: datetime) -> Handover:
    """Hand in changes for communities of a subdistrict.

    Raises Invalid with fields `<code>-name`, `<code>-phone` or `<code>-from_on`, all rows at once, or
    Invalid("nothing_changed") when no row holds a change; nothing is stored then.
    """
    faults: dict[str, Any] = {}
    with transaction() as session:
        holders = {h.division.code: h for h in posts.holders([division_code])}
        waiting = _waiting(list(holders))
        made: list[PostChange] = []
        for change in changes:
            code = change.division_code
            if code not in holders:
                raise NotFound()
            if code in waiting:
                faults[f"{code}-name"] = _l("A change for this community waits for the organiser already.")
                continue
            row, problems = _read(change)
            twin = next((m for m in made if row and m.new_phone and m.new_phone == row.new_phone), None)
            if row is not None and twin is not None and twin.new_name != row.new_name:
                problems["phone"] = _l("Another row has this number with another name.")
            faults.update({f"{code}-{key}": sentence for key, sentence in problems.items()})
            if row is not None:
                made.append(row)
        if faults:
            raise Invalid("rows_invalid", _l("Some rows need a second look. Nothing was submitted yet."), faults)
        if not made:
            raise Invalid("nothing_changed", _l("Type at least one new director, or mark a post as vacant."))
        handover = Handover(
            division_code=division_code, state="submitted", submitted_by_id=actor_id, submitted_at=now, changes=made
        )
        session.add(handover)
        session.flush()
        after = {"division": division_code, "changes": len(made)}
        audit.record(
            audit.Action.HANDOVER_SUBMITTED, ("handover", handover.id), actor_id=actor_id, now=now, after=after
        )
        return handover


def _waiting(codes: list[str]) -> set[str]:
    statement = (
        select(PostChange.division_code)
        .join(Handover, Handover.id == PostChange.handover_id)
        .where(Handover.state == "submitted", PostChange.division_code.in_(codes))
    )
    return set(db.session.scalars(statement))


def _read(change: Change) -> tuple[PostChange | None, dict[str, Any]]:
    problems: dict[str, Any] = {}
    name, phone = "", None
    if change.vacant and change.name.strip():
        problems["name"] = _l("Type a name or mark the post as vacant, not both.")
    elif not change.vacant:
        try:
            name = names.normalise(change.name)
        except Invalid as fault:
            problems["name"] = fault.sentence
        try:
            phone = phones.normalise(change.phone) if change.phone.strip() else None
        except Invalid as fault:
            problems["phone"] = fault.sentence
    if change.vacant and change.old_person_id is None and not problems:
        problems["name"] = _l("This post is vacant already.")
    if change.from_on is None:
        problems["from_on"] = _l("Please type the first day, for example 2026-06-01.")
    if problems or change.from_on is None:
        return None, problems
    appointed = change.appointed if change.appointed in posts.APPOINTED else "unknown"
    return PostChange(
        division_code=change.division_code,
        kind="director",
        old_person_id=change.old_person_id,
        new_name=name,
        new_phone=phone,
        appointed=appointed,
        from_on=change.from_on,
    ), {}


def listed(jurisdictions: Sequence[str], state: str = "") -> Select[Any]:
    """The handovers of an area, those that wait first, then the newest."""
    statement = select(Handover).where(within_any(Handover.division_code, tuple(jurisdictions)))
    if state:
        statement = statement.where(Handover.state == state)
    return statement.order_by(Handover.state != "submitted", Handover.id.desc())


def plan(handover_id: int, area: Sequence[str] | None = None) -> list[Step]:
    """What confirming would do to each post, or why it cannot, in a fixed number of statements.

    `area`: the divisions of whoever looks on without deciding. Beyond them no number is compared, or whoever hands in
    changes could try whose numbers are known; None for who decides.
    """
    changes = db.session.scalars(
        select(PostChange)
        .where(PostChange.handover_id == handover_id)
        .options(joinedload(PostChange.division))
        .order_by(PostChange.division_code)
    ).all()
    codes = [change.division_code for change in changes]
    present = {
        (post.division_code, post.kind): post
        for post in db.session.scalars(
            select(Post).where(Post.division_code.in_(codes), Post.ended_on.is_(None)).options(joinedload(Post.person))
        )
    }
    numbers = [change.new_phone for change in changes if change.new_phone]
    known = _known(numbers, ("",) if area is None else area)
    namesakes = _namesakes(changes)
    olds = {
        p.id: p for p in db.session.scalars(select(Person).where(Person.id.in_([c.old_person_id for c in changes])))
    }
    return [
        _step(
            change,
            olds.get(change.old_person_id or 0),
            present.get((change.division_code, change.kind)),
            known.get(change.new_phone) if change.new_phone else None,
            (change.division_code, change.new_name) in namesakes,
            decides=area is None,
        )
        for change in changes
    ]


def _known(numbers: list[str], area: Sequence[str]) -> dict[str | None, Person]:
    """The persons of an area who have these numbers; a merged record leads to the one who stays."""
    found = db.session.scalars(select(Person).where(Person.phone.in_(numbers))).all()
    ids = [person.merged_into_id for person in found if person.merged_into_id]
    stay = {p.id: p for p in db.session.scalars(select(Person).where(Person.id.in_(ids)))} if ids else {}
    holders = {person.phone: stay.get(person.merged_into_id or 0, person) for person in found}
    inside = select(Person.id).where(Person.id.in_([one.id for one in holders.values()]), persons.in_area(tuple(area)))
    here = set(db.session.scalars(inside))
    return {number: one for number, one in holders.items() if one.id in here}


def _namesakes(changes: Sequence[PostChange]) -> set[tuple[str | None, str]]:
    """Where someone of the new name, whose number is not known, works in the community already."""
    statement = select(Person.division_code, Person.name).where(
        Person.division_code.in_([c.division_code for c in changes]),
        Person.name.in_([c.new_name for c in changes]),
        Person.phone.is_(None),
        Person.merged_into_id.is_(None),
    )
    rows = [(code, name) for code, name in db.session.execute(statement)]
    return {row for row in rows if rows.count(row) == 1}


def _step(
    change: PostChange, old: Person | None, post: Post | None, known: Person | None, namesake: bool, *, decides: bool
) -> Step:
    person = post.person if post else None

    def step(code: str, sentence: Any) -> Step:
        return Step(change, old, person, code, sentence)

    if (post.person_id if post else None) != change.old_person_id:
        return step("holder_changed", _l("The holder changed meanwhile. Refuse, and ask for it to be submitted again."))
    if post is not None and change.from_on <= post.started_on:
        return step("day_too_early", _l("The first day lies before the present holder's own."))
    if not change.new_name:
        return step("vacant", _l("The post falls vacant."))
    if known is not None and known.name != change.new_name:
        return step("name_differs", _l("This phone number belongs to someone of another name."))
    again = known is not None and known.id == change.old_person_id
    if again or (known is None and not change.new_phone and person is not None and person.name == change.new_name):
        return step("same_person", _l("This person already holds the post."))
    if known is not None:
        return step("known", _l("Known by the phone number; takes the post."))
    if namesake:
        return step("known", _l("Known by name in this community; takes the post."))
    if change.new_phone and not decides:
        return step("new", _l("Takes the post once name and number are checked."))
    return step("new", _l("Is added as a new person and takes the post."))


def confirm(handover_id: int, *, actor_id: int, now: datetime) -> Handover:
    """Carry out every change in one transaction.

    Raises Refusal("handover_conflicts") when one of them cannot be done, and Refusal("handover_decided")
    when it was decided before; nothing is changed then.
    """
    with transaction() as session:
        handover = _undecided(handover_id)
        steps = plan(handover_id)
        conflicts = [step for step in steps if step.conflict]
        if conflicts:
            raise Refusal(
                "handover_conflicts",
                _l("%(count)s rows cannot be done as they are; see the reason beside each.", count=len(conflicts)),
            )
        for step in steps:
            change = step.change
            person_id = None
            if change.new_name:
                person_id = persons.find_or_create(
                    change.new_name, change.new_phone, division_code=change.division_code, actor_id=actor_id, now=now
                ).id
            posts.change_holder(
                change.division_code,
                change.kind,
                expected_person_id=change.old_person_id,
                new_person_id=person_id,
                from_on=change.from_on,
                appointed=change.appointed,
                actor_id=actor_id,
                now=now,
            )
        handover.state, handover.decided_by_id, handover.decided_at = "confirmed", actor_id, now
        audit.record(audit.Action.HANDOVER_CONFIRMED, ("handover", handover_id), actor_id=actor_id, now=now)
        session.flush()
        return handover


def refuse(handover_id: int, reason: str, *, actor_id: int, now: datetime) -> Handover:
    """Change nothing and say why. Raises Invalid without a reason."""
    if not reason.strip():
        sentence = _l("Please say why, so that the supervisor knows what to change.")
        raise Invalid("reason_missing", sentence, {"reason": sentence})
    with transaction():
        handover = _undecided(handover_id)
        handover.state, handover.reason = "refused", reason.strip().replace("\0", "")[:500]
        handover.decided_by_id, handover.decided_at = actor_id, now
        audit.record(audit.Action.HANDOVER_REFUSED, ("handover", handover_id), actor_id=actor_id, now=now)
        return handover


def _undecided(handover_id: int) -> Handover:
    handover = db.session.get(Handover, handover_id, with_for_update=True)
    if handover is None:
        raise NotFound()
    if handover.state != "submitted":
        raise Refusal("handover_decided", _l("This was decided meanwhile. Reload the page to see how."))
    return handover


def sizes(handover_ids: Sequence[int]) -> dict[int, int]:
    """How many posts each of these changes, in one statement."""
    statement = (
        select(PostChange.handover_id, func.count())
        .where(PostChange.handover_id.in_(handover_ids))
        .group_by(PostChange.handover_id)
    )
    return {row[0]: row[1] for row in db.session.execute(statement)}
