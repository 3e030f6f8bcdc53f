"""Many certificates in one file: the stored papers put together in the job process, nothing drawn again."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from io import BytesIO

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from training_app.core import clock, files, jobs
from training_app.core.db import db
from training_app.core.errors import Invalid, NotFound
from training_app.people.models import Person

from .models import Certificate
from .standings import held_by

KIND = "certificates.bundle"
#: One PDF to print, or a ZIP with a file a person.
FORMATS = {"pdf": "application/pdf", "zip": "application/zip"}
#: All of them stand in the job's memory once.
MOST = 2_000


def start(programme_id: int, person_ids: Collection[int] | None, format_: str, *, actor_id: int, now: datetime) -> int:
    """Put the making of one file of the valid papers of these persons in line, or of everyone; gives the job's id.

    Raises Invalid "format", "nothing_chosen" or "too_many".
    """
    if format_ not in FORMATS:
        raise Invalid("format", _l("Choose one PDF or a ZIP."))
    held = sorted(held_by(programme_id, person_ids).values(), key=lambda one: one.serial)
    chosen = [one.id for one in held if not one.revoked]
    if not chosen:
        raise Invalid("nothing_chosen", _l("Tick people who hold a certificate."))
    if len(chosen) > MOST:
        raise Invalid("too_many", _l("At most %(count)s certificates go into one file.", count=MOST))
    params = {"certificates": chosen, "format": format_}
    job = jobs.start(KIND, ["file"], subject=("programme", programme_id), actor_id=actor_id, now=now, params=params)
    return job.id


@jobs.job_kind(KIND)
def make_file(job: jobs.Job, _item: str) -> Callable[[], jobs.Result]:
    """Put the stored papers together. The same papers give the same pages; the file is noted with the item's mark."""
    ids, format_ = job.params["certificates"], job.params["format"]
    rows = db.session.execute(
        select(Certificate.serial, Person.name, Certificate.file_sha256)
        .join(Person, Person.id == Certificate.person_id)
        .where(Certificate.id.in_(ids))
        .order_by(Certificate.serial)
    ).all()
    data = merged([row[2] for row in rows]) if format_ == "pdf" else packed([(*row[:2], row[2]) for row in rows])
    digest, name = files.write(data), f"{rows[0][0]}_{len(rows)}.{format_}"

    def note() -> jobs.Result:
        files.remember(digest, media_type=FORMATS[format_], size=len(data), name=name, now=clock.now())
        return {"sha256": digest, "name": name, "count": len(rows), "format": format_}

    return note


def merged(digests: Sequence[str]) -> bytes:
    """The stored PDFs one after the other."""
    import pypdfium2

    whole = pypdfium2.PdfDocument.new()
    try:
        for digest in digests:
            part = pypdfium2.PdfDocument(files.read(digest))
            whole.import_pages(part)
            part.close()
        out = BytesIO()
        whole.save(out)
        return out.getvalue()
    finally:
        whole.close()


def packed(rows: Sequence[tuple[str, str, str]]) -> bytes:
    """The stored PDFs of (serial, name, digest) in a ZIP, one file a person."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for serial, name, digest in rows:
            about = zipfile.ZipInfo(f"{serial} {name.replace('/', ' ')}.pdf", (1980, 1, 1, 0, 0, 0))
            archive.writestr(about, files.read(digest))
    return out.getvalue()


def result_of(job_id: int) -> dict[str, str]:
    """What a finished job made: sha256, name and format. Raises NotFound while there is none."""
    done = jobs.items(job_id, jobs.ItemState.DONE)
    if not done or not done[0].result:
        raise NotFound()
    return done[0].result
