"""The words of quizzes."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from .quizrules import FALSE, LETTERS, MULTIPLE, SINGLE, TRUE, TRUE_FALSE, Question

KINDS = {
    SINGLE: _l("Single choice"),
    MULTIPLE: _l("Multiple choice"),
    TRUE_FALSE: _l("True or false"),
}
PHASES = {
    "draft": _l("Draft"),
    "ahead": _l("Not open yet"),
    "open": _l("Open now"),
    "over": _l("Over"),
}
TONES = {"draft": "off", "ahead": "ready", "open": "live", "over": "off"}
REVEALS = {
    "end": _l("Once no further try can come"),
    "always": _l("After every try"),
    "never": _l("Never"),
}
TRUTHS = {TRUE: _l("True"), FALSE: _l("False")}
SOURCES = {"paper": _l("entered"), "import": _l("from a list"), "phone": _l("on the phone")}


def option(question: Question, place: int) -> Any:
    """An option as it reads."""
    return TRUTHS[place] if question.kind == TRUE_FALSE else question.options[place]


def letters(question: Question) -> Any:
    """The right answer as lists write it: AC, or true."""
    if question.kind == TRUE_FALSE:
        return TRUTHS[question.right[0]]
    return "".join(LETTERS[place] for place in sorted(question.right))
