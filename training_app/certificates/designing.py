"""Changing a design: each change is a new version, so that papers keep the one they were drawn with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from training_app.checkin.sheets import LARGEST, kind_of
from training_app.core import audit, files
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound
from training_app.core.glyphs import missing_characters
from training_app.schedule.models import Programme

from . import designrules, images
from .design import PARTS, Design, current, design_of, registered_names, version, without_files
from .models import Paper, PaperFile


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent."""

    data: bytes
    name: str


def check(design: Design) -> None:
    """Raises Invalid with a sentence by field for what may not be printed."""
    wrong = designrules.wrong(design, registered_names(), missing_characters)
    if wrong:
        raise Invalid("design_invalid", _l("Please correct the fields marked below. Nothing was changed."), wrong)


def set_design(programme_id: int, design: Design, *, actor_id: int | None, now: datetime) -> Paper:
    """Give a programme a new version of its design; an equal one makes none. Papers issued stay as they are. Audited.

    Its pictures and who approved the seal stay those of the version before. Raises Invalid with the field's
    sentence, NotFound for an unknown programme.
    """
    check(design)
    return _write(
        programme_id,
        lambda old: replace(design, files=old.files, approved_by=old.approved_by),
        actor_id=actor_id,
        now=now,
    )


def ensure(programme_id: int, *, actor_id: int | None, now: datetime) -> Paper:
    """The newest version; the first issuing makes the proposed design version 1."""
    return current(programme_id) or _write(programme_id, lambda old: old, actor_id=actor_id, now=now)


def set_picture(programme_id: int, part: str, upload: Upload | None, *, actor_id: int, now: datetime) -> Paper:
    """Put a logo or the image of a signature into the design. Raises Invalid with `fields`, NotFound."""
    if part not in PARTS or part in ("seal", "consent"):
        raise NotFound()
    digest, size = _stored_picture(part, upload)
    return _write(
        programme_id,
        lambda old: replace(old, files=old.files | {part: digest}),
        new={part: (digest, "image/png", size, f"{part}.png")},
        actor_id=actor_id,
        now=now,
    )


def set_seal(
    programme_id: int,
    image: Upload | None,
    consent: Upload | None,
    *,
    approved_by: str,
    actor_id: int,
    now: datetime,
) -> Paper:
    """Have a seal drawn: only with who approved it by name, and the scan of the consent. Audited.

    A drawn seal of a body looks like forgery unless that body agreed. Raises Invalid with `fields`, NotFound.
    """
    approved_by, wrong = " ".join(approved_by.split()), dict[str, Any]()
    if not 2 <= len(approved_by) <= designrules.LONGEST_NAME:
        wrong["approved_by"] = _l("Write the name of the person who approved that the seal is printed.")
    media_type = ""
    if consent is None or not consent.data:
        wrong["consent"] = _l("Add the signed consent of the body whose seal it is, as a scan or a photo.")
    elif len(consent.data) > LARGEST:
        wrong["consent"] = _l("The file is too large. Choose one of at most 8 MB.")
    else:
        try:
            media_type, _ending = kind_of(consent.data)
        except Invalid as fault:
            wrong["consent"] = fault.sentence
    try:
        digest, size = _stored_picture("seal", image)
    except Invalid as fault:
        wrong |= fault.fields
    if wrong or consent is None:
        sentence = _l("No seal is printed yet. Correct what is marked, and choose the files once more.")
        raise Invalid("seal_invalid", sentence, wrong)
    proof = files.write(consent.data)
    return _write(
        programme_id,
        lambda old: replace(old, files=old.files | {"seal": digest, "consent": proof}, approved_by=approved_by),
        new={
            "seal": (digest, "image/png", size, "seal.png"),
            "consent": (proof, media_type, len(consent.data), consent.name or "consent"),
        },
        actor_id=actor_id,
        now=now,
    )


def remove_picture(programme_id: int, part: str, *, actor_id: int, now: datetime) -> Paper:
    """Take a picture out of the design; with the seal goes its approval. Raises NotFound."""
    if part not in PARTS or part == "consent":
        raise NotFound()

    def without(old: Design) -> Design:
        if part == "seal":
            return replace(without_files(old, "seal", "consent"), approved_by="")
        return without_files(old, part)

    return _write(programme_id, without, actor_id=actor_id, now=now)


def restore(programme_id: int, number: int, *, actor_id: int, now: datetime) -> Paper:
    """Bring an older version back, as a new one. Raises NotFound, Invalid when it may no longer be printed."""
    older = Design.of(version(programme_id, number).settings)
    check(older)
    return _write(programme_id, lambda _old: older, restored=number, actor_id=actor_id, now=now)


def _stored_picture(part: str, upload: Upload | None) -> tuple[str, int]:
    if upload is None or not upload.data:
        sentence = _l("Choose a picture first.")
        raise Invalid("picture_needed", sentence, {part: sentence})
    try:
        data = images.checked(upload.data)
    except Invalid as fault:
        raise Invalid(fault.code, fault.sentence, {part: fault.sentence}) from fault
    return files.write(data), len(data)


def _write(
    programme_id: int,
    make: Callable[[Design], Design],
    *,
    new: dict[str, tuple[str, str, int, str]] | None = None,
    restored: int | None = None,
    actor_id: int | None,
    now: datetime,
) -> Paper:
    """A version more, unless it would be the same. `new`: what was uploaded, as hash, kind, size and name."""
    with transaction() as session:
        # The programme's row puts two who change the design at once in line.
        programme = session.scalar(select(Programme).where(Programme.id == programme_id).with_for_update())
        if programme is None:
            raise NotFound()
        kept, before = current(programme_id), design_of(programme)
        design = make(before)
        if kept is not None and design == before:
            return kept
        for digest, media_type, size, name in (new or {}).values():
            files.remember(digest, media_type=media_type, size=size, name=name, now=now)
        made = Paper(
            programme_id=programme_id,
            version=kept.version + 1 if kept else 1,
            settings=design.record(),
            restored_version=restored,
            created_at=now,
            created_by_id=actor_id,
        )
        session.add(made)
        session.flush()
        session.add_all(PaperFile(paper_id=made.id, part=part, sha256=sha) for part, sha in design.files.items())
        audit.record(
            audit.Action.PAPER_CHANGED,
            ("programme", programme_id),
            actor_id=actor_id,
            now=now,
            before=_changed(before, design) if kept else None,
            after=_changed(design, before) | {"version": made.version},
        )
        return made


def _changed(design: Design, other: Design) -> dict[str, Any]:
    mine, theirs = design.record(), other.record()
    return {name: value for name, value in mine.items() if value != theirs[name]}


def media_type(digest: str) -> str:
    """The kind of a stored file. Raises NotFound."""
    found = db.session.get(files.StoredFile, digest)
    if found is None:
        raise NotFound()
    return found.media_type
