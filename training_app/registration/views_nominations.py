"""Nominations of a phase: the supervisor names her directors, the organiser decides; others read their area."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import ngettext

from training_app.core import clock
from training_app.core.actors import Actor
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.core.permissions import Permission as P
from training_app.divisions.service import filter_choices
from training_app.people import policy
from training_app.schedule.access import phase_for, programme_scope
from training_app.schedule.models import Phase
from training_app.schedule.visibility import areas
from training_app.web import access
from training_app.web.pagination import paginate, requested_page

from . import nominationlists, nominations, quotas, words
from .addressed import asked, numbers
from .blueprint import bp


def _manages(who: Actor, phase: Phase) -> bool:
    return policy.allows(who, P.REGISTRATION_MANAGE, programme_scope(phase.programme))


@bp.get("/phases/<int:phase_id>/nominations")
@access.needs(P.REGISTRATION_VIEW)
def nominate(phase_id: int) -> Any:
    """A supervisor's own page; for everyone else the list of what they may see."""
    who = access.actor()
    phase = phase_for(who, phase_id, P.REGISTRATION_VIEW)
    if not _manages(who, phase) and policy.allows(who, P.NOMINATION_SUBMIT, programme_scope(phase.programme)):
        return _own(who, phase)
    return _all(who, phase, "", 200)


def _own(who: Actor, phase: Phase, problem: Any = "", ticked: list[int] | None = None, status: int = 200) -> Any:
    codes = policy.jurisdictions(who, P.NOMINATION_SUBMIT)
    rows = nominations.candidates(phase, codes)
    return (
        render_template(
            "registration/nominate.html",
            phase=phase,
            rows=rows,
            quotas=quotas.overview(phase.id, phase.programme.division_code, codes),
            open=phase.nominate_until is None or clock.now() <= phase.nominate_until,
            problem=problem,
            ticked=ticked or [],
            words=words,
        ),
        status,
    )


@bp.post("/phases/<int:phase_id>/nominations")
@access.needs(P.NOMINATION_SUBMIT)
def nominate_now(phase_id: int) -> Any:
    """Name the ticked persons, or withdraw one nomination."""
    who, now = access.actor(), clock.now()
    phase = phase_for(who, phase_id, P.NOMINATION_SUBMIT)
    by: dict[str, Any] = {
        "jurisdictions": policy.jurisdictions(who, P.NOMINATION_SUBMIT),
        "actor_id": who.person_id or 0,
        "now": now,
    }
    ticked, withdrawn = numbers("id"), numbers("withdraw")
    try:
        if withdrawn:
            count = nominations.withdraw(phase_id, withdrawn, **by)
            said = ngettext("%(num)s nomination is withdrawn.", "%(num)s nominations are withdrawn.", count)
        else:
            count = nominations.nominate(phase_id, ticked, **by)
            said = ngettext("%(num)s person is nominated.", "%(num)s people are nominated.", count)
    except NotFound:
        raise
    except Refusal as refused:
        return _own(who, phase, refused.sentence, ticked, refused.status)
    flash(said)
    return redirect(url_for("registration.nominate", phase_id=phase_id))


def _all(who: Actor, phase: Phase, problem: Any, status: int, ticked: list[int] | None = None) -> Any:
    codes = areas(who, P.REGISTRATION_VIEW, phase.programme)
    state = request.args.get("state", "proposed")
    state = state if state in nominationlists.STATES else "proposed"
    subdistrict = asked().subdistrict
    statement = nominationlists.listed(phase.id, codes, state=state, subdistrict=subdistrict)
    return (
        render_template(
            "registration/nominations.html",
            phase=phase,
            state=state,
            subdistrict=subdistrict,
            counts=nominationlists.counts(phase.id, codes, subdistrict),
            page=paginate(statement, page=requested_page(), scalars=False),
            subdistricts=filter_choices(phase.programme.division_code, codes, subdistrict),
            manages=_manages(who, phase),
            problem=problem,
            ticked=ticked or [],
            reason=request.form.get("reason", ""),
            words=words,
        ),
        status,
    )


@bp.post("/phases/<int:phase_id>/nominations/decide")
@access.needs(P.REGISTRATION_MANAGE)
def decide_nominations(phase_id: int) -> Any:
    """Accept the ticked nominations, which enrols, or refuse them with a reason."""
    who, now = access.actor(), clock.now()
    phase = phase_for(who, phase_id, P.REGISTRATION_MANAGE)
    ticked, accept = numbers("id"), request.form.get("action") != "refuse"
    try:
        outcomes = nominations.decide(
            phase_id,
            ticked,
            accept=accept,
            reason=request.form.get("reason", "")[:200],
            actor_id=who.person_id or 0,
            now=now,
        )
    except Invalid as fault:
        return _all(who, phase, fault.sentence, 422, ticked)
    except NotFound:
        raise
    except Refusal as refused:
        return _all(who, phase, refused.sentence, refused.status, ticked)
    waits = any(o.result == "waiting" for o in outcomes)
    flash(nominations.sentence_of(outcomes), "error" if waits else "message")
    kept = request.args.get("subdistrict") or None
    return redirect(url_for("registration.nominate", phase_id=phase_id, subdistrict=kept))
