"""Persons that arrive together, as from a roster: written in few statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from training_app.core import audit
from training_app.core.db import transaction
from training_app.core.errors import Refusal

from . import names
from .models import Person


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Someone who is not known yet; name and phone (E.164) as `names` and `phones` normalise them."""

    name: str
    phone: str | None
    division_code: str | None


def create_many(newcomers: Sequence[Newcomer], *, actor_id: int, now: datetime) -> list[int]:
    """Create persons; gives their ids in the same order.

    Raises Refusal "phone_taken" when someone else has got one of the numbers meanwhile; nothing is written.
    """
    if not newcomers:
        return []
    rows = [
        {
            "name": person.name,
            "pinyin": names.pinyin_of(person.name),
            "phone": person.phone,
            "division_code": person.division_code,
            "link_revision": 0,
            "unconfirmed": False,
            "created_at": now,
        }
        for person in newcomers
    ]
    with transaction() as session:
        made = insert(Person).returning(Person.id, Person.name, Person.phone, Person.division_code)
        try:
            written = session.execute(made, rows).all()
        except IntegrityError as fault:
            raise Refusal(
                "phone_taken",
                _l("Someone else has got one of these phone numbers meanwhile. Look at the rows again."),
            ) from fault
        audit.record_each(
            audit.Action.PERSON_CREATED,
            "person",
            [(row.id, {"name": row.name}) for row in written],
            actor_id=actor_id,
            now=now,
        )
        # The order in which rows come back is the database's; equal newcomers may stand for one another.
        ids: defaultdict[Newcomer, list[int]] = defaultdict(list)
        for row in written:
            ids[Newcomer(row.name, row.phone, row.division_code)].append(row.id)
        return [ids[newcomer].pop() for newcomer in newcomers]
