"""What a certificate says, from the facts as they were on the day of issue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

COMPLETION, ATTENDANCE = "completion", "attendance"
TITLES = {COMPLETION: "结业证书", ATTENDANCE: "参训证明"}
ENGLISH_TITLES = {COMPLETION: "Certificate of Completion", ATTENDANCE: "Certificate of Attendance"}


@dataclass(frozen=True)
class Seal:
    """A drawn seal: only with the person who approved it and the consent that was uploaded."""

    image: bytes
    approved_by: str
    consent_sha256: str


@dataclass(frozen=True)
class CertificateFacts:
    """Everything that is printed on one certificate.

    `hours` are credit hours; `offset_mm` moves all ink right and down on bought paper; `framed` is off where that
    paper has its own border; a `specimen` is crossed by 样张. Raises ValueError when the paper would claim a test
    that was not passed, or bear a seal that nobody approved.
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
    seal: Seal | None = None
    latin_name: str = ""

    def __post_init__(self) -> None:
        if self.kind not in TITLES:
            raise ValueError(f"unknown kind {self.kind!r}")
        if self.kind == COMPLETION and not self.tested:
            raise ValueError("a completion certificate needs a test that was passed")
        if self.seal and not (self.seal.approved_by and self.seal.consent_sha256):
            raise ValueError("a seal needs a named approver and an uploaded consent")


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


def paragraphs(facts: CertificateFacts) -> list[list[Piece]]:
    """The Chinese text, as the field words it."""
    text = [Piece(facts.name, True), Piece("同志于"), Piece(_day(facts.starts_on), True)]
    if facts.ends_on != facts.starts_on:
        same_year = facts.ends_on.year == facts.starts_on.year
        text += [Piece("至"), Piece(_day(facts.ends_on, year=not same_year), True)]
    phase = f"（第 {facts.phase_number} 期）" if facts.phase_number else ""
    text.append(Piece(f"参加{facts.host}主办的“{facts.programme_title}”{phase}，"))
    done = "修完规定课程，共计" if facts.kind == COMPLETION else "共计"
    text += [Piece(done), Piece(amount(facts.hours), True)]
    if facts.kind == COMPLETION:
        return [[*text, Piece("学时，经考核合格，"), Piece("准予结业。", whole=True)], [Piece("特发此证。")]]
    return [[*text, Piece("学时。")], [Piece("特此证明。")]]


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
    phase = f", phase {facts.phase_number}," if facts.phase_number else ""
    hours = f"{amount(facts.hours)} credit hours"
    start = (
        f"This is to certify that {facts.latin_name or facts.name} took part in “{facts.programme_title}”{phase} "
        f"hosted by {facts.host}, {when}"
    )
    if facts.kind == COMPLETION:
        return f"{start}, completed the required course of {hours} and passed the test."
    return f"{start}, and attended {hours}."
