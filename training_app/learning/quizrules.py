"""What a question may be, in which order a try shows them, what an answer is worth, and who may begin. Pure."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from flask_babel import lazy_gettext as _l

from training_app.core.errors import Invalid

SINGLE, MULTIPLE, TRUE_FALSE = "single", "multiple", "true_false"
KINDS = (SINGLE, MULTIPLE, TRUE_FALSE)
#: Options are called A to H.
LETTERS = "ABCDEFGH"
#: The two answers of a true/false question, by place.
TRUE, FALSE = 0, 1
MOST_QUESTIONS = 100
LONGEST_TEXT, LONGEST_OPTION = 500, 200
REVEALS = ("never", "end", "always")
#: So long after its time a try may still be handed in: the network takes a while.
GRACE = timedelta(seconds=30)
#: The pass mark that a new session quiz proposes.
USUAL_MARK = Decimal(60)
_FULL = Decimal(100)
_TENTH = Decimal("0.1")


@dataclass(frozen=True)
class Question:
    """One question: `options` are empty for true or false, `right` holds places of options (there: 0 true, 1 false)."""

    kind: str
    text: str
    options: tuple[str, ...]
    right: tuple[int, ...]
    points: Decimal = Decimal(1)

    @property
    def choices(self) -> int:
        """How many answers there are to choose from."""
        return 2 if self.kind == TRUE_FALSE else len(self.options)

    @property
    def key(self) -> str:
        """What tells it from every other question, and from itself before it was changed; its points apart."""
        said = json.dumps([self.kind, self.text, self.options, self.right], ensure_ascii=False)
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    def record(self) -> dict[str, Any]:
        """As a version keeps it."""
        return {
            "kind": self.kind,
            "text": self.text,
            "options": list(self.options),
            "right": list(self.right),
            "points": str(self.points),
        }

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Question:
        """As it was kept."""
        return cls(
            record["kind"],
            record["text"],
            tuple(record["options"]),
            tuple(record["right"]),
            Decimal(record["points"]),
        )


def checked(question: Question) -> Question:
    """The question. Raises Invalid with a sentence for each field (text, options, right, points) that is wrong."""
    faults: dict[str, Any] = {}
    if question.kind not in KINDS:
        faults["kind"] = _l("Choose single choice, multiple choice, or true or false.")
    if not question.text.strip():
        faults["text"] = _l("Write the question.")
    elif len(question.text) > LONGEST_TEXT:
        faults["text"] = _l("A question has %(most)s characters at most.", most=LONGEST_TEXT)
    if question.kind != TRUE_FALSE:
        if len(question.options) < 2:
            faults["options"] = _l("Give at least two options.")
        elif len(question.options) > len(LETTERS):
            faults["options"] = _l("There are eight options at most, A to H.")
        elif len(set(question.options)) < len(question.options):
            faults["options"] = _l("Two options say the same.")
        elif any(len(option) > LONGEST_OPTION for option in question.options):
            faults["options"] = _l("An option has %(most)s characters at most.", most=LONGEST_OPTION)
    if not question.right:
        faults["right"] = _l("Say which answer is right.")
    elif any(not 0 <= place < question.choices for place in question.right):
        faults["right"] = _l("The right answer names an option that is not there.")
    elif question.kind in (SINGLE, TRUE_FALSE) and len(question.right) != 1:
        faults["right"] = _l("Exactly one answer is right here; for several choose multiple choice.")
    points = question.points
    if not points.is_finite() or not 0 < points <= _FULL or points != points.quantize(_TENTH):
        faults["points"] = _l("The points of a question are above 0 and 100 at most, with one decimal at most.")
    if faults:
        raise Invalid("question", next(iter(faults.values())), faults)
    return question


def checked_all(questions: Sequence[Question]) -> tuple[Question, ...]:
    """The questions of a quiz, each in order. Raises Invalid when there are too many, or the same one twice."""
    if len(questions) > MOST_QUESTIONS:
        raise Invalid("too_many_questions", _l("A quiz has %(most)s questions at most.", most=MOST_QUESTIONS))
    seen: set[str] = set()
    for question in questions:
        checked(question)
        if question.key in seen:
            raise Invalid("twice", _l("This question is asked already: %(text)s", text=question.text[:40]))
        seen.add(question.key)
    return tuple(questions)


def arranged(
    questions: Sequence[Question], *, questions_too: bool, options_too: bool, chance: random.Random
) -> list[list[Any]]:
    """In which order a try shows questions and options: [[question, [option, …]], …] by their places."""
    order = list(range(len(questions)))
    if questions_too:
        chance.shuffle(order)
    shown: list[list[Any]] = []
    for place in order:
        choices = list(range(questions[place].choices))
        if options_too and questions[place].kind != TRUE_FALSE:
            chance.shuffle(choices)
        shown.append([place, choices])
    return shown


def points_of(questions: Sequence[Question], answers: Mapping[int, Sequence[int]]) -> tuple[Decimal, dict[int, bool]]:
    """What answers by question are worth of 100, and which are right; of several right options all must be chosen."""
    right = {n: set(answers.get(n, ())) == set(question.right) for n, question in enumerate(questions)}
    whole = sum((question.points for question in questions), Decimal(0))
    earned = sum((question.points for n, question in enumerate(questions) if right[n]), Decimal(0))
    return (_FULL * earned / whole).quantize(_TENTH, ROUND_HALF_UP) if whole else Decimal(0), right


def due(started_at: datetime, minutes: int | None, closes_at: datetime | None) -> datetime | None:
    """When a try's time is up; None when it never is."""
    ends = [closes_at] if closes_at else []
    if minutes:
        ends.append(started_at + timedelta(minutes=minutes))
    return min(ends, default=None)


def phase_of(state: str, opens_at: datetime | None, closes_at: datetime | None, now: datetime) -> str:
    """draft, ahead, open or over."""
    if state == "draft":
        return "draft"
    if closes_at is not None and now >= closes_at:
        return "over"
    return "ahead" if opens_at is not None and now < opens_at else "open"


def obstacle(phase: str, *, passed: bool, used: int, allowed: int) -> str | None:
    """Why no further try can begin: passed, ahead, over, no_tries, or None."""
    if passed:
        return "passed"
    if phase != "open":
        return phase
    return "no_tries" if used >= allowed else None


def reveals_now(reveals: str, *, handed_in: bool, ended: bool) -> bool:
    """Whether one may see what was wrong; `ended`: passed, no try left, or the quiz is over."""
    return handed_in and (reveals == "always" or (reveals == "end" and ended))
