"""All nominations of a phase, as the organiser reads them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from training_app.core.db import db
from training_app.divisions.models import Division
from training_app.divisions.rules import DIGITS, within, within_any
from training_app.people.models import Person

from .models import Enrolment, Nomination

STATES = ("proposed", "accepted", "refused", "withdrawn")


def _narrowed(phase_id: int, areas: Sequence[str], subdistrict: str) -> list[Any]:
    return [
        Nomination.phase_id == phase_id,
        within_any(Nomination.division_code, tuple(areas)),
        within(Nomination.division_code, subdistrict),
    ]


def counts(phase_id: int, areas: Sequence[str], subdistrict: str = "") -> Counter[str]:
    """How many nominations there are in each state, in one statement."""
    rows = db.session.execute(
        select(Nomination.state, func.count())
        .where(*_narrowed(phase_id, areas, subdistrict))
        .group_by(Nomination.state)
    )
    return Counter(dict(rows.all()))


def listed(phase_id: int, areas: Sequence[str], *, state: str, subdistrict: str = "") -> Any:
    """The statement of (nomination, person, division's name, subdistrict's name, enrolment's state, who named)."""
    above, named_by = aliased(Division), aliased(Person)
    return (
        select(
            Nomination,
            Person,
            Division.name.label("place"),
            above.name.label("subdistrict"),
            Enrolment.state.label("enrolled"),
            named_by.name.label("named_by"),
        )
        .join(Person, Person.id == Nomination.person_id)
        .join(Division, Division.code == Nomination.division_code)
        .outerjoin(above, above.code == func.substr(Nomination.division_code, 1, DIGITS["subdistrict"]))
        .outerjoin(
            Enrolment, and_(Enrolment.phase_id == Nomination.phase_id, Enrolment.person_id == Nomination.person_id)
        )
        .outerjoin(named_by, named_by.id == Nomination.by_id)
        .where(*_narrowed(phase_id, areas, subdistrict), Nomination.state == state)
        .order_by(Nomination.division_code, Nomination.id)
    )
