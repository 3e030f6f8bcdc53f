"""Rosters: upload, look at what every row becomes, answer, import."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from training_app.core import clock
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.core.permissions import Permission as P
from training_app.people import policy
from training_app.schedule.access import event_for, phase_for
from training_app.web import access
from training_app.web.pagination import PER_PAGE, Page, requested_page

from . import rosters, rosterwords
from .access import roster_for
from .blueprint import bp
from .models import RosterImport
from .rostercolumns import Field
from .rosterrules import Outcome

#: What the page can show alone, and what it shows first.
SHOWN = ("todo", "good", "all")


def _upload(target: str, back: str, title: str, *, purpose: str, **where: int) -> Any:
    """The page for choosing a file, or the way to its preview."""
    problem: Any = ""
    if request.method == "POST":
        file = request.files.get("file")
        data = file.read() if file else b""
        try:
            roster = rosters.upload(
                data,
                (file.filename if file else "") or "",
                purpose=purpose,
                actor_id=access.actor().person_id or 0,
                now=clock.now(),
                **where,
            )
        except Invalid as fault:
            problem = fault.sentence
        else:
            return redirect(url_for("registration.roster_import", roster_id=roster.id))
    page = render_template(
        "registration/roster_upload.html", target=target, back=back, title=title, purpose=purpose, problem=problem
    )
    return page, 422 if problem else 200


@bp.route("/phases/<int:phase_id>/roster", methods=["GET", "POST"])
@access.needs(P.REGISTRATION_MANAGE)
def roster(phase_id: int) -> Any:
    """Upload a roster whose people are enrolled in a phase."""
    phase = phase_for(access.actor(), phase_id, P.REGISTRATION_MANAGE)
    title = phase.title or _("Phase %(number)s", number=phase.number)
    target = url_for("registration.roster", phase_id=phase_id)
    return _upload(target, url_for("registration.phase", phase_id=phase_id), title, purpose="roster", phase_id=phase_id)


@bp.route("/events/<int:event_id>/roster", methods=["GET", "POST"])
@access.needs(P.REGISTRATION_MANAGE)
def event_roster(event_id: int) -> Any:
    """Upload a roster whose people are registered for one event."""
    event = event_for(access.actor(), event_id, P.REGISTRATION_MANAGE)
    target = url_for("registration.event_roster", event_id=event_id)
    return _upload(
        target, url_for("registration.event", event_id=event_id), event.title, purpose="roster", event_id=event_id
    )


@bp.route("/phases/<int:phase_id>/nominations/roster", methods=["GET", "POST"])
@access.needs(P.NOMINATION_SUBMIT)
def nomination_roster(phase_id: int) -> Any:
    """Upload a list of names to nominate."""
    phase = phase_for(access.actor(), phase_id, P.NOMINATION_SUBMIT)
    title = phase.title or _("Phase %(number)s", number=phase.number)
    target = url_for("registration.nomination_roster", phase_id=phase_id)
    back = url_for("registration.nominate", phase_id=phase_id)
    return _upload(target, back, title, purpose="nomination", phase_id=phase_id)


def _jurisdictions(found: RosterImport) -> tuple[str, ...]:
    return policy.jurisdictions(access.actor(), P.NOMINATION_SUBMIT) if found.purpose == "nomination" else ("",)


def _back(found: RosterImport) -> str:
    if found.purpose == "nomination":
        return url_for("registration.nominate", phase_id=found.phase_id)
    if found.phase_id is not None:
        return url_for("registration.phase", phase_id=found.phase_id)
    return url_for("registration.event", event_id=found.event_id)


@bp.get("/rosters/<int:roster_id>")
@access.person
def roster_import(roster_id: int) -> Any:
    """What every row becomes, questions first; once imported, what came of it."""
    return _page(roster_for(access.actor(), roster_id), "", 200)


def _page(found: RosterImport, problem: Any, status: int) -> Any:
    if found.state not in rosters.OPEN:
        page = render_template("registration/roster_done.html", roster=found, back=_back(found), words=rosterwords)
        return page, status
    preview = rosters.preview(found, _jurisdictions(found))
    todo = [r for r in preview.results if r.outcome in (Outcome.QUESTION, Outcome.BAD)]
    show = request.args.get("show", "todo" if todo else "all")
    rows = todo if show == "todo" else preview.taken if show == "good" else list(preview.results)
    number = requested_page()
    shown = rows[(number - 1) * PER_PAGE : number * PER_PAGE]
    page = render_template(
        "registration/roster.html",
        roster=found,
        preview=preview,
        page=Page(shown, number, len(rows)),
        show=show if show in SHOWN else "all",
        todo=len(todo),
        outcomes=Outcome,
        fields=Field,
        words=rosterwords,
        problem=problem,
        back=_back(found),
    )
    return page, status


def _number(name: str) -> int:
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1


@bp.post("/rosters/<int:roster_id>/columns")
@access.person
def roster_columns(roster_id: int) -> Any:
    """Choose the sheet, the heading row and what each column holds."""
    found = roster_for(access.actor(), roster_id)
    sheet, header_row = _number("sheet"), _number("header_row") - 1
    same = (sheet, header_row) == (found.choices["sheet"], found.choices["header_row"])
    columns = {field: column for field in Field if (column := _number(f"column-{field.value}")) >= 0}
    try:
        # Another sheet or heading row has other columns: they are guessed anew.
        rosters.choose(roster_id, sheet=sheet, header_row=header_row, fields=columns if same else None)
    except Invalid as fault:
        return _page(found, fault.sentence, 422)
    return redirect(url_for("registration.roster_import", roster_id=roster_id))


@bp.post("/rosters/<int:roster_id>/answers")
@access.person
def roster_answers(roster_id: int) -> Any:
    """Note the answers on this page."""
    roster_for(access.actor(), roster_id)
    answers = {
        int(name.removeprefix("row-")): value
        for name, value in request.form.items()
        if name.removeprefix("row-").isdecimal() and value
    }
    again = _number("again")
    rosters.answer(roster_id, answers | ({again: ""} if again > 0 else {}))
    return redirect(url_for("registration.roster_import", roster_id=roster_id, show=request.args.get("show")))


@bp.post("/rosters/<int:roster_id>/import")
@access.person
def roster_confirm(roster_id: int) -> Any:
    """Import the roster, whole or not at all."""
    found = roster_for(access.actor(), roster_id)
    try:
        rosters.confirm(
            roster_id,
            _jurisdictions(found),
            leave_out_bad=request.form.get("leave_out") == "1",
            actor_id=access.actor().person_id or 0,
            now=clock.now(),
        )
    except NotFound:
        raise
    except Refusal as refused:
        return _page(roster_for(access.actor(), roster_id), refused.sentence, refused.status)
    return redirect(url_for("registration.roster_import", roster_id=roster_id))


@bp.post("/rosters/<int:roster_id>/discard")
@access.person
def roster_discard(roster_id: int) -> Any:
    """Throw the upload away."""
    found = roster_for(access.actor(), roster_id)
    rosters.discard(roster_id)
    flash(_("The upload is discarded. Nothing was imported."))
    return redirect(_back(found))
