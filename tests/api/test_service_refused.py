"""What is no right ticket is refused with a code of its own, at the door and through the API alike."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tests import cast
from training_app.attendance.models import Attendance, Scan
from training_app.core.db import db, transaction
from training_app.registration import seats
from training_app.registration.models import Registration
from training_app.schedule.models import Event, Slot


def _forged(registration, token):
    signature = token.rpartition(".")[2]
    other = "A" if signature[0] != "A" else "B"
    return token.replace(signature, other + signature[1:])


def _revoked(registration, token):
    with transaction() as session:
        session.execute(
            update(Registration)
            .where(Registration.id == registration.id)
            .values(ticket_revision=Registration.ticket_revision + 1)
        )
    return token


def _cancelled(registration, token):
    with transaction():
        seats.cancel(registration.id, actor_id=2, now=cast.NOW)
    return token


def _expired(registration, token):
    """The ticket of a check-in that is over."""
    with transaction() as session:
        session.execute(
            update(Slot).where(Slot.id == cast.TODAY_SLOT).values(checkin_closes_at=cast.NOW - timedelta(minutes=1))
        )
    return token


def _closed(registration, token):
    with transaction() as session:
        session.execute(update(Event).where(Event.id == cast.TODAY_EVENT).values(state="closed"))
    return token


CASES = {
    "forged": _forged,
    "revoked": _revoked,
    "cancelled": _cancelled,
    "too_late": _expired,
    "event_closed": _closed,
    "truncated": lambda _registration, token: token[:-20],
    "too_long": lambda _registration, token: token + "A" * 4096,
    "not_a_ticket": lambda _registration, _token: "https://example.org/a-poster",
    "unknown": lambda _registration, _token: "ZZZZZZZZZZ",
    "other_event": None,
}


@pytest.fixture
def through_door(client_as):
    def send(text):
        sent = {"nonce": "nonce-0001", "ticket": text, "source": "camera"}
        headers = {"Accept": "application/json"}
        return client_as("volunteer").post(f"/checkin/{cast.TODAY_SLOT}/scan", data=sent, headers=headers).get_json()

    return send


@pytest.mark.parametrize("way", ["door", "api"])
@pytest.mark.parametrize("code", CASES)
def test_it_is_refused_with_its_own_code(app, program, through_door, ticket_of, way, code):
    if code == "other_event":
        _registration, text = ticket_of("chen", 5)
    else:
        text = CASES[code](*ticket_of("chen"))
    answer = through_door(text) if way == "door" else program.scan(ticket=text)
    assert (answer["outcome"], answer["code"], answer["tone"]) == ("refused", code, "refused")
    assert answer["sentence"]
    # Whose ticket it was is said to nobody unless it is proven.
    assert (answer["name"] != "") == (code in ("revoked", "cancelled", "too_late", "event_closed"))
    (scan,) = db.session.scalars(select(Scan)).all()
    assert (scan.outcome, scan.reason) == ("refused", code)
    assert db.session.scalars(select(Attendance)).all() == []
