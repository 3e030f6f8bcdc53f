"""Reading signed sheets: asked for here, done in the job process, kept as rows for a person to decide on.

Nothing here writes attendance: that is `sheetreview`, after a look.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, or_, select, update

from training_app.core import apart, audit, files, jobs
from training_app.core.db import db, transaction
from training_app.core.errors import NotFound, Refusal
from training_app.registration.models import Registration
from training_app.schedule.models import Slot

from . import sheetphotos, sheets
from .models import SheetReading, SheetRow, SheetScan

KIND = "checkin.sheet"
#: Seconds of processor for one file; a page takes 1 to 3, a PDF has 20 at most.
LONGEST_S = 120
#: How much a guess tells; of two photos of a row the one that tells more is kept.
_TELLS = {"empty": 0, "unsure": 1, "signed": 2}


def start(slot_id: int, scan_ids: list[int], *, actor_id: int, now: datetime) -> int | None:
    """Have signed sheets of a slot read, each unless it is being read or waits for a decision; gives the job's id.

    A sheet that was attached to another slot of the event may be read for this one. Raises NotFound.
    """
    with transaction() as session:
        slot = session.get(Slot, slot_id)
        scans = list(
            session.scalars(
                select(SheetScan).where(SheetScan.id.in_(scan_ids)).order_by(SheetScan.id).with_for_update()
            )
        )
        if slot is None or len(scans) != len(set(scan_ids)) or any(scan.event_id != slot.event_id for scan in scans):
            raise NotFound()
        busy = set(
            session.scalars(
                select(SheetReading.scan_id).where(
                    SheetReading.scan_id.in_(scan_ids),
                    SheetReading.slot_id == slot_id,
                    SheetReading.state.in_(("reading", "open")),
                )
            )
        )
        wanted = [
            SheetReading(
                scan_id=scan.id, slot_id=slot_id, state="reading", pages=[], asked_by_id=actor_id, asked_at=now
            )
            for scan in scans
            if scan.id not in busy
        ]
        if not wanted:
            return None
        session.add_all(wanted)
        session.flush()
        items = [str(reading.id) for reading in wanted]
        return jobs.start(KIND, items, subject=("slot", slot_id), actor_id=actor_id, now=now).id


@jobs.job_kind(KIND)
def read_file(_job: jobs.Job, item: str) -> Callable[[], jobs.Result] | None:
    """Read one file. What is found is noted with the item's mark, unless the reading was discarded meanwhile."""
    reading = db.session.get(SheetReading, int(item))
    scan = db.session.get(SheetScan, reading.scan_id) if reading else None
    if reading is None or scan is None or reading.state != "reading":
        return None
    found: list[tuple[int, sheetphotos.PageRead]] = []
    problem: str | None = "damaged"
    # A small hostile file can ask for hours and for all memory: not of the process that sends the e-mail too.
    with suppress(Refusal, apart.Ended):
        found, problem = apart.run(sheetphotos.read_file, files.read(scan.file_sha256), cpu_s=LONGEST_S)
    reading_id = reading.id

    def note() -> jobs.Result:
        return store(reading_id, found, problem)

    return note


@dataclass(slots=True)
class _Known:
    """What the database says about the rows that were found."""

    slot: Slot
    columns: tuple[int, ...]
    slots: dict[int, Slot]
    registrations: set[int]
    #: By registration; and by page and row those whose code was not read, and the blank ones.
    rows: dict[int, SheetRow] = field(default_factory=dict)
    nameless: dict[tuple[int, int], SheetRow] = field(default_factory=dict)


def _known(reading: SheetReading, found: list[tuple[int, sheetphotos.PageRead]]) -> _Known:
    session = db.session
    slot = session.get_one(Slot, reading.slot_id)
    slots = list(session.scalars(select(Slot).where(Slot.event_id == slot.event_id)))
    ids = {row.registration_id for _, page in found for row in page.read if row.registration_id}
    known = set(
        session.scalars(select(Registration.id).where(Registration.id.in_(ids), Registration.event_id == slot.event_id))
    )
    nameless = SheetRow.registration_id.is_(None) & SheetRow.decision.is_(None)
    rows = list(
        session.scalars(
            select(SheetRow)
            .where(SheetRow.slot_id == slot.id, or_(SheetRow.registration_id.in_(known), nameless))
            .order_by(SheetRow.id)
            .with_for_update()
        )
    )
    return _Known(
        slot,
        sheets.column_slots(slot, slots),
        {one.id: one for one in slots},
        known,
        {row.registration_id: row for row in rows if row.registration_id},
        {(row.page, row.row): row for row in rows if not row.registration_id},
    )


