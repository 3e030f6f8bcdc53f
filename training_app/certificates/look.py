"""How one paper looks: its manner, its texts with their named places, colours, pictures."""

from __future__ import annotations

from dataclasses import dataclass

COMPLETION, ATTENDANCE = "completion", "attendance"
#: 鲤鳞 a band of carp scales; 书卷 an upright title beside the text; 水纹 a plain frame over waves.
CARP, SCROLL, WAVES = "carp", "scroll", "waves"
MANNERS = (CARP, SCROLL, WAVES)


@dataclass(frozen=True)
class Texts:
    """What stands on the paper; `{name}` and the like are filled in for each person (texts.PLACES)."""

    title: str
    body: str
    closing: str
    english_title: str
    english: str


STANDARD = {
    COMPLETION: Texts(
        title="结业证书",
        body="{name}同志于{dates}参加{host}主办的“{programme}”{phase}，"
        "修完规定课程，共计{hours}学时，经考核合格，准予结业。",
        closing="特发此证。",
        english_title="Certificate of Completion",
        english="This is to certify that {name} took part in “{programme}”{phase} hosted by {host}, {dates}, "
        "completed the required course of {hours} credit hours and passed the test.",
    ),
    ATTENDANCE: Texts(
        title="参训证明",
        body="{name}同志于{dates}参加{host}主办的“{programme}”{phase}，共计{hours}学时。",
        closing="特此证明。",
        english_title="Certificate of Attendance",
        english="This is to certify that {name} took part in “{programme}”{phase} hosted by {host}, {dates}, "
        "and attended {hours} credit hours.",
    ),
}
#: What a paper looks like until someone chooses.
STANDARD_MANNER = {COMPLETION: CARP, ATTENDANCE: WAVES}


@dataclass(frozen=True)
class Seal:
    """A drawn seal: only with the person who approved it and the consent that was uploaded."""

    image: bytes
    approved_by: str
    consent_sha256: str


@dataclass(frozen=True)
class Signature:
    """Who signs, as what; with an image of the hand, or a line to sign on."""

    name: str
    title: str
    image: bytes | None = None


@dataclass(frozen=True)
class Look:
    """One version of a design, for one kind of paper. Colours as #RRGGBB, "" is the manner's own; images as PNG.

    `titled` is off where the bought paper has its title printed.
    """

    manner: str
    texts: Texts
    accent: str = ""
    line: str = ""
    titled: bool = True
    logo: bytes | None = None
    signatures: tuple[Signature, ...] = ()
    seal: Seal | None = None

    def __post_init__(self) -> None:
        if self.manner not in MANNERS:
            raise ValueError(f"unknown manner {self.manner!r}")
        if self.seal and not (self.seal.approved_by and self.seal.consent_sha256):
            raise ValueError("a seal needs a named approver and an uploaded consent")


def standard(kind: str) -> Look:
    """What a paper of this kind looks like until someone chooses."""
    return Look(STANDARD_MANNER[kind], STANDARD[kind])
