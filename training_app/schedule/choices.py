"""What forms offer to choose from, no more than the actor may use."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import or_, select

from training_app.core.actors import Actor, Role
from training_app.core.db import db
from training_app.core.permissions import Permission
from training_app.divisions.models import Division
from training_app.divisions.rules import DIGITS, within_any
from training_app.people.models import Organisation
from training_app.people.policy import ROLE_PERMISSIONS, jurisdictions

from . import facilitators, hosts, queries, venues
from .models import Programme

Choices = list[tuple[str, str]]


def of(catalogue: dict[str, object]) -> Choices:
    """A catalogue of words as choices."""
    return [(key, str(word)) for key, word in catalogue.items()]


def divisions(actor: Actor, keep: str | None = None) -> Choices:
    """Divisions down to subdistricts in which the actor plans, and the one that is to be kept."""
    wanted = Division.code.in_([keep]) if keep else Division.code.in_([])
    here = within_any(Division.code, jurisdictions(actor, Permission.SCHEDULE_PLAN))
    rows = db.session.execute(
        select(Division.code, Division.name, Division.level)
        .where(or_(wanted, here), or_(wanted, Division.level != "community"), Division.valid_to.is_(None))
        .order_by(Division.code)
    ).all()
    shortest = min((len(row.code) for row in rows), default=0)
    steps = sorted({0, *DIGITS.values()})
    return [
        (row.code, "\u3000" * (steps.index(len(row.code)) - steps.index(shortest)) + row.name)
        for row in rows
        if len(row.code) in steps
    ]


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