def store(reading_id: int, found: list[tuple[int, sheetphotos.PageRead]], problem: str | None) -> jobs.Result:
    """Note what was found on the pages of a reading's file, each with its picture's number, in the open transaction.

    A row that another photo of this slot has shown before is noted once, by the photo that tells more.
    """
    session = db.session
    reading = session.scalar(select(SheetReading).where(SheetReading.id == reading_id).with_for_update())
    if reading is None or reading.state != "reading":
        return None
    known = _known(reading, found)
    pages = [_page(reading, scan_page, page, known) for scan_page, page in found]
    session.flush()
    reading.pages = pages
    reading.problem = problem or (None if pages else "nothing")
    settle([reading.id], keep_problems=True)
    return {"pages": len(pages), "problem": reading.problem}


def _column(page: sheetphotos.PageRead, known: _Known) -> int | None:
    """In which column of the page one signs for the slot that is read; None: in none."""
    if page.columns == 1:
        return 0 if page.slot_id == known.slot.id else None
    if page.slot_id in known.columns and len(known.columns) == page.columns:
        return known.columns.index(known.slot.id)
    return None


def _page(reading: SheetReading, scan_page: int, page: sheetphotos.PageRead, known: _Known) -> dict[str, Any]:
    """Note the rows of a page; gives what the review says of it."""
    about: dict[str, Any] = {
        "page": page.page, "pages": page.pages, "slot": page.slot_id, "code": "ok", "rows": 0, "repeated": 0,
    }  # fmt: skip
    column = _column(page, known)
    if column is None:
        return about | {"code": "other_slot" if page.slot_id in known.slots else "other_event"}
    if page.columns == 2:
        about["also"] = known.columns[1 - column]
    for row in page.read:
        guess, picture = row.marks[min(column, len(row.marks) - 1)].guess, row.marks[column].picture
        registration_id = row.registration_id if row.registration_id in known.registrations else None
        if registration_id is None:
            blank = page.rows and row.row >= page.named
            if (blank and guess == "empty") or _seen(page.page, row.row + 1, known):
                continue
            guess = "blank" if blank else "unreadable"
        elif _repeated(registration_id, guess, known):
            about["repeated"] += 1
            continue
        made = SheetRow(
            reading_id=reading.id, slot_id=reading.slot_id, page=page.page, scan_page=scan_page, row=row.row + 1,
            registration_id=registration_id, guess=guess, picture=picture,
        )  # fmt: skip
        db.session.add(made)
        if registration_id is None:
            known.nameless[page.page, row.row + 1] = made
        else:
            known.rows[registration_id] = made
            about["rows"] += 1
            if (unread := known.nameless.pop((page.page, row.row + 1), None)) is not None:
                _drop(unread)
    return about


def _seen(page: int, row: int, known: _Known) -> bool:
    """Whether a row without a name stands in the list already, or another photo has read whose it is."""
    return (page, row) in known.nameless or any((one.page, one.row) == (page, row) for one in known.rows.values())


def _drop(row: SheetRow) -> None:
    if row in db.session.new:
        db.session.expunge(row)
    else:
        db.session.delete(row)


def _repeated(registration_id: int, guess: str, known: _Known) -> bool:
    """Whether another photo of this row tells as much already; an open row that tells less gives way."""
    earlier = known.rows.get(registration_id)
    if earlier is None:
        return False
    if earlier.decision is None:
        if _TELLS[guess] <= _TELLS[earlier.guess]:
            return True
        _drop(earlier)
        return False
    return earlier.decision != "none" or guess == "empty"


