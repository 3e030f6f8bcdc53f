"""What an organiser types of a device: shape only."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

#: What a program may be allowed, in words.
SCOPE_WORDS = [
    ("door:read", _l("Read: slots, the list of names, who is here (door:read)")),
    ("door:scan", _l("Check people in and out (door:scan)")),
    ("door:register", _l("Register people who are on no list (door:register)")),
]


class DeviceForm(FlaskForm):
    """A scanner: its name and its events."""

    name = StringField(
        _l("Name of the device"),
        [InputRequired(_l("Please give the device a name.")), Length(max=60)],
        description=_l("For example: Entrance 1. It stands beside every scan of this device."),
        render_kw={"maxlength": 60},
    )
    events = SelectMultipleField(
        _l("Events"), coerce=int, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )

    def offer(self, events: Iterable[tuple[int, str]]) -> None:
        """Offer these events, each (id, how it is called)."""
        self.events.choices = list(events)


class ProgramForm(DeviceForm):
    """A program: what it may do besides."""

    scopes = SelectMultipleField(
        _l("What it may do"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )

    def offer(self, events: Iterable[tuple[int, str]]) -> None:
        super().offer(events)
        self.scopes.choices = SCOPE_WORDS
