"""Training held elsewhere: entered or proposed, confirmed or refused; what is confirmed can count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.orm import joinedload

from training_app.checkin.sheets import LARGEST, kind_of
from training_app.core import audit, clock, files, signals
from training_app.core.db import db, insert_unless_there, transaction
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.people import posts
from training_app.people.merging import HOLDER, records
from training_app.people.models import Person
from training_app.people.persons import in_area, matches

from .models import OutsideTraining
from .outsiderules import ASKED, CONFIRMED, REFUSED, WITHDRAWN, Entry, checked

LONGEST_REASON = 500
#: Rows that are read or written together.
_AT_ONCE = 400


def confirmed_hours(person_ids: Collection[int], counting_year: int) -> dict[int, Decimal]:
    """The confirmed credit hours that each of these persons has from elsewhere in a counting year, in one statement.

    A person without any is left out. What was confirmed for a record that was merged counts for the one who stays,
    and the same training once.
    """
    trainings = (
        select(HOLDER.label("holder"), func.max(OutsideTraining.hours).label("hours"))
        .join(Person, Person.id == OutsideTraining.person_id)
        .where(
            OutsideTraining.state == CONFIRMED,
            OutsideTraining.counting_year == counting_year,
            OutsideTraining.person_id.in_(records(person_ids)),
        )
        .group_by(HOLDER, OutsideTraining.key)
        .subquery()
    )
    rows = db.session.execute(select(trainings.c.holder, func.sum(trainings.c.hours)).group_by(trainings.c.holder))
    return {row[0]: Decimal(row[1]) for row in rows}


@dataclass(frozen=True, slots=True)
class Proof:
    """A photo or scan of the paper, as it was sent."""

    data: bytes
    name: str


def _stored(proof: Proof) -> tuple[str, str]:
    if len(proof.data) > LARGEST:
        sentence = _l("The file is too large. Choose one of at most 8 MB.")
        raise Invalid("file_large", sentence, {"proof": sentence})
    try:
        media_type, _ending = kind_of(proof.data)
    except Invalid as fault:
        raise Invalid(fault.code, fault.sentence, {"proof": fault.sentence}) from None
    return files.write(proof.data), media_type


def _holder(person_id: int) -> Person:
    person = db.session.get(Person, person_id)
    if person is not None and person.merged_into_id is not None:
        person = db.session.get(Person, person.merged_into_id)
    if person is None:
        raise NotFound()
    return person


def _tell(rows: Iterable[tuple[int, int]], *, actor_id: int, now: datetime) -> None:
    """Send news of (person, counting year)."""
    by_year: dict[int, set[int]] = defaultdict(set)
    for person_id, year in rows:
        by_year[year].add(person_id)
    for year, persons in sorted(by_year.items()):
        signals.outside_training_changed.send(
            None, person_ids=sorted(persons), counting_year=year, actor_id=actor_id, now=now
        )


def enter(
    person_id: int,
    entry: Entry,
    *,
    proof: Proof | None = None,
    source: str,
    confirmed: bool = False,
    actor_id: int,
    now: datetime,
) -> OutsideTraining:
    """Hand in a training that someone had elsewhere; harmless to repeat. Audited.

    `source`: phone (the director herself, who must show a proof) or staff. `confirmed`: whoever enters it may also
    confirm it. One that was refused or taken back comes back and waits again, with the new proof.
    Raises Invalid with `fields`, NotFound for an unknown person.
    """
    entry = checked(entry, clock.local_date(now))
    if source == "phone" and proof is None:
        sentence = _l("Please add a photo of the certificate or of the notice.")
        raise Invalid("proof_needed", sentence, {"proof": sentence})
    stored = _stored(proof) if proof is not None else None
    with transaction() as session:
        person = _holder(person_id)
        if proof is not None and stored is not None:
            files.remember(stored[0], media_type=stored[1], size=len(proof.data), name=proof.name or "proof", now=now)
        values = _values(person.id, entry, posts.division_of(person.id), source=source, actor_id=actor_id, now=now)
        made = insert_unless_there(OutsideTraining, values, ["person_id", "key"])
        row = session.scalars(
            select(OutsideTraining)
            .where(OutsideTraining.person_id == person.id, OutsideTraining.key == entry.key)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).one()
        before = None if made else row.state
        if before in (REFUSED, WITHDRAWN):
            for name in ("level", "title", "organiser", "starts_on", "ends_on", "hours", "source", "by_id"):
                setattr(row, name, values[name])
            row.state, row.reason, row.decided_by_id, row.decided_at = ASKED, "", None, None
        if stored is not None and (row.state == ASKED or row.proof_sha256 is None):
            row.proof_sha256 = stored[0]
        session.flush()
        if before != row.state:
            audit.record(
                audit.Action.OUTSIDE_ENTERED,
                ("outside_training", row.id),
                actor_id=actor_id,
                now=now,
                before={"state": before} if before else None,
                after={"person": person.id, "year": entry.counting_year, "hours": str(entry.hours), "source": source},
            )
        if confirmed and row.state == ASKED:
            _turn(row, CONFIRMED, "", actor_id=actor_id, now=now)
        return row


def _values(
    person_id: int, entry: Entry, division_code: str | None, *, source: str, actor_id: int, now: datetime
) -> dict[str, Any]:
    return {
        "person_id": person_id,
        "level": entry.level,
        "title": entry.title,
        "organiser": entry.organiser,
        "starts_on": entry.starts_on,
        "ends_on": entry.ends_on,
        "hours": entry.hours,
        "counting_year": entry.counting_year,
        "key": entry.key,
        "division_code": division_code,
        "source": source,
        "state": ASKED,
        "reason": "",
        "by_id": actor_id,
        "created_at": now,
    }


def _turn(row: OutsideTraining, state: str, reason: str, *, actor_id: int, now: datetime) -> None:
    before, row.state, row.reason = row.state, state, reason
    row.decided_by_id, row.decided_at = actor_id, now
    db.session.flush()
    audit.record(
        audit.Action.OUTSIDE_DECIDED,
        ("outside_training", row.id),
        actor_id=actor_id,
        now=now,
        before={"state": before},
        after={"state": state, "reason": reason},
    )
    if CONFIRMED in (before, state):
        _tell([(row.person_id, row.counting_year)], actor_id=actor_id, now=now)


def _held(training_id: int) -> OutsideTraining:
    row = db.session.scalar(
        select(OutsideTraining)
        .where(OutsideTraining.id == training_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound()
    return row


def decide(training_id: int, *, confirmed: bool, reason: str = "", actor_id: int, now: datetime) -> OutsideTraining:
    """Confirm or refuse a training held elsewhere; a word given earlier can be changed. Harmless to repeat. Audited.

    Raises NotFound, Invalid when refused without a reason, Refusal "withdrawn" for one that was taken back.
    """
    reason = reason.strip()
    if not confirmed and not reason:
        sentence = _l("Please say why it is refused; the director reads it.")
        raise Invalid("reason_needed", sentence, {"reason": sentence})
    if len(reason) > LONGEST_REASON:
        sentence = _l("Please keep it under %(count)s characters.", count=LONGEST_REASON)
        raise Invalid("reason_too_long", sentence, {"reason": sentence})
    with transaction():
        row = _held(training_id)
        if row.state == WITHDRAWN:
            raise Refusal("withdrawn", _l("This was taken back meanwhile."))
        state = CONFIRMED if confirmed else REFUSED
        if row.state != state:
            _turn(row, state, "" if confirmed else reason, actor_id=actor_id, now=now)
        return row


def withdraw(training_id: int, *, actor_id: int, now: datetime) -> OutsideTraining:
    """Take back what still waits; harmless to repeat. Raises NotFound, Refusal "decided"."""
    with transaction():
        row = _held(training_id)
        if row.state == ASKED:
            _turn(row, WITHDRAWN, "", actor_id=actor_id, now=now)
        elif row.state != WITHDRAWN:
            raise Refusal("decided", _l("This was decided meanwhile. Ask the organiser if it must be changed."))
        return row


def enter_many(
    rows: Sequence[tuple[int, Entry, str | None]], *, confirmed: bool, actor_id: int, now: datetime
) -> tuple[int, int]:
    """Enter the rows of a list, (person id, checked entry, community), in one transaction and few statements.

    Gives how many are new and how many that waited were confirmed by the list. What was refused or taken back stays
    so. Persons must exist and not be merged. The caller audits.
    """
    with transaction() as session:
        there = keys_of({person_id for person_id, _entry, _code in rows})
        new: dict[tuple[int, str], dict[str, Any]] = {}
        waited: list[int] = []
        news: list[tuple[int, int]] = []
        for person_id, entry, code in rows:
            found = there.get((person_id, entry.key))
            if found is None and (person_id, entry.key) not in new:
                values = _values(person_id, entry, code, source="import", actor_id=actor_id, now=now)
                if confirmed:
                    values |= {"state": CONFIRMED, "decided_by_id": actor_id, "decided_at": now}
                new[person_id, entry.key] = values
            elif found is not None and found[1] == ASKED and confirmed:
                waited.append(found[0])
            else:
                continue
            news.append((person_id, entry.counting_year))
        if new:
            session.execute(insert(OutsideTraining), list(new.values()))
        for start in range(0, len(waited), _AT_ONCE):
            some = waited[start : start + _AT_ONCE]
            session.execute(
                update(OutsideTraining)
                .where(OutsideTraining.id.in_(some), OutsideTraining.state == ASKED)
                .values(state=CONFIRMED, decided_by_id=actor_id, decided_at=now)
                .execution_options(synchronize_session=False)
            )
        session.expire_all()
        if confirmed:
            _tell(news, actor_id=actor_id, now=now)
        return len(new), len(waited)


def keys_of(person_ids: Collection[int]) -> dict[tuple[int, str], tuple[int, str]]:
    """What is recorded of these persons: (person, key) → (id, state)."""
    ids = sorted(person_ids)
    found: dict[tuple[int, str], tuple[int, str]] = {}
    for start in range(0, len(ids), _AT_ONCE):
        rows = db.session.execute(
            select(OutsideTraining.person_id, OutsideTraining.key, OutsideTraining.id, OutsideTraining.state).where(
                OutsideTraining.person_id.in_(ids[start : start + _AT_ONCE])
            )
        )
        found |= {(row[0], row[1]): (row[2], row[3]) for row in rows}
    return found


def of_person(person_id: int) -> list[OutsideTraining]:
    """Everything handed in for a person and the records merged into them, the newest first."""
    return list(
        db.session.scalars(
            select(OutsideTraining)
            .where(OutsideTraining.person_id.in_(records([person_id])))
            .order_by(OutsideTraining.counting_year.desc(), OutsideTraining.starts_on.desc(), OutsideTraining.id.desc())
        )
    )


def listed(areas: Sequence[str], *, state: str = "", year: int | None = None, text: str = "") -> Any:
    """The statement of what was handed in for people of these areas, what waits first; persons are loaded.

    `text`: a name, pinyin, the last digits of a phone number, or a part of the title.
    """
    wanted = [in_area(list(areas))]
    if state:
        wanted.append(OutsideTraining.state == state)
    if year is not None:
        wanted.append(OutsideTraining.counting_year == year)
    if text.strip():
        plain = text.strip().replace("\0", "")
        wanted.append(or_(matches(text), OutsideTraining.title.contains(plain, autoescape=True)))
    return (
        select(OutsideTraining)
        .join(Person, Person.id == OutsideTraining.person_id)
        .where(*wanted)
        .options(joinedload(OutsideTraining.person))
        .order_by(OutsideTraining.state != ASKED, OutsideTraining.counting_year.desc(), OutsideTraining.id.desc())
    )


def waiting(areas: Sequence[str]) -> int:
    """How many wait for a word in these areas."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(OutsideTraining)
            .join(Person, Person.id == OutsideTraining.person_id)
            .where(OutsideTraining.state == ASKED, in_area(list(areas)))
        )
        or 0
    )
