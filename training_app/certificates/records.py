"""What is printed on a certificate as the database keeps it, and back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from training_app.attendance.service import Attended
from training_app.core.clock import local_date

from .wording import CertificateFacts

#: Given by the number and by the version of the design, so not kept among the facts twice.
_ELSEWHERE = ("serial", "check_code", "verify_url", "look")


def kept(facts: CertificateFacts, attended: Iterable[Attended]) -> dict[str, Any]:
    """The facts as plain JSON, with the sessions and salons that were attended."""
    record: dict[str, Any] = {}
    for name, value in vars(facts).items():
        if name in _ELSEWHERE:
            continue
        if isinstance(value, date):
            record[name] = value.isoformat()
        elif isinstance(value, Decimal):
            record[name] = str(value)
        elif isinstance(value, tuple):
            record[name] = list(value)
        else:
            record[name] = value
    record["attended"] = [
        {
            "kind": visit.kind,
            "number": visit.number,
            "day": local_date(visit.starts_at).isoformat(),
            "hours": str(visit.hours),
        }
        for visit in attended
    ]
    return record


def visits(record: dict[str, Any]) -> list[dict[str, Any]]:
    """The sessions and salons of a record, in its order, each with its day as a date."""
    return [visit | {"day": date.fromisoformat(visit["day"])} for visit in record["attended"]]


def again(record: dict[str, Any], **changed: Any) -> CertificateFacts:
    """The facts of a record, with what is new about the paper that follows."""
    values = {name: value for name, value in record.items() if name != "attended"}
    for name in ("starts_on", "ends_on", "issued_on"):
        values[name] = date.fromisoformat(values[name])
    values["hours"] = Decimal(values["hours"])
    values["bodies"] = tuple(values["bodies"])
    values["offset_mm"] = tuple(values["offset_mm"])
    return CertificateFacts(**values | changed)
