"""What is typed of accounts, roles and organisations."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.validators import Optional

from training_app.divisions.forms import PlaceForm

from .forms import DayField, Form, needed

ROLE_NAMES = {
    "administrator": _l("Administrator"),
    "organiser": _l("Organiser"),
    "facilitator": _l("Facilitator"),
    "supervisor": _l("Child supervisor"),
    "auditor": _l("Auditor"),
    "door_volunteer": _l("Door volunteer"),
}
KIND_NAMES = {"bureau": _l("Bureau"), "committee": _l("Committee"), "office": _l("Social work office")}


class AccountForm(PlaceForm):
    """Someone who shall log in by password."""

    name = StringField(_l("Name"), [needed()], render_kw={"maxlength": 60, "autocomplete": "off"})
    phone = StringField(
        _l("Phone number"),
        description=_l("Works for logging in, instead of the username."),
        render_kw={"inputmode": "tel", "maxlength": 30, "autocomplete": "off"},
    )
    username = StringField(
        _l("Username"),
        description=_l("Leave it empty and one is made of the name."),
        render_kw={"maxlength": 40, "autocomplete": "off", "autocapitalize": "none"},
    )


class GrantForm(Form):
    """A role and where it is valid; the field that the role needs counts."""

    role = SelectField(_l("Role"))
    division_code = SelectField(_l("For the area"), validate_choice=False)
    organisation_id = SelectField(_l("For the organisation"), validate_choice=False)
    event_id = SelectField(_l("For the event"), validate_choice=False)
    until = DayField(_l("Until (empty: without end)"), [Optional()])
    #: The areas are offered a level at a time.
    stepwise = False


class OrganisationForm(Form):
    """A bureau, committee or office."""

    name = StringField(_l("Full name"), [needed()], render_kw={"maxlength": 120})
    kind = SelectField(_l("Kind of organisation"), choices=list(KIND_NAMES.items()))
    division = SelectField(_l("Works in"), validate_choice=False)
    #: The areas are offered a level at a time.
    stepwise = False


def number(text: Any) -> int | None:
    """A chosen id; None where nothing was chosen."""
    plain = str(text or "")
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 10 else None
