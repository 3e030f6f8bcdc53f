"""A programme's attendance step by step: its phases, their events, the slots of these.

The figures are the kept ones: seconds old while people come, exact once the event is closed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload, selectinload

from training_app.core.db import db
from training_app.divisions.rules import DIGITS, within_any
from training_app.schedule.models import Event, Phase, Programme, Slot
from training_app.schedule.queries import FIRST_START
from training_app.schedule.rules import slot_state
from training_app.schedule.words import LABELS

from .counting import COUNTED, HELD, Moment, slot_rows
from .models import ProgrammeCount, SlotTotal
from .totals import Attended, attended, together

#: How far something is: nothing of it has begun; people can check in; begun and not yet counted for good; some of it
#: lies ahead; every event of it is closed.
AHEAD, LIVE, ENDED, UNDER_WAY, FINAL = "ahead", "live", "ended", "under_way", "final"
#: What a page lists one level below its head; the chart of so many still prints on a page.
PARTS = 25
#: More rows than that are not shown on a page: slots, then events are a click below.
MOST = 200


@dataclass(frozen=True)
class Line:
    """A programme, a phase, an event or a slot, with what was counted in it. `depth`: levels below the page's head."""

    kind: str
    of: Programme | Phase | Event | Slot
    attended: Attended
    state: str
    starts_at: datetime | None
    depth: int = 0

    @property
    def short(self) -> str:
        """第 4 期, where there is no room for more."""
        if isinstance(self.of, Phase):
            return str(_("Phase %(number)s", number=self.of.number))
        if isinstance(self.of, Slot):
            return str(LABELS.get(self.of.label, self.of.label))
        if isinstance(self.of, Programme):
            return self.of.title
        salon = self.of.kind == "salon"
        return str(
            _("Salon %(number)s", number=self.of.number) if salon else _("Session %(number)s", number=self.of.number)
        )

    @property
    def name(self) -> str:
        """第 4 期 · 儿童服务社会工作技巧."""
        title = "" if isinstance(self.of, Programme | Slot) else self.of.title
        return f"{self.short} · {title}" if title else self.short

    @property
    def awaited(self) -> int:
        """Of those expected, who has neither come nor been excused nor counted as absent."""
        one = self.attended
        return max(0, one.expected - one.attendances - one.excused - one.absent)


@dataclass(frozen=True)
class Rollup:
    """A page of it: the head, and what lies below it in the order of the programme."""

    programme: Programme
    head: Line
    lines: tuple[Line, ...]
    #: The lines one level below the head.
    parts: tuple[Line, ...]
    #: How many there are on all pages.
    total: int
    #: Rows were left out that stand on the pages of the parts.
    shortened: bool
    counted_at: datetime | None

    @property
    def live(self) -> bool:
        """Whether people can check in somewhere in it."""
        return self.head.state == LIVE


def counted(programme_id: int) -> ProgrammeCount | None:
    """When slots of a programme were last counted; None before the first time."""
    return db.session.get(ProgrammeCount, programme_id, populate_existing=True)


def of_programme(programme: Programme, codes: Sequence[str], now: datetime, page: int | None = 1) -> Rollup:
    """A programme's phases and events; None for the page is everything. `codes`: whose people are counted."""
    return _rollup(programme, Event.programme_id == programme.id, codes, now, page)


def of_phase(phase: Phase, codes: Sequence[str], now: datetime, page: int | None = 1) -> Rollup:
    """A phase's events, as `of_programme`."""
    return _rollup(phase, Event.phase_id == phase.id, codes, now, page)


def of_event(event: Event, codes: Sequence[str], now: datetime, page: int | None = 1) -> Rollup:
    """An event's slots, as `of_programme`."""
    return _rollup(event, Event.id == event.id, codes, now, page)


def of_programmes(programme_ids: Collection[int], codes: Sequence[str], now: datetime) -> dict[int, Attended]:
    """What was counted in each of these programmes, in one statement."""
    slots = select(Slot.id).join(Event, Event.id == Slot.event_id).where(Event.programme_id.in_(programme_ids))
    return _figures(slots, codes, now, by="programme_id")


@dataclass(frozen=True)
class _Node:
    line: Line
    below: tuple[_Node, ...] = ()

    def lines(self, levels: int, depth: int = 0) -> Iterable[Line]:
        one = self.line
        yield Line(one.kind, one.of, one.attended, one.state, one.starts_at, depth)
        for node in self.below if levels else ():
            yield from node.lines(levels - 1, depth + 1)

    def size(self, levels: int) -> int:
        return 1 + (sum(node.size(levels - 1) for node in self.below) if levels else 0)


