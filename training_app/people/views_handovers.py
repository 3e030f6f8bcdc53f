"""Changes of post in bulk (换届更新): the list, the table to fill in, old and new side by side, the decision."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from training_app.core import clock
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.core.permissions import Permission as P
from training_app.divisions.rules import DIGITS
from training_app.divisions.service import names
from training_app.web import access
from training_app.web.pagination import paginate, requested_page

from . import forms_handovers, handovers, persons, policy, posts
from .access import handover_for, place_for
from .blueprint import bp
from .directory import offered
from .forms_persons import APPOINTED


@bp.get("/handovers", endpoint="handovers")
@access.needs(P.PERSON_VIEW)
def handover_list() -> Any:
    """What was submitted in one's area; what waits comes first."""
    who = access.actor()
    area = policy.jurisdictions(who, P.PERSON_VIEW)
    page = paginate(handovers.listed(area), page=requested_page())
    return render_template(
        "people/handovers.html",
        page=page,
        places=names({h.division_code for h in page.items}),
        people=persons.names_of({h.submitted_by_id for h in page.items}),
        counts=handovers.sizes([h.id for h in page.items]),
        may_submit=policy.allows_anywhere(who, P.HANDOVER_SUBMIT),
    )


@bp.route("/handovers/new", methods=["GET", "POST"])
@access.needs(P.HANDOVER_SUBMIT)
def handover_new() -> Any:
    """Fill in who follows whom; an empty row is no change."""
    who, now = access.actor(), clock.now()
    chosen = request.args.get("subdistrict", "")
    places = offered(policy.jurisdictions(who, P.HANDOVER_SUBMIT), chosen).found
    chosen = chosen or (places[0].code if len(places) == 1 else "")
    if chosen:
        place_for(who, chosen, P.HANDOVER_SUBMIT)
    if len(chosen) < DIGITS["subdistrict"]:
        return render_template("people/handover_choose.html", places=places, chosen=chosen)
    rows = forms_handovers.typed_rows(request.form, posts.holders([chosen]))
    if not rows:
        raise NotFound()
    faults: dict[str, Any] = {}
    problem = None
    if request.method == "POST":
        try:
            made = handovers.submit(
                chosen, forms_handovers.changes(request.form, rows), actor_id=who.person_id or 0, now=now
            )
        except Invalid as fault:
            faults, problem = fault.fields, fault.sentence
        else:
            flash(_("Submitted. The organiser confirms it; until then nothing changes."))
            return redirect(url_for("people.handover", handover_id=made.id))
    return render_template(
        "people/handover_new.html",
        rows=rows,
        place=names({chosen}).get(chosen, ""),
        chosen=chosen,
        faults=faults,
        problem=problem,
        from_on=request.form.get("from_on", clock.local_date(now).isoformat()),
        appointed=request.form.get("appointed", "elected"),
        choices=APPOINTED,
    ), 422 if problem else 200


@bp.get("/handovers/<int:handover_id>")
@access.needs(P.PERSON_VIEW)
def handover(handover_id: int) -> Any:
    """Old and new side by side, each row with what it will do."""
    return _page(handover_id, None, 200)


def _page(handover_id: int, problem: Any, status: int) -> Any:
    who = access.actor()
    found = handover_for(who, handover_id, P.PERSON_VIEW)
    try:
        handover_for(who, handover_id, P.HANDOVER_DECIDE)
        decides, area = found.state == "submitted", None
    except NotFound:
        decides, area = False, policy.jurisdictions(who, P.PERSON_VIEW)
    steps = handovers.plan(found.id, area)
    return render_template(
        "people/handover.html",
        handover=found,
        steps=steps,
        conflicts=sum(step.conflict for step in steps),
        place=names({found.division_code}).get(found.division_code, ""),
        people=persons.names_of({found.submitted_by_id, found.decided_by_id or 0}),
        decides=decides,
        problem=problem,
        appointed=dict(APPOINTED),
    ), status


@bp.post("/handovers/<int:handover_id>/confirm")
@access.needs(P.HANDOVER_DECIDE)
def confirm_handover(handover_id: int) -> Any:
    """Carry everything out, or nothing."""
    who = access.actor()
    found = handover_for(who, handover_id, P.HANDOVER_DECIDE)
    try:
        handovers.confirm(found.id, actor_id=who.person_id or 0, now=clock.now())
    except Refusal as fault:
        return _page(handover_id, fault.sentence, fault.status)
    flash(_("Confirmed. The new directors are in their posts."))
    return redirect(url_for("people.handover", handover_id=handover_id))


@bp.post("/handovers/<int:handover_id>/refuse")
@access.needs(P.HANDOVER_DECIDE)
def refuse_handover(handover_id: int) -> Any:
    """Change nothing and say why."""
    who = access.actor()
    found = handover_for(who, handover_id, P.HANDOVER_DECIDE)
    try:
        handovers.refuse(found.id, request.form.get("reason", ""), actor_id=who.person_id or 0, now=clock.now())
    except Refusal as fault:
        return _page(handover_id, fault.sentence, fault.status)
    flash(_("Sent back. The supervisor sees the reason."))
    return redirect(url_for("people.handover", handover_id=handover_id))
