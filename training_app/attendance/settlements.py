"""What a human decides on a scan afterwards, with a reason. Append only: the latest word counts, the scan stays."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import insert, select

from training_app.core import audit
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.people.merging import HOLDER
from training_app.people.models import Person
from training_app.schedule.models import Event, Slot

from .models import Scan, Settlement
from .reconciliation import people
from .recording import people_of, rederive, slot_facts
from .words import FINAL

#: As it was decided at the door; for nobody; for the person whom the ticket named; for another one.
DECISIONS = ("stands", "void", "own", "counts")


@dataclass(frozen=True, slots=True)
class _Word:
    """A decision as it is stored: `counts` names the person."""

    decision: str
    person_id: int | None


def settle(
    event_id: int,
    scan_ids: Collection[int],
    decision: str,
    reason: str,
    *,
    person_id: int | None = None,
    actor_id: int,
    now: datetime,
) -> int:
    """Decide on scans of an event, all or none; audited one by one; attendance follows at once. Gives how many.

    `decision`: "stands" (as the door decided), "void" (counts for nobody), "own" (a refused one counts for the person
    whom the ticket named), "counts" (for `person_id`, who has to do with the event). A further settlement takes
    an earlier one back.

    Raises Invalid without scans, decision, reason or person, or where nobody is named by a ticket; NotFound for a
    scan of another event; Refusal "closed" where it would change the attendance of a closed event.
    """
    reason = _checked(scan_ids, decision, reason, person_id)
    ids = sorted(set(scan_ids))
    with transaction() as session:
        event = session.scalar(select(Event).where(Event.id == event_id).with_for_update())
        scans = session.execute(
            select(Scan.id, Scan.slot_id, Scan.outcome, HOLDER.label("person_id"))
            .join(Slot, Slot.id == Scan.slot_id)
            .outerjoin(Person, Person.id == Scan.person_id)
            .where(Scan.id.in_(ids), Slot.event_id == event_id)
            .order_by(Scan.id)
        ).all()
        if event is None or len(scans) != len(ids):
            raise NotFound()
        if decision == "counts" and not people(event_id, person_id=person_id):
            raise NotFound()
        before = _latest(ids)
        after = {scan.id: _word(decision, scan, person_id) for scan in scans}
        changed = [s for s in scans if _counts_for(s, before.get(s.id)) != _counts_for(s, after[s.id])]
        if changed and event.state == "closed":
            raise Refusal("closed", FINAL)
        row = {"reason": reason, "actor_id": actor_id, "at": now}
        session.execute(
            insert(Settlement),
            [
                row | {"scan_id": scan.id, "decision": after[scan.id].decision, "person_id": after[scan.id].person_id}
                for scan in scans
            ],
        )
        _derive(event, changed, before, after)
        audit.record_each(
            audit.Action.SCAN_SETTLED,
            "scan",
            [
                (scan.id, (_plain(after[scan.id]) or {}) | {"reason": reason, "before": _plain(before.get(scan.id))})
                for scan in scans
            ],
            actor_id=actor_id,
            now=now,
        )
    return len(scans)


def _checked(scan_ids: Collection[int], decision: str, reason: str, person_id: int | None) -> str:
    reason = reason.strip()
    wrong = {}
    if not scan_ids:
        wrong["scan"] = _l("Tick at least one row.")
    if decision not in DECISIONS:
        wrong["decision"] = _l("Choose what is decided.")
    if decision == "counts" and person_id is None:
        wrong["who"] = _l("Type whom it counts for.")
    if not reason:
        wrong["reason"] = _l("Write the reason, so that others can follow the change.")
    if wrong:
        code = {"scan": "nothing", "decision": "decision", "who": "nobody", "reason": "reason_needed"}
        raise Invalid(code[next(iter(wrong))], next(iter(wrong.values())), wrong)
    return reason


def _latest(scan_ids: Sequence[int]) -> dict[int, _Word]:
    rows = db.session.execute(
        select(Settlement.scan_id, Settlement.decision, Settlement.person_id)
        .where(Settlement.scan_id.in_(scan_ids))
        .order_by(Settlement.id)
    )
    return {row[0]: _Word(row[1], row[2]) for row in rows}


def _word(decision: str, scan: Any, person_id: int | None) -> _Word:
    if decision != "own":
        return _Word(decision, person_id if decision == "counts" else None)
    if scan.person_id is None:
        sentence = _l("One of these tickets names nobody. Choose whom it counts for instead.")
        raise Invalid("names_nobody", sentence, {"decision": sentence})
    if scan.outcome == "accepted":
        return _Word("stands", None)
    return _Word("counts", scan.person_id)


def _counts_for(scan: Any, word: _Word | None) -> int | None:
    """For whom a scan counts once this was said of it, as far as it was written."""
    if word is not None and word.decision == "counts":
        return word.person_id
    if word is not None and word.decision == "void":
        return None
    return int(scan.person_id) if scan.outcome == "accepted" and scan.person_id is not None else None


def _derive(event: Event, scans: Sequence[Any], before: dict[int, _Word], after: dict[int, _Word]) -> None:
    """Derive those anew for whom these scans counted or count now, slot by slot."""
    whose: dict[int, set[int]] = {}
    for scan in scans:
        touched = {_counts_for(scan, before.get(scan.id)), _counts_for(scan, after[scan.id])}
        whose.setdefault(scan.slot_id, set()).update(one for one in touched if one is not None)
    for slot_id, ids in sorted(whose.items()):
        slot = db.session.get_one(Slot, slot_id)
        rederive(slot_id, slot_facts(slot, event.state), people_of(slot_id, ids))


def _plain(word: _Word | None) -> dict[str, Any] | None:
    return {"decision": word.decision, "person": word.person_id} if word else None
