"""What may be typed of training held elsewhere: shape only; the service decides."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from itsdangerous import BadData, URLSafeTimedSerializer
from wtforms import DateField, DecimalField, IntegerField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Optional

from training_app.core.errors import Invalid

from .outside import Proof
from .outsidecolumns import read_hours
from .outsideimport import Defaults
from .outsiderules import LEVELS, Entry

_NEEDED = _l("Please fill this in.")
_TEXT = {"maxlength": 120, "autocomplete": "off"}
#: No `capture`: WeChat then offers the album and the camera, and asks for neither beforehand.
_PICTURE = {"accept": "image/jpeg,image/png,application/pdf"}


class _Day(DateField):
    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(str(_l("Please type a day, for example 2026-06-01."))) from None


class _Number(DecimalField):
    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(str(_l("Please type a number."))) from None


class _Year(IntegerField):
    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(str(_l("Please type a year such as %(year)s.", year=2026))) from None


class OutsideForm(FlaskForm):
    """One training held elsewhere."""

    title = StringField(_l("Name of the training"), [InputRequired(_NEEDED)], render_kw=_TEXT)
    organiser = StringField(_l("Held by"), [InputRequired(_NEEDED)], render_kw=_TEXT)
    level = SelectField(
        _l("Level"),
        choices=[SelectChoice("", "—"), *[SelectChoice(value, word) for value, word in LEVELS.items()]],
        validate_choice=False,
    )
    starts_on = _Day(_l("First day"), [InputRequired(_NEEDED)])
    ends_on = _Day(_l("Last day"), [Optional()], description=_l("Empty: it took one day."))
    hours = _Number(_l("Credit hours"), [InputRequired(_NEEDED)], places=1, render_kw={"inputmode": "decimal"})
    counting_year = _Year(
        _l("Counting year"), [Optional()], description=_l("Empty: the year of the first day."), render_kw={"min": 2010}
    )
    proof = FileField(
        _l("Photo of the certificate or of the notice"),
        description=_l("A JPEG or PNG picture or a PDF, at most 8 MB."),
        render_kw=_PICTURE,
    )

    def entry(self) -> Entry:
        """What was typed."""
        starts_on = self.starts_on.data
        return Entry(
            level=self.level.data or "",
            title=self.title.data or "",
            organiser=self.organiser.data or "",
            hours=self.hours.data if self.hours.data is not None else Decimal(0),
            counting_year=self.counting_year.data or starts_on.year,
            starts_on=starts_on,
            ends_on=self.ends_on.data,
        )

    def sent_proof(self) -> Proof | None:
        """The file that was sent with it."""
        upload = self.proof.data
        if not upload or not upload.filename:
            return None
        return Proof(upload.read(), str(upload.filename).replace("\\", "/").rsplit("/", 1)[-1])


#: What is typed for a whole file, as the fields are named.
_FOR_THE_FILE = ("year", "level", "title", "organiser", "hours")
#: How long a previewed file may wait for its confirmation, in seconds.
_WAITS_S = 3600
_ANSWER = re.compile(r"row-(\d{1,6})")


def typed_defaults(form: Mapping[str, str]) -> dict[str, str]:
    """What was typed for the whole file."""
    return {name: form.get(name, "").strip()[:120] for name in _FOR_THE_FILE}


def defaults(typed: Mapping[str, str]) -> Defaults:
    """The same as values. Raises Invalid for a year or hours that are none."""
    year = typed.get("year", "")
    if year and not re.fullmatch(r"20\d\d", year):
        raise Invalid("year", _l("Please type a year such as %(year)s.", year=2026))
    level = typed.get("level", "")
    return Defaults(
        year=int(year) if year else None,
        level=level if level in LEVELS else "",
        title=typed.get("title", ""),
        organiser=typed.get("organiser", ""),
        hours=read_hours(typed.get("hours", "")),
    )


def answers(form: Mapping[str, str]) -> dict[int, str]:
    """The choices made for rows, by the row's number."""
    found = {}
    for name, value in form.items():
        number = _ANSWER.fullmatch(name)
        if number is not None and value:
            found[int(number[1])] = value
    return found


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.config["SECRET_KEY"]), salt="training-elsewhere")


def seal(digest: str, filename: str, typed: Mapping[str, str]) -> str:
    """What the preview's button sends back: the kept file and what was typed for it."""
    return str(_serializer().dumps([digest, filename, dict(typed)]))


def unseal(token: str) -> tuple[str, str, dict[str, str]] | None:
    """The same, or None when the token is not ours or too old."""
    try:
        digest, filename, typed = _serializer().loads(token, max_age=_WAITS_S)
    except (BadData, ValueError):
        return None
    return digest, filename, typed
