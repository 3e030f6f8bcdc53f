"""What was read of the signed sheets of a slot, and a person's decision on it: only then is anyone checked in."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, case, func, select

from training_app.attendance.models import Attendance, Scan
from training_app.attendance.rules import HERE
from training_app.core import audit, clock
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.divisions.models import Division
from training_app.people.merging import HOLDER
from training_app.people.models import Person
from training_app.registration.models import Registration
from training_app.schedule.models import Event, Slot

from . import sheetreading
from .models import SheetReading, SheetRow, SheetScan
from .presented import Presented
from .service import check_in

_TAKEN_BACK = _l(
    "This check-in was taken back at the door. If the signature is right, "
    "check the person in by name or correct the attendance."
)
#: First what needs a look, then page by page.
_ORDER = {"unsure": 0, "unreadable": 1, "blank": 2, "signed": 3, "empty": 3}


class Row(NamedTuple):
    """A row that waits for a decision. `here_at`: since when this person is checked in."""

    id: int
    page: int
    row: int
    guess: str
    picture: bytes
    file: str
    registration_id: int | None
    state: str | None
    name: str | None
    community: str | None
    status: str | None
    here_at: datetime | None

    @property
    def is_here(self) -> bool:
        return self.status in HERE


def rows(slot_id: int) -> Any:
    """The statement of a slot's open rows, the unsure ones first; `Row(*row)` of each."""
    return (
        select(
            SheetRow.id,
            SheetRow.page,
            SheetRow.row,
            SheetRow.guess,
            SheetRow.picture,
            SheetScan.name,
            SheetRow.registration_id,
            Registration.state,
            Person.name,
            Division.name,
            Attendance.status,
            Attendance.arrived_at,
        )
        .join(SheetReading, SheetReading.id == SheetRow.reading_id)
        .join(SheetScan, SheetScan.id == SheetReading.scan_id)
        .outerjoin(Registration, Registration.id == SheetRow.registration_id)
        .outerjoin(Person, Person.id == Registration.person_id)
        .outerjoin(Division, Division.code == Registration.division_code)
        .outerjoin(Attendance, and_(Attendance.slot_id == SheetRow.slot_id, Attendance.person_id == HOLDER))
        .where(SheetRow.slot_id == slot_id, SheetRow.decision.is_(None))
        .order_by(case(_ORDER, value=SheetRow.guess, else_=9), SheetRow.page, SheetRow.row, SheetRow.id)
    )


class Reading(NamedTuple):
    """A file that is read or waits: its pages as `sheetreading` notes them."""

    id: int
    scan_id: int
    file: str
    state: str
    problem: str | None
    pages: list[dict[str, Any]]


def readings(slot_id: int) -> list[Reading]:
    """The slot's files that are being read or have something left to decide, in the order of their upload."""
    found = db.session.execute(
        select(
            SheetReading.id,
            SheetReading.scan_id,
            SheetScan.name,
            SheetReading.state,
            SheetReading.problem,
            SheetReading.pages,
        )
        .join(SheetScan, SheetScan.id == SheetReading.scan_id)
        .where(SheetReading.slot_id == slot_id, SheetReading.state.in_(("reading", "open")))
        .order_by(SheetReading.id)
    )
    return [Reading(*row) for row in found]


def missing_pages(slot_id: int) -> list[int]:
    """The pages of the slot's sheet that no photo has shown yet; none while nothing was read."""
    seen: set[int] = set()
    most = 0
    states = ("open", "done")
    for pages in db.session.scalars(
        select(SheetReading.pages).where(SheetReading.slot_id == slot_id, SheetReading.state.in_(states))
    ):
        for page in pages:
            if page["code"] == "ok":
                seen.add(page["page"])
                most = max(most, page["pages"], page["page"])
    return [page for page in range(1, most + 1) if page not in seen]


def being_read(slot_id: int) -> tuple[int, int]:
    """How many files of the slot's latest readings are still being read, and how many wait for a decision."""
    row = db.session.execute(
        select(
            func.count().filter(SheetReading.state == "reading"), func.count().filter(SheetReading.state == "open")
        ).where(SheetReading.slot_id == slot_id)
    ).one()
    return row[0], row[1]


def waiting(event_id: int) -> dict[int, int]:
    """Slot → rows of its sheets that wait for a decision."""
    found = db.session.execute(
        select(SheetRow.slot_id, func.count())
        .join(Slot, Slot.id == SheetRow.slot_id)
        .where(Slot.event_id == event_id, SheetRow.decision.is_(None))
        .group_by(SheetRow.slot_id)
    )
    return {row[0]: row[1] for row in found}


@dataclass(slots=True)
class Confirmed:
    """What came of a confirmation. `refused`: names with the sentence why they could not be checked in."""

    written: int = 0
    already: int = 0
    not_signed: int = 0
    refused: list[tuple[str, Any]] = field(default_factory=list)


