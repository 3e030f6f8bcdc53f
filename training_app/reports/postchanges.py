"""How the posts of a division stand otherwise at one moment than at another, from the facts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, case, false, select, true

from training_app.core.db import db

from .counting import Moment
from .poststates import Posts, lineage, places


def holder_rows(year: int, moment: Moment, area: str) -> Select[Any]:
    """Who held every director's post of a division at a moment, and whether it counted as trained then.

    Columns: division_code, person_id, trained. Far less than `post_rows`, which also looks at what lies ahead.
    """
    parts = Posts(year, moment, [area], places(year, moment, [area]), lineage())
    holder = parts.holders()
    certified = parts.certified(parts.records(holder))
    same = and_(certified.c.code == holder.c.code, certified.c.kind == holder.c.kind)
    return (
        select(
            holder.c.code.label("division_code"),
            holder.c.person_id,
            case((certified.c.code.is_not(None), true()), else_=false()).label("trained"),
        )
        .outerjoin(certified, same)
        .where(holder.c.kind == "director")
    )


def changes(year: int, area: str, before: Moment, after: Moment) -> tuple[int, int, int]:
    """How many directors' posts became trained, fell vacant, and got another holder between two moments.

    A community that took another over holds its post as before. Two statements.
    """
    then = {row[0]: (row[1], row[2]) for row in db.session.execute(holder_rows(year, before, area))}
    trained = vacant = new = 0
    for code, person_id, is_trained in db.session.execute(holder_rows(year, after, area)):
        if code not in then:
            continue
        held, was_trained = then[code]
        trained += is_trained and not was_trained
        vacant += person_id is None and held is not None
        new += person_id is not None and person_id != held
    return trained, vacant, new
