"""What a satisfaction form may ask and hold, when it is open, and when its result may be shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
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
#: Of one step of one question on paper.
MOST_FORMS = 5000


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
    #: An answer that came in time may take so long to be kept.
    SETTLES: ClassVar[timedelta] = timedelta(minutes=1)

    opens_at: datetime
    closes_at: datetime
    #: Whether it was closed by hand.
    closed: bool = False

    def stage(self, event_state: str, now: datetime) -> Stage:
        """Where it stands; `event_state` as the event has it."""
        if event_state in ("draft", "cancelled"):
            return Stage.NEVER
        if self.closed or now >= self.closes_at:
            return Stage.OVER
        return Stage.AHEAD if now < self.opens_at else Stage.OPEN

    def seen(self, event_state: str, now: datetime) -> Stage:
        """Where it stands for those who look at the result: over when the last answer is kept, too."""
        here = self.stage(event_state, now)
        late = here is Stage.OVER and not self.closed and now < self.closes_at + self.SETTLES
        return Stage.OPEN if late else here


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


@dataclass(frozen=True)
class Result:
    """What may be shown of an event's forms, or of several events' together."""

    #: Forms that count: those of a kind, by phone or on paper, of which there are enough.
    valid: int
    counts: Mapping[str, Sequence[int]]
    texts: Sequence[str] = ()
    #: Among the valid.
    on_paper: int = 0

    @property
    def satisfied(self) -> int:
        """How many are satisfied or very satisfied overall."""
        return sum(self.counts.get(OVERALL, ())[:SATISFIED])

    @property
    def rate(self) -> float | None:
        """满意率, from 0 to 1; None where nothing counts."""
        return self.satisfied / self.valid if self.valid else None


def _enough(counts: Mapping[str, Sequence[int]]) -> dict[str, list[int]]:
    return {key: list(numbers) for key, numbers in counts.items() if sum(numbers) >= FEWEST}


def together(*many: Mapping[str, Sequence[int]]) -> dict[str, list[int]]:
    """The sums of counts, question by question."""
    found: dict[str, list[int]] = {}
    for counts in many:
        for key, numbers in counts.items():
            found[key] = [a + b for a, b in zip(found.get(key, [0] * len(STEPS)), numbers, strict=True)]
    return found


def result(
    stage: Stage,
    counts: Mapping[str, Sequence[int]],
    texts: Sequence[str],
    paper: Mapping[str, Sequence[int]] | None,
) -> Result | None:
    """What may be shown; None while forms can still come.

    A single look at what no longer changes: two looks that differ by one form would show that form. Each kind counts
    from `FEWEST` on, each question likewise: whoever typed the paper's totals could subtract them from the rest.
    """
    if stage is not Stage.OVER:
        return None
    by_phone, on_paper = _enough(counts), _enough(paper or {})
    if OVERALL not in by_phone:
        by_phone, texts = {}, ()
    if OVERALL not in on_paper:
        on_paper = {}
    paper_forms = sum(on_paper.get(OVERALL, ()))
    return Result(sum(by_phone.get(OVERALL, ())) + paper_forms, together(by_phone, on_paper), texts, paper_forms)


def summed(results: Iterable[Result | None]) -> Result:
    """Several events together: what each may show, never more. Texts stay with their event."""
    found = [one for one in results if one is not None]
    counts = together(*(one.counts for one in found))
    return Result(sum(one.valid for one in found), counts, (), sum(one.on_paper for one in found))


def checked_totals(typed: Mapping[str, Sequence[int]], asked: Asked) -> dict[str, list[int]]:
    """Totals of paper forms, questions that nobody answered left out. Raises Invalid with `fields`.

    A question may be left out on paper, so it has at most as many answers as there are forms.
    """
    found = {key: list(typed[key]) for key in asked.keys if key in typed and any(typed[key])}
    for key, numbers in found.items():
        if len(numbers) != len(STEPS) or not all(0 <= number <= MOST_FORMS for number in numbers):
            sentence = _l("Please enter whole numbers from 0 to %(most)s.", most=MOST_FORMS)
            raise Invalid("number", sentence, {key: sentence})
    forms = sum(found.get(OVERALL, ()))
    fields = {
        key: _l("More answers than forms: the overall question has %(count)s.", count=forms)
        for key, numbers in found.items()
        if sum(numbers) > forms
    }
    if fields:
        raise Invalid("more_than_forms", _l("A question has more answers than there are forms."), fields)
    return found


def checked_items(labels: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The items of a new version: known keys as they are, own labels with a key made of their words.

    The same words get the same key, so that a question goes on from version to version. Raises Invalid.
    """
    found: dict[str, str] = {}
    for key, label in labels:
        plain = " ".join(label.replace("\0", "").split())
        if key in ITEMS:
            found.setdefault(key, "")
        elif plain:
            if len(plain) > LONGEST_LABEL:
                sentence = _l("Please keep it under %(count)s characters.", count=LONGEST_LABEL)
                raise Invalid("label_too_long", sentence, {"own": sentence})
            found.setdefault("own-" + sha256(plain.encode()).hexdigest()[:8], plain)
    if len(found) > MOST_ITEMS:
        sentence = _l("Please ask at most %(count)s items: the form should take a minute.", count=MOST_ITEMS)
        raise Invalid("too_many", sentence, {"own": sentence})
    return tuple(found.items())
