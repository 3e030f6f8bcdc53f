"""What happened since the last look, traced to the slots, programmes' papers and subdistricts that it touches."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, String, and_, case, cast, delete, exists, func, insert, literal, or_, select, union
from sqlalchemy.orm import aliased

from training_app.attendance.models import Attendance, Correction, Leave, Scan, Settlement
from training_app.certificates.models import Certificate
from training_app.core import clock
from training_app.core.db import db
from training_app.divisions.models import Division
from training_app.divisions.rules import within
from training_app.people.merging import HOLDER, records
from training_app.people.models import Person, Post
from training_app.registration.models import Registration
from training_app.schedule.models import Event, Programme, Slot

from . import recount
from .counting import starts
from .models import CoverageTotal, Dirty, PostState, SlotTotal, Upkeep
from .poststates import lineage
from .rules import UNTRAINED

#: For how long scans are looked at again: no transaction at a door stays open as long.
LATE_COMMIT = timedelta(seconds=60)
#: A slot does not last longer: its window is found by when it starts.
_LONGEST = timedelta(days=3)
#: Notes that are traced in one transaction.
_AT_ONCE = 500
_FINAL = ("slot", "posts", "papers")
_FACTS = (Attendance, Scan, Correction, Leave)


def anything(now: datetime) -> bool:
    """Whether a look has anything to do, in a few cheap statements."""
    upkeep = db.session.execute(select(Upkeep.__table__).where(Upkeep.id == 1)).first()
    if upkeep is None or db.session.scalar(select(Dirty.id).limit(1)) is not None:
        return True
    scans = db.session.scalar(_scans_after(upkeep.scans_settled))
    if scans != upkeep.scans_seen or (scans and now - upkeep.shifted_at >= LATE_COMMIT):
        return True
    if clock.local_date(upkeep.clock_at) != clock.local_date(now):
        return True
    return db.session.scalar(_turned(upkeep.clock_at, now).limit(1)) is not None


def held(now: datetime) -> Upkeep | None:
    """The upkeep's row, held until the open transaction ends; None while another process holds it.

    Where there is none yet, everything is noted.
    """
    if db.session.scalar(select(Upkeep.id)) is None:
        recount.lock(now)
        db.session.execute(insert(Dirty), [{"kind": "everything", "key": ""}])
    return db.session.scalar(select(Upkeep).where(Upkeep.id == 1).with_for_update(skip_locked=True))


def notice(upkeep: Upkeep, now: datetime) -> None:
    """Note what the scans and the clock touched, and trace notes to what is counted."""
    _scans(upkeep, now)
    _clock(upkeep, now)
    while notes := db.session.execute(
        select(Dirty.id, Dirty.kind, Dirty.key).where(Dirty.kind.not_in(_FINAL)).order_by(Dirty.id).limit(_AT_ONCE)
    ).all():
        by_kind: dict[str, list[str]] = {}
        for note in notes:
            by_kind.setdefault(note.kind, []).append(note.key)
        for kind, keys in by_kind.items():
            _TRACE[kind](list(dict.fromkeys(keys)))
        db.session.execute(delete(Dirty).where(Dirty.id.in_([note.id for note in notes])))


def _write(kind: str, keys: Iterable[Select[Any]]) -> None:
    """Note every key that these statements find."""
    for found in keys:
        key = found.subquery()
        (column,) = key.c
        rows = select(literal(kind), cast(column, String)).where(column.is_not(None)).distinct()
        db.session.execute(insert(Dirty).from_select(["kind", "key"], rows))


# Scans and the clock


def _scans_after(number: int) -> Any:
    return select(func.count()).select_from(Scan).where(Scan.id > number)


def _scans(upkeep: Upkeep, now: datetime) -> None:
    """Scans that came since: all numbers after one before which everything has committed."""
    # One statement: a scan that commits between two would be counted and not noted.
    seen, later, highest = db.session.execute(
        select(
            func.count(),
            func.count(case((Scan.id > upkeep.scans_passed, 1))),
            func.coalesce(func.max(Scan.id), upkeep.scans_passed),
        ).where(Scan.id > upkeep.scans_settled)
    ).one()
    if seen != upkeep.scans_seen:
        _write("slot", [select(Scan.slot_id).where(*_accepted(upkeep))])
        upkeep.scans_seen = seen
    if now - upkeep.shifted_at >= LATE_COMMIT:
        posts_of_scans(upkeep)
        upkeep.scans_settled, upkeep.scans_passed, upkeep.shifted_at = upkeep.scans_passed, highest, now
        upkeep.scans_seen = later


def _accepted(upkeep: Upkeep) -> tuple[Any, ...]:
    return Scan.id > upkeep.scans_settled, Scan.outcome == "accepted"


def posts_of_scans(upkeep: Upkeep) -> None:
    """Note the posts of whoever was scanned: once a minute, for counting posts takes more than counting a slot.

    Who came shows in the slot's figures at once; that a post's holder is in training may wait so long.
    """
    # Whoever is in training or more changes nothing by coming, unless it brings the rule in reach again.
    changes = or_(PostState.state == UNTRAINED, ~PostState.reached, Scan.direction == "undo")
    touched = (
        select(starts(PostState.division_code, 9))
        .join(Person, PostState.person_id == HOLDER)
        .join(Scan, Scan.person_id == Person.id)
        .where(*_accepted(upkeep), changes)
    )
    _write("posts", [touched])


def _turned(since: datetime, now: datetime) -> Select[Any]:
    """Slots whose check-in opened or closed meanwhile."""
    opened = Slot.checkin_opens_at > since, Slot.checkin_opens_at <= now
    closed = Slot.checkin_closes_at > since, Slot.checkin_closes_at <= now
    # A make-up that nobody came to lies ahead until its session is over.
    over = (
        Slot.ends_at > since,
        Slot.ends_at <= now,
        exists().where(Registration.make_up_for_id.is_not(None), Registration.event_id == Slot.event_id),
    )
    near = Slot.starts_at.between(since - _LONGEST, now + _LONGEST)
    return select(Slot.id).where(near, or_(opened[0] & opened[1], closed[0] & closed[1], and_(*over)))


def _clock(upkeep: Upkeep, now: datetime) -> None:
    since = upkeep.clock_at
    if now <= since:
        return
    turned = list(db.session.scalars(_turned(since, now)))
    if turned:
        _write("slot", [select(Slot.id).where(Slot.id.in_(turned))])
        of_slots = select(Event.programme_id).join(Slot, Slot.event_id == Event.id).where(Slot.id.in_(turned))
        _posts_of_programmes(list(db.session.scalars(of_slots.distinct())))
        _write("posts", [_posts_of(_guests(select(Slot.event_id).where(Slot.id.in_(turned))))])
    before, today = clock.local_date(since), clock.local_date(now)
    if before != today:
        changed = select(starts(PostState.division_code, 9)).where(PostState.changes_on <= today)
        begun = select(starts(Division.code, 9)).where(Division.valid_from > before, Division.valid_from <= today)
        _write("posts", [changed, begun.where(func.length(Division.code) >= 9)])
    upkeep.clock_at = now


# Notes


def _numbers(keys: Collection[str]) -> list[int]:
    return [int(key) for key in keys]


def _programmes(keys: Collection[str]) -> None:
    ids = _numbers(keys)
    of_programmes = select(Slot.id).join(Event, Event.id == Slot.event_id).where(Event.programme_id.in_(ids))
    _write("slot", [of_programmes])
    _write("papers", [select(literal(key)) for key in keys])
    _posts_of_programmes(ids)
    kept = set(db.session.scalars(select(CoverageTotal.counting_year).where(CoverageTotal.division_code == "")))
    if kept != set(recount.years()):
        _areas([""])


def _posts_of_programmes(ids: Collection[int]) -> None:
    areas = db.session.scalars(select(Programme.division_code).where(Programme.id.in_(ids)).distinct())
    _areas(list(areas))


def _areas(codes: Collection[str]) -> None:
    """The subdistricts in these areas, or in which they lie; with them what these became part of."""
    for code in codes:
        if len(code) >= 9:
            _write("posts", [select(literal(code[:9]))])
            continue
        _write("posts", [select(Division.code).where(Division.level == "subdistrict", within(Division.code, code))])
    if codes:
        line = lineage()
        heirs = select(starts(line.c.code, 9)).where(func.length(line.c.code) >= 9)
        _write("posts", [heirs.where(or_(*(within(line.c.former, code) for code in codes)))])


def _events(keys: Collection[str]) -> None:
    ids = _numbers(keys)
    programmes = list(db.session.scalars(select(Event.programme_id).where(Event.id.in_(ids)).distinct()))
    removed = select(SlotTotal.slot_id).where(SlotTotal.programme_id.in_(programmes), _is_gone(SlotTotal.slot_id))
    _write("slot", [select(Slot.id).where(Slot.event_id.in_(ids)), removed])
    _posts_of_programmes(programmes)
    _write("posts", [_posts_of(_guests(ids))])


def _guests(event_ids: Any) -> Select[Any]:
    """Who makes up at these events for a session missed elsewhere."""
    return select(Registration.person_id).where(
        Registration.make_up_for_id.is_not(None), Registration.event_id.in_(event_ids)
    )


def _is_gone(slot_id: Any) -> Any:
    return ~exists().where(Slot.id == slot_id)


def _posts_of(person_ids: Any) -> Select[Any]:
    """The subdistricts in which these persons, under whichever record, hold or held a post."""
    stays = select(HOLDER).where(Person.id.in_(person_ids))
    record = aliased(Person)
    # Two questions, each answered by an index: else the posts of the whole country are gone through.
    own, merged = (
        select(record.id).where(record.id.in_(stays)),
        select(record.id).where(record.merged_into_id.in_(stays)),
    )
    return select(starts(Post.division_code, 9)).where(Post.person_id.in_(union(own, merged)))


def _registrations(keys: Collection[str]) -> None:
    ids = _numbers(keys)
    _write(
        "slot",
        [select(Slot.id).join(Registration, Registration.event_id == Slot.event_id).where(Registration.id.in_(ids))],
    )
    _write("posts", [_posts_of(select(Registration.person_id).where(Registration.id.in_(ids)))])


def _settled(keys: Collection[str]) -> None:
    ids = _numbers(keys)
    slots = select(Scan.slot_id).where(Scan.id.in_(ids))
    _write("slot", [slots])
    people = union(
        select(Scan.person_id).where(Scan.id.in_(ids), Scan.person_id.is_not(None)),
        select(Settlement.person_id).where(Settlement.scan_id.in_(ids), Settlement.person_id.is_not(None)),
    )
    _write("posts", [_posts_of(people)])


def _certificates(keys: Collection[str]) -> None:
    mine = Certificate.id.in_(_numbers(keys))
    _write("papers", [select(Certificate.programme_id).where(mine)])
    _write("posts", [_posts_of(select(Certificate.person_id).where(mine))])


def _persons(keys: Collection[str]) -> None:
    ids = _numbers(keys)
    whose = records(list(db.session.scalars(select(HOLDER).where(Person.id.in_(ids)))))
    _write("posts", [_posts_of(whose)])
    _write("papers", [select(Certificate.programme_id).where(Certificate.person_id.in_(whose))])


def _merged(keys: Collection[str]) -> None:
    _persons(keys)
    whose = records(_numbers(keys))
    _write(
        "slot",
        [
            *(
                select(model.slot_id).where(model.person_id.in_(whose))
                for model in (Attendance, Scan, Correction, Leave)
            ),
            select(Scan.slot_id).join(Settlement, Settlement.scan_id == Scan.id).where(Settlement.person_id.in_(whose)),
            select(Slot.id)
            .join(Registration, Registration.event_id == Slot.event_id)
            .where(Registration.person_id.in_(whose)),
        ],
    )


def _everything(_keys: Collection[str]) -> None:
    _write("slot", [select(Slot.id)])
    _write("papers", [select(Certificate.programme_id)])
    _areas([""])


_TRACE: dict[str, Callable[[Collection[str]], None]] = {
    "programme": _programmes,
    "area": _areas,
    "event": _events,
    "registration": _registrations,
    "scan": _settled,
    "certificate": _certificates,
    "person": _persons,
    "merged": _merged,
    "everything": _everything,
}
