"""What of an event's scans wants a human's look, read in a fixed number of statements."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, union
from sqlalchemy.orm import aliased

from training_app.core.actors import Actor
from training_app.core.db import db
from training_app.core.permissions import Permission
from training_app.divisions.models import Division
from training_app.people.merging import HOLDER
from training_app.people.models import Device, Login, Person
from training_app.people.persons import matches
from training_app.registration.models import Registration
from training_app.schedule.models import Event, Programme, Slot
from training_app.schedule.visibility import visible_events

from .doubts import AROUND, KINDS, Shown, doubts
from .models import Attendance, Scan, Settlement

#: What a list of doubts can be narrowed to.
SHOWN = ("open", "settled", "all")


@dataclass(frozen=True)
class Overview:
    """The doubts of an event. `kinds`: of each doubtful scan; `settled`: those that someone has decided on."""

    kinds: dict[int, tuple[str, ...]]
    settled: frozenset[int]
    slots: dict[int, int]
    #: All scans, and those that only showed a ticket again.
    scans: int
    doubles: int

    @property
    def unsettled(self) -> int:
        """How many scans nobody has decided on yet."""
        return len(self.kinds.keys() - self.settled)

    def counts(self, show: str) -> dict[str, int]:
        """How many scans of each kind a list holds; a scan of several kinds counts under each."""
        found = Counter(kind for scan_id in self._shown(show) for kind in self.kinds[scan_id])
        return {kind: found[kind] for kind in KINDS if found[kind]}

    def _shown(self, show: str) -> list[int]:
        if show == "all":
            return list(self.kinds)
        return [scan_id for scan_id in self.kinds if (scan_id in self.settled) == (show == "settled")]

    def listed(self, show: str, kind: str = "", slot_id: int | None = None) -> list[tuple[str, int]]:
        """(kind, scan id) as they are listed: each scan once, under the kind asked for or its first."""
        found = [
            (kind or self.kinds[scan_id][0], scan_id)
            for scan_id in self._shown(show)
            if (not kind or kind in self.kinds[scan_id]) and slot_id in (None, self.slots[scan_id])
        ]
        return sorted(found, key=lambda one: (KINDS.index(one[0]), one[1]))


def _device(device_id: int | None, phone_key: str | None, login_id: int | None, source: str) -> str | None:
    if source in ("paper", "api"):
        return None
    if device_id is not None:
        return f"device {device_id}"
    return f"phone {phone_key}" if phone_key else f"login {login_id}" if login_id is not None else None


def _elsewhere(event_id: int) -> set[int]:
    """The event's scans of people who were scanned at another event that ran at the same hours."""
    mine, other = aliased(Slot), aliased(Slot)
    seen = aliased(Scan)
    return set(
        db.session.scalars(
            select(Scan.id)
            .join(mine, mine.id == Scan.slot_id)
            .join(other, (other.starts_at < mine.ends_at) & (other.ends_at > mine.starts_at))
            .join(seen, (seen.slot_id == other.id) & (seen.person_id == Scan.person_id))
            .where(
                mine.event_id == event_id,
                other.event_id != event_id,
                *(one.outcome == "accepted" for one in (Scan, seen)),
                *(one.direction == "in" for one in (Scan, seen)),
            )
        )
    )


def overview(event_id: int) -> Overview:
    """Every doubt of an event, in four statements for any number of scans."""
    hours = {
        row.id: (row.starts_at, row.ends_at)
        for row in db.session.execute(select(Slot.id, Slot.starts_at, Slot.ends_at).where(Slot.event_id == event_id))
    }
    elsewhere = _elsewhere(event_id)
    rows = db.session.execute(
        select(
            Scan.id,
            Scan.slot_id,
            HOLDER.label("person_id"),
            Scan.device_id,
            Scan.login_id,
            Scan.phone_key,
            Scan.source,
            Scan.direction,
            Scan.at,
            Scan.device_time,
            Scan.clock_offset_ms,
            Scan.received_at,
            Scan.outcome,
            Scan.reason,
            Scan.said,
            Scan.forced,
            Person.unconfirmed,
        )
        .outerjoin(Person, Person.id == Scan.person_id)
        .where(Scan.slot_id.in_(hours))
    ).all()
    scans = [
        Shown(
            id=row.id,
            slot_id=row.slot_id,
            person_id=row.person_id,
            device=_device(row.device_id, row.phone_key, row.login_id, row.source),
            phone_key=row.phone_key,
            source=row.source,
            direction=row.direction,
            at=row.at,
            device_time=row.device_time,
            clock_offset_ms=row.clock_offset_ms,
            received_at=row.received_at,
            accepted=row.outcome == "accepted",
            reason=row.reason,
            said=row.said,
            forced=row.forced,
            unconfirmed=bool(row.unconfirmed),
            elsewhere=row.id in elsewhere,
        )
        for row in rows
    ]
    decided = (
        select(Settlement.scan_id).join(Scan, Scan.id == Settlement.scan_id).where(Scan.slot_id.in_(hours)).distinct()
    )
    kinds = doubts(scans, hours)
    return Overview(
        kinds,
        frozenset(db.session.scalars(decided)),
        {scan.id: scan.slot_id for scan in scans if scan.id in kinds},
        len(scans),
        sum(scan.reason == "duplicate" for scan in scans),
    )


