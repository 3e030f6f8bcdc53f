"""What may be typed: shape only; the services decide."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField

from training_app.people.forms import needed


class StandInForm(FlaskForm):
    """Who comes in a director's place."""

    name = StringField(
        _l("Name of the stand-in"),
        [needed()],
        render_kw={"autocomplete": "off", "maxlength": 60, "autocapitalize": "none"},
    )
    phone = StringField(
        _l("Phone number of the stand-in"),
        description=_l("So that the organiser can reach them. You may leave it empty."),
        render_kw={"inputmode": "tel", "autocomplete": "off", "maxlength": 20},
    )
