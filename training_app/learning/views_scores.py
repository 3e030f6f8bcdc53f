"""The pages of scores."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from training_app.core import clock
from training_app.core.errors import Invalid
from training_app.core.permissions import Permission
from training_app.core.spreadsheets import XLSX_TYPE, file_name
from training_app.divisions.service import filter_choices
from training_app.schedule.access import programme_for
from training_app.schedule.models import Programme
from training_app.web import access
from training_app.web.pagination import paginate, requested_page

from . import forms, importing, service, sheets
from .blueprint import bp
from .roll import counts, places, roll_statement

#: Whoever enters scores enters them for the whole programme.
_EVERYWHERE = ("",)
#: A district's directors fit on one page.
_PER_PAGE = 100


def _programme(programme_id: int) -> Programme:
    return programme_for(access.actor(), programme_id, Permission.SCORE_MANAGE)


def _table(programme: Programme, typed: forms.TypedScores, problem: Any = None) -> str:
    under, text = request.args.get("under", ""), request.args.get("q", "")
    only_open = request.args.get("open") == "1"
    wanted = roll_statement(programme.id, _EVERYWHERE, under=under, text=text, unscored=only_open)
    page = paginate(wanted, page=requested_page(), per_page=_PER_PAGE, scalars=False)
    ids = [person.id for person in page.items]
    everyone, entered = counts(programme.id, _EVERYWHERE, under=under, text=text)
    return render_template(
        "learning/scores.html",
        programme=programme,
        page=page,
        entered=entered,
        everyone=everyone,
        tries=service.points(programme.id, ids),
        sources=service.sources(programme.id, ids),
        places=places(person.division_code for person in page.items),
        subdistricts=filter_choices(programme.division_code, _EVERYWHERE, under),
        mark=service.pass_mark(programme.id),
        typed=typed,
        problem=problem,
        filters={"under": under, "q": text, "open": only_open},
    )


@bp.get("/programmes/<int:programme_id>/scores")
@access.needs(Permission.SCORE_MANAGE)
def scores(programme_id: int) -> Any:
    """The table of scores."""
    return _table(_programme(programme_id), forms.TypedScores())


@bp.post("/programmes/<int:programme_id>/scores")
@access.needs(Permission.SCORE_MANAGE)
def save_scores(programme_id: int) -> Any:
    """Save what was changed on the page, all of it or nothing."""
    programme, now = _programme(programme_id), clock.now()
    typed = forms.typed_scores(request.form)
    problem: Any = None
    if typed.errors:
        problem = _("Some points cannot be used; they are marked below. Nothing was saved.")
    else:
        try:
            saved = service.save(
                programme.id, typed.cells, source="paper", actor_id=access.actor().person_id or 0, now=now
            )
        except Invalid as fault:
            typed.errors[fault.details.get("person_id", 0), 2] = fault.sentence
            problem = _("Some points cannot be used; they are marked below. Nothing was saved.")
    if problem:
        return _table(programme, typed, problem), 422
    if saved.total:
        flash(ngettext("%(num)d score saved.", "%(num)d scores saved.", saved.total))
    else:
        flash(_("Nothing was changed."))
    kept = {name: request.args.get(name) for name in ("under", "q", "open", "page")}
    return redirect(url_for("learning.scores", programme_id=programme.id, **kept))  # type: ignore[arg-type]


@bp.get("/programmes/<int:programme_id>/scores/sheet")
@access.needs(Permission.SCORE_MANAGE)
def sheet(programme_id: int) -> Any:
    """The table as a workbook."""
    programme = _programme(programme_id)
    data = sheets.score_sheet(programme.id, programme.title, _EVERYWHERE)
    name = file_name(programme.title, _("Scores"), extension="xlsx")
    return send_file(BytesIO(data), mimetype=XLSX_TYPE, as_attachment=True, download_name=name)


@bp.get("/programmes/<int:programme_id>/scores/import")
@access.needs(Permission.SCORE_MANAGE)
def import_scores(programme_id: int) -> Any:
    """Choose a file."""
    return render_template("learning/import.html", programme=_programme(programme_id), preview=None, problem=None)


@bp.post("/programmes/<int:programme_id>/scores/import")
@access.needs(Permission.SCORE_MANAGE)
def preview_import(programme_id: int) -> Any:
    """Show what the file would change; nothing is saved yet."""
    programme, now = _programme(programme_id), clock.now()
    upload = request.files.get("file")
    name = (upload.filename if upload else "") or ""
    preview = token = problem = None
    if upload is None or not name:
        problem = _("Choose the file with the scores.")
    else:
        try:
            preview = importing.preview(programme.id, upload.read(), name, now=now)
            token = forms.seal(programme.id, preview.digest, name) if preview.digest else None
        except Invalid as fault:
            problem = fault.sentence
    status = 422 if preview is None or preview.found.bad else 200
    page = render_template(
        "learning/import.html", programme=programme, preview=preview, problem=problem, token=token, name=name
    )
    return page, status


@bp.post("/programmes/<int:programme_id>/scores/import/confirm")
@access.needs(Permission.SCORE_MANAGE)
def confirm_import(programme_id: int) -> Any:
    """Save the previewed file, all rows or none."""
    programme, now = _programme(programme_id), clock.now()
    chosen = forms.unseal(programme.id, request.form.get("token", ""))
    if chosen is None:
        problem = _("The preview is too old. Choose the file again; nothing was saved.")
        page = render_template("learning/import.html", programme=programme, preview=None, problem=problem)
        return page, 422
    found, saved = importing.import_kept(programme.id, *chosen, actor_id=access.actor().person_id or 0, now=now)
    if saved is None:
        problem = _("The list of participants changed meanwhile. Nothing was saved; look at the file again.")
        preview = importing.Preview(found, (), 0, "")
        page = render_template(
            "learning/import.html", programme=programme, preview=preview, problem=problem, token=None, name=chosen[1]
        )
        return page, 422
    flash(ngettext("%(num)d score saved.", "%(num)d scores saved.", saved.total))
    return redirect(url_for("learning.scores", programme_id=programme.id))


@bp.get("/programmes/<int:programme_id>/scores/history")
@access.needs(Permission.SCORE_MANAGE)
def history(programme_id: int) -> Any:
    """Who entered and changed which score when."""
    programme = _programme(programme_id)
    page = paginate(service.history(programme.id), page=requested_page(), scalars=False)
    return render_template("learning/history.html", programme=programme, page=page)
