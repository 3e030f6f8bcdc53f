"""What a satisfaction form may ask and hold, when it is open, and when its result may be shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l

from training_app.core.errors import Invalid

#: The five steps, the best first: a count of answers has one number for each.
STEPS = (_l("Very satisfied"), _l("Satisfied"), _l("Neutral"), _l("Dissatisfied"), _l("Very dissatisfied"))
#: The first so many of them are satisfied: 满意率 = (非常满意 + 满意) / 有效份数.
SATISFIED = 2
#: The question that every form asks; the rate is made of it.
OVERALL = "overall"
#: Items that need no wording of the organiser's, in both languages.
ITEMS = {
    "content": _l("What was taught"),
    "teacher": _l("How it was taught"),
    "organisation": _l("How it was organised"),
    "venue": _l("Room and surroundings"),
}
#: Fewer forms than this, by phone or on paper, are not shown and not counted.
FEWEST = 5
LONGEST_TEXT = 500
LONGEST_LABEL = 20
MOST_ITEMS = 8


@dataclass(frozen=True)
class Asked:
    """A version of a form: its items after the overall question as (key, own label)."""

    form_id: int | None
    version: int
    items: tuple[tuple[str, str], ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """Every question, the overall one first."""
        return (OVERALL, *(key for key, _label in self.items))

    def label(self, key: str) -> Any:
        """A question's words."""
        if key == OVERALL:
            return _l("All in all")
        return dict(self.items).get(key) or ITEMS.get(key, key)


BUILT_IN = Asked(None, 0, tuple((key, "") for key in ITEMS))


class Stage(StrEnum):
    """Where a form stands."""

    AHEAD = "ahead"
    OPEN = "open"
    OVER = "over"
    #: The event does not take place.
    NEVER = "never"


@dataclass(frozen=True)
class Window:
    """When a form is open: from the beginning of the last slot until a week after its end, or until it is closed."""

    #: How long after the last slot's end it can be given.
    OPEN_FOR: ClassVar[timedelta] = timedelta(days=7)
    #: No event lasts longer: what lies further back need not be looked at.
    LONGEST: ClassVar[timedelta] = timedelta(days=3)

    opens_at: datetime
    ends_at: datetime
    closed_at: datetime | None = None

    @property
    def closes_at(self) -> datetime:
        """When it ends, or ended."""
        regular = self.ends_at + self.OPEN_FOR
        return min(regular, self.closed_at) if self.closed_at else regular

    def stage(self, event_state: str, now: datetime) -> Stage:
        """Where it stands; `event_state` as the event has it."""
        if event_state in ("draft", "cancelled"):
            return Stage.NEVER
        if self.closed_at is not None or now >= self.closes_at:
            return Stage.OVER
        return Stage.AHEAD if now < self.opens_at else Stage.OPEN


@dataclass(frozen=True)
class Answer:
    """One form as it was sent: step numbers from 0 (the best) by question, and the free text."""

    steps: Mapping[str, int] = field(default_factory=dict)
    text: str = ""


def checked(answer: Answer, asked: Asked) -> Answer:
    """The answer without what is not asked. Raises Invalid with `fields` where something is missing or too long."""
    fields: dict[str, Any] = {}
    steps = {key: step for key, step in answer.steps.items() if key in asked.keys}
    if any(not 0 <= step < len(STEPS) for step in steps.values()):
        raise Invalid("step", _l("Please choose one of the five steps."))
    if OVERALL not in steps:
        fields[OVERALL] = _l("Please say how satisfied you are overall.")
    text = " ".join(answer.text.replace("\0", "").split())
    if len(text) > LONGEST_TEXT:
        fields["text"] = _l("Please keep it under %(count)s characters.", count=LONGEST_TEXT)
    if fields:
        raise Invalid("incomplete", next(iter(fields.values())), fields)
    return Answer(steps, text)


def added(counts: Mapping[str, Sequence[int]], steps: Mapping[str, int]) -> dict[str, list[int]]:
    """The counts with one more form in them. Keys are in the alphabet's order, so that none says which came first."""
    found = {key: list(numbers) for key, numbers in counts.items()}
    for key, step in steps.items():
        found.setdefault(key, [0] * len(STEPS))[step] += 1
    return dict(sorted(found.items()))


def texts_with(texts: Iterable[str], text: str) -> list[str]:
    """The texts with one more, sorted: where it stands says nothing of when it came."""
    return sorted([*texts, text]) if text else list(texts)
