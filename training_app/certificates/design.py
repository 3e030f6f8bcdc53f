"""How a programme's certificates look: its versions, read; and who stands behind them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import func, select

from training_app.core import files
from training_app.core.db import db
from training_app.core.errors import NotFound
from training_app.divisions.models import Division
from training_app.divisions.rules import DIGITS
from training_app.people.models import Organisation, Person
from training_app.people.names import pinyin_of
from training_app.schedule.models import Programme
from training_app.schedule.programmes import hosts_of

from .look import ATTENDANCE, COMPLETION, STANDARD, STANDARD_MANNER, Look, Seal, Signature, Texts
from .models import Certificate, Paper

#: How many people may sign a paper.
SIGNATURES = 2
#: The pictures and papers that a design may have; a seal and its consent only together.
PARTS = ("logo", "seal", "consent", *(f"signature_{n}" for n in range(SIGNATURES)))


@dataclass(frozen=True)
class Design:
    """How certificates look and are printed. Offsets in millimetres, right and down; colours #RRGGBB or "".

    `files`: the hash of the file of each part (PARTS) that there is.
    """

    prefix: str
    with_english: bool = False
    framed: bool = True
    titled: bool = True
    offset_x: Decimal = Decimal(0)
    offset_y: Decimal = Decimal(0)
    specimen: bool = False
    manners: dict[str, str] = field(default_factory=lambda: dict(STANDARD_MANNER))
    texts: dict[str, Texts] = field(default_factory=lambda: dict(STANDARD))
    accent: str = ""
    line: str = ""
    #: Name and title of who signs.
    signers: tuple[tuple[str, str], ...] = ()
    #: Who approved that a seal is drawn.
    approved_by: str = ""
    files: dict[str, str] = field(default_factory=dict)

    def record(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self) | {
            "offset_x": str(self.offset_x),
            "offset_y": str(self.offset_y),
            "signers": [list(signer) for signer in self.signers],
        }

    @classmethod
    def of(cls, record: dict[str, Any]) -> Design:
        """The design of a version that was kept."""
        values = {name: value for name, value in record.items() if name in cls.__dataclass_fields__}
        for name in ("offset_x", "offset_y"):
            if name in values:
                values[name] = Decimal(str(values[name]))
        if "texts" in values:
            values["texts"] = STANDARD | {kind: Texts(**texts) for kind, texts in values["texts"].items()}
        values["signers"] = tuple(tuple(signer) for signer in values.get("signers", ()))
        return cls(**values)


@dataclass(frozen=True)
class Issuer:
    """What a programme's papers say of those who stand behind it."""

    host: str
    bodies: tuple[str, ...]


def proposed_prefix(programme: Programme) -> str:
    """The initials of the district and the counting year: 鲤城区, 2026 → LC2026."""
    name = db.session.scalar(
        select(Division.name).where(Division.code == programme.division_code[: DIGITS["district"]])
    )
    initials = pinyin_of((name or "").rstrip("区县市")).partition(" ")[2]
    return f"{initials.upper()[:6]}{programme.counting_year}"


def current(programme_id: int) -> Paper | None:
    """The newest version of a programme's design, or None while there is none."""
    return db.session.scalar(select(Paper).where(Paper.programme_id == programme_id).order_by(Paper.version.desc()))


def version(programme_id: int, number: int) -> Paper:
    """A version of a programme's design. Raises NotFound."""
    found = db.session.scalar(select(Paper).where(Paper.programme_id == programme_id, Paper.version == number))
    if found is None:
        raise NotFound()
    return found


def design_of(programme: Programme, number: int | None = None) -> Design:
    """The programme's design in its newest version or in this one, or what is proposed while there is none.

    Raises NotFound for a version that there is not.
    """
    kept = current(programme.id) if number is None else version(programme.id, number)
    return Design.of(kept.settings) if kept is not None else Design(proposed_prefix(programme))


def versions(programme_id: int) -> Any:
    """The statement of every version with who made it and how many papers it has, the newest first."""
    used = (
        select(func.count())
        .where(Certificate.programme_id == programme_id, Certificate.paper_version == Paper.version)
        .scalar_subquery()
    )
    return (
        select(Paper, Person.name, used)
        .outerjoin(Person, Person.id == Paper.created_by_id)
        .where(Paper.programme_id == programme_id)
        .order_by(Paper.version.desc())
    )


@lru_cache(maxsize=16)
def _bytes(digest: str) -> bytes:
    """A file that is named by its hash does not change, and stands on every page of a design."""
    return files.read(digest)


def _image(design: Design, part: str) -> bytes | None:
    digest = design.files.get(part)
    return _bytes(digest) if digest else None


def look_of(design: Design, kind: str) -> Look:
    """What a paper of this kind looks like, its pictures read. Raises NotFound when a picture is gone."""
    seal = _image(design, "seal")
    return Look(
        manner=design.manners.get(kind, STANDARD_MANNER[kind]),
        texts=design.texts[kind],
        accent=design.accent,
        line=design.line,
        titled=design.titled,
        logo=_image(design, "logo"),
        signatures=tuple(
            Signature(name, title, _image(design, f"signature_{position}"))
            for position, (name, title) in enumerate(design.signers)
            if name or title
        ),
        seal=Seal(seal, design.approved_by, design.files["consent"]) if seal is not None else None,
    )


def issuer_of(programme: Programme) -> Issuer:
    """Who hosts the programme, in the order given there; without a host, the office that runs it."""
    hosts = tuple(host.organisation.name for host in hosts_of(programme.id) if host.role == "hosted_by")
    bodies = hosts or (programme.organisation.name,)
    return Issuer("、".join(bodies), bodies)


def registered_names() -> list[str]:
    """The names of all organisations: inside them stands what a certificate may not claim by itself."""
    return list(db.session.scalars(select(Organisation.name)))


def written(design: Design, kinds: Iterable[str] = (COMPLETION, ATTENDANCE)) -> str:
    """Everything that a design itself puts on paper."""
    rows: list[str] = []
    for kind in kinds:
        texts = design.texts[kind]
        rows += [texts.title, texts.body, texts.closing]
        if design.with_english:
            rows += [texts.english_title, texts.english]
    return "\n".join((*rows, *(part for signer in design.signers for part in signer)))


def without_files(design: Design, *parts: str) -> Design:
    """The design without these pictures."""
    return replace(design, files={part: digest for part, digest in design.files.items() if part not in parts})
