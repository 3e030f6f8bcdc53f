"""What a weekly digest is made of: kept totals, and of the week itself a few rows of a division's own."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased, selectinload

from training_app.attendance.leaves import ASKED
from training_app.attendance.models import Leave
from training_app.certificates.models import Certificate
from training_app.core.db import db
from training_app.divisions.rules import within
from training_app.people.merging import HOLDER
from training_app.people.models import Person, Post
from training_app.registration.models import Registration
from training_app.schedule.models import Event, Phase, Programme, Slot
from training_app.schedule.queries import FIRST_START, PHASE_ANNOUNCED

from . import behind, postchanges, totals
from .counting import HELD, Moment
from .dates import local_day
from .digestrules import Week
from .digesttexts import Changes, Coming, Deadline, Facts, Held, Tight
from .models import SlotTotal
from .posts import meeting
from .sent import LARGE
from .totals import Attended

_COUNTED = ("expected", "present", "late", "excused", "absent", "attendances")


def facts(code: str, week: Week, now: datetime) -> Facts | None:
    """Everything that a digest tells of a division; None where no programme was announced, so nothing is counted.

    The number of statements grows with the programmes of the counting year, not with posts or people.
    """
    years = totals.years(code)
    if not years:
        return None
    year = years[0]
    figures = totals.coverage(code, year)
    return Facts(
        code=code,
        name=figures.division.name if figures.division else code,
        year=year,
        coverage=figures.directors,
        attended=figures.attended,
        held=_held(code, week, now),
        certificates=_certificates(code, week),
        changes=_changes(code, year, week, now),
        tight=_tight(code, year, now),
        leave=_leave(code),
        deadlines=_deadlines(code, week, now),
        coming=_coming(code, week, now),
    )


def _here(code: str) -> Any:
    """The condition that a Programme's area holds or lies in a division."""
    above = [code[:digits] for digits in range(2, len(code) + 1)]
    return or_(Programme.division_code.in_(above), within(Programme.division_code, code))


def _held(code: str, week: Week, now: datetime) -> list[Held]:
    sums = [func.sum(getattr(SlotTotal, name)).label(name) for name in _COUNTED]
    several = select(func.count()).where(Slot.event_id == Event.id).correlate(Event).scalar_subquery()
    event = (Event.kind, Event.number, Slot.label, Slot.starts_at, Slot.id, several.label("slots"))
    rows = db.session.execute(
        select(*event, *sums)
        .select_from(Slot)
        .join(Event, Event.id == Slot.event_id)
        .join(SlotTotal, and_(SlotTotal.slot_id == Slot.id, within(SlotTotal.division_code, code)))
        .where(Slot.starts_at >= week.since, Slot.starts_at < week.until, Slot.ends_at <= now, Event.state.in_(HELD))
        .group_by(Event.id, *event[:5])
        .order_by(Slot.starts_at, Slot.id)
    )
    return [
        Held(
            row.kind,
            row.number,
            row.label if row.slots > 1 else "",
            row.starts_at,
            Attended(**{name: int(getattr(row, name) or 0) for name in _COUNTED}),
        )
        for row in rows
        if row.expected or row.attendances
    ]


def _certificates(code: str, week: Week) -> int:
    """Valid papers of the week, each where its holder's post of that day was, as the totals place it."""
    record = aliased(Person)
    that_day = local_day(Certificate.issued_at)
    found = db.session.scalar(
        select(func.count(Certificate.id.distinct()))
        .select_from(Post)
        .join(record, or_(record.id == Post.person_id, record.merged_into_id == Post.person_id))
        .join(Certificate, Certificate.person_id == record.id)
        .where(
            within(Post.division_code, code),
            Post.started_on <= that_day,
            or_(Post.ended_on.is_(None), Post.ended_on >= that_day),
            Certificate.issued_at >= week.since,
            Certificate.issued_at < week.until,
            Certificate.revoked_at.is_(None),
            Certificate.replaced_by_id.is_(None),
        )
    )
    return found or 0


def _changes(code: str, year: int, week: Week, now: datetime) -> Changes | None:
    if len(code) <= LARGE:
        return None
    before = Moment.end_of(week.first_day - timedelta(days=1), now)
    return Changes(*postchanges.changes(year, code, before, Moment.end_of(week.last_day, now)))


def _tight(code: str, year: int, now: datetime) -> list[Tight]:
    """How many may miss nothing more, by programme; of more people than the page lists, nothing is said."""
    found = []
    for programme in meeting(code, year):
        if 0 < behind.participants(programme.id, code) <= behind.MOST:
            count = behind.count(behind.lines(programme, code, now))[behind.TIGHT]
            if count:
                found.append(Tight(programme.id, programme.title, count))
    return found


def _leave(code: str) -> int:
    """People of the division who asked for leave and have no answer: no later word for the same slot and person."""
    later = aliased(Leave)
    answered = select(later.id).where(
        later.slot_id == Leave.slot_id, later.person_id == Leave.person_id, later.id > Leave.id
    )
    found = db.session.scalar(
        select(func.count(HOLDER.distinct()))
        .select_from(Leave)
        .join(Slot, Slot.id == Leave.slot_id)
        .join(Event, Event.id == Slot.event_id)
        .join(Person, Person.id == Leave.person_id)
        .join(Registration, and_(Registration.event_id == Event.id, Registration.person_id == Leave.person_id))
        .where(
            Leave.state == ASKED,
            ~answered.exists(),
            Event.state == "published",
            Registration.state == "confirmed",
            within(Registration.division_code, code),
        )
    )
    return found or 0


def _deadlines(code: str, week: Week, now: datetime) -> list[Deadline]:
    """Of this week and the next: what is later is told in time by another digest."""
    rows = db.session.execute(
        select(Phase.id, Phase.number, Phase.nominate_until)
        .join(Programme, Programme.id == Phase.programme_id)
        .where(
            _here(code),
            Phase.nominate_until > now,
            Phase.nominate_until < week.ends + timedelta(days=7),
            PHASE_ANNOUNCED,
        )
        .order_by(Phase.nominate_until, Phase.id)
    )
    return [Deadline(id_, number, until) for id_, number, until in rows if until is not None]


def _coming(code: str, week: Week, now: datetime) -> list[Coming]:
    inside = select(Slot.event_id).where(Slot.ends_at > now, Slot.starts_at < week.ends)
    events = db.session.scalars(
        select(Event)
        .join(Programme, Programme.id == Event.programme_id)
        .where(_here(code), Event.id.in_(inside), Event.state == "published")
        .options(selectinload(Event.slots))
        .order_by(FIRST_START, Event.id)
    )
    return [
        Coming(
            event.id,
            event.kind,
            event.number,
            event.title,
            next(slot.starts_at for slot in event.slots if slot.ends_at > now),
            event.slots[0].starts_at <= now,
            None if event.capacity is None else max(0, event.capacity - event.seats_taken),
        )
        for event in events
    ]
