"""What a certificate will say, decided before anything is numbered or drawn; or the reason why there is none."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from training_app.core.bulk import among
from training_app.core.clock import local_date
from training_app.core.db import db
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.core.glyphs import missing_characters
from training_app.people.models import Person
from training_app.schedule.models import Event, Phase, Programme

from .claims import unlawful_claims
from .design import design_of, issuer_of, look_of, registered_names, written
from .models import Certificate, Rule
from .records import again, kept
from .rules import Conditions
from .service import Progress, progress
from .wording import COMPLETION, PLACE, CertificateFacts


@dataclass(frozen=True)
class Draft:
    """What is decided before anything is drawn: all facts but the number."""

    programme_id: int
    prefix: str
    kind: str
    rule_version: int
    paper_version: int
    replaces: int | None
    facts: Callable[..., CertificateFacts]
    record: Callable[[CertificateFacts], dict[str, Any]]


#: Of a reason, which the verify page says to everyone.
LONGEST_REASON = 300


def reason_of(typed: str) -> str:
    """Why a paper is taken back or issued again. Raises Invalid with `fields` for none, or one without end."""
    reason, sentence = typed.strip(), None
    if not reason:
        sentence = _l("Write the reason, so that others can follow the change.")
    elif len(reason) > LONGEST_REASON:
        sentence = _l("Please keep it under %(count)s characters.", count=LONGEST_REASON)
    if sentence is not None:
        raise Invalid("reason_needed" if not reason else "reason_long", sentence, {"reason": sentence})
    return reason


def replaced() -> Refusal:
    """Another paper stands in the place of this one."""
    return Refusal("replaced", _l("This certificate was replaced already. Look at the newer one."))


def refuse_undrawable(text: str) -> None:
    """Raises Refusal "undrawable" when a face lacks a character of the text."""
    missing = missing_characters(text)
    if missing:
        sentence = _l("The font cannot draw: %(characters)s. Correct the spelling first.", characters=" ".join(missing))
        raise Refusal("undrawable", sentence)


def refuse_wording(programme: Programme) -> None:
    """Raises Refusal "unlawful_claims" or "undrawable" for what all papers of a programme would say."""
    words = claims_of(programme)
    if words:
        sentence = _l(
            "A certificate must not claim “%(words)s”. Change the programme's title, or have the body registered.",
            words="”, “".join(words),
        )
        raise Refusal("unlawful_claims", sentence, words=words)
    refuse_undrawable(on_every_paper(programme))


def on_every_paper(programme: Programme) -> str:
    """What all papers of a programme say alike, with a mark where something is filled in."""
    return "\n".join((programme.title, *issuer_of(programme).bodies, PLACE.sub("\n", written(design_of(programme)))))


def claims_of(programme: Programme) -> list[str]:
    """The words that a paper of this programme would carry without the right to (国家, 全国 …)."""
    return unlawful_claims(on_every_paper(programme), registered_names())


def holder(person_id: int) -> Person:
    """The person, or the one into whom they were merged. Raises NotFound."""
    person = db.session.get(Person, person_id)
    if person is not None and person.merged_into_id is not None:
        person = db.session.get(Person, person.merged_into_id)
    if person is None:
        raise NotFound()
    return person


def first(
    programme_id: int, person_ids: Collection[int], version: int, paper: int, now: datetime
) -> dict[int, Draft | Refusal]:
    """The paper that each person has earned under this version of the rule, in this version of the design.

    Or why there is none: a Refusal "person_gone", "not_eligible" or "undrawable". In a fixed number of statements,
    but for the phase of a class.
    """
    programme = db.session.get_one(Programme, programme_id)
    rule = db.session.scalars(select(Rule).where(Rule.programme_id == programme_id, Rule.version == version)).one()
    alive = select(Person.id, Person.name).where(among(Person.id, person_ids), Person.merged_into_id.is_(None))
    names = {row.id: row.name for row in db.session.execute(alive)}
    reached = progress(programme_id, list(names), now, conditions=Conditions.of(rule.conditions))
    design, issuer = design_of(programme, paper), issuer_of(programme)
    alike: dict[str, Any] = {
        "programme_title": programme.title,
        "host": issuer.host,
        "bodies": issuer.bodies,
        "specimen": design.specimen,
        "with_english": design.with_english,
        "offset_mm": (float(design.offset_x), float(design.offset_y)),
        "framed": design.framed,
    }
    looks = {far.kind: look_of(design, far.kind) for far in reached.values()}

    def of(person_id: int) -> Draft | Refusal:
        if person_id not in names:
            return Refusal("person_gone", _l("This person was merged with another. Look at the list again."))
        far = reached[person_id]
        if not far.eligible:
            return Refusal("not_eligible", far.sentence)
        try:
            refuse_undrawable(names[person_id])
        except Refusal as refusal:
            return refusal
        base = alike | {"name": names[person_id], "look": looks[far.kind]} | _earned(programme, far)
        return Draft(
            programme_id=programme_id,
            prefix=design.prefix,
            kind=far.kind,
            rule_version=version,
            paper_version=paper,
            replaces=None,
            facts=lambda **number: CertificateFacts(**base, **number),
            record=lambda facts: kept(facts, far.attended),
        )

    return {person_id: of(person_id) for person_id in person_ids}


def _earned(programme: Programme, far: Progress) -> dict[str, Any]:
    """What a person's own paper says of her course."""
    # The dates are those of the course: a ceremony months later does not lengthen it.
    course = [visit for visit in far.attended if visit.kind == "session"] or list(far.attended)
    return {
        "kind": far.kind,
        "starts_on": min(local_date(visit.starts_at) for visit in course),
        "ends_on": max(local_date(visit.ends_at) for visit in course),
        "hours": far.hours,
        "tested": far.kind == COMPLETION,
        "phase_number": _phase_number(programme, far),
    }


def replacement(certificate_id: int, person_id: int) -> Draft:
    """The paper that takes the place of this one: its facts, under the holder's present name.

    Raises Refusal "replaced" or "undrawable".
    """
    old = db.session.get_one(Certificate, certificate_id)
    if old.replaced_by_id is not None:
        raise replaced()
    name = holder(person_id).name
    refuse_undrawable(name)
    record, prefix = dict(old.facts), old.serial.rpartition("-")[0]
    programme = db.session.get_one(Programme, old.programme_id)
    look = look_of(design_of(programme, old.paper_version), old.kind)
    return Draft(
        programme_id=old.programme_id,
        prefix=prefix,
        kind=old.kind,
        rule_version=old.rule_version,
        paper_version=old.paper_version,
        replaces=old.id,
        facts=lambda **number: again(record, name=name, look=look, **number),
        record=lambda facts: kept(facts, ()) | {"attended": record["attended"]},
    )


def _phase_number(programme: Programme, far: Progress) -> int | None:
    """The phase, where the programme is a class that is held again and again; six phases of one session have none."""
    if programme.preset != "one_class":
        return None
    numbers = db.session.scalars(
        select(Phase.number)
        .join(Event, Event.phase_id == Phase.id)
        .where(Event.id.in_([visit.event_id for visit in far.attended]))
        .distinct()
    ).all()
    return numbers[0] if len(numbers) == 1 else None
