"""What forms offer to choose from, no more than the actor may use."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select

from training_app.core.actors import Actor, Role
from training_app.core.db import db
from training_app.core.permissions import Permission
from training_app.divisions import service as tree
from training_app.people.models import Organisation
from training_app.people.policy import ROLE_PERMISSIONS, jurisdictions

from . import facilitators, hosts, queries, venues
from .models import Programme

Choices = list[tuple[str, str]]


def of(catalogue: dict[str, object]) -> Choices:
    """A catalogue of words as choices."""
    return [(key, str(word)) for key, word in catalogue.items()]


def divisions(actor: Actor, keep: str | None = None, chosen: str | None = None) -> tuple[Choices, bool]:
    """Divisions down to subdistricts in which the actor plans, and the one that is to be kept.

    True beside them: the area is large, and what lies below the chosen one is offered, not all.
    """
    area = jurisdictions(actor, Permission.SCHEDULE_PLAN)
    steps = tree.steps(area, chosen or keep or "", levels=("province", "city", "district", "subdistrict"))
    offered = steps.labelled()
    if keep and keep not in dict(offered):
        offered += tree.names([keep]).items()
    return offered, steps.stepwise


def organisations(actor: Actor, keep: int | None = None) -> Choices:
    """Organisations for which the actor plans, and the one that is to be kept."""
    statement = select(Organisation.id, Organisation.name).order_by(Organisation.name)
    planning = [g for g in actor.grants if Permission.SCHEDULE_PLAN in ROLE_PERMISSIONS[g.role]]
    if not any(grant.role is Role.ADMINISTRATOR for grant in planning):
        own = [grant.organisation_id for grant in planning if grant.organisation_id is not None]
        statement = statement.where(Organisation.id.in_([*own, *([keep] if keep else [])]))
    return [(str(row.id), row.name) for row in db.session.execute(statement)]


def venues_for(actor: Actor, keep: int | None = None) -> Choices:
    """Venues of the area in which the actor plans, and the one that is to be kept; first none."""
    rows = db.session.scalars(venues.statement(jurisdictions(actor, Permission.SCHEDULE_PLAN), keep)).all()
    return [("", _("Still open")), *((str(venue.id), venue.name) for venue in rows)]


def phases(programme: Programme) -> Choices:
    """The programme's phases, and beside them."""
    return [
        ("", _("Beside the phases")),
        *((str(phase.id), phase_name(phase.number, phase.title)) for phase in queries.phases_of(programme.id)),
    ]


def phase_name(number: int, title: str) -> str:
    """Phase 2 · its title."""
    name = str(_("Phase %(number)s", number=number))
    return f"{name} · {title}" if title else name


def programmes(visible: object) -> Choices:
    """The programmes that a list can be narrowed to."""
    rows = db.session.execute(
        select(Programme.id, Programme.title)
        .where(visible)  # type: ignore[arg-type]
        .order_by(Programme.counting_year.desc(), Programme.id.desc())
        .limit(100)
    )
    return [(str(row.id), row.title) for row in rows]


def organisation_names() -> list[str]:
    """Every organisation's name, to pick hosts from."""
    return [organisation.name for organisation in hosts.organisations()]


def facilitator_names(organisation_id: int) -> list[str]:
    """Who has led an event of this organisation."""
    return [person.name for person in facilitators.known(organisation_id)]