@dataclass(frozen=True, slots=True)
class Decided:
    """One word on a scan: what, for whom, why, by whom, when."""

    decision: str
    person: str | None
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Doubt:
    """A scan as the page shows it; `kind` is the group under which it stands."""

    kind: str
    kinds: tuple[str, ...]
    scan: Scan
    person_id: int | None
    name: str
    community: str
    unconfirmed: bool
    by: str
    device: str
    #: Every decision, the oldest first.
    decided: list[Decided] = field(default_factory=list)
    #: Where else the person was scanned, as (when, by whose hand, at which other event or None). Of an event that
    #: the reader may not see hand and title are "".
    beside: list[tuple[datetime, str, str | None]] = field(default_factory=list)


def rows(listed: Sequence[tuple[str, int]], seen: Overview, *, by_whom: Actor) -> list[Doubt]:
    """These scans with all that a human needs to decide, in three statements; `by_whom` reads them."""
    ids = [scan_id for _kind, scan_id in listed]
    who, by = aliased(Person), aliased(Person)
    found: dict[int, Any] = {
        row[0].id: row
        for row in db.session.execute(
            select(Scan, who.id, who.name, Person.unconfirmed, Division.name, by.name, Device.name, Login.device_name)
            .outerjoin(Person, Person.id == Scan.person_id)
            .outerjoin(who, who.id == HOLDER)
            .outerjoin(Registration, Registration.id == Scan.registration_id)
            .outerjoin(Division, Division.code == Registration.division_code)
            .outerjoin(by, by.id == Scan.actor_id)
            .outerjoin(Device, Device.id == Scan.device_id)
            .outerjoin(Login, Login.id == Scan.login_id)
            .where(Scan.id.in_(ids))
        )
    }
    words: dict[int, list[Decided]] = defaultdict(list)
    for row in db.session.execute(
        select(Settlement, who.name, by.name)
        .outerjoin(who, who.id == Settlement.person_id)
        .outerjoin(by, by.id == Settlement.actor_id)
        .where(Settlement.scan_id.in_(ids))
        .order_by(Settlement.id)
    ):
        one = row[0]
        words[one.scan_id].append(Decided(one.decision, row[1], one.reason, row[2] or "", one.at))
    beside = _beside([row[0] for scan_id, row in found.items() if "twice" in seen.kinds[scan_id]], by_whom)
    made = []
    for kind, scan_id in listed:
        scan, person_id, name, unconfirmed, community, actor, device, login = found[scan_id]
        made.append(
            Doubt(
                kind,
                seen.kinds[scan_id],
                scan,
                person_id,
                name or "",
                community or "",
                bool(unconfirmed),
                actor or "",
                device or login or "",
                words[scan_id],
                beside[scan_id],
            )
        )
    return made


def _beside(scans: Sequence[Scan], reader: Actor) -> dict[int, list[tuple[datetime, str, str | None]]]:
    """By scan: where else its person was let in within the same half day, the earliest first."""
    by = aliased(Person)
    found: dict[int, list[tuple[datetime, str, str | None]]] = defaultdict(list)
    visible = visible_events(reader, Permission.SCHEDULE_VIEW).label("visible")
    device = func.coalesce(Device.name, Login.device_name)
    for row in db.session.execute(
        select(Scan.id, Scan.person_id, Scan.at, Scan.slot_id, device.label("device"), by.name, Event.title, visible)
        .join(Slot, Slot.id == Scan.slot_id)
        .join(Event, Event.id == Slot.event_id)
        .join(Programme, Programme.id == Event.programme_id)
        .outerjoin(Device, Device.id == Scan.device_id)
        .outerjoin(Login, Login.id == Scan.login_id)
        .outerjoin(by, by.id == Scan.actor_id)
        .where(
            Scan.person_id.in_({scan.person_id for scan in scans}), Scan.outcome == "accepted", Scan.direction == "in"
        )
        .order_by(Scan.at, Scan.id)
    ):
        hand = " · ".join(part for part in (row.name, row.device) if part)
        for scan in scans:
            if scan.person_id == row.person_id and scan.id != row.id and abs(scan.at - row.at) <= AROUND:
                here = row.slot_id == scan.slot_id
                title = None if here else row.title if row.visible else ""
                found[scan.id].append((row.at, hand if here or row.visible else "", title))
    return found


def people(
    event_id: int, *, text: str = "", person_id: int | None = None, limit: int = 8
) -> list[tuple[int, str, str]]:
    """Who has to do with an event, as (id, name, community): by what was typed of a name or number, or by id.

    Digits of a phone number count from four on.
    """
    plain = "".join(text.split())[:60]
    if person_id is None and (not plain or (plain.isdigit() and len(plain) < 4)):
        return []
    slots = select(Slot.id).where(Slot.event_id == event_id)
    around = union(
        select(Registration.person_id).where(Registration.event_id == event_id),
        select(Attendance.person_id).where(Attendance.slot_id.in_(slots)),
    )
    statement = (
        select(Person.id, Person.name, Division.name)
        .outerjoin(Registration, (Registration.person_id == Person.id) & (Registration.event_id == event_id))
        .outerjoin(Division, Division.code == Registration.division_code)
        .where(Person.id.in_(around), Person.merged_into_id.is_(None))
        .where(Person.id == person_id if person_id is not None else matches(plain))
        .order_by(Person.pinyin, Person.name, Person.id)
        .limit(limit)
    )
    return [(row[0], row[1], row[2] or "") for row in db.session.execute(statement)]
