"""A door's phone in a browser: opened until it can do without network, shown what its camera reads."""

from __future__ import annotations

from sqlalchemy import select

from tests import cast
from training_app.attendance.models import Scan
from training_app.core.db import db

DOOR = f"/checkin/{cast.TODAY_SLOT}"

#: Milliseconds from what the camera read to the frame that shows the answer, as soon as so many were shown.
ANSWER_TIMES = """async (wanted) => {
    const starts = name => performance.getEntriesByName(name).map(one => one.startTime);
    while (starts("door-shown").length < wanted) { await new Promise(done => setTimeout(done, 100)); }
    const read = starts("door-read");
    return starts("door-shown").map(shown => shown - read.filter(one => one < shown).pop());
}"""


#: Whether the phone's list has heard that nobody's ticket counts any more.
HEARD = """async slot => {
    const store = await import("/static/js/door-store.js");
    return (await store.pack(slot)).body.tickets.every(([_registration, _revision, state]) => state !== "c");
}"""


def scans():
    db.session.expire_all()
    return list(db.session.scalars(select(Scan).order_by(Scan.id)))


def open_door(page, path=DOOR):
    """Open the door and wait until it would open without network too."""
    page.goto(path)
    page.wait_for_selector("#door[data-ready=offline]", state="attached")
    return page


def show(page, text, source="camera"):
    """What the camera does with what it read."""
    page.evaluate("([text, source]) => window.door.scanned(text, source)", [text, source])
