"""What may be typed: shape only; the services decide."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired


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
