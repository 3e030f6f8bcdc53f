"""What may be typed: shape only; the services decide."""

from __future__ import annotations

from decimal import Decimal

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import InputRequired

from .design import Design
from .fields import NUMBER_NEEDED, NumberField


class PaperForm(FlaskForm):
    """How a programme's certificates are printed."""

    prefix = StringField(
        _l("Before each number"),
        description=_l("Issuer and year, for example LC2026; the numbers are then LC2026-0001, LC2026-0002 …"),
        render_kw={"maxlength": 12, "autocapitalize": "characters"},
    )
    with_english = BooleanField(_l("English below the Chinese text"))
    framed = BooleanField(_l("Print the border (switch it off for bought paper that has one)"))
    offset_x = NumberField(_l("Move everything to the right, in millimetres"), [InputRequired(NUMBER_NEEDED)], places=1)
    offset_y = NumberField(_l("Move everything down, in millimetres"), [InputRequired(NUMBER_NEEDED)], places=1)
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
