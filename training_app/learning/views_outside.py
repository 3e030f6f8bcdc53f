"""Training held elsewhere, for staff: the list, entering for someone, the word on it, the proof."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _

from training_app.core import clock, files
from training_app.core.db import db
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.core.permissions import Permission as P
from training_app.people.access import person_for, person_scope
from training_app.people.forms import show
from training_app.people.persons import names_of, search
from training_app.people.policy import allows, jurisdictions
from training_app.people.posts import present_posts
from training_app.web import access
from training_app.web.pagination import paginate, requested_page

from . import outside
from .access import proof_for, training_for
from .blueprint import bp
from .forms_outside import OutsideForm
from .outsiderules import LEVELS, STATES, TONES

_WORDS = {"levels": LEVELS, "states": STATES, "tones": TONES}


@bp.get("/elsewhere")
@access.needs(P.OUTSIDE_ENTER)
def outside_list() -> Any:
    """What was handed in for people of one's area, what waits first."""
    who = access.actor()
    state, year, text = request.args.get("state", ""), request.args.get("year", ""), request.args.get("q", "")
    wanted = int(year) if year.isascii() and year.isdigit() and len(year) == 4 else None
    areas = jurisdictions(who, P.OUTSIDE_ENTER)
    page = paginate(
        outside.listed(areas, state=state if state in STATES else "", year=wanted, text=text), page=requested_page()
    )
    held = present_posts({row.person_id for row in page.items})
    return render_template(
        "learning/outside.html",
        page=page,
        places={person_id: posts[0].division for person_id, posts in held.items()},
        filters={"state": state, "year": year, "q": text},
        decides=bool(jurisdictions(who, P.OUTSIDE_DECIDE)),
        words=_WORDS,
    )


@bp.get("/elsewhere/whom")
@access.needs(P.OUTSIDE_ENTER)
def outside_whom() -> Any:
    """Choose for whom something is entered."""
    text = request.args.get("q", "")
    found = search(text, jurisdictions(access.actor(), P.OUTSIDE_ENTER), limit=30)
    return render_template(
        "learning/outside_whom.html", text=text, found=found, posts=present_posts([one.id for one in found])
    )


@bp.route("/people/<int:person_id>/elsewhere/new", methods=["GET", "POST"])
@access.needs(P.OUTSIDE_ENTER)
def outside_enter(person_id: int) -> Any:
    """Enter a training for someone; who may confirm it confirms it by entering it."""
    who = access.actor()
    person = person_for(who, person_id, P.OUTSIDE_ENTER)
    decides = allows(who, P.OUTSIDE_DECIDE, person_scope(person))
    form = OutsideForm()
    if form.validate_on_submit():
        try:
            outside.enter(
                person.id,
                form.entry(),
                proof=form.sent_proof(),
                source="staff",
                confirmed=decides,
                actor_id=who.person_id or 0,
                now=clock.now(),
            )
        except Invalid as fault:
            show(form, fault)
        else:
            flash(_("Entered and confirmed.") if decides else _("Entered. It counts once the organiser confirms it."))
            return redirect(url_for("learning.outside_list"))
    page = render_template("learning/outside_enter.html", form=form, person=person, decides=decides)
    return page, 422 if form.is_submitted() else 200


def _page(training_id: int, problem: Any = None, status: int = 200) -> Any:
    who = access.actor()
    row = training_for(who, training_id, P.OUTSIDE_ENTER)
    proof = db.session.get(files.StoredFile, row.proof_sha256) if row.proof_sha256 else None
    page = render_template(
        "learning/outside_one.html",
        row=row,
        proof=proof,
        decides=allows(who, P.OUTSIDE_DECIDE, person_scope(row.person)),
        people=names_of({row.by_id, row.decided_by_id or 0}),
        posts=present_posts([row.person_id]).get(row.person_id, []),
        problem=problem,
        typed=request.form.get("reason", ""),
        words=_WORDS,
    )
    return page, status


@bp.get("/elsewhere/<int:training_id>")
@access.needs(P.OUTSIDE_ENTER)
def outside_one(training_id: int) -> Any:
    """One training with its proof, and the word on it."""
    return _page(training_id)


@bp.post("/elsewhere/<int:training_id>")
@access.needs(P.OUTSIDE_DECIDE)
def outside_decide(training_id: int) -> Any:
    """Confirm or refuse."""
    who = access.actor()
    row = training_for(who, training_id, P.OUTSIDE_DECIDE)
    confirmed = request.form.get("answer") == "confirm"
    try:
        outside.decide(
            row.id,
            confirmed=confirmed,
            reason=request.form.get("reason", ""),
            actor_id=who.person_id or 0,
            now=clock.now(),
        )
    except NotFound:
        raise
    except Refusal as fault:
        return _page(training_id, fault.sentence, fault.status)
    flash(_("Confirmed.") if confirmed else _("Refused. The director reads the reason."))
    return redirect(url_for("learning.outside_list", state="asked"))


@bp.get("/elsewhere/<int:training_id>/proof")
@access.person
def outside_proof(training_id: int) -> Any:
    """The photo or scan, for the person herself and for staff who look after her."""
    row = proof_for(access.actor(), training_id)
    kept = db.session.get(files.StoredFile, row.proof_sha256) if row.proof_sha256 else None
    if kept is None:
        raise NotFound()
    return send_file(
        BytesIO(files.read(kept.sha256)),
        mimetype=kept.media_type,
        as_attachment=not kept.media_type.startswith("image/"),
        download_name=kept.name,
        max_age=0,
    )
