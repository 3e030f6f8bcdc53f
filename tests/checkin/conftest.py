"""Registered people and their tickets."""

from __future__ import annotations

import pytest

from tests import cast
from tests.checkin import signed
from training_app.core.db import transaction
from training_app.registration import seats, tickets


@pytest.fixture
def ticket_of(app):
    """`ticket_of("chen", event_id=4)`: registers one of the cast and gives (registration, token)."""

    def make(key, event_id=cast.TODAY_EVENT):
        with transaction():
            registration = seats.register(
                event_id, cast.CAST[key].id, source="organiser", actor_id=cast.CAST["organiser"].id, now=cast.NOW
            )
            return registration, tickets.token_of(registration)

    return make


@pytest.fixture
def listed(ticket_of):
    """The registrations of three directors, by name, for a sheet in this order."""
    return {key: ticket_of(key)[0].id for key in signed.KEYS}
