"""Lists of programmes, phases and events, in few statements whatever their length."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select, true
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from training_app.core.clock import at, local_date
from training_app.core.db import db
from training_app.divisions.models import Division
from training_app.divisions.rules import within

from .models import Event, EventHost, Facilitation, Phase, Programme, Slot
from .rules import Readiness

#: An event's first start, for ordering and for months.
FIRST_START = select(func.min(Slot.starts_at)).where(Slot.event_id == Event.id).scalar_subquery()
#: An event's last end, to tell what is over.
LAST_END = select(func.max(Slot.ends_at)).where(Slot.event_id == Event.id).scalar_subquery()
#: The condition that a Phase row has something that takes place and is no draft.
PHASE_ANNOUNCED = exists().where(Event.phase_id == Phase.id, Event.state == "published")
#: The condition that a Programme row has more than drafts.
PROGRAMME_ANNOUNCED = exists().where(Event.programme_id == Programme.id, Event.state != "draft")


@dataclass(frozen=True)
class Filters:
    """What a list of events is narrowed to; None or empty narrows nothing. `month` is its first day."""

    programme_id: int | None = None
    kind: str = ""
    state: str = ""
    month: date | None = None
    venue_id: int | None = None


def month_bounds(month: date) -> tuple[datetime, datetime]:
    """The instants at which a month begins and ends at the programme's place."""
    first = month.replace(day=1)
    return at(first, time()), at((first + timedelta(days=32)).replace(day=1), time())


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.programme_id is not None:
        found.append(Event.programme_id == filters.programme_id)
    if filters.kind:
        found.append(Event.kind == filters.kind)
    if filters.state:
        found.append(Event.state == filters.state)
    if filters.venue_id is not None:
        found.append(Event.venue_id == filters.venue_id)
    if filters.month is not None:
        start, end = month_bounds(filters.month)
        inside = select(Slot.event_id).where(Slot.starts_at >= start, Slot.starts_at < end)
        found.append(Event.id.in_(inside))
    return found


def events(visible: ColumnElement[bool], filters: Filters, now: datetime | None = None) -> Select[Any]:
    """The statement of the events that are visible, in the order of their first start.

    Given `now`, and no single month, what comes next stands first and what is over last, the latest of it on top.
    """
    order: tuple[Any, ...] = (FIRST_START,)
    if now is not None and filters.month is None:
        over = case((now > LAST_END, 1), else_=0)
        order = (over, case((over == 0, FIRST_START)), FIRST_START.desc())
    return (
        select(Event)
        .join(Programme, Programme.id == Event.programme_id)
        .where(visible, *_conditions(filters))
        .options(
            contains_eager(Event.programme),
            joinedload(Event.venue),
            joinedload(Event.phase),
            selectinload(Event.slots),
        )
        .order_by(*order, Event.id)
    )


def slots_of_month(visible: ColumnElement[bool], month: date, filters: Filters) -> dict[date, list[Slot]]:
    """The slots that start in a month, by local day; events and venues loaded."""
    start, end = month_bounds(month)
    rows = db.session.scalars(
        select(Slot)
        .join(Event, Event.id == Slot.event_id)
        .join(Programme, Programme.id == Event.programme_id)
        .where(visible, Slot.starts_at >= start, Slot.starts_at < end, *_conditions(filters))
        .options(contains_eager(Slot.event).joinedload(Event.venue))
        .order_by(Slot.starts_at, Slot.id)
    )
    days: dict[date, list[Slot]] = defaultdict(list)
    for slot in rows:
        days[local_date(slot.starts_at)].append(slot)
    return days


def programmes(visible: ColumnElement[bool]) -> Select[Any]:
    """The statement of the programmes that are visible, the newest year first."""
    return (
        select(Programme)
        .where(visible)
        .options(joinedload(Programme.organisation))
        .order_by(Programme.counting_year.desc(), Programme.id.desc())
    )


@dataclass(frozen=True)
class Figures:
    """What a programme's row says: its events, how many of them are drafts, and the next start."""

    events: int = 0
    drafts: int = 0
    next_start: datetime | None = None


