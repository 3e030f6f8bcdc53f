"""Whether a phone is near enough to the venue, where an event asks for it. Pure; the position is kept nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from training_app.schedule.geography import Point, gcj_of_wgs, metres

#: Metres by which a phone may be unsure of its place; beyond that it says nothing.
VAGUEST = 1000.0


@dataclass(frozen=True, slots=True)
class Nearness:
    """What a position says: `objection` is "too_far", "no_position" or None; `note` the rounded distance."""

    objection: str | None = None
    note: str = ""


#: Where no position is asked for.
ANYWHERE = Nearness()


def judge(venue: Point, within_m: int, phone: Point | None, accuracy_m: float | None) -> Nearness:
    """Compare a phone's position, with the radius of its accuracy in its favour, with what an event asks.

    Some phones in China give their position in the maps' shifted degrees: the nearer reading counts.
    """
    if phone is None or accuracy_m is None or not isfinite(accuracy_m) or not 0 <= accuracy_m <= VAGUEST:
        return Nearness("no_position")
    if not (abs(phone.latitude) <= 90 and abs(phone.longitude) <= 180):
        return Nearness("no_position")
    far = min(metres(venue, phone), metres(gcj_of_wgs(venue), phone))
    shown = f"{round(far, -1):.0f} m" if far < 10_000 else f"{far / 1000:.0f} km"
    return Nearness("too_far" if far - accuracy_m > within_m else None, shown)
