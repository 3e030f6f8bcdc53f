"""What the kept totals say, as plain values that two ways of counting can be compared by."""

from __future__ import annotations

from sqlalchemy import select

from training_app.core.db import db
from training_app.reports.models import CoverageTotal, DivisionTotal, PaperTotal, PostState, SlotTotal

KEPT = (SlotTotal, PaperTotal, DivisionTotal, PostState, CoverageTotal)


def kept():
    """Every row of every table of totals, by table."""
    return {model.__tablename__: set(map(tuple, db.session.execute(select(model.__table__)))) for model in KEPT}


def differences(one, other):
    """What stands in one and not in the other, for a failing test's message."""
    return {name: (one[name] - other[name], other[name] - one[name]) for name in one if one[name] != other[name]}
