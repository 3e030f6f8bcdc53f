"""Nomination (报名推荐): a supervisor names her directors, the organiser accepts or refuses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from training_app.core import audit
from training_app.core.db import db, insert_unless_there, transaction
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.divisions.models import Division
from training_app.divisions.rules import lies_in, subdistrict_of, within_any
from training_app.people.models import Person, Post
from training_app.people.posts import Holder, holders
from training_app.schedule.models import Phase

from . import messages, seats
from .models import Enrolment, Nomination, Quota
from .quotas import locked_phase

#: States in which a nomination uses a place.
ALIVE = ("proposed", "accepted")


@dataclass(frozen=True)
class Candidate:
    """A post as the supervisor sees it: its division, its present holder, what was nominated, who has a seat anyway."""

    division: Division
    person: Person | None
    nomination: Nomination | None
    #: Enrolled in the phase, by whichever way; nominating her again changes nothing.
    enrolled: bool = False

    @property
    def free(self) -> bool:
        """Whether the holder can be ticked now."""
        return self.person is not None and (self.nomination is None or self.nomination.state == "withdrawn")


@dataclass(frozen=True)
class Outcome:
    """What a decision did to one person: confirmed, waiting, refused, or unchanged as it was decided before."""

    nomination_id: int
    name: str
    result: str


def area_of(division_code: str, jurisdictions: Sequence[str]) -> tuple[str, ...]:
    """Where a programme's area and the jurisdictions overlap."""
    inside = {code for code in jurisdictions if lies_in(code, division_code)}
    return (division_code,) if any(lies_in(division_code, code) for code in jurisdictions) else tuple(sorted(inside))


def candidates(phase: Phase, jurisdictions: Sequence[str]) -> list[Candidate]:
    """The posts of the supervisor's area, directors by community and then supervisors, in four statements."""
    area = area_of(phase.programme.division_code, jurisdictions)
    rows = [*holders(area), *(holder for holder in holders(area, "supervisor") if holder.person)]
    named = {
        n.person_id: n
        for n in db.session.scalars(
            select(Nomination).where(Nomination.phase_id == phase.id, within_any(Nomination.division_code, area))
        )
    }
    seated = set(
        db.session.scalars(
            select(Enrolment.person_id).where(
                Enrolment.phase_id == phase.id, Enrolment.state.in_(("confirmed", "waiting"))
            )
        )
    )
    return [
        Candidate(h.division, h.person, named.get(h.person.id), h.person.id in seated)
        if h.person
        else Candidate(h.division, None, None)
        for h in rows
    ]


def missing(phase_id: int, jurisdictions: Sequence[str]) -> list[Holder]:
    """The communities of the area from which nobody is nominated; the person is None where the post is vacant."""
    phase = db.session.scalar(select(Phase).where(Phase.id == phase_id).options(joinedload(Phase.programme)))
    if phase is None:
        raise NotFound()
    alive = select(Nomination.person_id).where(Nomination.phase_id == phase_id, Nomination.state.in_(ALIVE))
    named = set(db.session.scalars(alive))
    area = area_of(phase.programme.division_code, jurisdictions)
    return [holder for holder in holders(area) if holder.person is None or holder.person.id not in named]


def _refuse_late(phase: Phase, now: datetime) -> None:
    if phase.nominate_until is not None and now > phase.nominate_until:
        raise Refusal(
            "nominations_closed",
            _l("The deadline for nominations has passed. Ask the organiser, who can still add people."),
        )


def nominate(
    phase_id: int, person_ids: Sequence[int], *, jurisdictions: Sequence[str], actor_id: int, now: datetime
) -> int:
    """Name persons who hold a post in the area now; gives how many are new, for a repeat changes nothing.

    Raises Refusal "nominations_closed" after the deadline, Invalid "nobody_chosen" or "over_quota" with
    nothing written, NotFound for a person without a present post in the area.
    """
    wanted = sorted(set(person_ids))
    if not wanted:
        raise Invalid("nobody_chosen", _l("Please tick at least one person."))
    with transaction() as session:
        phase, programme = locked_phase(session, phase_id)
        _refuse_late(phase, now)
        posts = _posts(session, wanted, area_of(programme.division_code, jurisdictions))
        if set(posts) != set(wanted):
            raise NotFound()
        known = {
            n.person_id: n
            for n in session.scalars(
                select(Nomination).where(Nomination.phase_id == phase_id, Nomination.person_id.in_(wanted))
            )
        }
        new = [person_id for person_id in wanted if person_id not in known or known[person_id].state == "withdrawn"]
        _refuse_over_quota(session, phase_id, [posts[person_id] for person_id in new])
        for person_id in new:
            _put(known.get(person_id), phase_id, person_id, posts[person_id], actor_id=actor_id, now=now)
        if new:
            after = {"persons": new}
            audit.record(
                audit.Action.NOMINATION_SUBMITTED, ("phase", phase_id), actor_id=actor_id, now=now, after=after
            )
        return len(new)


def _posts(session: Session, person_ids: Sequence[int], area: Sequence[str]) -> dict[int, str]:
    rows = session.execute(
        select(Post.person_id, func.min(Post.division_code))
        .where(Post.person_id.in_(person_ids), Post.ended_on.is_(None), within_any(Post.division_code, tuple(area)))
        .group_by(Post.person_id)
    )
    return dict(rows.all())


