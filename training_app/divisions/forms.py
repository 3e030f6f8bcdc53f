"""Choosing a community on a phone: first the subdistrict, then its communities; works without scripts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, ValidationError

from . import service
from .rules import DIGITS, subdistrict_of


def place_name(name: str) -> str:
    """A community as people say it, for a choice."""
    return name.removesuffix("居委会") if name.endswith("居委会") else name.removesuffix("委会")


def choices_of(subdistrict: str) -> list[tuple[str, str]]:
    """The communities of a subdistrict as (code, name)."""
    if len(subdistrict) != DIGITS["subdistrict"]:
        return []
    return [(d.code, place_name(d.name)) for d in service.communities([subdistrict])]


def choosing() -> bool:
    """Whether a form was sent by the button that only opens what lies below the chosen division."""
    return request.form.get("choosing") is not None


class PlaceForm(FlaskForm):
    """A form with a place in it; call `offer` before it is validated.

    Shown by `place_choice(form)` of macros/places.html. Without scripts the button of the macro sends the
    form back with `choosing` set: the view then shows it again with the communities in it.
    """

    subdistrict = SelectField(_l("Subdistrict or township"), validate_choice=False)
    division = SelectField(_l("Community or village"), validate_choice=False)
    #: The area is so large that its subdistricts are offered below a district that is chosen first.
    stepwise = False

    def offer(self, prefixes: Iterable[str]) -> None:
        """Offer the subdistricts of an area and the communities of the chosen one; a large area level by level."""
        offered = service.steps(prefixes, self.division.data or self.subdistrict.data or "")
        found, self.stepwise = offered.found, offered.stepwise
        many = not self.stepwise and len({d.code[: DIGITS["district"]] for d in found}) > 1
        options: Any = [("", _("Please choose")), *offered.labelled()]
        if many:
            names = service.names({d.code[: DIGITS["district"]] for d in found})
            options = {"": [("", _("Please choose"))]}
            for d in found:
                options.setdefault(names.get(d.code[: DIGITS["district"]], ""), []).append((d.code, d.name))
        self.subdistrict.choices = options
        known = {d.code for d in found}
        if len(found) == 1:
            self.subdistrict.data = found[0].code
        elif self.division.data and not self.subdistrict.data:
            self.subdistrict.data = subdistrict_of(self.division.data)
        if self.subdistrict.data not in known:
            self.subdistrict.data = ""
        inside = choices_of(self.subdistrict.data or "")
        self.division.choices = [("", _("Please choose")), *inside]
        if self.division.data not in {code for code, _name in inside}:
            self.division.data = ""

    def validate_subdistrict(self, field: SelectField) -> None:
        """A province, city or district is a step on the way, no place."""
        if field.data and len(field.data) != DIGITS["subdistrict"]:
            raise ValidationError(str(_l("Open it with the button and choose a subdistrict or township.")))

    @property
    def choosing(self) -> bool:
        """Whether only the communities were asked for, by the button without scripts."""
        return choosing()

    @property
    def place(self) -> str | None:
        """The code that was chosen: the community, else the subdistrict itself, else None."""
        subdistrict = self.subdistrict.data or ""
        return self.division.data or (subdistrict if len(subdistrict) == DIGITS["subdistrict"] else None)
