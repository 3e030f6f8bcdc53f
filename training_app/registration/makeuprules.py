"""Make-ups (补课): which sessions can replace what somebody missed, and which missed number each one fills. Pure.

A session of the same curriculum area replaces the lowest missed number of that area in one's own programme; two of
one area fill the lowest numbers in order. The very number that was missed, held again, is that number.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from training_app.divisions.rules import DIGITS, subdistrict_of


@dataclass(frozen=True, slots=True)
class Missed:
    """A session of one's own programme that was held without one, and for which one has no later seat."""

    number: int
    area: str


@dataclass(frozen=True, slots=True)
class Session:
    """A session as far as make-ups go: the programme and number in it, the area, and when it is."""

    event_id: int
    programme_id: int
    number: int
    area: str
    spans: tuple[tuple[datetime, datetime], ...] = ()
    #: Where it is held: the venue's division, else the programme's.
    place: str = ""


def fills(
    programme_id: int, missed: Iterable[Missed], sessions: Iterable[Session]
) -> tuple[dict[int, int], dict[str, list[int]]]:
    """Which missed number each make-up fills, in the order given: event id → number; and the numbers left by area.

    One that fills nothing any more is left out: nothing counts twice.
    """
    open_numbers: dict[str, list[int]] = {}
    for one in sorted(missed, key=lambda found: found.number):
        if one.number not in open_numbers.setdefault(one.area, []):
            open_numbers[one.area].append(one.number)
    filled: dict[int, int] = {}
    for session in sessions:
        left = open_numbers.get(session.area)
        if not left or session.event_id in filled:
            continue
        own = session.programme_id == programme_id and session.number in left
        number = session.number if own else left[0]
        left.remove(number)
        filled[session.event_id] = number
    return filled, open_numbers


def _clash(one: Session, taken: Sequence[tuple[datetime, datetime]]) -> bool:
    return any(start < end and begin < until for start, until in one.spans for begin, end in taken)


def offered(
    programme_id: int,
    open_numbers: Mapping[str, Sequence[int]],
    candidates: Iterable[Session],
    *,
    own_numbers: Collection[int],
    known_events: Collection[int],
    taken: Sequence[tuple[datetime, datetime]],
    home: str,
) -> list[tuple[Session, int]]:
    """The sessions that would fill something, each with the number; the same subdistrict first, then the earliest.

    `own_numbers`: numbers of the own programme that one has attended or has a seat for; `known_events`: events for
    which one is registered or was declined; `taken`: when one's other seats are; `home`: the own community's code.
    A session of the own programme that is neither missed nor had is one's own still to come, and no make-up.
    """
    district = home[: DIGITS["district"]]
    found = []
    for one in candidates:
        numbers = open_numbers.get(one.area)
        if not numbers or one.event_id in known_events or one.place[: DIGITS["district"]] != district:
            continue
        if one.programme_id != programme_id:
            number = numbers[0]
        elif one.number in numbers:
            number = one.number
        elif one.number in own_numbers:
            number = numbers[0]
        else:
            continue
        if not _clash(one, taken):
            found.append((one, number))
    near = subdistrict_of(home)
    return sorted(found, key=lambda pair: (not pair[0].place.startswith(near), pair[0].spans[:1], pair[0].event_id))
