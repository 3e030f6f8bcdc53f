"""What the door's pages send: shape only; the services decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import MultipleFileField
from wtforms import IntegerField, SelectField, StringField, TimeField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from training_app.core.errors import Invalid
from training_app.divisions.forms import PlaceForm
from training_app.web.intake import LARGEST

from .answers import UNREADABLE
from .presented import BY_PHONE, DIRECTIONS


def show(form: FlaskForm, fault: Invalid) -> None:
    """Put a service's refusal beside the fields that it names; what was typed stays."""
    for name, sentence in fault.fields.items():
        field: Any = form._fields.get(name)
        if field is not None:
            field.errors = [*field.errors, str(sentence)]


#: Characters of what was read; what is longer than a ticket is refused by name, what is longer than this is no scan.
LONGEST = 8000


@dataclass(frozen=True, slots=True)
class Shown:
    """What was read or tapped: a ticket as text, or a registration of the list.

    `waited_ms`: milliseconds that the scan waited for the network.
    """

    nonce: str
    ticket: str
    registration_id: int | None
    source: str
    direction: str
    waited_ms: int | None


def shown(sent: Mapping[str, str]) -> Shown:
    """What a door's page sent of one scan. Raises Invalid for any other shape.

    Read by hand: a form object costs as much as all else of a check-in together.
    """
    nonce, ticket, source = sent.get("nonce", ""), sent.get("ticket", ""), sent.get("source", "")
    direction = sent.get("direction") or "in"
    if not 0 < len(nonce) <= 64 or len(ticket) > LONGEST or source not in BY_PHONE or direction not in DIRECTIONS:
        raise Invalid("shape", UNREADABLE)
    registration_id, waited_ms = _number(sent.get("registration_id")), _number(sent.get("waited_ms"))
    if registration_id is not None and not 0 < registration_id <= LARGEST:
        raise Invalid("shape", UNREADABLE)
    return Shown(nonce, ticket, registration_id, source, direction, waited_ms)


def _number(text: str | None) -> int | None:
    text = (text or "").strip()
    if text and not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise Invalid("shape", UNREADABLE)
    return int(text) if text else None


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
            SelectChoice("stand_in", _l("Stand-in")),
        ],
        default="walk_in",
    )
    phone = StringField(
        _l("Phone number"),
        [Length(max=20)],
        description=_l("Guests and staff may be registered without one."),
        render_kw={"inputmode": "tel", "autocomplete": "off", "maxlength": 20},
    )

    instead_of = StringField(
        _l("In whose place?"),
        [Length(max=60)],
        description=_l("Name or pinyin of the person who was expected."),
        render_kw={"maxlength": 60, "autocomplete": "off"},
    )

    def without_stand_ins(self) -> None:
        """Take the choice away from whoever does not manage the door: a stand-in takes someone's seat."""
        self.as_whom.choices = [one for one in self.as_whom.choices or [] if one.value != "stand_in"]
        del self.instead_of

    def validate_phone(self, field: Any) -> None:
        if self.as_whom.data == "walk_in" and not (field.data or "").strip():
            raise ValidationError(_l("Please type the phone number."))


class ForceForm(FlaskForm):
    """Let in against a refusal: what was shown, once more, and why."""

    nonce = StringField()
    ticket = StringField()
    registration_id = StringField()
    source = StringField()
    waited_ms = StringField()
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

    file = MultipleFileField(
        _l("Signed sheet"),
        description=_l("Photos of all its pages (JPEG, PNG) or a scan as PDF; at most 8 MB each, 12 at a time."),
        render_kw={"accept": "image/jpeg,image/png,application/pdf,.heic"},
    )
    slot = SelectField(_l("Slot"), coerce=int)


class ReadForm(FlaskForm):
    """For which slot an attached sheet is read."""

    slot = IntegerField(validators=[InputRequired(), NumberRange(min=1, max=2**31 - 1)])


class ConfirmForm(FlaskForm):
    """When those who signed came, where the organiser knows better than the slot's start."""

    time = TimeField(
        _l("Arrived at"),
        [Optional()],
        description=_l("Paper does not say when someone came. Left empty, the slot's start counts for all."),
    )


class KioskForm(FlaskForm):
    """What starts a kiosk."""

    code = StringField(
        _l("Four digits that end it"),
        [InputRequired(_l("Please choose exactly four digits.")), Length(max=8)],
        description=_l("Choose them now and keep them to yourself: they give the tablet back to you."),
        render_kw={"inputmode": "numeric", "autocomplete": "off", "maxlength": 4},
    )
    facing = SelectField(
        _l("Camera"),
        choices=[
            SelectChoice("user", _l("The one above the screen")),
            SelectChoice("environment", _l("The one on the back")),
        ],
        default="user",
    )
