"""A database with the national tree and the national demo: how long it takes to make, and how large it is."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from flask import Flask
from sqlalchemy import func, select, text

from training_app.attendance.models import Attendance
from training_app.core.db import db, is_sqlite
from training_app.demo.national import telling
from training_app.divisions import files, importing
from training_app.divisions.models import Division
from training_app.migrating import upgrade
from training_app.people.models import Person, Post
from training_app.registration.models import Registration
from training_app.schedule.models import Phase, Slot

#: Whose rows are counted, by the figure's name.
TABLES: dict[str, Any] = {
    "divisions": Division,
    "persons": Person,
    "posts": Post,
    "phases": Phase,
    "sessions": Slot,
    "registrations": Registration,
    "attendances": Attendance,
}


def make(app: Flask, package: Path, area: str) -> dict[str, float]:
    """Fill an empty database with the tree in `package` (the folder dist) and with the demo of `area` ("": all).

    Gives `tree_s`, `demo_s` (the totals counted from the facts included), `database_mb` (MB of 10^6 bytes) and
    the rows of TABLES.
    """
    with app.app_context():
        upgrade()
        began = perf_counter()
        importing.import_divisions(files.read_package(package), actor_id=None, now=datetime.now(UTC))
        figures = {"tree_s": perf_counter() - began}
        communities = sum(telling.cities(area).values())
        figures["demo_s"] = telling.tell(datetime.now(UTC), area=area, progress=_progress(communities)).seconds
        figures["database_mb"] = _bytes() / 1e6
        for name, model in TABLES.items():
            figures[name] = db.session.scalar(select(func.count()).select_from(model)) or 0
        db.session.remove()
        db.engine.dispose()
    return figures


def _progress(communities: int) -> Callable[[int], None]:
    """Says each tenth of the way on standard error."""
    done = 0

    def further(count: int) -> None:
        nonlocal done
        before, done = done, done + count
        if before * 10 // communities < done * 10 // communities:
            print(f"  {100 * done // communities} % of {communities:,} communities", file=sys.stderr, flush=True)

    return further


def _bytes() -> int:
    if is_sqlite():
        return Path(str(db.engine.url.database)).stat().st_size
    return int(db.session.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
