"""Fields for numbers: what cannot be read gets a sentence that says what to type."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DecimalField, IntegerField

#: No number that is meant has more digits before or after the point; reckoning with such a one fails or never ends.
_MOST_DIGITS = 9
WHOLE_NEEDED = _l("Please type a whole number, 0 or more.")
NUMBER_NEEDED = _l("Please type a number.")


class WholeField(IntegerField):
    """A whole number; what cannot be read gets a sentence."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(WHOLE_NEEDED) from None


class NumberField(DecimalField):
    """A number; what cannot be read, what has no end and what is beyond all measure gets a sentence."""

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(NUMBER_NEEDED) from None
        if self.data is not None and not _is_measured(self.data):
            self.data = None
            raise ValueError(NUMBER_NEEDED)


def _is_measured(number: Decimal) -> bool:
    if not number.is_finite():
        return False
    return number.adjusted() < _MOST_DIGITS and int(number.as_tuple().exponent) >= -_MOST_DIGITS


def from_to(least: int, most: int) -> Any:
    """The sentence for a number outside these bounds."""
    return _l("Please type a number from %(least)s to %(most)s.", least=least, most=most)