def _refuse_over_quota(session: Session, phase_id: int, codes: Sequence[str]) -> None:
    wanted = Counter(subdistrict_of(code) for code in codes)
    quotas = session.execute(
        select(Quota.division_code, Quota.places, Division.name)
        .join(Division, Division.code == Quota.division_code)
        .where(Quota.phase_id == phase_id, Quota.division_code.in_(wanted))
        .order_by(Quota.division_code)
    ).all()
    for code, places, name in quotas:
        used = session.scalar(
            select(func.count()).where(
                Nomination.phase_id == phase_id,
                Nomination.state.in_(ALIVE),
                within_any(Nomination.division_code, (code,)),
            )
        )
        if (used or 0) + wanted[code] > places:
            raise Invalid(
                "over_quota",
                _l(
                    "%(name)s has %(places)s places and %(used)s are used: you ticked %(over)s too many.",
                    name=name,
                    places=places,
                    used=used,
                    over=(used or 0) + wanted[code] - places,
                ),
            )


def _put(old: Nomination | None, phase_id: int, person_id: int, code: str, *, actor_id: int, now: datetime) -> None:
    if old is not None:
        old.state, old.division_code, old.by_id, old.created_at = "proposed", code, actor_id, now
        old.reason, old.decided_by_id, old.decided_at = "", None, None
        return
    values = {
        "phase_id": phase_id,
        "person_id": person_id,
        "division_code": code,
        "state": "proposed",
        "reason": "",
        "by_id": actor_id,
        "created_at": now,
    }
    insert_unless_there(Nomination, values, ["phase_id", "person_id"])


def _some(session: Session, phase_id: int, nomination_ids: Sequence[int], area: Sequence[str]) -> list[Nomination]:
    """The nominations, locked; NotFound when one is of another phase or area."""
    found = session.scalars(
        select(Nomination)
        .where(
            Nomination.id.in_(set(nomination_ids)),
            Nomination.phase_id == phase_id,
            within_any(Nomination.division_code, tuple(area)),
        )
        .options(joinedload(Nomination.person))
        .order_by(Nomination.id)
        .with_for_update(of=Nomination)
    ).all()
    if len(found) != len(set(nomination_ids)):
        raise NotFound()
    return list(found)


def withdraw(
    phase_id: int, nomination_ids: Sequence[int], *, jurisdictions: Sequence[str], actor_id: int, now: datetime
) -> int:
    """Take back nominations that are not decided yet; gives how many.

    Raises Refusal "nominations_closed" after the deadline and "decided" when one was accepted or refused.
    """
    with transaction() as session:
        phase, programme = locked_phase(session, phase_id)
        _refuse_late(phase, now)
        found = _some(session, phase_id, nomination_ids, area_of(programme.division_code, jurisdictions))
        if any(n.state in ("accepted", "refused") for n in found):
            raise Refusal("decided", _l("The organiser has decided on this already. Please call the organiser."))
        taken = [n for n in found if n.state == "proposed"]
        for nomination in taken:
            nomination.state = "withdrawn"
        if taken:
            audit.record(
                audit.Action.NOMINATION_DECIDED,
                ("phase", phase_id),
                actor_id=actor_id,
                now=now,
                after={"state": "withdrawn", "persons": [n.person_id for n in taken]},
            )
        return len(taken)


def decide(
    phase_id: int, nomination_ids: Sequence[int], *, accept: bool, reason: str = "", actor_id: int, now: datetime
) -> list[Outcome]:
    """Accept nominations, which enrols, or refuse them with a reason; what is decided already stays as it is.

    Raises Invalid "nobody_chosen" or "reason_needed", NotFound for a nomination of another phase.
    """
    reason = " ".join(reason.split())
    if not nomination_ids:
        raise Invalid("nobody_chosen", _l("Please tick at least one person."))
    if not accept and not reason:
        sentence = _l("Please write the reason: the supervisor will read it.")
        raise Invalid("reason_needed", sentence, {"reason": sentence})
    with transaction() as session, messages.together():
        locked_phase(session, phase_id)
        outcomes = []
        for nomination in _some(session, phase_id, nomination_ids, ("",)):
            if nomination.state != "proposed":
                outcomes.append(Outcome(nomination.id, nomination.person.name, "unchanged"))
                continue
            nomination.state = "accepted" if accept else "refused"
            nomination.reason, nomination.decided_by_id, nomination.decided_at = reason, actor_id, now
            result = "refused"
            if accept:
                person_id = nomination.person_id
                result = seats.enrol(phase_id, person_id, source="nomination", actor_id=actor_id, now=now).state
            outcomes.append(Outcome(nomination.id, nomination.person.name, result))
        decided = [o.nomination_id for o in outcomes if o.result != "unchanged"]
        if decided:
            after: dict[str, Any] = {"state": "accepted" if accept else "refused", "nominations": decided}
            audit.record(audit.Action.NOMINATION_DECIDED, ("phase", phase_id), actor_id=actor_id, now=now, after=after)
        return outcomes


def sentence_of(outcomes: Sequence[Outcome]) -> str:
    """What happened, for the page: how many are confirmed, who waits, whom someone else decided before."""
    counts = Counter(o.result for o in outcomes)
    parts = []
    if counts["confirmed"]:
        parts.append(_("Confirmed: %(count)s.", count=counts["confirmed"]))
    if counts["waiting"]:
        names = _(", ").join(o.name for o in outcomes if o.result == "waiting")
        parts.append(_("No seat is free, so these wait in line: %(names)s.", names=names))
    if counts["refused"]:
        parts.append(_("Refused: %(count)s. The supervisor sees the reason.", count=counts["refused"]))
    if counts["unchanged"]:
        parts.append(_("Decided before: %(count)s, left as they were.", count=counts["unchanged"]))
    return " ".join(parts)
