"""What the tests of the ledgers start from: a little training, and how a file is read back."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO

from python_calamine import CalamineWorkbook

from tests import cast
from tests.attendance.crowd import CHEN, LIN, ZHANG, come, seat
from training_app.core.db import transaction
from training_app.learning import service as learning
from training_app.people.models import Person
from training_app.reports import ledgers, recount
from training_app.reports.ledgerrules import Wanted

YEAR = 2026
DAY = cast.NOW.date()
ORGANISER = cast.CAST["organiser"].id


def train():
    """Chen attends the first two sessions and passes the test, Lin one and fails, Zhang of Fuqiao one."""
    for person, events in ((CHEN, (1, 2, 4)), (LIN, (1, 2)), (ZHANG, (1,))):
        for event in events:
            seat(person, event)
    for person, slot, status in ((CHEN, 1, "present"), (CHEN, 2, "late"), (LIN, 1, "present"), (LIN, 2, "absent"),
                                 (ZHANG, 1, "present")):  # fmt: skip
        come(person, slot, status)
    with transaction() as session:
        session.get(Person, CHEN).sex = "f"
    cells = {(CHEN, 1): Decimal("85.5"), (LIN, 1): Decimal(40)}
    learning.save(cast.PROGRAMME, cells, source="paper", actor_id=ORGANISER, now=cast.NOW)
    recount.everything(cast.NOW)


def wanted(kind, code, **more):
    return Wanted(kind, code, YEAR, DAY, **{"phones": True} | more)


def rows_of(what):
    """Every row of a ledger."""
    return [
        row
        for leaf in ledgers.leaves(what, cast.NOW)
        for part in leaf.parts
        for row in ledgers.rows(what, part, cast.NOW)
    ]


def by_name(what, at=1):
    return {row[at]: row for row in rows_of(what)}


def sheets_of(data):
    """The sheets of a workbook by name, as rows of typed cells."""
    book = CalamineWorkbook.from_filelike(BytesIO(data))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
