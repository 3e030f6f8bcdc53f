"""A programme of the same year beside the cast's, in which what was missed can be made up."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import func, select

from tests import cast
from training_app.core.db import db, transaction
from training_app.registration import seats
from training_app.schedule.models import Event, Phase, Programme, Slot

CHEN, LIN, ZHANG, ORGANISER = (cast.CAST[key].id for key in ("chen", "lin", "zhang", "organiser"))
#: Some days after the fourth session.
NOW = cast.NOW + timedelta(days=2)


def other_programme(division=cast.FUQIAO, year=2026, number_of=1):
    """A programme of a subdistrict, with as many empty phases; gives its id."""
    with transaction() as session:
        made = Programme(
            title="浮桥街道补课班",
            counting_year=year,
            division_code=division,
            organisation_id=cast.OFFICE,
            preset="one_session_phases",
            created_at=cast.LONG_AGO,
        )
        session.add(made)
        session.flush()
        return made.id


def session_ahead(programme, number, area, *, days=10, capacity=20, state="published", hours=4, venue=None):
    """A session some days after `NOW` in a phase of its own; gives its event's id."""
    start = NOW + timedelta(days=days)
    with transaction() as session:
        phases = session.scalar(select(func.max(Phase.number)).where(Phase.programme_id == programme)) or 0
        phase = Phase(programme_id=programme, number=phases + 1, title="")
        session.add(phase)
        session.flush()
        event = Event(
            programme_id=programme,
            phase_id=phase.id,
            kind="session",
            number=number,
            title=f"补第 {number} 期",
            curriculum_area=area,
            venue_id=venue,
            capacity=capacity,
            state=state,
            created_at=cast.LONG_AGO,
        )
        session.add(event)
        session.flush()
        session.add(
            Slot(
                event_id=event.id,
                starts_at=start,
                ends_at=start + timedelta(hours=3),
                checkin_opens_at=start - timedelta(minutes=30),
                checkin_closes_at=start + timedelta(hours=3),
                late_after=start,
                credit_hours=Decimal(hours),
            )
        )
        return event.id


def slot_of(event_id):
    return db.session.scalar(select(Slot.id).where(Slot.event_id == event_id))


def seat(person, *events):
    for event in events:
        seats.register(event, person, source="organiser", actor_id=ORGANISER, now=cast.LONG_AGO)
