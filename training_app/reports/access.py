"""Fetching a division's report and proving that this actor may see it is one act."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select

from training_app.core.actors import Actor
from training_app.core.db import db
from training_app.core.errors import NotFound
from training_app.core.permissions import Permission
from training_app.divisions.models import Division
from training_app.divisions.rules import lies_in
from training_app.people.policy import jurisdictions
from training_app.schedule.models import Programme
from training_app.schedule.queries import PROGRAMME_ANNOUNCED
from training_app.schedule.visibility import visible_programmes

from .models import SentReport
from .posts import meeting, meets_area

VIEW = Permission.REPORT_VIEW


#: The nation's place in an address; its code is empty.
NATION = "nation"


def area_for(actor: Actor, place: str, permission: Permission = VIEW) -> tuple[str, Division | None]:
    """The code of a place in an address and its division; ("", None) is the nation, for who sees everywhere.

    Raises NotFound.
    """
    if place != NATION:
        division = division_for(actor, place, permission)
        return division.code, division
    if "" not in jurisdictions(actor, permission):
        raise NotFound()
    return "", None


def sees_everything(actor: Actor) -> bool:
    """Whether the actor's jurisdiction is the whole nation."""
    return "" in jurisdictions(actor, VIEW)


def division_for(actor: Actor, code: str, permission: Permission = VIEW) -> Division:
    """The division with this code, if it lies in a jurisdiction of the actor. Raises NotFound."""
    division = db.session.get(Division, code) if code.isascii() and code.isdigit() else None
    if division is None or not any(lies_in(code, one) for one in jurisdictions(actor, permission)):
        raise NotFound()
    return division


def narrowed(codes: Sequence[str], asked: str | None) -> tuple[tuple[str, ...], Division | None]:
    """The divisions whose people are counted: these, or the one asked for, which must lie in one of them.

    Raises NotFound.
    """
    if not asked:
        return tuple(codes), None
    division = db.session.get(Division, asked) if asked.isascii() and asked.isdigit() else None
    if division is None or not any(lies_in(asked, one) for one in codes):
        raise NotFound()
    return (asked,), division


def roots(actor: Actor) -> list[Division]:
    """The divisions at which the actor's reports begin, where that is not the whole nation."""
    codes = jurisdictions(actor, VIEW)
    return list(db.session.scalars(select(Division).where(Division.code.in_(codes)).order_by(Division.code)))


def ancestors_for(actor: Actor, division: Division | None) -> list[Division | None]:
    """The divisions above one that the actor may open too, the highest first; None is the nation."""
    if division is None:
        return []
    codes = jurisdictions(actor, VIEW)
    above = [division.code[:n] for n in (2, 4, 6, 9) if n < len(division.code)]
    found = db.session.scalars(select(Division).where(Division.code.in_(above)).order_by(Division.code))
    nation: list[Division | None] = [None] if "" in codes else []
    return nation + [one for one in found if any(lies_in(one.code, code) for code in codes)]


def programmes_for(actor: Actor, division: Division) -> list[Programme]:
    """The programmes that the actor may look at there and that are more than drafts, the newest counting year first."""
    announced = select(Programme.id).where(visible_programmes(actor, VIEW), PROGRAMME_ANNOUNCED)
    visible = set(db.session.scalars(announced))
    return [programme for programme in meeting(division.code) if programme.id in visible]


def programmes_at(actor: Actor, code: str) -> Select[Any]:
    """The statement of what `programmes_for` lists, for a division of any level; "" is the nation."""
    listed = visible_programmes(actor, VIEW), PROGRAMME_ANNOUNCED, meets_area(code)
    return select(Programme).where(*listed).order_by(Programme.counting_year.desc(), Programme.id.desc())


def chosen(
    programmes: list[Programme], division: Division, programme_id: int | None, year: int | None = None
) -> Programme | None:
    """The programme asked for, else one of the year (or of the newest), rather one that covers the whole division.

    Raises NotFound for one that is not among them, None where there is none.
    """
    if programme_id is not None:
        for programme in programmes:
            if programme.id == programme_id:
                return programme
        raise NotFound()
    if not programmes:
        return None
    years = [p.counting_year for p in programmes]
    newest = [p for p in programmes if p.counting_year == (year if year in years else years[0])]
    return next((p for p in newest if lies_in(division.code, p.division_code)), newest[0] if newest else None)


def may_freeze(actor: Actor, code: str) -> bool:
    """Whether the actor may freeze a report of this division."""
    return any(lies_in(code, one) for one in jurisdictions(actor, Permission.REPORT_FREEZE))


def sent_for(actor: Actor, report_id: int) -> SentReport:
    """The report that was sent upward, if its division lies in a jurisdiction of the actor. Raises NotFound."""
    report = db.session.get(SentReport, report_id)
    if report is None or not any(lies_in(report.division_code, one) for one in jurisdictions(actor, VIEW)):
        raise NotFound()
    return report
