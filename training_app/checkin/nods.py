"""The nod: the door lets a second person in on a phone that has checked someone in, or does not."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import aliased

from training_app.attendance.models import Scan
from training_app.core.db import db, transaction
from training_app.core.errors import NotFound, Refusal
from training_app.core.links import Purpose, make_token
from training_app.divisions.models import Division
from training_app.people.models import Person
from training_app.registration.models import Registration

from .answers import SENTENCES, Answer
from .models import PhonePerson
from .presented import Presented
from .service import check_in


def nonce_of(asked: PhonePerson) -> str:
    """The nonce of the one scan that a nod makes; nobody can guess it and send it before the nod."""
    return make_token(Purpose.NOD, asked.id, 0)


def decide(
    slot_id: int, asked_id: int, *, yes: bool, login_id: int | None, actor_id: int | None, now: datetime
) -> Answer | None:
    """Nod or shake the head; a yes checks the person in as of when she asked, once, and gives that answer.

    A refusal may be turned into a nod. Raises NotFound where nobody asks under this number at this slot's
    door, and Refusal "nodded" for a no to someone whom another has let in.
    """
    with transaction() as session:
        asked = session.get(PhonePerson, asked_id, with_for_update=True)
        if asked is None or asked.slot_id != slot_id or asked.state == "first":
            raise NotFound()
        if not yes and asked.state == "allowed":
            raise Refusal("nodded", _l("Someone has already nodded: this person is checked in."))
        wanted = "allowed" if yes else "refused"
        if asked.state != wanted:
            asked.state, asked.decided_login_id, asked.decided_at = wanted, login_id, now
            session.flush()
        if not yes:
            return None
        presented = Presented(
            nonce=nonce_of(asked),
            source=asked.source,
            phone_key=asked.phone_key,
            login_id=login_id,
            actor_id=actor_id,
            device_time=asked.asked_at,
            clock_offset_ms=0,
        )
        return check_in(slot_id, presented, registration_id=asked.registration_id, now=now)


def answer_of(asked: PhonePerson) -> Answer | None:
    """What the door said when it nodded, for the phone that waited; None while nobody has."""
    above = aliased(Division)
    row = db.session.execute(
        select(Scan.outcome, Scan.reason, Scan.at, Person.name, Division.name, above.name, Registration.as_whom)
        .join(Person, Person.id == Scan.person_id)
        .join(Registration, Registration.id == Scan.registration_id)
        .outerjoin(Division, Division.code == Registration.division_code)
        .outerjoin(above, above.code == Division.parent_code)
        .where(Scan.nonce == nonce_of(asked))
    ).first()
    if row is None:
        return None
    outcome, reason, at, name, community, subdistrict, as_whom = row
    code = reason or "ok"
    return Answer(outcome, code, SENTENCES[code], name, community, at, at, subdistrict, as_whom)
