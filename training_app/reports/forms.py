"""What may be typed: shape only; the services decide."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length


class _Day(DateField):
    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(str(_l("Please type a day, for example 2026-06-01."))) from None


class FreezeForm(FlaskForm):
    """As at when, and of what, a report is frozen. The view fills the choices."""

    as_of = _Day(_l("As at"), [InputRequired(_l("Please type a day, for example 2026-06-01."))])
    year = SelectField(_l("Counting year"), coerce=int)
    programme = SelectField(_l("Attendance of"), coerce=int)
    replaces = SelectField(_l("Replaces"), coerce=int)
    note = TextAreaField(_l("Note"), [Length(max=500)], render_kw={"rows": 2, "maxlength": 500})
