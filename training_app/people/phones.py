"""Phone numbers: kept as E.164, shown as people read them."""

from __future__ import annotations

import re
import unicodedata

from flask_babel import lazy_gettext as _l

from training_app.core.errors import Invalid


def _invalid() -> Invalid:
    sentence = _l("This is not a full phone number. A mobile number has 11 digits, for example 138 0000 0000.")
    return Invalid("phone_invalid", sentence, {"phone": sentence})


def normalise(text: str | int | float) -> str:
    """A typed or imported phone number as E.164, mainland China unless it begins with +.

    Raises Invalid when it is not a whole, possible number. Spreadsheets give numbers (13800000000.0).
    """
    import phonenumbers

    plain = unicodedata.normalize("NFKC", str(text)).strip()
    plain = re.sub(r"\.0+$", "", plain)
    try:
        number = phonenumbers.parse(plain, "CN")
    except phonenumbers.NumberParseException:
        raise _invalid() from None
    if not phonenumbers.is_valid_number(number):
        raise _invalid()
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def shown(phone: str | None) -> str:
    """138 0000 0007 for a mainland mobile number; any other as it is kept."""
    if not phone:
        return ""
    match = re.fullmatch(r"\+86(1\d{2})(\d{4})(\d{4})", phone)
    return " ".join(match.groups()) if match else phone


def masked(phone: str | None) -> str:
    """138 **** 0007: enough for its owner to know it again."""
    text = shown(phone)
    return f"{text[:3]} **** {text[-4:]}" if text else ""
