"""Places (名额) that a phase gives to subdistricts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from training_app.core import audit
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound
from training_app.divisions.models import Division
from training_app.divisions.rules import DIGITS, within, within_any
from training_app.people.models import Post
from training_app.schedule.models import Event, Phase, Programme

from .models import Nomination, Quota

#: More places than any subdistrict has communities; a typing slip beyond it is refused.
MOST = 2_000


@dataclass(frozen=True)
class QuotaRow:
    """A subdistrict: its places (None: no limit), communities, present directors, and nominations."""

    code: str
    name: str
    places: int | None
    communities: int
    directors: int
    waiting: int
    accepted: int

    @property
    def named(self) -> int:
        """How many of the places are used: nominations that wait or were accepted."""
        return self.waiting + self.accepted

    @property
    def over(self) -> bool:
        """Whether more are named than there are places."""
        return self.places is not None and self.named > self.places


def locked_phase(session: Session, phase_id: int) -> tuple[Phase, Programme]:
    """The phase and its programme; whoever else sets quotas or nominates in it waits. Raises NotFound."""
    phase = session.scalar(select(Phase).where(Phase.id == phase_id).with_for_update(key_share=True))
    if phase is None:
        raise NotFound()
    return phase, session.get_one(Programme, phase.programme_id)


def capacity_of(phase_id: int) -> int | None:
    """The seats of a phase: its smallest event's, as one seat in every event is needed; None without a limit."""
    return db.session.scalar(
        select(func.min(Event.capacity)).where(Event.phase_id == phase_id, Event.state != "cancelled")
    )


def overview(phase_id: int, area: str, jurisdictions: Sequence[str] = ("",)) -> list[QuotaRow]:
    """Every subdistrict of the area that lies in the jurisdictions, in five statements whatever their number."""
    here = [within(Division.code, area), within_any(Division.code, tuple(jurisdictions)), Division.valid_to.is_(None)]
    subdistricts = db.session.execute(
        select(Division.code, Division.name).where(Division.level == "subdistrict", *here).order_by(Division.code)
    ).all()
    places = _counts(select(Quota.division_code, Quota.places).where(Quota.phase_id == phase_id))
    part = func.substr(Division.code, 1, DIGITS["subdistrict"])
    communities = _counts(select(part, func.count()).where(Division.level == "community", *here).group_by(part))
    part = func.substr(Post.division_code, 1, DIGITS["subdistrict"])
    directors = _counts(
        select(part, func.count())
        .where(within(Post.division_code, area), Post.kind == "director", Post.ended_on.is_(None))
        .group_by(part)
    )
    part = func.substr(Nomination.division_code, 1, DIGITS["subdistrict"])
    named: dict[tuple[str, str], int] = {
        (code, state): count
        for code, state, count in db.session.execute(
            select(part, Nomination.state, func.count())
            .where(Nomination.phase_id == phase_id)
            .group_by(part, Nomination.state)
        )
    }
    return [
        QuotaRow(
            code=code,
            name=name,
            places=places.get(code),
            communities=communities.get(code, 0),
            directors=directors.get(code, 0),
            waiting=named.get((code, "proposed"), 0),
            accepted=named.get((code, "accepted"), 0),
        )
        for code, name in subdistricts
    ]


def _counts(statement: object) -> dict[str, int]:
    return dict(db.session.execute(statement).all())  # type: ignore[call-overload]


def set_places(phase_id: int, places: Mapping[str, int | None], *, actor_id: int, now: datetime) -> int:
    """Set the places of subdistricts (code → places, None: no limit); gives how many changed.

    Raises Invalid "places_invalid" with a sentence for each code, NotFound for an unknown phase or a
    subdistrict outside the programme's area. Fewer places than are named already are allowed: the
    nominations stay, and the page says so.
    """
    wrong = {
        code: _l("Please type a whole number from 0 to %(most)s, or leave it empty.", most=MOST)
        for code, count in places.items()
        if count is not None and not 0 <= count <= MOST
    }
    if wrong:
        raise Invalid("places_invalid", _l("Please correct the places marked below. Nothing was changed."), wrong)
    with transaction() as session:
        _phase, programme = locked_phase(session, phase_id)
        known = set(
            session.scalars(
                select(Division.code).where(
                    Division.level == "subdistrict", within(Division.code, programme.division_code)
                )
            )
        )
        if set(places) - known:
            raise NotFound()
        rows = {q.division_code: q for q in session.scalars(select(Quota).where(Quota.phase_id == phase_id))}
        before = {code: rows[code].places if code in rows else None for code in places}
        changed = {code: count for code, count in places.items() if before[code] != count}
        for code, count in changed.items():
            if count is None:
                session.execute(delete(Quota).where(Quota.id == rows[code].id))
            elif code in rows:
                rows[code].places = count
            else:
                session.add(Quota(phase_id=phase_id, division_code=code, places=count))
        if changed:
            session.flush()
            audit.record(
                audit.Action.QUOTA_SET,
                ("phase", phase_id),
                actor_id=actor_id,
                now=now,
                before={code: before[code] for code in changed},
                after=dict(changed),
            )
        return len(changed)
