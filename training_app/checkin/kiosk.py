"""A shared tablet at the entrance: the code that ends it, and who someone is by name and last four digits."""

from __future__ import annotations

import hashlib
import hmac

from flask import current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from training_app.core.db import db
from training_app.core.errors import Invalid
from training_app.people import names
from training_app.people.models import Person
from training_app.registration.models import Registration
from training_app.schedule.models import Slot

NOT_FOUND = _l("Nobody on the list has this name and these four digits. Please ask the people at the door.")
_FOUR = _l("Please choose exactly four digits.")


def seal(code: str, slot_id: int, login_id: int | None) -> str:
    """What a tablet keeps of the four digits that end its kiosk: worth nothing without the server's secret.

    Raises Invalid for anything but four digits.
    """
    if not (len(code) == 4 and code.isascii() and code.isdigit()):
        raise Invalid("code", _FOUR, {"code": _FOUR})
    return _sealed(code, slot_id, login_id)


def opens(sealed: str, code: str, slot_id: int, login_id: int | None) -> bool:
    """Whether these are the four digits."""
    return hmac.compare_digest(sealed, _sealed(code, slot_id, login_id))


def _sealed(code: str, slot_id: int, login_id: int | None) -> str:
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(secret, f"kiosk.{slot_id}.{login_id}.{code}".encode(), hashlib.sha256).hexdigest()[:32]


def find(slot_id: int, name: str, digits: str) -> int:
    """The one registration with this name, or its pinyin, and these last four digits of the phone number.

    Raises Invalid where there is none, or where there are several: a kiosk shows nobody a list.
    """
    if not (len(digits) == 4 and digits.isascii() and digits.isdigit()):
        raise Invalid("digits", NOT_FOUND)
    spelt = "".join(name.lower().split())
    try:
        written = names.normalise(name)
    except Invalid:
        raise Invalid("name", NOT_FOUND) from None
    rows = db.session.execute(
        select(Registration.id, Person.name, Person.pinyin)
        .join(Slot, Slot.event_id == Registration.event_id)
        .join(Person, Person.id == Registration.person_id)
        .where(Slot.id == slot_id, Registration.state != "declined", Person.phone.endswith(digits, autoescape=True))
    )
    found = [row.id for row in rows if row.name == written or row.pinyin.split(" ")[0] == spelt]
    if len(found) != 1:
        raise Invalid("name", NOT_FOUND)
    return int(found[0])