def _rollup(
    head: Programme | Phase | Event, chosen: ColumnElement[bool], codes: Sequence[str], now: datetime, page: int | None
) -> Rollup:
    events = list(
        db.session.scalars(
            select(Event)
            .where(chosen, Event.state.in_(HELD))
            .options(joinedload(Event.phase), selectinload(Event.slots))
            .order_by(FIRST_START, Event.id)
        )
    )
    slots = select(Slot.id).join(Event, Event.id == Slot.event_id).where(chosen, Event.state.in_(HELD))
    figures = _figures(slots, codes, now)
    nodes = [_event(event, figures, now, always=event is head) for event in events]
    if isinstance(head, Programme):
        below = _phases(nodes)
    else:
        below = list(nodes[0].below) if isinstance(head, Event) and nodes else nodes
    top = _sum(type(head).__name__.lower(), head, below)
    shown = below if page is None else below[(page - 1) * PARTS : page * PARTS]
    levels = 3
    while page is not None and levels > 1 and sum(node.size(levels - 1) for node in shown) > MOST:
        levels -= 1
    lines = [line for node in shown for line in node.lines(levels - 1, 1)]
    programme = head if isinstance(head, Programme) else head.programme
    count = counted(programme.id)
    return Rollup(
        programme,
        top.line,
        tuple(lines),
        tuple(line for line in lines if line.depth == 1),
        len(below),
        shortened=len(lines) < sum(node.size(3) for node in shown),
        counted_at=count.counted_at if count else None,
    )


def _event(event: Event, figures: dict[int, Attended], now: datetime, *, always: bool) -> _Node:
    """An event with its slots; a single one says what the event says, and is left out unless `always`."""
    slots = [
        _Node(Line("slot", slot, figures.get(slot.id, Attended()), _state(event, slot, now), slot.starts_at))
        for slot in event.slots
    ]
    whole = _sum("event", event, slots)
    return whole if always or len(slots) > 1 else _Node(whole.line)


def _state(event: Event, slot: Slot, now: datetime) -> str:
    if event.state == "closed":
        return FINAL
    return {"early": AHEAD, "open": LIVE, "closed": ENDED}[slot_state(slot, now)]


def _phases(nodes: Sequence[_Node]) -> list[_Node]:
    """Phases by number, then events that belong to none; a phase of one event is that event."""
    held: dict[Phase, list[_Node]] = defaultdict(list)
    alone = []
    for node in nodes:
        phase = node.line.of.phase if isinstance(node.line.of, Event) else None
        if phase is None:
            alone.append(node)
        else:
            held[phase].append(node)
    phases = [
        below[0] if len(below) == 1 else _sum("phase", phase, below)
        for phase, below in sorted(held.items(), key=lambda item: item[0].number)
    ]
    return [*phases, *alone]


def _sum(kind: str, of: Programme | Phase | Event, below: Sequence[_Node]) -> _Node:
    states = {node.line.state for node in below}
    if LIVE in states:
        state = LIVE
    elif len(states) == 1:
        state = states.pop()
    elif AHEAD in states or UNDER_WAY in states:
        state = UNDER_WAY
    else:
        state = ENDED if states else AHEAD
    starts = [node.line.starts_at for node in below if node.line.starts_at is not None]
    sums = together(node.line.attended for node in below)
    return _Node(Line(kind, of, sums, state, min(starts, default=None)), tuple(below))


def _figures(slots: Any, codes: Sequence[str], now: datetime, *, by: str = "slot_id") -> dict[int, Attended]:
    """What is kept of these slots for the people of these divisions, in one statement.

    Sums are kept by subdistrict: of communities the same is counted from the facts.
    """
    kept: Any = SlotTotal.__table__
    if any(len(code) > DIGITS["subdistrict"] for code in codes):
        kept = slot_rows(Moment(now), slots, areas=codes).subquery("counted")
        codes = ("",)
    key = kept.c[by]
    sums = (
        select(key, *(func.sum(kept.c[name]).label(name) for name in COUNTED))
        .where(kept.c.slot_id.in_(slots), within_any(kept.c.division_code, tuple(codes)))
        .group_by(key)
    )
    return {row[0]: attended(row) for row in db.session.execute(sums)}
