"""What a post's facts say: vacant, trained, new and untested, in training or untrained; and whom to act on. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

VACANT, NEW_UNTESTED = "vacant", "new_untested"
IN_TRAINING, TRAINED, UNTRAINED = "in_training", "trained", "untrained"
#: What a post can be, the first that applies; together they are all posts.
STATES = (VACANT, TRAINED, NEW_UNTESTED, IN_TRAINING, UNTRAINED)
#: Not a state of its own: held, not trained, and what lies ahead does not suffice for the rule any more.
OUT_OF_REACH = "out_of_reach"
#: Why somebody must do something, the most urgent first; a post is listed for the first that applies.
REASONS = (VACANT, OUT_OF_REACH, NEW_UNTESTED, UNTRAINED)
#: How long someone who never held such a post before counts as new (初任).
NEW_FOR = timedelta(days=365)


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


def reason(state: str, *, reached: bool = True) -> str | None:
    """Why somebody must do something about a post, one of REASONS; None for who is trained or on the way.

    `reached`: the rule can still be met.
    """
    if state in (VACANT, TRAINED):
        return VACANT if state == VACANT else None
    if not reached:
        return OUT_OF_REACH
    return state if state in REASONS else None


def heat(part: int, whole: int) -> int | None:
    """The step of a coverage from 0 (under a fifth) to 5 (all posts); None without posts."""
    if whole <= 0:
        return None
    return 5 if part >= whole else part * 5 // whole


def percent(part: int, whole: int) -> int | None:
    """Rounded per cent, or None of nothing; never 100 while one is missing, never 0 while one is there."""
    if not whole:
        return None
    exact = 100 * part / whole
    return min(99, max(1, round(exact))) if 0 < part < whole else round(exact)
