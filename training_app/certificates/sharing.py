"""The picture to share, made in the job process once for each way to name its holder; and the words that go with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select

from training_app.core import clock, files, jobs
from training_app.core.db import db, transaction
from training_app.core.errors import NotFound

from .badges import refuse_void
from .codes import VERIFY_PATH, masked
from .models import Certificate
from .wording import amount

KIND = "certificates.share"
#: Her whole name, or 陈**.
FULL, MASKED = "full", "masked"
_UNDER_WAY = (jobs.JobState.QUEUED.value, jobs.JobState.RUNNING.value)


def ask(certificate: Certificate, shown: str, *, base: str, actor_id: int, now: datetime) -> int:
    """Have the picture made, unless it is there or under way; gives the job's id.

    `base` is the address that its code carries. Raises Refusal "not_valid", NotFound for another way to name her.
    """
    refuse_void(certificate)
    if shown not in (FULL, MASKED):
        raise NotFound()
    with transaction() as session:
        # Who asks twice at the same time waits here.
        session.scalar(select(Certificate.id).where(Certificate.id == certificate.id).with_for_update())
        for job in _jobs(certificate.id):
            if job.params["shown"] == shown and not job.failed and job.state != jobs.JobState.CANCELLED.value:
                return job.id
        subject = ("certificate", certificate.id)
        params = {"shown": shown, "base": base}
        return jobs.start(KIND, [shown], subject=subject, actor_id=actor_id, now=now, params=params).id


def under_way(certificate_id: int) -> bool:
    """Whether a picture is being made."""
    return any(job.state in _UNDER_WAY for job in _jobs(certificate_id))


def failed(certificate_id: int) -> bool:
    """Whether the newest picture could not be made."""
    found = _jobs(certificate_id)
    return bool(found and found[0].failed)


def made(certificate_id: int) -> list[str]:
    """The ways to name her of which there is a picture, the newest first."""
    done = [job.params["shown"] for job in _jobs(certificate_id) if job.done]
    return list(dict.fromkeys(done))


def picture(certificate: Certificate, shown: str) -> str:
    """The SHA-256 of a picture that was made. Raises NotFound and Refusal "not_valid"."""
    refuse_void(certificate)
    for job in _jobs(certificate.id):
        if job.params["shown"] == shown and job.done:
            for item in jobs.items(job.id, jobs.ItemState.DONE):
                return str((item.result or {})["sha256"])
    raise NotFound()


def words(certificate: Certificate, base: str) -> str:
    """A text to go with the picture, in the reader's language; without her name, which the picture tells."""
    facts = certificate.facts
    kind = _("certificate of completion") if certificate.kind == "completion" else _("certificate of attendance")
    said = _(
        "I took part in “%(title)s” (%(hours)s credit hours) and hold its %(kind)s %(serial)s. Check it at %(url)s",
        title=facts["programme_title"],
        hours=amount(Decimal(facts["hours"])),
        kind=kind,
        serial=certificate.serial,
        url=f"{base}{VERIFY_PATH}{certificate.verify_code}",
    )
    return str(said)


def _jobs(certificate_id: int) -> list[jobs.Job]:
    return jobs.latest((KIND,), ("certificate", certificate_id), limit=10)


@jobs.job_kind(KIND)
def make(job: jobs.Job, item: str) -> Callable[[], jobs.Result]:
    """Make one picture; harmless to repeat, for the same facts give the same file."""
    from .cards import WIDE, Card, page
    from .drawing import picture as render

    certificate = db.session.get_one(Certificate, int(job.subject_id or 0))
    refuse_void(certificate)
    facts = certificate.facts
    card = Card(
        kind=certificate.kind,
        name=facts["name"] if item == FULL else masked(facts["name"]),
        programme_title=facts["programme_title"],
        host=facts["host"],
        hours=Decimal(facts["hours"]),
        issued_on=date.fromisoformat(facts["issued_on"]),
        serial=certificate.serial,
        url=f"{job.params['base']}{VERIFY_PATH}{certificate.verify_code}",
        product=str(current_app.config["PRODUCT_NAME_ZH"]),
        specimen=bool(facts["specimen"]),
    )
    data = render(page(card), pixels=WIDE)
    digest, name = files.write(data), f"{certificate.serial}-{item}.png"

    def write() -> jobs.Result:
        files.remember(digest, media_type="image/png", size=len(data), name=name, now=clock.now())
        return {"sha256": digest}

    return write
