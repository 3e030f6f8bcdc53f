"""Which seven days a weekly digest is about, and over which divisions: pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from training_app.core.clock import at, local_date
from training_app.divisions.rules import lies_in

#: The local hour of Monday from which the digests leave.
OPENS = time(8)
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Week:
    """The ISO week in which a digest is read: it tells of the one before, Monday to Sunday, and looks at this one.

    So whatever happens belongs to exactly one digest, on whichever day of the week that is made.
    """

    monday: date

    @classmethod
    def of(cls, now: datetime) -> Week:
        """The week of a moment, at the programme's place."""
        day = local_date(now)
        return cls(day - timedelta(days=day.weekday()))

    @property
    def since(self) -> datetime:
        """When the days that are told of begin."""
        return at(self.monday - _WEEK, time())

    @property
    def until(self) -> datetime:
        """When they end and the week itself begins."""
        return at(self.monday, time())

    @property
    def ends(self) -> datetime:
        """When the week ends."""
        return at(self.monday + _WEEK, time())

    @property
    def opens_at(self) -> datetime:
        """The moment from which its digests leave."""
        return at(self.monday, OPENS)

    @property
    def first_day(self) -> date:
        """The first day that is told of."""
        return self.monday - _WEEK

    @property
    def last_day(self) -> date:
        """The last day that is told of."""
        return self.monday - timedelta(days=1)

    @property
    def subject(self) -> str:
        """What makes a digest the only one of its week: "week:2026-W25"."""
        year, number, _day = self.monday.isocalendar()
        return f"week:{year}-W{number:02d}"


def outermost(codes: Iterable[str]) -> tuple[str, ...]:
    """The divisions without those that lie in another of them, by code: nothing is told twice."""
    kept: list[str] = []
    for code in sorted(set(codes)):
        if not any(lies_in(code, one) for one in kept):
            kept.append(code)
    return tuple(kept)
