"""What is typed to make the group's link, and to come in by it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField, StringField

from training_app.divisions.forms import PlaceForm

from . import grouplinks
from .forms import needed


class GroupLinkForm(PlaceForm):
    """For whom the link is, and for how long."""

    label = StringField(
        _l("Name of the group"), description=_l("A name you will recognise, for example the WeChat group's name."),
        render_kw={"maxlength": 60},
    )  # fmt: skip
    organisation = SelectField(_l("Organisation"), coerce=int, validate_choice=False)
    days = SelectField(_l("Valid for"), coerce=int, default=30)

    def offer_days(self) -> None:
        """Say the lengths of time in the reader's language."""
        self.days.choices = [(days, _l("%(days)s days", days=days)) for days in grouplinks.LASTS]


class ClaimForm(PlaceForm):
    """Community, name and whole phone number: together they find a person."""

    name = StringField(_l("Your full name"), [needed()], render_kw={"maxlength": 60, "autocomplete": "name"})
    phone = StringField(
        _l("Your whole phone number"), [needed()],
        render_kw={"maxlength": 30, "inputmode": "tel", "autocomplete": "tel"},
    )  # fmt: skip
    next = HiddenField()
