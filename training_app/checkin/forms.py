"""What the door's pages send: shape only; the services decide."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import IntegerField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from training_app.core.errors import Invalid
from training_app.divisions.forms import PlaceForm

#: Where a scan may come from, and what it may mean.
SOURCES = ("camera", "typed", "search")
DIRECTIONS = ("in", "out", "undo")


def show(form: FlaskForm, fault: Invalid) -> None:
    """Put a service's refusal beside the fields that it names; what was typed stays."""
    for name, sentence in fault.fields.items():
        field: Any = form._fields.get(name)
        if field is not None:
            field.errors = [*field.errors, str(sentence)]


class ScanForm(FlaskForm):
    """What was read or tapped: a ticket as text, or a registration of the list."""

    nonce = StringField(validators=[InputRequired(), Length(max=64)])
    ticket = StringField(validators=[Length(max=2000)])
    registration_id = IntegerField(validators=[Optional(), NumberRange(min=1, max=2**31 - 1)])
    source = StringField()
    direction = StringField()
    #: Milliseconds that the scan waited for the network.
    waited_ms = IntegerField(validators=[Optional(), NumberRange(min=0)])

    def validate_source(self, field: Any) -> None:
        if field.data not in SOURCES:
            raise ValidationError(_l("Unknown source."))

    def validate_direction(self, field: Any) -> None:
        if field.data and field.data not in DIRECTIONS:
            raise ValidationError(_l("Unknown source."))


class WalkInForm(PlaceForm):
    """Someone who is on no list."""

    nonce = StringField(validators=[Length(max=64)])
    name = StringField(
        _l("Name"),
        [InputRequired(_l("Please type the name.")), Length(max=60)],
        render_kw={"autocomplete": "name", "maxlength": 60},
    )
    phone = StringField(
        _l("Phone number"),
        [InputRequired(_l("Please type the phone number.")), Length(max=20)],
        render_kw={"inputmode": "tel", "autocomplete": "tel", "maxlength": 20},
    )


class DoorWalkInForm(WalkInForm):
    """The same, typed by whoever keeps the door; guests and staff stand outside the expected number."""

    as_whom = SelectField(
        _l("Comes as"),
        choices=[
            SelectChoice("walk_in", _l("Someone to be trained")),
            SelectChoice("guest", _l("Guest")),
            SelectChoice("staff", _l("Staff")),
        ],
        default="walk_in",
    )
    phone = StringField(
        _l("Phone number"),
        [Length(max=20)],
        description=_l("Guests and staff may be registered without one."),
        render_kw={"inputmode": "tel", "autocomplete": "off", "maxlength": 20},
    )

    def validate_phone(self, field: Any) -> None:
        if self.as_whom.data == "walk_in" and not (field.data or "").strip():
            raise ValidationError(_l("Please type the phone number."))


class ForceForm(ScanForm):
    """Let in against a refusal: what was shown, once more, and why."""

    reason = StringField(
        _l("Reason"),
        description=_l("It stays on record with your name."),
        render_kw={"maxlength": 500, "autocomplete": "off"},
    )


class LabelForm(FlaskForm):
    """Who a door link is for."""

    label = StringField(
        _l("Whose link is it?"),
        [InputRequired(_l("Please fill this in.")), Length(max=60)],
        description=_l("For example: Entrance 1, volunteer Lin. It is how you tell links apart when you end one."),
        render_kw={"maxlength": 60},
    )


class DigitsForm(FlaskForm):
    """The six digits on the screen."""

    digits = StringField(
        _l("Six digits on the screen"),
        [InputRequired(_l("Please type the six digits on the screen.")), Length(max=12)],
        render_kw={"inputmode": "numeric", "autocomplete": "off", "maxlength": 12},
    )


class SheetScanForm(FlaskForm):
    """A signed sheet as a file."""

    file = FileField(_l("Signed sheet"), description=_l("A PDF or a photo (JPEG, PNG) of at most 8 MB."))
    slot = SelectField(_l("Slot"), coerce=int)
