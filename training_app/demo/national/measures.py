"""How much of everything there is, and when: pure, from the size of the tree and the day."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

#: What the whole country has: the villages and communities of the tree, and the phases that train their directors.
COMMUNITIES, PHASES = 620_573, 12_000
#: Sessions of a phase, one slot each.
SESSIONS = 6
#: Of a hundred communities: the post is vacant; its holder is new.
VACANT, NEW = 0.012, 0.04
#: Of a hundred subdistricts: nobody is supervisor.
UNSUPERVISED = 0.01
#: Of a hundred supervisors, those who are trained with their directors.
TRAINED_SUPERVISORS = 0.4
#: Of this year's phases: one of their sessions is today.
RUNNING = 0.02
#: Days between the sessions of a phase.
GAPS = (7, 10, 14)
#: So long ago this year's first phases began.
SINCE = 330


def phases_by_city(communities: Mapping[str, int]) -> dict[str, int]:
    """How many phases each city holds: 12,000 for the whole tree, else as many for a community; at least one each."""
    total = max(len(communities), round(sum(communities.values()) * PHASES / COMMUNITIES))
    exact = {code: count * total / max(1, sum(communities.values())) for code, count in communities.items()}
    found = {code: max(1, int(share)) for code, share in exact.items()}
    rest = total - sum(found.values())
    for code in sorted(found, key=lambda code: (found[code] - exact[code], code))[: max(0, rest)]:
        found[code] += 1
    for _ in range(-rest):
        largest = max(found, key=lambda code: (found[code], code))
        found[largest] -= 1
    return found


@dataclass(frozen=True, slots=True)
class Timetable:
    """When a phase is held: the counting year it belongs to, and a day a session."""

    year: int
    days: tuple[date, ...]
    morning: bool


def timetable(this_year: bool, today: date, chance: random.Random, *, running: bool = False) -> Timetable:
    """The days of a phase. Last year's are spread over that year; this year's are over, unless `running`.

    The counting years are that of `today` and the one before.
    """
    gap = chance.choice(GAPS)
    length = gap * (SESSIONS - 1)
    if not this_year:
        first = date(today.year - 1, 1, 8)
        start = first + timedelta(days=chance.randrange((date(today.year - 1, 12, 28) - first).days - length))
    elif running:
        start = today - timedelta(days=gap * chance.randrange(1, SESSIONS))
    else:
        start = today - timedelta(days=chance.randrange(length + 1, SINCE))
    days = tuple(start + timedelta(days=gap * number) for number in range(SESSIONS))
    return Timetable(today.year if this_year else today.year - 1, days, chance.random() < 0.6)
