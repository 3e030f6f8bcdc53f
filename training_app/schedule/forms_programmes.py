"""What may be typed about programmes and phases: shape only; the services decide."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import Length

from training_app.core.clock import ZONE, local

from . import words
from .drafts import HostDraft
from .forms import ChoiceSelectField, DayField, MomentField, NumberField, needed, optional
from .models import Phase, Programme, ProgrammeHost
from .programmes import ProgrammeDraft

ONE_A_LINE = _l("One organisation a line, as it is to stand on papers.")
HOSTS_KW = {"rows": 2, "maxlength": 600}


def hosts_typed(form: Any) -> tuple[HostDraft, ...]:
    """The organisations of the three role fields, in order."""
    return tuple(
        HostDraft(role, line.strip())
        for role in words.ROLES
        for line in (form[role].data or "").splitlines()
        if line.strip()
    )


def hosts_shown(hosts: Any) -> dict[str, str]:
    """Role → one organisation a line."""
    return {role: "\n".join(h.organisation.name for h in hosts if h.role == role) for role in words.ROLES}


class ProgrammeForm(FlaskForm):
    """A programme."""

    title = StringField(_l("Title"), [needed(), Length(max=120)], render_kw={"maxlength": 120})
    counting_year = NumberField(
        _l("Counting year"),
        [needed()],
        description=_l("The year in which the bureau counts it. A salon of the following February may belong to it."),
        render_kw={"inputmode": "numeric"},
    )
    preset = ChoiceSelectField(_l("How it is held"), [needed()])
    planned_sessions = NumberField(
        _l("Planned sessions"),
        [needed()],
        description=_l("A director's passport shows as many stamps."),
        render_kw={"inputmode": "numeric"},
    )
    division_code = ChoiceSelectField(_l("Division"), [needed()])
    organisation_id = ChoiceSelectField(_l("Run by"), [needed()])
    #: The divisions are offered a level at a time.
    stepwise = False
    guided_by = TextAreaField(words.ROLES["guided_by"], description=ONE_A_LINE, render_kw=HOSTS_KW)
    hosted_by = TextAreaField(words.ROLES["hosted_by"], description=ONE_A_LINE, render_kw=HOSTS_KW)
    delivered_by = TextAreaField(words.ROLES["delivered_by"], description=ONE_A_LINE, render_kw=HOSTS_KW)

    def draft(self) -> ProgrammeDraft:
        """What was typed."""
        return ProgrammeDraft(
            title=self.title.data,
            counting_year=self.counting_year.data,
            division_code=self.division_code.data,
            organisation_id=int(self.organisation_id.data),
            preset=self.preset.data,
            planned_sessions=self.planned_sessions.data,
            hosts=hosts_typed(self),
        )


def programme_shown(programme: Programme, hosts: list[ProgrammeHost]) -> dict[str, Any]:
    """A programme as its form shows it."""
    return {
        "title": programme.title,
        "counting_year": programme.counting_year,
        "preset": programme.preset,
        "planned_sessions": programme.planned_sessions,
        "division_code": programme.division_code,
        "organisation_id": str(programme.organisation_id),
        **hosts_shown(hosts),
    }


class PhaseForm(FlaskForm):
    """A phase."""

    number = NumberField(_l("Number in the programme"), [needed()], render_kw={"inputmode": "numeric"})
    title = StringField(
        _l("Title"),
        [Length(max=120)],
        description=_l("May stay empty: the number is enough."),
        render_kw={"maxlength": 120},
    )
    nominate_until = MomentField(
        _l("Nominations until"),
        [optional()],
        description=_l("Until then supervisors name their directors. Empty: no deadline."),
    )


def phase_shown(phase: Phase) -> dict[str, Any]:
    """A phase as its form shows it."""
    return {
        "number": phase.number,
        "title": phase.title,
        "nominate_until": wall_clock(phase.nominate_until),
    }


class FirstDayForm(FlaskForm):
    """Where a copied phase begins."""

    first_day = DayField(_l("First day"), [needed()])


def instant(typed: datetime | None) -> datetime | None:
    """A typed date and time as the instant at the programme's place."""
    return typed and typed.replace(tzinfo=ZONE).astimezone(UTC)


def wall_clock(moment: datetime | None) -> datetime | None:
    """An instant as its field shows it."""
    return moment and local(moment).replace(tzinfo=None)
