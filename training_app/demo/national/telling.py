"""The whole national demo, city by city, in one transaction: an interrupted run leaves nothing behind it."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from training_app.core import bulk
from training_app.core.clock import at, local_date
from training_app.core.db import db, is_sqlite, transaction
from training_app.core.errors import NotFound, Refusal
from training_app.divisions.models import Division
from training_app.divisions.rules import within
from training_app.people.models import Organisation, Person
from training_app.reports import recount
from training_app.schedule.models import Programme

from . import codes, courses, measures, staff
from .papers import Press, placeholder
from .rows import COLUMNS, Rows
from .townsfolk import Member, Town
from .visits import Door

SEED = "福蕾全国"
#: Megabytes of the file that SQLite keeps in memory meanwhile, and afterwards.
_MEMORY, _USUAL = 256, 8
#: Cities of the register that are headings; their province's name stands before them.
_HEADINGS = ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划")


@dataclass(frozen=True, slots=True)
class Told:
    """What was made: rows by table, and how long it took."""

    rows: dict[str, int]
    seconds: float


def is_free() -> bool:
    """Whether nobody is in this database yet; divisions may be."""
    return not any(db.session.scalar(select(model.id).limit(1)) for model in (Person, Organisation, Programme))


def cities(area: str = "") -> dict[str, int]:
    """The cities of an area and how many communities each has there, by code."""
    city = func.substr(Division.code, 1, 4)
    counted = select(city, func.count()).where(
        Division.level == "community", Division.valid_to.is_(None), within(Division.code, area)
    )
    return {row[0]: row[1] for row in db.session.execute(counted.group_by(city).order_by(city))}


def tell(now: datetime, *, area: str = "", progress: Callable[[int], Any] = lambda communities: None) -> Told:
    """Write the demo for the tree's communities under `area` ("" for all), as it stands on the day of `now`.

    `progress` is called with the number of communities that were done since. The same tree, area and day give the
    same rows. Raises Refusal("not_empty") when there is anybody in the database, NotFound when the area has no
    communities; nothing is written then.
    """
    began = time.monotonic()
    found = cities(area)
    if not found:
        raise NotFound("no_communities", "There are no communities under this code. Import the tree first.")
    with transaction():
        if not is_free():
            raise Refusal("not_empty", "There is data in this database already, so the demo was not loaded.")
        bulk.keep_in_memory(_MEMORY)
        with bulk.keys_checked_at_the_end(COLUMNS):
            nation = _Nation(area, now)
            for code, phases in measures.phases_by_city(found).items():
                nation.tell(code, phases)
                progress(found[code])
            rows = nation.rows.close()
    _settle()
    recount.everything(now)
    _settle_totals()
    return Told(rows, time.monotonic() - began)


class _Nation:
    """Everything that goes from city to city."""

    def __init__(self, area: str, now: datetime) -> None:
        self.rows = Rows()
        self._area, self._now, self._today = area, now, local_date(now)
        self._town = Town(self.rows, self._today, at(date(self._today.year - 1, 1, 2), datetime.min.time()))
        self._door = Door(self.rows, codes.tickets(SEED), codes.nonces(SEED))
        self._press = Press(self.rows, self._today, placeholder(now))
        self._names = {
            row.code: row.name
            for row in db.session.execute(
                select(Division.code, Division.name).where(Division.level.in_(["province", "city"]))
            )
        }
        self._first = True

    def tell(self, code: str, phases: int) -> None:
        """One city: its people, then what it held."""
        chance = random.Random(f"{SEED} {code}")
        name = self._names[code]
        city = courses.found(
            code,
            self._names[code[:2]] + name if name in _HEADINGS else name,
            self._town.person(chance, code)[0],
            self.rows,
        )
        inside = self._area if len(self._area) > len(code) else code
        places = db.session.execute(
            select(Division.code, Division.name, Division.level)
            .where(within(Division.code, inside), Division.valid_to.is_(None))
            .order_by(Division.code)
        ).all()
        subdistricts = {place.code: place.name for place in places if place.level == "subdistrict"}
        members = self._town.settle(places, chance)
        self.rows.flush()
        if self._first:
            administrator, auditor = self._town.person(chance)[0], self._town.person(chance, code)[0]
            self.rows.flush()
            staff.open_accounts(administrator, auditor, city, self._now)
        self._hold(city, members, phases, subdistricts, chance)
        self._first = False

    def _hold(
        self, city: courses.City, members: list[Member], phases: int, subdistricts: dict[str, str],
        chance: random.Random,
    ) -> None:  # fmt: skip
        years = {year: courses.programme(city, year, self.rows) for year in (self._today.year - 1, self._today.year)}
        for number in range(phases):
            this_year = number % 2 == 1
            # One at least is being held today.
            running = this_year and (chance.random() < measures.RUNNING or (self._first and number == 1))
            days = measures.timetable(this_year, self._today, chance, running=running)
            named = members[len(members) * number // phases : len(members) * (number + 1) // phases]
            there = [member for member in named if member.stays or not this_year]
            course = years[days.year]
            subdistrict = named[0].code[:9] if named else next(iter(subdistricts))
            teacher = self._town.person(chance, city.code)[0]
            phase_id, sessions = courses.phase(
                city,
                course,
                days,
                (subdistrict, subdistricts[subdistrict]),
                len(there),
                teacher,
                self._today,
                chance,
                self.rows,
            )
            self._door.hold(city, course, phase_id, sessions, there, chance)
            self._press.finish(city, course, course.phases, sessions, there, chance)
            self.rows.flush_when_many()
        for course in years.values():
            self._press.close(course)
        self.rows.flush()


def _settle() -> None:
    """What a database does by itself in quiet hours, now: the totals are counted by what it knows of its tables."""
    if is_sqlite():
        # The file beside it has grown as large as itself.
        _outside("PRAGMA wal_checkpoint(TRUNCATE)")
    else:
        _outside("VACUUM (ANALYZE)")


def _settle_totals() -> None:
    if is_sqlite():
        bulk.keep_in_memory(_USUAL)
    else:
        _outside("ANALYZE")


def _outside(statement: str) -> None:
    """Send a statement that no transaction may hold."""
    with db.engine.connect() as connection:
        connection.exec_driver_sql(statement)
