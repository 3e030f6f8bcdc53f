"""Keeps the totals in step with the facts: a look every two seconds in the job process, cheap when nothing happened.

A look first notices what happened (`noticing`): notes that writers left, scans by their numbers, check-ins that opened
or closed, days on which posts change by themselves. Then it counts what was touched anew from the facts, a handful at
a time, stores it, and adds the differences to every division above in the same transaction. The upkeep's row is held
meanwhile, so of several job processes one at a time does this; what is counted twice differs by nothing.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, insert, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from training_app.core import tasks
from training_app.core.db import db, is_sqlite, transaction
from training_app.divisions.rules import within_any
from training_app.schedule.models import Event, Slot

from . import noticing
from .counting import COUNTED, Moment, paper_rows, slot_rows
from .models import CoverageTotal, Dirty, DivisionTotal, PaperTotal, PostState, SlotTotal
from .poststates import post_rows
from .recount import prefixes, stamp, years
from .rules import NEW_UNTESTED, TRAINED, UNTRAINED

#: How many of a kind are counted anew in one transaction; what waits for it on SQLite waits for so many.
AT_ONCE = {"slot": 40, "papers": 5, "posts": 40}
#: How long one look goes on while there is more to do, in seconds.
PATIENCE_S = 20.0


@tasks.pulse("reports.upkeep", every_seconds=2)
def look(now: datetime) -> None:
    """One look: everything that changed before is counted, or as much as `PATIENCE_S` allows. Harmless to repeat."""
    deadline = time.monotonic() + PATIENCE_S
    # Noticed at once, what comes meanwhile would keep a look at work without a pause while a crowd checks in.
    more = step(now)
    while more and time.monotonic() < deadline:
        more = _count_some(now, noticed=True)


def settle(now: datetime) -> None:
    """Count everything that changed, posts of whoever was just scanned included, however long it takes."""
    with transaction():
        upkeep = noticing.held(now)
        if upkeep is not None:
            noticing.posts_of_scans(upkeep)
    while step(now):
        pass


def step(now: datetime) -> bool:
    """Notice what happened and count the most urgent handful anew. False when nothing is left to do."""
    return noticing.anything(now) and _count_some(now, noticed=False)


def _count_some(now: datetime, *, noticed: bool) -> bool:
    with transaction() as session:
        upkeep = noticing.held(now)
        if upkeep is None:
            return False
        if not noticed:
            noticing.notice(upkeep, now)
        for kind, count in AT_ONCE.items():
            keys = list(
                session.scalars(select(Dirty.key).where(Dirty.kind == kind).order_by(Dirty.id).limit(count * 4))
            )
            chosen = list(dict.fromkeys(keys))[:count]
            if not chosen:
                continue
            # Before the facts are read: what is noted later is counted by the next look.
            noted = session.scalars(select(Dirty.id).where(Dirty.kind == kind, Dirty.key.in_(chosen))).all()
            # Another process may have looked later than this one began.
            _COUNT[kind](chosen, Moment(max(now, upkeep.clock_at)))
            for start in range(0, len(noted), 5000):
                session.execute(delete(Dirty).where(Dirty.id.in_(noted[start : start + 5000])))
            # Slots first: somebody may be looking on. The next step takes the next kind.
            return True
        return not noticed and session.scalar(select(Dirty.id).limit(1)) is not None


Row = Mapping[str, Any]


def _rows(model: Any, condition: Any) -> list[Row]:
    return [dict(row._mapping) for row in db.session.execute(select(model.__table__).where(condition))]


def _new(statement: Any) -> list[Row]:
    return [dict(row._mapping) for row in db.session.execute(statement)]


def _replace(model: Any, old: Iterable[Row], new: Iterable[Row]) -> list[tuple[Row | None, Row | None]]:
    """Bring stored rows to what was counted; gives those that differ, as (before, after)."""
    names = [column.name for column in model.__table__.primary_key.columns]
    before = {tuple(row[name] for name in names): row for row in old}
    after = {tuple(row[name] for name in names): row for row in new}
    changed = [key for key in before.keys() | after.keys() if before.get(key) != after.get(key)]
    gone = [key for key in changed if key in before]
    columns = tuple_(*(model.__table__.c[name] for name in names))
    for start in range(0, len(gone), 300):
        db.session.execute(delete(model.__table__).where(columns.in_(gone[start : start + 300])))
    there = [dict(after[key]) for key in changed if key in after]
    if there:
        db.session.execute(insert(model.__table__), there)
    return [(before.get(key), after.get(key)) for key in changed]


def _add(model: Any, sums: Mapping[tuple[Hashable, ...], Counter[str]]) -> None:
    """Add differences to the rows of a table of sums; a row that comes to nothing goes."""
    names = [column.name for column in model.__table__.primary_key.columns]
    figures = [c.name for c in model.__table__.columns if not c.primary_key]
    rows = [
        dict(zip(names, key, strict=True)) | {name: values.get(name, 0) for name in figures}
        for key, values in sorted(sums.items(), key=lambda item: str(item[0]))
        if any(values.values())
    ]
    if not rows:
        return
    make = (sqlite if is_sqlite() else postgresql).insert(model.__table__)
    summed = {name: model.__table__.c[name] + make.excluded[name] for name in figures}
    db.session.execute(make.on_conflict_do_update(index_elements=names, set_=summed), rows)
    touched = [tuple(row[name] for name in names) for row in rows]
    columns = tuple_(*(model.__table__.c[name] for name in names))
    for start in range(0, len(touched), 300):
        nothing = and_(*(model.__table__.c[name] == 0 for name in figures))
        db.session.execute(delete(model.__table__).where(columns.in_(touched[start : start + 300]), nothing))


def _sum_up(changed: Iterable[tuple[Row | None, Row | None]], figures: Collection[str]) -> None:
    """Carry changed rows of slots or papers to every division above."""
    sums: dict[tuple[Hashable, ...], Counter[str]] = defaultdict(Counter)
    for before, after in changed:
        for row, sign in ((before, -1), (after, 1)):
            if row is None:
                continue
            for code in prefixes(row["division_code"]):
                values = sums[code, row["counting_year"], row["month"]]
                for name in figures:
                    values[name] += sign * row[name]
    _add(DivisionTotal, sums)


def _count_slots(keys: Collection[str], moment: Moment) -> None:
    ids = [int(key) for key in keys]
    old, new = _rows(SlotTotal, SlotTotal.slot_id.in_(ids)), _new(slot_rows(moment, ids))
    _sum_up(_replace(SlotTotal, old, new), COUNTED)
    of_slots = select(Event.programme_id).join(Slot, Slot.event_id == Event.id).where(Slot.id.in_(ids)).distinct()
    stamp({*(row["programme_id"] for row in old), *db.session.scalars(of_slots)}, moment.now)


def _count_papers(keys: Collection[str], moment: Moment) -> None:
    ids = [int(key) for key in keys]
    old, new = _rows(PaperTotal, PaperTotal.programme_id.in_(ids)), _new(paper_rows(moment, ids))
    _sum_up(_replace(PaperTotal, old, new), ("certified",))


_OUT = {NEW_UNTESTED: "new_out_of_reach", UNTRAINED: "untrained_out_of_reach"}
#: What is counted of persons rather than posts: by which condition on a row.
_OF_PERSONS: dict[str, Callable[[Row], bool]] = {
    "persons_trained": lambda row: row["state"] == TRAINED,
    "tested": lambda row: row["tested"],
    "passed": lambda row: row["tested"] and row["passed"],
}


def _count_posts(keys: Collection[str], moment: Moment) -> None:
    old = _rows(PostState, within_any(PostState.division_code, list(keys)))
    new = [row for year in years() for row in _new(post_rows(year, moment, list(keys)))]
    involved = {(row["person_id"], row["counting_year"]) for row in (*old, *new) if row["person_id"] is not None}
    persons = {person for person, _year in involved}
    before = _persons(persons)
    changed = _replace(PostState, old, new)
    after = _persons(persons)
    sums: dict[tuple[Hashable, ...], Counter[str]] = defaultdict(Counter)
    for one, other in changed:
        for row, sign in ((one, -1), (other, 1)):
            if row is None:
                continue
            for code in prefixes(row["division_code"]):
                values = sums[code, row["kind"], row["counting_year"]]
                values["posts"] += sign
                values[row["state"]] += sign
                if not row["reached"]:
                    values["out_of_reach"] += sign
                    if row["state"] in _OUT:
                        values[_OUT[row["state"]]] += sign
    for name in _OF_PERSONS:
        for key in before[name] ^ after[name]:
            _person, *place = key
            sums[tuple(place)][name] += 1 if key in after[name] else -1
    _add(CoverageTotal, sums)


def _persons(ids: Collection[int]) -> dict[str, set[tuple[Hashable, ...]]]:
    """Where these persons count, by what: (person, division, kind, year) for every division above a post of theirs."""
    found: dict[str, set[tuple[Hashable, ...]]] = {name: set() for name in _OF_PERSONS}
    wanted = sorted(ids)
    for start in range(0, len(wanted), 5000):
        for row in _rows(PostState, PostState.person_id.in_(wanted[start : start + 5000])):
            for name, counts in _OF_PERSONS.items():
                if counts(row):
                    key = (row["kind"], row["counting_year"])
                    found[name] |= {(row["person_id"], code, *key) for code in prefixes(row["division_code"])}
    return found


_COUNT = {"slot": _count_slots, "papers": _count_papers, "posts": _count_posts}