def confirm(
    slot_id: int,
    signed: Collection[int],
    not_signed: Collection[int],
    *,
    at: time | None,
    actor_id: int,
    login_id: int | None,
    now: datetime,
) -> Confirmed:
    """Check in whom these rows say to have signed, and put the others aside; ids of rows, all of this slot.

    `at` is the local time that counts for all of them, else the slot's start: paper knows no minute. Rows that were
    decided on before change nothing. Raises Invalid for a time outside the slot's check-in, Refusal where the event
    takes nobody in now, NotFound for an unknown slot.
    """
    done = Confirmed()
    with transaction() as session:
        slot = session.get(Slot, slot_id)
        if slot is None:
            raise NotFound()
        if signed:
            _open(slot, now)
        moment = _moment(slot, at, now)
        chosen = session.execute(
            select(SheetRow, SheetScan.file_sha256)
            .join(SheetReading, SheetReading.id == SheetRow.reading_id)
            .join(SheetScan, SheetScan.id == SheetReading.scan_id)
            .where(
                SheetRow.slot_id == slot_id,
                SheetRow.id.in_([*signed, *not_signed]),
                SheetRow.decision.is_(None),
            )
            .order_by(SheetRow.id)
            .with_for_update(of=SheetRow)
        ).all()
        listed = [row.registration_id for row, _ in chosen if row.registration_id]
        here, undone = _here(slot_id, listed), _undone_since(moment, slot_id, listed)
        for row, digest in chosen:
            if row.id not in signed or row.registration_id is None:
                row.decision = "none"
                done.not_signed += 1
            elif row.registration_id in here:
                # Someone who was scanned has a time of their own, which paper must not make earlier.
                row.decision = "already"
                done.already += 1
            elif row.registration_id in undone:
                row.decision = "refused"
                done.refused.append((undone[row.registration_id], _TAKEN_BACK))
            else:
                row.decision = _enter(slot_id, row, digest, moment, actor_id, login_id, now, done)
            row.decided_by_id, row.decided_at = actor_id, now
        sheetreading.settle(list({row.reading_id for row, _ in chosen}))
        if chosen:
            audit.record(
                audit.Action.SHEET_CONFIRMED,
                ("slot", slot_id),
                actor_id=actor_id,
                now=now,
                after={
                    "in": done.written,
                    "already": done.already,
                    "none": done.not_signed,
                    "refused": len(done.refused),
                },
            )
    return done


def nonce(digest: str, slot_id: int, registration_id: int) -> str:
    """The scan of one row of one file: the same however often it is confirmed, and nobody's to guess."""
    return "paper-" + hashlib.sha256(f"{digest}.{slot_id}.{registration_id}".encode()).hexdigest()[:32]


def _enter(
    slot_id: int,
    row: SheetRow,
    digest: str,
    moment: datetime,
    actor_id: int,
    login_id: int | None,
    now: datetime,
    done: Confirmed,
) -> str:
    assert row.registration_id is not None
    key = nonce(digest, slot_id, row.registration_id)
    answer = check_in(
        slot_id,
        Presented(nonce=key, source="paper", device_time=moment, actor_id=actor_id, login_id=login_id),
        registration_id=row.registration_id,
        refused_nonce=f"{key}-no",
        now=now,
    )
    if answer.outcome == "accepted":
        done.written += 1
        return "in"
    done.refused.append((answer.name or "", answer.sentence))
    return "refused"


def _undone_since(moment: datetime, slot_id: int, ids: Collection[int]) -> dict[int | None, str]:
    """Registration → name of those whose check-in was taken back at `moment` or later: a signature of then is void."""
    found = db.session.execute(
        select(Scan.registration_id, Person.name)
        .join(Person, Person.id == Scan.person_id)
        .where(
            Scan.slot_id == slot_id,
            Scan.registration_id.in_(ids),
            Scan.direction == "undo",
            Scan.outcome == "accepted",
            Scan.at >= moment,
        )
    )
    return {row[0]: row[1] for row in found}


def _open(slot: Slot, now: datetime) -> None:
    state = db.session.scalars(select(Event.state).where(Event.id == slot.event_id)).one()
    if state == "closed":
        raise Refusal("event_closed", _l("This event is closed. Ask the organiser to reopen it."))
    if state != "published":
        raise Refusal("not_published", _l("Nobody can be checked in for this event now."))
    if now < slot.checkin_opens_at:
        raise Refusal("too_early", _l("Check-in is not open yet. Please come back when it opens."))


def _moment(slot: Slot, at: time | None, now: datetime) -> datetime:
    if at is None:
        return max(slot.starts_at, slot.checkin_opens_at)
    moment = clock.at(clock.local_date(slot.starts_at), at)
    if not slot.checkin_opens_at <= moment <= min(slot.checkin_closes_at, now):
        sentence = _l("Choose a time within the slot's check-in that is not in the future.")
        raise Invalid("time", sentence, {"time": sentence})
    return moment


def _here(slot_id: int, registration_ids: list[int]) -> set[int]:
    """Whose registrations belong to persons who are checked in."""
    return set(
        db.session.scalars(
            select(Registration.id)
            .join(Person, Person.id == Registration.person_id)
            .join(Attendance, and_(Attendance.slot_id == slot_id, Attendance.person_id == HOLDER))
            .where(Registration.id.in_(registration_ids), Attendance.status.in_(HERE))
        )
    )
