"""What may be typed: shape only; the services decide."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DecimalField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional

from .design import Design
from .rules import BEST, LATEST, Conditions

_WHOLE = _l("Please type a whole number, 0 or more.")
_NUMBER = _l("Please type a number.")


class _Whole(IntegerField):
    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_WHOLE) from None


class _Number(DecimalField):
    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_NUMBER) from None
        if self.data is not None and not self.data.is_finite():
            self.data = None
            raise ValueError(_NUMBER)


def _from_0_to(most: int) -> NumberRange:
    return NumberRange(0, most, _l("Please type a number from 0 to %(most)s.", most=most))


class RuleForm(FlaskForm):
    """What a programme asks for."""

    sessions_needed = _Whole(_l("Sessions that must be attended"), [InputRequired(_WHOLE), _from_0_to(60)])
    hours_needed = _Number(
        _l("Credit hours that must be reached"),
        [Optional(), _from_0_to(999)],
        places=1,
        description=_l("Leave it empty where hours do not matter."),
    )
    counts_outside = BooleanField(
        _l("Confirmed training elsewhere counts"),
        description=_l("Its hours are added to the hours above, and a post whose holder has it counts as trained."),
    )
    salons_needed = _Whole(_l("Salons that must be attended"), [InputRequired(_WHOLE), _from_0_to(60)])
    test_required = BooleanField(_l("The knowledge test must be passed"))
    pass_mark = _Number(_l("Pass mark, of 100 points"), [InputRequired(_NUMBER), _from_0_to(100)], places=1)
    counts = SelectField(
        _l("Where there are two tries"),
        choices=[
            SelectChoice(BEST, _l("the better one counts")),
            SelectChoice(LATEST, _l("the later one counts")),
        ],
    )

    def conditions(self) -> Conditions:
        """What was typed."""
        return Conditions(
            sessions_needed=self.sessions_needed.data,
            hours_needed=self.hours_needed.data,
            salons_needed=self.salons_needed.data,
            test_required=self.test_required.data,
            pass_mark=self.pass_mark.data,
            counts=self.counts.data,
            counts_outside=self.counts_outside.data,
        )


class PaperForm(FlaskForm):
    """How a programme's certificates are printed."""

    prefix = StringField(
        _l("Before each number"),
        description=_l("Issuer and year, for example LC2026; the numbers are then LC2026-0001, LC2026-0002 …"),
        render_kw={"maxlength": 12, "autocapitalize": "characters"},
    )
    with_english = BooleanField(_l("English below the Chinese text"))
    framed = BooleanField(_l("Print the border (switch it off for bought paper that has one)"))
    offset_x = _Number(_l("Move everything to the right, in millimetres"), [InputRequired(_NUMBER)], places=1)
    offset_y = _Number(_l("Move everything down, in millimetres"), [InputRequired(_NUMBER)], places=1)
    specimen = BooleanField(_l("Print 样张 (specimen) across every certificate"))

    def design(self) -> Design:
        """What was typed."""
        return Design(
            prefix=(self.prefix.data or "").strip().upper(),
            with_english=self.with_english.data,
            framed=self.framed.data,
            offset_x=self.offset_x.data.quantize(Decimal("0.1")),
            offset_y=self.offset_y.data.quantize(Decimal("0.1")),
            specimen=self.specimen.data,
        )


class ReasonForm(FlaskForm):
    """Why a certificate is taken back or issued again."""

    reason = TextAreaField(_l("Reason"), render_kw={"rows": 2, "maxlength": 300})


class VerifyForm(FlaskForm):
    """What stands on the paper."""

    serial = StringField(
        _l("Certificate number"),
        [InputRequired(_l("Please fill this in."))],
        description=_l("Below the title on the right, for example LC2026-0137."),
        render_kw={"maxlength": 40, "autocomplete": "off", "autocapitalize": "characters"},
    )
    check_code = StringField(
        _l("Check code"),
        [InputRequired(_l("Please fill this in."))],
        description=_l("Beside the QR code, for example 7Q4F-K2MX."),
        render_kw={"maxlength": 20, "autocomplete": "off", "autocapitalize": "characters"},
    )
