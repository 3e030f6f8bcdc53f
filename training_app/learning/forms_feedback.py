"""What may be sent of a satisfaction form: shape only."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from training_app.core.errors import Invalid

from .feedbackrules import ITEMS, MOST_FORMS, STEPS, Answer, Asked

#: Fields of the form's page for items in the organiser's own words.
OWN_FIELDS = 4


def answer_of(form: Mapping[str, str], asked: Asked) -> Answer:
    """The steps `q-<question>` and the text that were sent."""
    steps = {}
    for key in asked.keys:
        sent = form.get(f"q-{key}", "")
        if len(sent) == 1 and sent.isascii() and sent.isdigit():
            steps[key] = int(sent)
    return Answer(steps, form.get("text", ""))


def version_of(form: Mapping[str, str]) -> int:
    """The version of the form that the page had shown; -1 for none."""
    sent = form.get("version", "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 6 else -1


def totals_of(form: Mapping[str, str], asked: Asked) -> dict[str, list[int]]:
    """The numbers `n-<question>-<step>`, empty ones 0. Raises Invalid with `fields` by question."""
    found, fields = {}, {}
    for key in asked.keys:
        texts = [form.get(f"n-{key}-{step}", "").strip() for step in range(len(STEPS))]
        if all(text == "" or (text.isascii() and text.isdigit() and len(text) < 6) for text in texts):
            found[key] = [int(text or 0) for text in texts]
        else:
            fields[key] = _l("Please enter whole numbers from 0 to %(most)s.", most=MOST_FORMS)
    if fields:
        raise Invalid("number", next(iter(fields.values())), fields)
    return found


def items_of(known: list[str], own: list[str]) -> list[tuple[str, str]]:
    """Ticked items and own words as (key, label), the known ones in their usual order."""
    return [*((key, "") for key in ITEMS if key in known), *(("", label) for label in own[:OWN_FIELDS])]
