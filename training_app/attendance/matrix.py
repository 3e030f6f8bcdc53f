"""People × slots: the columns of a phase or a programme, and the mark in each cell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload, selectinload

from training_app.core.db import db
from training_app.schedule.models import Event

from .rolls import Entry, Figures, Roll, Rolled
from .rules import HERE

#: Events whose attendance can be looked at.
HELD = ("published", "closed")
#: Of several marks for the same session, in phases that repeat it, the best one is shown.
_RANK = {"present": 5, "late": 4, "excused": 3, "absent": 2, "missing": 1, "pending": 0}


@dataclass(frozen=True)
class Column:
    """A slot as people count it: the morning of session 2, in whichever phase it was."""

    kind: str
    number: int
    title: str
    #: The slot's label where the event has several slots, else "".
    label: str
    starts_at: datetime
    ends_at: datetime
    #: (slot id, event id, start) of each event that repeats it.
    slots: tuple[tuple[int, int, datetime], ...]

    @property
    def event_id(self) -> int | None:
        """The one event behind it, or None when phases repeat it."""
        events = {event_id for _slot, event_id, _start in self.slots}
        return events.pop() if len(events) == 1 else None


@dataclass(frozen=True, slots=True)
class Cell:
    """A mark: a status, "missing" (begun, no mark yet), "pending" (ahead), or "" for who is not expected."""

    status: str
    left_early: bool = False

    @property
    def key(self) -> str:
        """One word for the mark, so that a page draws each kind once."""
        return f"{self.status}+" if self.left_early else self.status


@dataclass(frozen=True)
class Line:
    """A person's row. `done`: how many training sessions they were at, under their own name."""

    who: Entry
    cells: tuple[Cell, ...]
    done: int
    #: "stand_in", "walk_in" …, where every seat of theirs is one.
    as_whom: str
    stand_in_for: str | None


def events_of(condition: ColumnElement[bool]) -> list[Event]:
    """The events whose attendance can be looked at, by their first start, slots and phase loaded."""
    found = db.session.scalars(
        select(Event)
        .where(condition, Event.state.in_(HELD))
        .options(selectinload(Event.slots), joinedload(Event.phase))
    ).all()
    return sorted((e for e in found if e.slots), key=lambda e: (e.slots[0].starts_at, e.id))


def columns(events: Iterable[Event]) -> list[Column]:
    """The columns for these events: one a slot; a session that phases repeat shares one."""
    found: dict[tuple[str, int, int], Column] = {}
    for event in events:
        for place, slot in enumerate(event.slots):
            key = (event.kind, event.number, place)
            before = found.get(key)
            found[key] = Column(
                kind=event.kind,
                number=event.number,
                title=before.title if before else event.title,
                label=slot.label if len(event.slots) > 1 else "",
                starts_at=before.starts_at if before else slot.starts_at,
                ends_at=max(before.ends_at, slot.ends_at) if before else slot.ends_at,
                slots=(*(before.slots if before else ()), (slot.id, event.id, slot.starts_at)),
            )
    # Sessions by number, salons after them by theirs.
    return [found[key] for key in sorted(found, key=lambda key: (key[0] != "session", *key[1:]))]


def roll_of(events: Sequence[Event], codes: tuple[str, ...], *, subdistrict: str = "", status: str = "") -> Roll:
    """The roll of several events together."""
    slots = tuple(slot.id for event in events for slot in event.slots)
    return Roll(slots, tuple(event.id for event in events), codes, subdistrict, status)


def cell(person_id: int, column: Column, found: Rolled, now: datetime) -> Cell:
    """The mark of a person in a column."""
    best = Cell("")
    for slot_id, event_id, starts_at in column.slots:
        stand = found.stands.get((person_id, slot_id))
        if stand is not None:
            one = Cell(stand.status, stand.left_early)
        elif (person_id, event_id) in found.seats:
            one = Cell("pending" if starts_at > now else "missing")
        else:
            continue
        if _RANK[one.status] > _RANK.get(best.status, -1):
            best = one
    return best


def lines(who: Iterable[Entry], shown: Sequence[Column], found: Rolled, now: datetime) -> list[Line]:
    """A row for each of these people."""
    kinds: dict[int, set[tuple[str, str | None]]] = {}
    for (person_id, _event), seat in found.seats.items():
        kinds.setdefault(person_id, set()).add((seat.as_whom, seat.stand_in_for))
    own = {(person_id, slot_id) for (person_id, slot_id), stand in found.stands.items() if stand.as_whom in _OWN}
    made = []
    for one in who:
        cells = tuple(cell(one.person_id, column, found, now) for column in shown)
        done = {
            (column.kind, column.number)
            for column, mark in zip(shown, cells, strict=True)
            if column.kind == "session"
            and mark.status in HERE
            and any((one.person_id, slot_id) in own for slot_id, _event, _start in column.slots)
        }
        seats = kinds.get(one.person_id, {("walk_in", None)})
        plain = any(as_whom == "trainee" for as_whom, _name in seats)
        as_whom, instead = ("trainee", None) if plain else min(seats, key=lambda seat: (seat[0], seat[1] or ""))
        made.append(Line(one, cells, len(done), as_whom, instead))
    return made


#: Whose attendance counts for themselves.
_OWN = ("trainee", "walk_in")


def sums(shown: Sequence[Column], by_slot: dict[int, Figures]) -> list[Figures]:
    """The figures of each column, over the phases that repeat it."""
    made = []
    for column in shown:
        total = Figures()
        for slot_id, _event, _start in column.slots:
            one = by_slot.get(slot_id, Figures())
            for name in vars(total):
                setattr(total, name, getattr(total, name) + getattr(one, name))
        made.append(total)
    return made
