"""How a programme's certificates are printed: number, language, border, shift, specimen."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from training_app.core import audit
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound
from training_app.divisions.models import Division
from training_app.divisions.rules import DIGITS
from training_app.people.models import Organisation
from training_app.people.names import pinyin_of
from training_app.schedule.models import Programme
from training_app.schedule.programmes import hosts_of

from .claims import unlawful_claims
from .codes import PREFIX
from .models import Paper

#: The furthest that ink is moved, in millimetres.
FURTHEST = Decimal(20)


@dataclass(frozen=True)
class Design:
    """How certificates are printed. Offsets in millimetres, right and down."""

    prefix: str
    with_english: bool = False
    framed: bool = True
    offset_x: Decimal = Decimal(0)
    offset_y: Decimal = Decimal(0)
    specimen: bool = False


@dataclass(frozen=True)
class Issuer:
    """What a programme's papers say of those who stand behind it."""

    host: str
    bodies: tuple[str, ...]


def proposed_prefix(programme: Programme) -> str:
    """The initials of the district and the counting year: 鲤城区, 2026 → LC2026."""
    name = db.session.scalar(
        select(Division.name).where(Division.code == programme.division_code[: DIGITS["district"]])
    )
    initials = pinyin_of((name or "").rstrip("区县市")).partition(" ")[2]
    return f"{initials.upper()[:6]}{programme.counting_year}"


def design_of(programme: Programme) -> Design:
    """The programme's design, or the default."""
    kept = db.session.get(Paper, programme.id)
    if kept is None:
        return Design(proposed_prefix(programme))
    return Design(kept.prefix, kept.with_english, kept.framed, kept.offset_x, kept.offset_y, kept.specimen)


def _record(design: Design) -> dict[str, Any]:
    return asdict(design) | {"offset_x": str(design.offset_x), "offset_y": str(design.offset_y)}


def set_design(programme_id: int, design: Design, *, actor_id: int | None, now: datetime) -> None:
    """Set how the programme's next certificates are printed; those issued stay as they are. Audited.

    Raises Invalid with the field's sentence, NotFound for an unknown programme.
    """
    wrong: dict[str, Any] = {}
    if not PREFIX.fullmatch(design.prefix):
        wrong["prefix"] = _l("Two to twelve capital letters and digits, for example LC2026.")
    for name in ("offset_x", "offset_y"):
        if not abs(getattr(design, name)) <= FURTHEST:
            wrong[name] = _l("From -20 to 20 millimetres.")
    if wrong:
        raise Invalid("design_invalid", _l("Please correct the fields marked below. Nothing was changed."), wrong)
    with transaction() as session:
        programme = session.get(Programme, programme_id)
        if programme is None:
            raise NotFound()
        before = design_of(programme)
        if before == design and session.get(Paper, programme_id) is not None:
            return
        session.merge(Paper(programme_id=programme_id, **asdict(design)))
        audit.record(
            audit.Action.PAPER_CHANGED,
            ("programme", programme_id),
            actor_id=actor_id,
            now=now,
            before=_record(before),
            after=_record(design),
        )


def issuer_of(programme: Programme) -> Issuer:
    """Who hosts the programme, in the order given there; without a host, the office that runs it."""
    hosts = tuple(host.organisation.name for host in hosts_of(programme.id) if host.role == "hosted_by")
    bodies = hosts or (programme.organisation.name,)
    return Issuer("、".join(bodies), bodies)


def claims_of(programme: Programme, issuer: Issuer) -> list[str]:
    """The words that a paper of this programme would carry without the right to (国家, 全国 …)."""
    names = db.session.scalars(select(Organisation.name)).all()
    return unlawful_claims("\n".join((programme.title, *issuer.bodies)), names)
