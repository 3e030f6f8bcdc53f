"""Time: instants are UTC, shown in the programme's zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

#: Where the programmes take place; China has one zone and no summer time.
ZONE = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """This instant. Take it once per operation and hand it down."""
    return datetime.now(UTC)


def local(moment: datetime) -> datetime:
    """The same instant on the programme's wall clock."""
    return moment.astimezone(ZONE)


def local_date(moment: datetime) -> date:
    """The day of an instant at the programme's place."""
    return moment.astimezone(ZONE).date()


def at(day: date, clock: time) -> datetime:
    """The instant (UTC) of a wall-clock time on a day at the programme's place."""
    return datetime.combine(day, clock, ZONE).astimezone(UTC)


def midnight_after(moment: datetime) -> datetime:
    """The instant at which the local day of `moment` ends."""
    return at(local_date(moment) + timedelta(days=1), time())