def settle(reading_ids: list[int], *, keep_problems: bool = False) -> None:
    """Mark these readings open or done, in the open transaction: done is one with no row left to decide on.

    With `keep_problems` one that says what went wrong stays open until it is discarded.
    """
    session = db.session
    session.flush()
    left = set(
        session.scalars(
            select(SheetRow.reading_id).where(SheetRow.reading_id.in_(reading_ids), SheetRow.decision.is_(None))
        )
    )
    for reading in session.scalars(select(SheetReading).where(SheetReading.id.in_(reading_ids))):
        said = reading.problem or any(page["code"] != "ok" or page["repeated"] for page in reading.pages)
        reading.state = "open" if reading.id in left or (said and keep_problems) else "done"
    session.flush()


class Progress(NamedTuple):
    """How far an attached file has come: its last reading, the slot of it, and how many were checked in from it."""

    reading_id: int
    slot_id: int
    state: str
    confirmed: int


def progress(event_id: int) -> dict[int, Progress]:
    """Attached file → what became of its last reading, in one statement."""
    confirmed = (
        select(func.count())
        .select_from(SheetRow)
        .where(SheetRow.reading_id == SheetReading.id, SheetRow.decision.in_(("in", "already")))
        .scalar_subquery()
    )
    found = db.session.execute(
        select(SheetReading.scan_id, SheetReading.id, SheetReading.slot_id, SheetReading.state, confirmed)
        .join(SheetScan, SheetScan.id == SheetReading.scan_id)
        .where(SheetScan.event_id == event_id)
        .order_by(SheetReading.id)
    )
    return {scan_id: Progress(*row) for scan_id, *row in found}


def discard(event_id: int, reading_id: int, *, actor_id: int, now: datetime) -> None:
    """Drop what was read and not yet decided on, cut-outs and all. Raises NotFound for another event's."""
    with transaction() as session:
        reading = session.scalar(
            select(SheetReading)
            .join(SheetScan, SheetScan.id == SheetReading.scan_id)
            .where(SheetReading.id == reading_id, SheetScan.event_id == event_id)
            .with_for_update(of=SheetReading)
        )
        if reading is None:
            raise NotFound()
        if reading.state not in ("reading", "open"):
            return
        session.execute(delete(SheetRow).where(SheetRow.reading_id == reading_id, SheetRow.decision.is_(None)))
        decided = session.scalar(select(SheetRow.id).where(SheetRow.reading_id == reading_id).limit(1))
        reading.state = "done" if decided else "discarded"
        audit.record(audit.Action.SHEET_DISCARDED, ("sheet_reading", reading_id), actor_id=actor_id, now=now)


def remove(event_id: int, scan_id: int, *, actor_id: int, now: datetime) -> None:
    """Take away an attached file from which nothing was confirmed, with all that was read of it.

    Raises NotFound for another event's and Refusal "sheet_is_proof" where attendance stands on it.
    """
    with transaction() as session:
        scan = session.scalar(
            select(SheetScan).where(SheetScan.id == scan_id, SheetScan.event_id == event_id).with_for_update()
        )
        if scan is None:
            raise NotFound()
        readings = list(session.scalars(select(SheetReading.id).where(SheetReading.scan_id == scan_id)))
        proof = select(SheetRow.id).where(SheetRow.reading_id.in_(readings), SheetRow.decision == "in").limit(1)
        if session.scalar(proof) is not None:
            raise Refusal(
                "sheet_is_proof",
                _l("Attendance was confirmed from this sheet, so it stays with the event as its proof."),
            )
        session.execute(update(SheetReading).where(SheetReading.id.in_(readings)).values(state="discarded"))
        session.execute(delete(SheetRow).where(SheetRow.reading_id.in_(readings)))
        session.execute(delete(SheetReading).where(SheetReading.id.in_(readings)))
        digest = scan.file_sha256
        session.delete(scan)
        session.flush()
        gone = files.forget_unless_used(digest)
        audit.record(
            audit.Action.SHEET_REMOVED,
            ("sheet_scan", scan_id),
            actor_id=actor_id,
            now=now,
            before={"slot": scan.slot_id, "sha256": digest, "name": scan.name},
            after={"deleted": gone},
        )
