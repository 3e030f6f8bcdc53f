"""What a design may be, in sentences for whoever changes it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l

from .claims import test_claims, unlawful_claims
from .codes import PREFIX
from .design import Design
from .look import ATTENDANCE, MANNERS
from .manners import Colour, rgb
from .wording import PLACE, PLACES

#: The furthest that ink is moved, in millimetres.
FURTHEST = Decimal(20)
#: The least contrast to white paper of the title, so that it is read, and of fine lines, so that they are seen.
LEAST_TITLE, LEAST_LINE = 4.5, 1.6
#: Characters of each text, at most.
LONGEST = {"title": 12, "body": 300, "closing": 60, "english_title": 60, "english": 500}
LONGEST_NAME = 30
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


def contrast(colour: Colour) -> float:
    """The contrast of a colour to white paper, from 1 to 21 (WCAG 2.2, relative luminance)."""
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _places(text: str) -> Any:
    """What is wrong with the named places of a text, or None."""
    unknown = [name for name in PLACE.findall(text) if name not in PLACES]
    if unknown:
        return _l(
            "There is no place {%(name)s}. The places are: %(places)s.",
            name=unknown[0][:30],
            places=" ".join(f"{{{name}}}" for name in PLACES),
        )
    if re.search(r"[{}]", PLACE.sub("", text)):
        return _l("A bracket { or } stands alone. A place is written like {name}.")
    return None


def _printed(text: str) -> str:
    """A text with its places as barriers, but the one that is empty for many: what stands around it meets."""
    return PLACE.sub(lambda place: "" if place[1] == "phase" else "\0", text)


def _said(text: str, registered: Iterable[str], missing: list[str]) -> Any:
    """What may not stand on paper, or None."""
    claimed = unlawful_claims(_printed(text), registered)
    if claimed:
        return _l(
            "A certificate must not claim “%(words)s”. Only inside the name of a registered organisation may it stand.",
            words="”, “".join(claimed),
        )
    if missing:
        return _l("The font cannot draw: %(characters)s. Write it differently.", characters=" ".join(missing))
    return None


def _text(kind: str, name: str, text: str) -> Any:
    if name == "title" and len(text) < 2:
        return _l("Give the paper a title.")
    if len(text) > LONGEST[name]:
        return _l("At most %(most)s characters.", most=LONGEST[name])
    if PLACE.search(text) and name in ("title", "english_title"):
        return _l("A title is the same for everyone: leave out the places in brackets.")
    if wrong := _places(text):
        return wrong
    if name == "body" and "{name}" not in text:
        return _l("The text must say whose paper it is: put {name} into it.")
    if name == "english" and text and "{name}" not in text:
        return _l("The text must say whose paper it is: put {name} into it.")
    if kind == ATTENDANCE and (claimed := test_claims(PLACE.sub("", text))):
        return _l(
            "A certificate of attendance is given without a test, so it must not say “%(words)s”.",
            words="”, “".join(claimed),
        )
    return None


def _colour(value: str, least: float) -> Any:
    if not value:
        return None
    if not _COLOUR.fullmatch(value):
        return _l("A colour is written like #8E2A22.")
    if contrast(rgb(value)) < least:
        return _l("This colour is too pale to be read on white paper. Choose a darker one.")
    return None


def wrong(design: Design, registered: Iterable[str], missing: Any) -> dict[str, Any]:
    """What must be corrected, a sentence by field; empty when the design may be printed.

    `registered`: the names of organisations. `missing(text)`: the characters of it that no face draws.
    """
    names, found = list(registered), dict[str, Any]()
    if not PREFIX.fullmatch(design.prefix):
        found["prefix"] = _l("Two to twelve capital letters and digits, for example LC2026.")
    for name in ("offset_x", "offset_y"):
        if not abs(getattr(design, name)) <= FURTHEST:
            found[name] = _l("From -20 to 20 millimetres.")
    for kind, manner in design.manners.items():
        if manner not in MANNERS:
            found[f"{kind}_manner"] = _l("Choose one of the manners.")
    for name, least in (("accent", LEAST_TITLE), ("line", LEAST_LINE)):
        if sentence := _colour(getattr(design, name), least):
            found[name] = sentence
    for kind, texts in design.texts.items():
        for name, text in vars(texts).items():
            if sentence := _text(kind, name, text) or _said(text, names, missing(PLACE.sub("", text))):
                found[f"{kind}_{name}"] = sentence
    for position, signer in enumerate(design.signers):
        for name, text in zip(("name", "title"), signer, strict=True):
            if len(text) > LONGEST_NAME:
                found[f"signer_{position}_{name}"] = _l("At most %(most)s characters.", most=LONGEST_NAME)
            elif sentence := _said(text, names, missing(text)):
                found[f"signer_{position}_{name}"] = sentence
    return found
