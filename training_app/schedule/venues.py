"""Venues: created, changed, listed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, or_, select

from training_app.core import audit
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound
from training_app.divisions.models import Division
from training_app.divisions.rules import within_any

from .geography import Point
from .models import Venue


def statement(jurisdictions: tuple[str, ...], keep: int | None = None) -> Select[Any]:
    """The statement of the venues in an area, by name, with the one that is to be kept wherever it lies."""
    here = or_(within_any(Venue.division_code, jurisdictions), Venue.id == keep)
    return select(Venue).where(here).order_by(Venue.name, Venue.id)


def create(
    *,
    name: str,
    address: str,
    directions: str,
    division_code: str,
    capacity: int | None,
    point: Point | None = None,
    actor_id: int,
    now: datetime,
) -> Venue:
    """A new venue; one of the same name in the same division is that one again. Raises Invalid.

    `point` is where it lies, in WGS-84.
    """
    with transaction() as session:
        _refuse_wrong(name, division_code, capacity)
        same = select(Venue).where(Venue.name == name.strip(), Venue.division_code == division_code)
        found = session.scalar(same.limit(1))
        if found is not None:
            return found
        venue = Venue(division_code=division_code)
        _fill(venue, name, address, directions, capacity, point)
        session.add(venue)
        session.flush()
        audit.record(audit.Action.VENUE_CHANGED, ("venue", venue.id), actor_id=actor_id, now=now, after=_told(venue))
        return venue


def change(
    venue_id: int,
    *,
    name: str,
    address: str,
    directions: str,
    division_code: str,
    capacity: int | None,
    point: Point | None = None,
    actor_id: int,
    now: datetime,
) -> Venue:
    """Set what is known of a venue. Raises Invalid, NotFound."""
    with transaction() as session:
        venue = session.get(Venue, venue_id, with_for_update={"key_share": True})
        if venue is None:
            raise NotFound()
        _refuse_wrong(name, division_code, capacity)
        before = _told(venue)
        venue.division_code = division_code
        _fill(venue, name, address, directions, capacity, point)
        session.flush()
        audit.record(
            audit.Action.VENUE_CHANGED,
            ("venue", venue_id),
            actor_id=actor_id,
            now=now,
            before=before,
            after=_told(venue),
        )
        return venue


def _told(venue: Venue) -> dict[str, Any]:
    return {"name": venue.name, "address": venue.address, "point": [venue.latitude, venue.longitude]}


def _fill(venue: Venue, name: str, address: str, directions: str, capacity: int | None, point: Point | None) -> None:
    venue.name, venue.address, venue.directions = name.strip(), address.strip(), directions.strip()
    venue.capacity = capacity
    venue.latitude, venue.longitude = point if point else (None, None)


def _refuse_wrong(name: str, division_code: str, capacity: int | None) -> None:
    wrong: dict[str, Any] = {}
    if not name.strip():
        wrong["name"] = _l("Please give the venue a name.")
    if capacity is not None and capacity < 1:
        wrong["capacity"] = _l("The capacity is at least 1. Leave it empty for no limit.")
    if db.session.get(Division, division_code) is None:
        wrong["division_code"] = _l("Please choose from the list.")
    if wrong:
        raise Invalid("venue_invalid", _l("Please correct the fields marked below. Nothing was changed."), wrong)
