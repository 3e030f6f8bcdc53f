"""Programmes: created, changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from training_app.core import audit
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound
from training_app.divisions.models import Division
from training_app.people.models import Organisation

from . import hosts, words
from .drafts import HostDraft
from .models import Programme, ProgrammeHost


@dataclass(frozen=True)
class ProgrammeDraft:
    """A programme as typed."""

    title: str
    counting_year: int
    division_code: str
    organisation_id: int
    preset: str
    planned_sessions: int
    hosts: tuple[HostDraft, ...] = ()


def hosts_of(programme_id: int) -> list[ProgrammeHost]:
    """The programme's hosts in their order, organisations loaded."""
    return list(
        db.session.scalars(
            select(ProgrammeHost)
            .where(ProgrammeHost.programme_id == programme_id)
            .options(joinedload(ProgrammeHost.organisation))
            .order_by(ProgrammeHost.position, ProgrammeHost.id)
        )
    )


def create(draft: ProgrammeDraft, *, actor_id: int, now: datetime) -> Programme:
    """A new programme without phases. Raises Invalid, one sentence a field."""
    _refuse_wrong(draft)
    with transaction() as session:
        _refuse_unknown(draft)
        programme = Programme(created_at=now)
        _fill(programme, draft)
        session.add(programme)
        session.flush()
        hosts.assign(programme, draft.hosts, division_code=draft.division_code, actor_id=actor_id, now=now)
        audit.record(
            audit.Action.PROGRAMME_CREATED,
            ("programme", programme.id),
            actor_id=actor_id,
            now=now,
            after=_plain(programme),
        )
        return programme


def change(programme_id: int, draft: ProgrammeDraft, *, actor_id: int, now: datetime) -> Programme:
    """Make a programme what the draft says. Its hosts are those of events made from now on. Raises as `create`."""
    _refuse_wrong(draft)
    with transaction() as session:
        programme = session.get(Programme, programme_id, with_for_update={"key_share": True})
        if programme is None:
            raise NotFound()
        _refuse_unknown(draft)
        before = _plain(programme)
        _fill(programme, draft)
        session.flush()
        hosts.assign(programme, draft.hosts, division_code=draft.division_code, actor_id=actor_id, now=now)
        after = _plain(programme)
        if before != after:
            audit.record(
                audit.Action.PROGRAMME_CHANGED,
                ("programme", programme_id),
                actor_id=actor_id,
                now=now,
                before=before,
                after=after,
            )
        return programme


def renew_feed(programme_id: int, *, actor_id: int, now: datetime) -> Programme:
    """Kill the link of the programme's calendar and make another. Raises NotFound."""
    with transaction() as session:
        programme = session.get(Programme, programme_id, with_for_update={"key_share": True})
        if programme is None:
            raise NotFound()
        programme.feed_revision += 1
        audit.record(audit.Action.LINK_RENEWED, ("programme", programme_id), actor_id=actor_id, now=now)
        return programme


def _plain(programme: Programme) -> dict[str, Any]:
    return {
        "title": programme.title,
        "counting_year": programme.counting_year,
        "division": programme.division_code,
        "organisation": programme.organisation_id,
        "preset": programme.preset,
        "planned_sessions": programme.planned_sessions,
        "hosts": [[host.role, host.organisation_id] for host in hosts_of(programme.id)],
    }


def _fill(programme: Programme, draft: ProgrammeDraft) -> None:
    programme.title = draft.title.strip()
    programme.counting_year = draft.counting_year
    programme.division_code = draft.division_code
    programme.organisation_id = draft.organisation_id
    programme.preset = draft.preset
    programme.planned_sessions = draft.planned_sessions


def _refuse_wrong(draft: ProgrammeDraft) -> None:
    wrong: dict[str, Any] = {}
    if not draft.title.strip():
        wrong["title"] = _l("Please give the programme a title.")
    if not 2000 <= draft.counting_year <= 2100:
        wrong["counting_year"] = _l("Please give the year with four digits, for example 2026.")
    if draft.preset not in words.PRESETS:
        wrong["preset"] = _l("Please choose from the list.")
    if not 1 <= draft.planned_sessions <= 60:
        wrong["planned_sessions"] = _l("Please give the number of planned sessions, from 1 to 60.")
    if wrong:
        raise Invalid("programme_invalid", _l("Please correct the fields marked below. Nothing was changed."), wrong)


def _refuse_unknown(draft: ProgrammeDraft) -> None:
    wrong: dict[str, Any] = {}
    if db.session.get(Division, draft.division_code) is None:
        wrong["division_code"] = _l("Please choose from the list.")
    if db.session.get(Organisation, draft.organisation_id) is None:
        wrong["organisation_id"] = _l("Please choose from the list.")
    if wrong:
        raise Invalid("programme_invalid", _l("Please correct the fields marked below. Nothing was changed."), wrong)
