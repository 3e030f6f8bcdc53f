"""What may be typed: shape only; the services decide."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, Field, PasswordField, StringField
from wtforms.validators import InputRequired

from training_app.core.errors import Invalid

_NEEDED = _l("Please fill this in.")
_DAY = _l("Please type a day, for example 2026-06-01.")


def show(form: FlaskForm, fault: Invalid) -> None:
    """Put a service's refusal beside the fields that it names; what was typed stays."""
    for name, sentence in fault.fields.items():
        field: Field | None = form._fields.get(name)
        if field is not None:
            field.errors = [*field.errors, str(sentence)]


class Form(FlaskForm):
    """What the room's forms begin with."""


class DayField(DateField):
    """A day; what cannot be read gets a sentence."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(str(_DAY)) from None


def needed() -> Any:
    """The field must not be empty."""
    return InputRequired(_NEEDED)


class LoginForm(Form):
    """A name and a password."""

    name = StringField(
        _l("Phone number or username"),
        [needed()],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "maxlength": 60},
    )
    password = PasswordField(
        _l("Password"), [needed()], render_kw={"autocomplete": "current-password", "maxlength": 200}
    )


class PasswordForm(Form):
    """The old password, and the new one twice."""

    old = PasswordField(_l("Present password"), [needed()], render_kw={"autocomplete": "current-password"})
    new = PasswordField(
        _l("New password"),
        [needed()],
        description=_l("At least 10 characters. A short sentence is easy to keep in mind."),
        render_kw={"autocomplete": "new-password", "maxlength": 200},
    )
    again = PasswordField(
        _l("New password once more"), [needed()], render_kw={"autocomplete": "new-password", "maxlength": 200}
    )
