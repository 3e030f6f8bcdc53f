"""Fetching a division's report and proving that this actor may see it is one act."""

from __future__ import annotations

from sqlalchemy import select

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

from .posts import meeting

VIEW = Permission.REPORT_VIEW


def division_for(actor: Actor, code: str) -> Division:
    """The division with this code, if it lies in a jurisdiction of the actor. Raises NotFound."""
    division = db.session.get(Division, code) if code.isascii() and code.isdigit() else None
    if division is None or not any(lies_in(code, one) for one in jurisdictions(actor, VIEW)):
        raise NotFound()
    return division


def roots(actor: Actor) -> list[Division]:
    """The divisions at which the actor's reports begin; for everywhere, those that have none above."""
    codes = jurisdictions(actor, VIEW)
    top = Division.parent_code.is_(None) if "" in codes else Division.code.in_(codes)
    return list(db.session.scalars(select(Division).where(top).order_by(Division.code)))


def ancestors_for(actor: Actor, division: Division) -> list[Division]:
    """The divisions above one that the actor may open too, the highest first."""
    codes = jurisdictions(actor, VIEW)
    above = [division.code[:n] for n in (2, 4, 6, 9) if n < len(division.code)]
    found = db.session.scalars(select(Division).where(Division.code.in_(above)).order_by(Division.code))
    return [one for one in found if any(lies_in(one.code, code) for code in codes)]


def programmes_for(actor: Actor, division: Division) -> list[Programme]:
    """The programmes that the actor may look at there and that are more than drafts, the newest counting year first."""
    announced = select(Programme.id).where(visible_programmes(actor, VIEW), PROGRAMME_ANNOUNCED)
    visible = set(db.session.scalars(announced))
    return [programme for programme in meeting(division.code) if programme.id in visible]


def chosen(programmes: list[Programme], division: Division, programme_id: int | None) -> Programme | None:
    """The programme asked for, else one of the newest year, rather one that covers the whole division.

    Raises NotFound for one that is not among them.
    """
    if programme_id is not None:
        for programme in programmes:
            if programme.id == programme_id:
                return programme
        raise NotFound()
    newest = [p for p in programmes if p.counting_year == programmes[0].counting_year]
    return next((p for p in newest if lies_in(division.code, p.division_code)), newest[0] if newest else None)
