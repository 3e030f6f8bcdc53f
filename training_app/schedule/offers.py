"""What the page after a change offers: tell the people, or take it back. Kept in the session for one look."""

from __future__ import annotations

from typing import Any

from flask import session

_KEY = "schedule.offer"


def leave(place: str, place_id: int, done: str, **more: Any) -> None:
    """Note for the next look at a page ("event" or "programme" with its id) what was done there."""
    session[_KEY] = {"place": place, "id": place_id, "done": done, **more}


def take(place: str, place_id: int) -> dict[str, Any] | None:
    """What was noted for this page; the note is gone then."""
    note: dict[str, Any] | None = session.get(_KEY)
    if note is None or note.get("place") != place or note.get("id") != place_id:
        return None
    session.pop(_KEY)
    return note
