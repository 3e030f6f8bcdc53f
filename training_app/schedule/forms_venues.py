"""What may be typed about venues: shape only; the service decides."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import Length, ValidationError

from . import geography
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
    #: The divisions are offered a level at a time.
    stepwise = False
    capacity = NumberField(
        _l("Number of seats"),
        [optional()],
        description=_l("Empty: not known."),
        render_kw={"inputmode": "numeric"},
    )
    place = StringField(
        _l("Place on the map"),
        [Length(max=2000)],
        description=_l(
            "Only needed where check-in is limited to the venue. Paste a link of Amap, Baidu or Tencent maps in which "
            "the coordinates stand, or type latitude and longitude as a phone's GPS shows them: 24.9073, 118.5869."
        ),
        render_kw={"maxlength": 2000, "autocomplete": "off"},
    )

    def validate_place(self, field: Any) -> None:
        if (field.data or "").strip() and self.point is None:
            raise ValidationError(
                _l("No place in China was found in this. A short link does not say where it leads: open it, then copy.")
            )

    @property
    def point(self) -> geography.Point | None:
        """What was typed or pasted, in WGS-84."""
        return geography.parse(self.place.data or "")
