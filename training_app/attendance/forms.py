"""What may be typed about attendance: shape only; the services decide."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField, SelectField, SelectMultipleField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from . import words

_REASON = {"maxlength": 500, "autocomplete": "off"}


class CorrectionForm(FlaskForm):
    """A status for the ticked people, with its reason."""

    slot = IntegerField(validators=[InputRequired()], widget=HiddenInput())
    status = SelectField(
        _l("Set to"),
        choices=[
            SelectChoice("", "—"),
            *[SelectChoice(value, word) for value, word in words.STATUSES.items()],
            SelectChoice("scans", _l("As scanned (take a correction back)")),
        ],
        validate_choice=False,
    )
    left_early = BooleanField(_l("Left early"))
    reason = StringField(_l("Reason"), render_kw=_REASON)


class SettleForm(FlaskForm):
    """What is decided on the ticked scans, for whom, and why."""

    decision = SelectField(
        _l("Decision"),
        choices=[SelectChoice("", "—"), *[SelectChoice(value, word) for value, word in words.DECISIONS.items()]],
        validate_choice=False,
    )
    who = StringField(
        _l("For whom"),
        description=_l("Only to let it count for another person: name, pinyin or the last digits of the phone."),
        render_kw={"maxlength": 60, "autocomplete": "off"},
    )
    reason = StringField(_l("Reason"), render_kw=_REASON)


class CloseForm(FlaskForm):
    """Why an event is closed although something is not settled."""

    leaving = StringField(_l("Why it stays as it is"), render_kw=_REASON)


class ReopenForm(FlaskForm):
    """Why a closed event is opened again."""

    reason = StringField(_l("Reason"), description=_l("It stays on record with your name."), render_kw=_REASON)


class LeaveForm(FlaskForm):
    """The slots from which one asks for leave, and why."""

    slots = SelectMultipleField(
        _l("For"),
        coerce=int,
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    reason = StringField(
        _l("Reason"), description=_l("A few words are enough. The organiser reads it."), render_kw=_REASON
    )


class DecisionForm(FlaskForm):
    """The organiser's word on one person's leave."""

    person = IntegerField(validators=[InputRequired()], widget=HiddenInput())
    slots = SelectMultipleField(coerce=int, validate_choice=False)
    answer = StringField()
    reason = StringField()
