"""One certificate in the job process: numbered, drawn and signed outside the transaction, filed, written once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from training_app.core import audit, clock, files, jobs
from training_app.core.db import db
from training_app.core.errors import Refusal
from training_app.divisions.models import Division
from training_app.people.models import Person
from training_app.schedule.models import Programme

from . import serials
from .codes import VERIFY_PATH, printed
from .drafts import Draft, first, replaced, replacement
from .drawing import draw
from .models import Certificate
from .signing import Statement, sign
from .standings import held_by
from .wording import TITLES, CertificateFacts

KIND = "certificates.issue"


#: Numbered in one transaction; each is then drawn, signed and written by itself.
AT_ONCE = 8


@jobs.job_kind(KIND, at_once=AT_ONCE)
def issue_some(job: jobs.Job, items: Sequence[str]) -> Callable[[str], Callable[[], jobs.Result]]:
    """Decide about some persons and number their certificates; what is given back makes one of them.

    Harmless to repeat: the number, its codes and the day belong to the item, so it is the same paper. Its signature is
    another each time; a file that was signed before a process died stays without a row, and nobody ever sees it.
    """
    now = clock.now()
    drafts = _drafts(job, [int(item) for item in items], now)
    makings = {person_id: _Making(job, person_id, draft) for person_id, draft in drafts.items()}
    prefixes = {person_id: draft.prefix for person_id, draft in drafts.items() if isinstance(draft, Draft)}
    numbers = serials.reserve(job.id, prefixes, programme_id=int(job.subject_id or 0), now=now) if prefixes else {}
    return lambda item: makings[int(item)].make(numbers.get(int(item)))


def _drafts(job: jobs.Job, person_ids: Sequence[int], now: datetime) -> Mapping[int, Draft | Refusal]:
    params = job.params
    if "replaces" in params:
        return {person_id: _replacement(int(params["replaces"]), person_id) for person_id in person_ids}
    return first(int(job.subject_id or 0), person_ids, int(params["rule"]), int(params["paper"]), now)


def _replacement(certificate_id: int, person_id: int) -> Draft | Refusal:
    try:
        return replacement(certificate_id, person_id)
    except Refusal as refusal:
        return refusal


class _Making:
    """The plain values of one item; rows are read anew in each transaction."""

    def __init__(self, job: jobs.Job, person_id: int, draft: Draft | Refusal) -> None:
        self.job_id, self.actor_id, self.person_id = job.id, job.actor_id, person_id
        self.programme_id, self.params = int(job.subject_id or 0), dict(job.params)
        self.day = clock.local_date(job.created_at)
        self.draft = draft

    def make(self, number: serials.Number | None) -> Callable[[], jobs.Result]:
        """Draw, sign and file the paper; what is given back writes it, together with the item's mark."""
        draft = self.draft
        if isinstance(draft, Refusal):
            return lambda: self._abandon(draft)
        if number is None:
            return lambda: self._abandon(serials.voided())
        facts = draft.facts(
            serial=number.serial,
            check_code=printed(number.check_code),
            verify_url=f"{self.params['base']}{VERIFY_PATH}{number.verify_code}",
            issued_on=self.day,
        )
        pdf = sign(draw(facts), self._statement(facts), clock.now())
        # On disk before any row speaks of it: a row without its file cannot be.
        row = number._asdict() | {"file_sha256": files.write(pdf)}
        return lambda: self._write(draft, facts, row, len(pdf))

    def _statement(self, facts: CertificateFacts) -> Statement:
        place = (
            select(Division.name)
            .join(Programme, Programme.division_code == Division.code)
            .where(Programme.id == self.programme_id)
        )
        return Statement(
            name="、".join(facts.bodies),
            reason=f"{TITLES[facts.kind]} {facts.serial}",
            location=db.session.scalar(place) or "",
        )

    def _write(self, draft: Draft, facts: CertificateFacts, row: dict[str, str], size: int) -> jobs.Result:
        now = clock.now()
        refusal = self._in_the_way(draft)
        if refusal is None and not serials.use(row["serial"]):
            refusal = serials.voided()
        if refusal is not None:
            return self._abandon(refusal)
        name = f"{row['serial']}.pdf"
        files.remember(row["file_sha256"], media_type="application/pdf", size=size, name=name, now=now)
        certificate = Certificate(
            **row,
            person_id=self.person_id,
            programme_id=self.programme_id,
            rule_version=draft.rule_version,
            paper_version=draft.paper_version,
            revision=self._revision(),
            kind=draft.kind,
            facts=draft.record(facts),
            issued_at=now,
            issued_by_id=self.actor_id,
        )
        db.session.add(certificate)
        db.session.flush()
        after: dict[str, Any] = {"serial": row["serial"], "person": self.person_id, "sha256": row["file_sha256"]}
        action = audit.Action.CERTIFICATE_ISSUED
        if draft.replaces is not None:
            old = db.session.get_one(Certificate, draft.replaces)
            old.replaced_by_id = certificate.id
            action = audit.Action.CERTIFICATE_REISSUED
            after |= {"replaces": old.serial, "reason": str(self.params["reason"])}
        audit.record(action, ("certificate", certificate.id), actor_id=self.actor_id, now=now, after=after)
        return {"certificate": certificate.id, "serial": row["serial"]}

    def _revision(self) -> int:
        newest = select(func.max(Certificate.revision)).where(
            Certificate.person_id == self.person_id, Certificate.programme_id == self.programme_id
        )
        return (db.session.scalar(newest) or 0) + 1

    def _in_the_way(self, draft: Draft) -> Refusal | None:
        # The person's row puts two jobs about the same person in line.
        db.session.scalar(select(Person.id).where(Person.id == self.person_id).with_for_update(key_share=True))
        if draft.replaces is not None:
            newer = db.session.get_one(Certificate, draft.replaces).replaced_by_id
            return replaced() if newer is not None else None
        held = held_by(self.programme_id, [self.person_id]).get(self.person_id)
        if held is not None and not held.revoked:
            return Refusal("already_issued", _l("Holds certificate %(serial)s already.", serial=held.serial))
        return None

    def _abandon(self, refusal: Refusal) -> jobs.Failed:
        serials.void(
            self.job_id, reason=refusal.code, actor_id=self.actor_id, now=clock.now(), person_id=self.person_id
        )
        with force_locale(self.params.get("language", "zh_Hans")):
            return jobs.Failed(refusal.code, str(refusal.sentence))
