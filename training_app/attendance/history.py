"""The facts about one person at one event, oldest first: scans, corrections, leave, each with who and why."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from training_app.core.db import db
from training_app.people.merging import HOLDER, records
from training_app.people.models import Login, Person

from .models import Correction, Leave, Scan, Settlement


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact; `by` is a name or a device.

    `kind` is scan, correction, leave or settlement; `what` its direction, status, state or decision.
    """

    at: datetime
    slot_id: int
    kind: str
    what: str
    #: A scan's source, else "".
    source: str = ""
    #: A scan's outcome ("accepted", "refused"), else "".
    outcome: str = ""
    #: A scan's reason code, or the words of a person.
    reason: str = ""
    left_early: bool = False
    by: str = ""
    #: Why someone was let in against a refusal, else "".
    note: str = ""


def facts(slot_ids: Collection[int], person_id: int) -> list[Fact]:
    """Everything that was recorded about a person, and about those merged into them, in four statements."""
    ids = records([person_id])
    who = aliased(Person)
    found = [
        Fact(row[0], row[1], "scan", row[2], row[3], row[4], row[5] or "", by=row[6] or row[7] or "", note=row[8])
        for row in db.session.execute(
            select(
                Scan.at,
                Scan.slot_id,
                Scan.direction,
                Scan.source,
                Scan.outcome,
                Scan.reason,
                who.name,
                Login.device_name,
                Scan.note,
            )
            .outerjoin(who, who.id == Scan.actor_id)
            .outerjoin(Login, Login.id == Scan.login_id)
            .where(Scan.slot_id.in_(slot_ids), Scan.person_id.in_(ids))
        )
    ]
    found += [
        Fact(row[0], row[1], "correction", row[2], left_early=row[3], reason=row[4], by=row[5] or "")
        for row in db.session.execute(
            select(
                Correction.at,
                Correction.slot_id,
                Correction.status,
                Correction.left_early,
                Correction.reason,
                who.name,
            )
            .outerjoin(who, who.id == Correction.actor_id)
            .where(Correction.slot_id.in_(slot_ids), Correction.person_id.in_(ids))
            .order_by(Correction.id)
        )
    ]
    found += [
        Fact(row[0], row[1], "leave", row[2], reason=row[3], by=row[4] or "")
        for row in db.session.execute(
            select(Leave.at, Leave.slot_id, Leave.state, Leave.reason, who.name)
            .outerjoin(who, who.id == Leave.actor_id)
            .where(Leave.slot_id.in_(slot_ids), Leave.person_id.in_(ids))
            .order_by(Leave.id)
        )
    ]
    found += [
        Fact(row[0], row[1], "settlement", row[2], reason=row[3], by=row[4] or "")
        for row in db.session.execute(
            select(Settlement.at, Scan.slot_id, Settlement.decision, Settlement.reason, who.name)
            .join(Scan, Scan.id == Settlement.scan_id)
            .outerjoin(who, who.id == Settlement.actor_id)
            .where(Scan.slot_id.in_(slot_ids), or_(Scan.person_id.in_(ids), Settlement.person_id.in_(ids)))
            .order_by(Settlement.id)
        )
    ]
    return sorted(found, key=lambda fact: fact.at)


def first_sources(slot_ids: Collection[int]) -> dict[tuple[int, int], str]:
    """By what each person's first accepted scan of a slot came, by (person, slot), in one statement."""
    found: dict[tuple[int, int], str] = {}
    for person_id, slot_id, source in db.session.execute(
        select(HOLDER, Scan.slot_id, Scan.source)
        .join(Person, Person.id == Scan.person_id)
        .where(
            Scan.slot_id.in_(slot_ids),
            Scan.outcome == "accepted",
            Scan.direction == "in",
        )
        .order_by(Scan.at, Scan.id)
    ):
        found.setdefault((person_id, slot_id), source)
    return found


def corrected(slot_ids: Collection[int]) -> set[tuple[int, int]]:
    """(person, slot) where a status stands that was set by hand, in one statement."""
    rows = db.session.execute(
        select(HOLDER, Correction.slot_id, Correction.status)
        .join(Person, Person.id == Correction.person_id)
        .where(Correction.slot_id.in_(slot_ids))
        .order_by(Correction.at, Correction.id)
    )
    last = {(row[0], row[1]): row[2] for row in rows}
    return {key for key, status in last.items() if status != "scans"}
