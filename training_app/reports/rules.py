"""What a post's facts say: vacant, new and untested, covered or not; and whom to act on first. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

VACANT, NEW_UNTESTED, NORMAL = "vacant", "new_untested", "normal"
#: How long someone who never held such a post before counts as new (初任).
NEW_FOR = timedelta(days=365)
_URGENCY = {VACANT: 0, NEW_UNTESTED: 1, NORMAL: 2}


@dataclass(frozen=True, slots=True)
class HolderFacts:
    """What is known of the one who holds a post now."""

    first_started_on: date
    sessions_done: int
    sessions_needed: int
    has_certificate: bool
    passed_test: bool
    achievable: bool = True


def is_new(first_started_on: date, on: date) -> bool:
    """Whether someone's first post of this kind began less than a year before that day."""
    return first_started_on > on - NEW_FOR


def covered(holder: HolderFacts | None) -> bool:
    """Whether a post counts as trained (轮训覆盖): its holder met the session rule or has a valid certificate."""
    if holder is None:
        return False
    met = holder.sessions_needed > 0 and holder.sessions_done >= holder.sessions_needed
    return met or holder.has_certificate


def state(holder: HolderFacts | None, on: date) -> str:
    """VACANT, NEW_UNTESTED (初任未考核) or NORMAL."""
    if holder is None:
        return VACANT
    if is_new(holder.first_started_on, on) and not (holder.passed_test or holder.has_certificate):
        return NEW_UNTESTED
    return NORMAL


def to_act_on(holder: HolderFacts | None, on: date) -> bool:
    """Whether somebody must do something: a post is vacant, its holder new and untested, or past reaching the rule.

    Who is on the way and can still make it needs nothing yet.
    """
    if covered(holder):
        return False
    return holder is None or not holder.achievable or state(holder, on) != NORMAL


def urgency(holder: HolderFacts | None, on: date) -> tuple[int, bool, int]:
    """A key that puts the posts to act on first: vacant, new and untested, out of reach, then the least trained."""
    if holder is None:
        return (_URGENCY[VACANT], False, 0)
    return (_URGENCY[state(holder, on)], holder.achievable, holder.sessions_done)


def percent(part: int, whole: int) -> int | None:
    """Rounded per cent, or None of nothing; never 100 while one is missing, never 0 while one is there."""
    if not whole:
        return None
    exact = 100 * part / whole
    return min(99, max(1, round(exact))) if 0 < part < whole else round(exact)
