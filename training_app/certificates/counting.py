"""What somebody's visits amount to in a programme: each session once, make-ups in the place of missed ones. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from training_app.attendance.service import Attended
from training_app.registration.makeuprules import Missed, Session, fills


@dataclass(frozen=True, slots=True)
class MakeUp:
    """A make-up and the number that it fills; `attended` False while it lies ahead."""

    number: int
    event_id: int
    attended: bool


@dataclass(frozen=True)
class Counted:
    """Sessions and salons that count, by kind and number; the make-ups among them and ahead; what is still missing."""

    done: Mapping[tuple[str, int], Attended]
    make_ups: tuple[MakeUp, ...]
    missing: tuple[Missed, ...]


def count(
    programme_id: int,
    held: Mapping[int, str],
    visits: Sequence[Attended],
    attended_make_ups: Sequence[tuple[Session, Attended]],
    booked: Sequence[Session],
    seats_ahead: Collection[int] = (),
) -> Counted:
    """Count one person's visits to a programme.

    `held`: the area of every session number that was held already; `visits`: to the programme's own events;
    `attended_make_ups` and `booked`, those still ahead: the earliest first; `seats_ahead`: numbers for which there is
    a seat at a later session, so that they are not missed yet. The same session again under its own number counts as
    that number where it was not attended before; every other make-up fills a missed one or nothing.
    """
    done: dict[tuple[str, int], Attended] = {}
    for visit in visits:
        done.setdefault((visit.kind, visit.number), visit)
    spare: list[tuple[Session, Attended]] = []
    for session, visit in attended_make_ups:
        key = (visit.kind, visit.number)
        if session.programme_id == programme_id and key not in done:
            done[key] = visit
        else:
            spare.append((session, visit))
    missing = [Missed(number, area) for number, area in held.items() if ("session", number) not in done]
    filled, left = fills(programme_id, missing, (session for session, _visit in spare))
    for session, visit in spare:
        if session.event_id in filled:
            number = filled[session.event_id]
            done["session", number] = replace(visit, kind="session", number=number)
    still = [one for one in _flat(left) if one.number not in seats_ahead]
    ahead, left = fills(programme_id, still, booked)
    made = [MakeUp(number, event_id, True) for event_id, number in filled.items()]
    made += [MakeUp(number, event_id, False) for event_id, number in ahead.items()]
    return Counted(done, tuple(sorted(made, key=lambda one: one.number)), tuple(_flat(left)))


def _flat(left: Mapping[str, Collection[int]]) -> list[Missed]:
    return sorted(
        (Missed(number, area) for area, numbers in left.items() for number in numbers), key=lambda one: one.number
    )
