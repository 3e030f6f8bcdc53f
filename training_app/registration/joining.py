"""The link that an event's posters carry."""

from __future__ import annotations

from training_app.core.errors import NotFound
from training_app.core.links import Purpose, make_token, proves, subject_of


def token_of(event_id: int) -> str:
    """What the event's posters carry; it stays, whatever changes about the event: paper cannot be renewed."""
    return make_token(Purpose.JOIN, event_id, 0)


def event_id_of(token: str) -> int:
    """The event of a poster's link. Raises NotFound for any other token."""
    event_id = subject_of(token)
    if event_id is None or not proves(token, Purpose.JOIN, event_id, 0):
        raise NotFound()
    return event_id
