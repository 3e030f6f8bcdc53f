"""What may be typed about venues: shape only; the service decides."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import Length

from .forms import ChoiceSelectField, NumberField, needed, optional


class VenueForm(FlaskForm):
    """A venue."""

    name = StringField(_l("Name of the venue"), [needed(), Length(max=120)], render_kw={"maxlength": 120})
    address = StringField(_l("Address"), [Length(max=200)], render_kw={"maxlength": 200})
    directions = TextAreaField(
        _l("How to get there"),
        [Length(max=2000)],
        description=_l("Bus, entrance, floor, parking. Directors read it with their ticket."),
        render_kw={"rows": 3, "maxlength": 2000},
    )
    division_code = ChoiceSelectField(_l("Lies in"), [needed()])
    capacity = NumberField(
        _l("Number of seats"),
        [optional()],
        description=_l("Empty: not known."),
        render_kw={"inputmode": "numeric"},
    )
