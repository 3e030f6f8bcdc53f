"""What a certificate says, from the facts as they were on the day of issue."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .look import ATTENDANCE, COMPLETION, STANDARD, Look, standard

TITLES = {kind: texts.title for kind, texts in STANDARD.items()}
ENGLISH_TITLES = {kind: texts.english_title for kind, texts in STANDARD.items()}
__all__ = ["ATTENDANCE", "COMPLETION", "ENGLISH_TITLES", "PLACES", "TITLES", "CertificateFacts", "Piece"]
#: {name}, {hours} …: what may stand in a text and is filled in for each person.
PLACES = ("name", "dates", "start", "end", "hours", "programme", "phase", "host", "issued")
PLACE = re.compile(r"\{([^{}]*)\}")
#: Stretches that read badly when a line ends inside them.
_KEPT = re.compile(r"(准予结业。?|特发此证。?|特此证明。?)")


@dataclass(frozen=True)
class CertificateFacts:
    """Everything that is printed on one certificate.

    `hours` are credit hours; `offset_mm` moves all ink right and down on bought paper; `framed` is off where that
    paper has its own border; a `specimen` is crossed by 样张; `look` is the version of the design, by default the
    kind's own. Raises ValueError when the paper would claim a test that was not passed.
    """

    kind: str
    name: str
    starts_on: date
    ends_on: date
    programme_title: str
    host: str
    bodies: tuple[str, ...]
    hours: Decimal
    tested: bool
    serial: str
    check_code: str
    verify_url: str
    issued_on: date
    phase_number: int | None = None
    specimen: bool = False
    with_english: bool = False
    offset_mm: tuple[float, float] = (0.0, 0.0)
    framed: bool = True
    latin_name: str = ""
    look: Look | None = None

    def __post_init__(self) -> None:
        if self.kind not in TITLES:
            raise ValueError(f"unknown kind {self.kind!r}")
        if self.kind == COMPLETION and not self.tested:
            raise ValueError("a completion certificate needs a test that was passed")

    @property
    def shown(self) -> Look:
        """How it looks."""
        return self.look or standard(self.kind)


@dataclass(frozen=True)
class Piece:
    """A stretch of text; what was filled in is set bold on a line."""

    text: str
    filled: bool = False
    #: Never broken over two lines.
    whole: bool = False


def _day(value: date, *, year: bool = True) -> str:
    return (f"{value.year} 年 " if year else "") + f"{value.month} 月 {value.day} 日"


def amount(value: Decimal) -> str:
    """A number without idle zeros: 24, 7.5."""
    return f"{value.normalize():f}"


def _dates(facts: CertificateFacts) -> list[Piece]:
    found = [Piece(_day(facts.starts_on), True)]
    if facts.ends_on != facts.starts_on:
        same_year = facts.ends_on.year == facts.starts_on.year
        found += [Piece("至"), Piece(_day(facts.ends_on, year=not same_year), True)]
    return found


def _chinese(facts: CertificateFacts) -> dict[str, list[Piece]]:
    return {
        "name": [Piece(facts.name, True)],
        "dates": _dates(facts),
        "start": [Piece(_day(facts.starts_on), True)],
        "end": [Piece(_day(facts.ends_on), True)],
        "hours": [Piece(amount(facts.hours), True)],
        "programme": [Piece(facts.programme_title)],
        "phase": [Piece(f"（第 {facts.phase_number} 期）")] if facts.phase_number else [],
        "host": [Piece(facts.host)],
        "issued": [Piece(_day(facts.issued_on))],
    }


def _filled(text: str, values: dict[str, list[Piece]]) -> list[Piece]:
    """The text with its places filled in; stretches that are not filled in are one piece where they touch."""
    pieces: list[Piece] = []
    for position, part in enumerate(PLACE.split(text)):
        for piece in values[part] if position % 2 else [Piece(part)]:
            if pieces and not pieces[-1].filled and not piece.filled:
                pieces[-1] = Piece(pieces[-1].text + piece.text)
            elif piece.text:
                pieces.append(piece)
    return pieces


def _kept_whole(pieces: list[Piece]) -> list[Piece]:
    found: list[Piece] = []
    for piece in pieces:
        if piece.filled:
            found.append(piece)
            continue
        found += [Piece(part, whole=position % 2 == 1) for position, part in enumerate(_KEPT.split(piece.text)) if part]
    return found


def paragraphs(facts: CertificateFacts) -> list[list[Piece]]:
    """The Chinese text: the body's lines, and the closing words."""
    texts, values = facts.shown.texts, _chinese(facts)
    rows = [row.strip() for row in (*texts.body.splitlines(), *texts.closing.splitlines())]
    return [_kept_whole(_filled(row, values)) for row in rows if row]


def issue_day(facts: CertificateFacts) -> str:
    """The date under the issuing bodies."""
    return _day(facts.issued_on)


_MONTHS = tuple(
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)


def _english_day(value: date) -> str:
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def english(facts: CertificateFacts) -> str:
    """The English text; proper names stay as they are registered."""
    when = f"on {_english_day(facts.starts_on)}"
    if facts.ends_on != facts.starts_on:
        when = f"from {_english_day(facts.starts_on)} to {_english_day(facts.ends_on)}"
    values = {
        "name": facts.latin_name or facts.name,
        "dates": when,
        "start": _english_day(facts.starts_on),
        "end": _english_day(facts.ends_on),
        "hours": amount(facts.hours),
        "programme": facts.programme_title,
        "phase": f", phase {facts.phase_number}," if facts.phase_number else "",
        "host": facts.host,
        "issued": _english_day(facts.issued_on),
    }
    text = PLACE.sub(lambda place: values[place[1]], facts.shown.texts.english)
    return " ".join(text.split()).replace(",,", ",")
