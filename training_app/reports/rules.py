"""What a post's facts say: vacant, new and untested, covered or not; and whom to act on first. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

VACANT, NEW_UNTESTED, NORMAL = "vacant", "new_untested", "normal"
IN_TRAINING, TRAINED, UNTRAINED = "in_training", "trained", "untrained"
#: What a post can be, the first that applies; together they are all posts.
STATES = (VACANT, TRAINED, NEW_UNTESTED, IN_TRAINING, UNTRAINED)
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


@dataclass(frozen=True, slots=True)
class PostFacts:
    """What decides about a post that is held: everything of the holder, by the day that is asked about."""

    #: When the holder's first post of this kind began.
    first_started_on: date
    #: A valid certificate of a programme of the year that holds the post, or outside training that counts.
    certified: bool = False
    #: A test was passed, in this counting year or an earlier one.
    ever_passed: bool = False
    #: A confirmed seat in an event that is on, or an attendance, in a programme of the year that holds the post.
    engaged: bool = False


def post_state(holder: PostFacts | None, on: date) -> str:
    """One of STATES: vacant, trained (轮训覆盖), new and untested (初任未考核), in training, untrained."""
    if holder is None:
        return VACANT
    if holder.certified:
        return TRAINED
    if is_new(holder.first_started_on, on) and not holder.ever_passed:
        return NEW_UNTESTED
    return IN_TRAINING if holder.engaged else UNTRAINED


def reference_day(year: int, today: date) -> date:
    """The day whose holders count: today, or the last day of a counting year that is over.

    Facts about them count until today: a certificate that follows the year in February is that year's.
    """
    return min(today, date(year, 12, 31))


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
