"""What is typed of a person and of a post."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, SelectField, StringField
from wtforms.validators import Optional

from training_app.divisions.forms import PlaceForm

from .forms import DayField, needed

APPOINTED = [("unknown", _l("Not known")), ("elected", _l("Elected")), ("appointed", _l("Appointed"))]


class PersonForm(PlaceForm):
    """A person; where they work matters only without a post."""

    name = StringField(_l("Name"), [needed()], render_kw={"maxlength": 60, "autocomplete": "off"})
    phone = StringField(
        _l("Phone number"),
        description=_l("A mobile number has 11 digits. Leave it empty if there is none."),
        render_kw={"inputmode": "tel", "maxlength": 30, "autocomplete": "off"},
    )
    email = StringField(_l("E-mail address"), render_kw={"inputmode": "email", "maxlength": 120, "autocomplete": "off"})
    sex = SelectField(
        _l("Sex"),
        choices=[("", _l("Not known")), ("f", _l("Female")), ("m", _l("Male"))],
        default="",
    )


class NewPersonForm(PersonForm):
    """A newcomer, perhaps with the post of the chosen place."""

    takes_post = BooleanField(_l("Takes the vacant post there"))
    from_on = DayField(_l("In the post from"), [Optional()])
    appointed = SelectField(_l("How it was filled"), choices=APPOINTED, default="unknown")


class PostForm(PlaceForm):
    """A post that a person takes."""

    from_on = DayField(_l("In the post from"))
    appointed = SelectField(_l("How it was filled"), choices=APPOINTED, default="unknown")
    #: The holder whom the page showed; empty: the post was thought to be vacant.
    expected = HiddenField()

    def show_holder(self, person_id: int, name: str) -> str:
        """Remember who holds the post, and ask whether they hand it over."""
        self.expected.data = str(person_id)
        return str(_("%(name)s holds this post. Send again if they hand it over on that day.", name=name))
