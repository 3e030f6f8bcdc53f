"""Many certificates in one file: the stored papers put together in the job process, nothing drawn again."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from pathlib import Path

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from training_app.core import clock, files, jobs
from training_app.core.db import db
from training_app.core.errors import Invalid, NotFound
from training_app.people.models import Person

from .merging import merge
from .models import Certificate
from .standings import held_by

KIND = "certificates.bundle"
#: One PDF to print, or a ZIP with a file a person.
FORMATS = {"pdf": "application/pdf", "zip": "application/zip"}
#: All of them stand once in the memory of the process that merges.
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
    with files.making() as path:
        put = merged if format_ == "pdf" else packed
        put([(row[0], row[1], files.whole(row[2])) for row in rows], path)
        size, digest = path.stat().st_size, files.take_in(path)
    name = f"{rows[0][0]}_{len(rows)}.{format_}"

    def note() -> jobs.Result:
        files.remember(digest, media_type=FORMATS[format_], size=size, name=name, now=clock.now())
        return {"sha256": digest, "name": name, "count": len(rows), "format": format_}

    return note


def merged(rows: Sequence[tuple[str, str, Path]], target: Path) -> None:
    """The stored PDFs of (serial, name, path) one after the other, without their signatures."""
    merge([path for _, _, path in rows], target)


def packed(rows: Sequence[tuple[str, str, Path]], target: Path) -> None:
    """The stored PDFs in a ZIP, one file a person, each as it was signed."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for serial, name, path in rows:
            about = zipfile.ZipInfo(f"{serial} {name.replace('/', ' ')}.pdf", (1980, 1, 1, 0, 0, 0))
            archive.writestr(about, path.read_bytes())


def result_of(job_id: int) -> dict[str, str]:
    """What a finished job made: sha256, name and format. Raises NotFound while there is none."""
    done = jobs.items(job_id, jobs.ItemState.DONE)
    if not done or not done[0].result:
        raise NotFound()
    return done[0].result
