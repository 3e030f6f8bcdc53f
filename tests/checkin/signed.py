"""A signed sheet without its photo: what a reading of it showed, and what became of its rows."""

from __future__ import annotations

from sqlalchemy import select

from tests import cast
from training_app.attendance.models import Attendance
from training_app.checkin import sheetreading, sheetreview, sheets
from training_app.checkin.models import SheetReading
from training_app.checkin.sheetphotos import Mark, PageRead, RowRead
from training_app.core.db import db, transaction

ORGANISER = cast.CAST["organiser"].id
SLOT, EVENT = cast.TODAY_SLOT, cast.TODAY_EVENT
KEYS = ("chen", "lin", "zhang")
PICTURE = b"\xff\xd8\xff picture"


def attach(data=b"\xff\xd8\xff first", name="IMG_1.jpg", slot_id=SLOT):
    return sheets.attach(slot_id, data, name, actor_id=ORGANISER, now=cast.NOW).id


def page(listed, guesses, *, slot_id=SLOT, page=1, pages=1, columns=1, blank=()):
    """A page on which these people's boxes look so: {"chen": "signed", …}."""
    rows = [
        RowRead(n, listed.get(key), (Mark(guess, PICTURE),) * columns) for n, (key, guess) in enumerate(guesses.items())
    ]
    rows += [RowRead(len(guesses) + n, None, (Mark(guess, PICTURE),) * columns) for n, guess in enumerate(blank)]
    return PageRead(slot_id, columns, page, pages, len(rows), len(guesses), rows)


def read(*pages, scan_id=None, slot_id=SLOT, problem=None):
    """A reading of an attached file that showed these pages; gives its id."""
    scan_id = scan_id or attach()
    sheetreading.start(slot_id, [scan_id], actor_id=ORGANISER, now=cast.NOW)
    reading = db.session.scalars(
        select(SheetReading.id).where(SheetReading.scan_id == scan_id).order_by(SheetReading.id.desc())
    ).first()
    with transaction():
        sheetreading.store(reading, [(n, page) for n, page in enumerate(pages, 1)], problem)
    return reading


def rows(slot_id=SLOT):
    return [sheetreview.Row(*row) for row in db.session.execute(sheetreview.rows(slot_id))]


def confirm(signed=(), not_signed=(), at=None, now=cast.NOW, slot_id=SLOT):
    return sheetreview.confirm(slot_id, signed, not_signed, at=at, actor_id=ORGANISER, login_id=None, now=now)


def here(slot_id=SLOT):
    return dict(
        db.session.execute(select(Attendance.person_id, Attendance.status).where(Attendance.slot_id == slot_id)).all()
    )


def person(key):
    return cast.CAST[key].id
