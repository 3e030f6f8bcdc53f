"""The picture of a paper, for phones that show no PDF: made of the stored file once, and stored beside it.

It takes longer than drawing and signing, so it is no part of issuing: the job process makes the pictures when the job
is done, and whoever looks earlier has hers made at once, by a process of its own that ends with it.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from pathlib import Path
from time import monotonic

from sqlalchemy import select, update

from training_app.core import apart, clock, files, jobs, manners, tasks
from training_app.core.db import db, transaction

from .drawing import picture
from .models import Certificate

TASK = "certificates.pictures"
#: Then whatever else waits for the job process has its turn.
_TURN_S = 20.0
_TIMEOUT_S = 30
_PACKAGE = Path(__file__).resolve().parent.parent
#: The package's own `__init__` wires the whole application, which no picture needs: it is stood in for.
_PROGRAM = (
    "import sys, types; package = types.ModuleType('training_app'); package.__path__ = [sys.argv[1]]; "
    "sys.modules['training_app'] = package; from training_app.certificates.drawing import picture; "
    "sys.stdout.buffer.write(picture(sys.stdin.buffer.read()))"
)


def of(certificate: Certificate) -> str:
    """The SHA-256 of a paper's picture, which is made now where there is none yet.

    Raises subprocess.SubprocessError when it cannot be made.
    """
    if certificate.picture_sha256 is not None:
        return certificate.picture_sha256
    made = subprocess.run(  # noqa: S603 - our own program, nothing typed among its arguments
        [sys.executable, "-c", _PROGRAM, str(_PACKAGE)],
        input=files.read(certificate.file_sha256),
        capture_output=True,
        timeout=_TIMEOUT_S,
        check=True,
    ).stdout
    return _keep(certificate.id, certificate.serial, made)


def _keep(certificate_id: int, serial: str, made: bytes) -> str:
    """The same file gives the same picture: whoever comes second writes what is there already."""
    digest = files.write(made)
    with transaction() as session:
        files.remember(digest, media_type="image/png", size=len(made), name=f"{serial}.png", now=clock.now())
        session.execute(update(Certificate).where(Certificate.id == certificate_id).values(picture_sha256=digest))
    return digest


@tasks.task(TASK, every_minutes=1)
def make_missing(_now: datetime) -> int:
    """Make the pictures that are missing, for some seconds; gives how many. What is left comes with the next call."""
    began, count, polite = monotonic(), 0, manners.Manners()
    while monotonic() - began < _TURN_S and not jobs.unfinished():
        row = db.session.execute(
            select(Certificate.id, Certificate.serial, Certificate.file_sha256)
            .where(Certificate.picture_sha256.is_(None))
            .order_by(Certificate.id)
            .limit(1)
        ).first()
        if row is None:
            return count
        # In a process of its own: the page's bitmaps would stay in this one's memory.
        _keep(row.id, row.serial, apart.run(picture, files.read(row.file_sha256), cpu_s=_TIMEOUT_S))
        count += 1
        polite.give_way()
    if count:
        with transaction():
            tasks.wake(TASK)
    return count
