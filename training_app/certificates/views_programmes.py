"""A programme's certificates: the rule, who is eligible, how they are printed, the register."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from training_app.core import clock, jobs
from training_app.core.permissions import Permission
from training_app.divisions.service import filter_choices
from training_app.learning.roll import places
from training_app.people.policy import allows, allows_anywhere
from training_app.schedule.access import programme_for, programme_scope
from training_app.schedule.queries import programmes
from training_app.schedule.visibility import listed_programmes
from training_app.web import access
from training_app.web.pagination import PER_PAGE, Page, paginate, requested_page

from . import bundling, drafts, making, papers, rulebook
from .access import areas_in
from .blueprint import bp
from .rules import words
from .standings import STATES, count, standings

#: Names that cannot be drawn are listed up to this many; the state's filter shows all.
_LISTED = 20


@bp.get("/certificates")
@access.needs(Permission.CERTIFICATE_VIEW)
def index() -> Any:
    """Every programme that one may see, with how many papers its people in one's area have."""
    who = access.actor()
    page = paginate(programmes(listed_programmes(who, Permission.CERTIFICATE_VIEW)), page=requested_page())
    issued = papers.counts({row.id: areas_in(who, row) for row in page.items})
    outside = allows_anywhere(who, Permission.OUTSIDE_ENTER)
    return render_template("certificates/index.html", page=page, issued=issued, may_enter_outside=outside)


@bp.get("/programmes/<int:programme_id>/certificates")
@access.needs(Permission.CERTIFICATE_VIEW)
def programme(programme_id: int) -> Any:
    """Who is eligible, and for the rest the reason."""
    who, now = access.actor(), clock.now()
    found = programme_for(who, programme_id, Permission.CERTIFICATE_VIEW)
    may_issue = allows(who, Permission.CERTIFICATE_ISSUE, programme_scope(found))
    areas = areas_in(who, found)
    under, text, state = (request.args.get(name, "") for name in ("under", "q", "state"))
    everyone = standings(found.id, areas, now, under=under, text=text)
    rows = [one for one in everyone if one.state == state] if state in STATES else everyone
    number = requested_page()
    shown = rows[(number - 1) * PER_PAGE : number * PER_PAGE]
    rule = rulebook.current_rule(found.id)
    recent = jobs.latest((making.KIND, bundling.KIND), ("programme", found.id)) if may_issue else []
    return render_template(
        "certificates/programme.html",
        programme=found,
        page=Page(shown, number, len(rows)),
        counts=count(everyone),
        total=len(everyone),
        unprintable=[one for one in everyone if one.state == "unprintable"][:_LISTED],
        places=places(one.person.division_code for one in shown),
        subdistricts=filter_choices(found.division_code, areas, under),
        rule=rule,
        words=words(rulebook.conditions_of(found, rule), rulebook.plan_of(found)),
        may_issue=may_issue,
        may_edit_people=allows(who, Permission.PERSON_EDIT, programme_scope(found)),
        running=[job for job in recent if job.state in ("queued", "running")],
        recent=recent,
        filters={"under": under, "q": text, "state": state},
        claims=drafts.claims_of(found) if may_issue else [],
    )


@bp.get("/programmes/<int:programme_id>/certificates/register")
@access.needs(Permission.CERTIFICATE_ISSUE)
def register(programme_id: int) -> Any:
    """Every number that was taken: used, replaced, revoked or voided."""
    found = programme_for(access.actor(), programme_id, Permission.CERTIFICATE_ISSUE)
    page = paginate(papers.register(found.id), page=requested_page(), scalars=False)
    return render_template("certificates/register.html", programme=found, page=page, state_of=papers.state_of)
