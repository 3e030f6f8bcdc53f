"""Who may register when, who takes a seat, who moves up from the line. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

#: Who is counted against the capacity; guests, staff and walk-ins are counted apart.
SEATED = frozenset({"trainee", "stand_in"})
#: States of a registration that stands.
STANDING = frozenset({"confirmed", "waiting"})
#: States of an event in which its organisers fill it.
OPEN = frozenset({"draft", "published"})


def takes_seat(as_whom: str) -> bool:
    """Whether someone who comes as this needs one of the event's seats."""
    return as_whom in SEATED


def window(state: str, opens_at: datetime | None, closes_at: datetime | None, now: datetime) -> str:
    """Whether people may register themselves: "open", or why not.

    Otherwise "not_published", "event_cancelled", "event_closed", "not_yet" or "window_over". The opening
    belongs to the window, the closing does not.
    """
    if state != "published":
        return {"draft": "not_published", "cancelled": "event_cancelled"}.get(state, "event_closed")
    if opens_at is not None and now < opens_at:
        return "not_yet"
    return "window_over" if closes_at is not None and now >= closes_at else "open"


def refusal(
    *, source: str, state: str, opens_at: datetime | None, closes_at: datetime | None, now: datetime
) -> str | None:
    """Why nobody is registered through this source now, or None.

    People themselves are bound by the window, the door by publication; organisers fill drafts too.
    """
    if source == "self":
        answer = window(state, opens_at, closes_at, now)
        return None if answer == "open" else answer
    if state in OPEN and (source != "door" or state == "published"):
        return None
    return {"draft": "not_published", "cancelled": "event_cancelled"}.get(state, "event_closed")


@dataclass(frozen=True, slots=True)
class Waiter:
    """Someone in line: one seat in each of these events, or none at all."""

    line: int
    registration_id: int
    enrolment_id: int | None
    person_id: int
    needs: frozenset[int]


def moved_up(waiters: Iterable[Waiter], free: Mapping[int, int | None]) -> Iterator[Waiter]:
    """Who gets a seat, from waiters in the order of their line and the free seats by event (None: no limit).

    Who needs several seats and cannot have all of them is passed over and keeps their place: an empty
    seat helps nobody. Stops asking for waiters once nothing is free.
    """
    left = dict(free)
    if not any(seats is None or seats > 0 for seats in left.values()):
        return
    for waiter in waiters:
        seats = [left.get(event_id, 0) for event_id in waiter.needs]
        if all(n is None or n > 0 for n in seats):
            for event_id in waiter.needs:
                n = left[event_id]
                left[event_id] = n if n is None else n - 1
            yield waiter
        if not any(seats is None or seats > 0 for seats in left.values()):
            return
