"""What the room's forms share: fields that say in our words what is wrong, and rows that grow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    DateTimeLocalField,
    DecimalField,
    Field,
    FieldList,
    IntegerField,
    SelectField,
    TimeField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional, ValidationError

from training_app.core.errors import Invalid

NEEDED = _l("Please fill this in.")
CHOOSE = _l("Please choose from the list.")


def needed() -> Any:
    """The field must not be empty."""
    return InputRequired(NEEDED)


def optional() -> Any:
    """The field may be empty."""
    return Optional()


class _Neat:
    """A field whose refusal is one sentence of ours."""

    sentence: Any = CHOOSE
    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)  # type: ignore[misc]
        except ValueError:
            self.data = None
            raise ValueError(str(self.sentence)) from None


class DayField(_Neat, DateField):
    """A date."""

    sentence = _l("Please give the date as year-month-day, for example 2026-07-12.")


class ClockField(_Neat, TimeField):
    """A time of day."""

    sentence = _l("Please give the time as hours and minutes, for example 08:30.")


class MomentField(_Neat, DateTimeLocalField):
    """A date and a time of day, without a zone."""

    sentence = _l("Please give the date and the time.")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, format=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"], **more)


class NumberField(_Neat, IntegerField):
    """A whole number."""

    sentence = _l("Please give a whole number.")


class HoursField(_Neat, DecimalField):
    """Credit hours, halves allowed."""

    sentence = _l("Please give the credit hours as a number, for example 4 or 3.5.")

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{self.data.normalize():f}"


class ChoiceSelectField(SelectField):
    """One of a list; what is not in it gets our sentence."""

    def pre_validate(self, form: Any) -> None:
        if not any(choice.selected for choice in self.iter_choices()):
            raise ValidationError(str(CHOOSE))


def options(pairs: Iterable[tuple[Any, Any]]) -> list[SelectChoice]:
    """Pairs of value and word as a field takes them."""
    return [SelectChoice(str(value), word) for value, word in pairs]


def number_or_none(value: Any) -> int | None:
    """The id that a choice stands for; the empty choice is None, nonsense is in no list."""
    text = str(value) if value is not None else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else (None if not text else -1)


def complain(field: Field, sentence: Any) -> None:
    """Put a sentence beside a field."""
    field.errors = [*field.errors, str(sentence)]


def need(*fields: Field) -> bool:
    """Whether all fields are given; those that are not say so."""
    for field in fields:
        if field.data in (None, "") and not field.errors:
            complain(field, NEEDED)
    return not any(field.errors for field in fields)


def show(form: FlaskForm, fault: Invalid, names: Mapping[str, Field] | None = None) -> None:
    """Put a service's refusal beside the fields that it names; what was typed stays.

    `names` holds the fields of rows by the names that services give them.
    """
    for name, sentence in fault.fields.items():
        field = (names or {}).get(name) or form._fields.get(name)
        if field is not None:
            complain(field, sentence)


def rearrange(form: FlaskForm, wish: str, sent: Iterable[str]) -> None:
    """Add or drop a row, as the buttons "add-slots" and "drop-slots-2" ask; nothing typed is lost.

    `sent` are the names of the fields that came: rows are numbered anew when they are read, the button is not.
    """
    verb, _, rest = wish.partition("-")
    name, _, index = rest.partition("-")
    rows = form._fields.get(name)
    if not isinstance(rows, FieldList):
        return
    if verb == "add" and len(rows.entries) < (rows.max_entries or 60):
        rows.append_entry()
    elif verb == "drop":
        parts = (key.split("-") for key in sent if key.startswith(f"{name}-"))
        numbers = sorted({int(part[1]) for part in parts if len(part) == 3 and part[1].isdecimal()})
        rows.entries = [row for row, number in zip(rows.entries, numbers, strict=False) if str(number) != index]


def filled(rows: Iterable[Any], *names: str) -> list[Any]:
    """The rows in which at least one of the named fields was given."""
    return [
        row for row in rows if any(str(row.form[name].data or "").strip() or row.form[name].errors for name in names)
    ]