def figures(
    programme_ids: Iterable[int], now: datetime, visible: ColumnElement[bool] | None = None
) -> dict[int, Figures]:
    """Figures of each programme, cancelled events left out, in one statement.

    `visible` is a condition on an event and its programme.
    """
    ids = list(programme_ids)
    if not ids:
        return {}
    ahead = and_(Slot.starts_at >= now, Event.state == "published")
    rows = db.session.execute(
        select(
            Event.programme_id,
            func.count(Event.id.distinct()),
            func.count(Event.id.distinct()).filter(Event.state == "draft"),
            func.min(Slot.starts_at).filter(ahead),
        )
        .join(Programme, Programme.id == Event.programme_id)
        .outerjoin(Slot, Slot.event_id == Event.id)
        .where(Event.programme_id.in_(ids), Event.state != "cancelled", true() if visible is None else visible)
        .group_by(Event.programme_id)
    )
    return {row[0]: Figures(*row[1:]) for row in rows}


def phases_of(programme_id: int) -> list[Phase]:
    """A programme's phases by number."""
    return list(db.session.scalars(select(Phase).where(Phase.programme_id == programme_id).order_by(Phase.number)))


def prepared(programme_id: int, visible: ColumnElement[bool]) -> list[Event]:
    """A programme's visible events in the order of their first start, with all that makes them ready."""
    statement = events(visible, Filters(programme_id=programme_id)).options(
        selectinload(Event.agenda), selectinload(Event.hosts), selectinload(Event.facilitations)
    )
    return list(db.session.scalars(statement))


def readiness(event: Event) -> Readiness:
    """What the event has; its agenda, hosts and facilitators are loaded."""
    return Readiness(
        event.kind,
        event.state,
        event.venue_id is not None,
        len(event.facilitations),
        len(event.hosts),
        len(event.agenda),
        max(slot.ends_at for slot in event.slots),
    )


def whole(event_id: int) -> Event:
    """An event with everything that its page shows. The caller has proven that it may be seen."""
    return db.session.scalars(
        select(Event)
        .where(Event.id == event_id)
        .options(
            joinedload(Event.programme).joinedload(Programme.organisation),
            joinedload(Event.venue),
            joinedload(Event.phase),
            selectinload(Event.slots),
            selectinload(Event.agenda),
            selectinload(Event.hosts).joinedload(EventHost.organisation),
            selectinload(Event.facilitations).joinedload(Facilitation.person),
        )
        .execution_options(populate_existing=True)
    ).one()


def published_for(division_code: str, now: datetime) -> list[Event]:
    """Published events that are not over and whose programme's area holds or lies in this division, the next first.

    Slots, venue and programme are loaded.
    """
    above = [division_code[:n] for n in range(2, len(division_code) + 1)]
    here = or_(Programme.division_code.in_(above), within(Programme.division_code, division_code))
    ahead = select(Slot.event_id).where(Slot.ends_at > now)
    return list(db.session.scalars(events(and_(here, Event.state == "published", Event.id.in_(ahead)), Filters())))


def venues_in_use(venue_ids: Iterable[int]) -> dict[int, int]:
    """How many events that are not cancelled each venue has, in one statement."""
    rows = db.session.execute(
        select(Event.venue_id, func.count())
        .where(Event.venue_id.in_(list(venue_ids)), Event.state != "cancelled")
        .group_by(Event.venue_id)
    )
    return {venue_id: count for venue_id, count in rows if venue_id is not None}


def latest(organisation_id: int, kind: str | None = None) -> Event | None:
    """The event that an organisation planned last: its venue and capacity are the best guess at the next one's."""
    return db.session.scalar(
        select(Event)
        .join(Programme, Programme.id == Event.programme_id)
        .where(Programme.organisation_id == organisation_id, true() if kind is None else Event.kind == kind)
        .order_by(Event.id.desc())
        .limit(1)
    )


def division_names(codes: Iterable[str]) -> dict[str, str]:
    """Names of divisions by their codes, in one statement."""
    rows = db.session.execute(select(Division.code, Division.name).where(Division.code.in_(set(codes))))
    return {row.code: row.name for row in rows}
