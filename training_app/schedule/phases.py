"""Phases of a programme: created, changed, deleted while empty."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from training_app.core import audit
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound, Refusal

from .models import Phase, Programme


def next_number(programme_id: int) -> int:
    """The number after the highest."""
    return (db.session.scalar(select(func.max(Phase.number)).where(Phase.programme_id == programme_id)) or 0) + 1


def create(
    programme_id: int,
    *,
    number: int | None = None,
    title: str = "",
    nominate_until: datetime | None = None,
    actor_id: int,
    now: datetime,
) -> Phase:
    """A new phase, with the next number unless one is given. Raises Invalid "number_taken", NotFound."""
    with transaction() as session:
        if session.get(Programme, programme_id) is None:
            raise NotFound()
        phase = Phase(programme_id=programme_id, nominate_until=nominate_until)
        _fill(phase, number or next_number(programme_id), title)
        session.add(phase)
        _flush(phase.number)
        after = {"number": phase.number, "programme": programme_id}
        audit.record(audit.Action.PHASE_CREATED, ("phase", phase.id), actor_id=actor_id, now=now, after=after)
        return phase


def change(
    phase_id: int, *, number: int, title: str, nominate_until: datetime | None, actor_id: int, now: datetime
) -> Phase:
    """Set a phase's number, title and nomination deadline. Raises Invalid "number_taken", NotFound."""
    with transaction() as session:
        phase = session.get(Phase, phase_id, with_for_update=True)
        if phase is None:
            raise NotFound()
        before = _plain(phase)
        _fill(phase, number, title)
        phase.nominate_until = nominate_until
        _flush(number)
        after = _plain(phase)
        if before != after:
            audit.record(
                audit.Action.PHASE_CHANGED, ("phase", phase_id), actor_id=actor_id, now=now, before=before, after=after
            )
        return phase


def delete(phase_id: int, *, actor_id: int, now: datetime) -> int:
    """Delete a phase on which nothing hangs; gives its programme's id. Raises Refusal "phase_in_use"."""
    with transaction() as session:
        phase = session.get(Phase, phase_id, with_for_update=True)
        if phase is None:
            raise NotFound()
        programme_id = phase.programme_id
        audit.record(
            audit.Action.PHASE_CHANGED,
            ("phase", phase_id),
            actor_id=actor_id,
            now=now,
            before=_plain(phase),
            after={"state": "deleted"},
        )
        session.delete(phase)
        try:
            session.flush()
        except IntegrityError:
            raise Refusal(
                "phase_in_use", _l("This phase holds events or registrations. Only an empty phase can be deleted.")
            ) from None
        return programme_id


def _plain(phase: Phase) -> dict[str, object]:
    until = phase.nominate_until
    return {"number": phase.number, "title": phase.title, "nominate_until": until and until.isoformat()}


def _fill(phase: Phase, number: int, title: str) -> None:
    if number < 1:
        sentence = _l("Numbers begin with 1.")
        raise Invalid("number_invalid", sentence, {"number": sentence})
    phase.number, phase.title = number, title.strip()


def _flush(number: int) -> None:
    try:
        db.session.flush()
    except IntegrityError:
        sentence = _l("Number %(number)s is taken in this programme. Choose another one.", number=number)
        raise Invalid("number_taken", sentence, {"number": sentence}) from None
