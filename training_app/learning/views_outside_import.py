"""Past training from a file: choose it, see what it amounts to, answer its questions, enter it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from training_app.core import clock, files
from training_app.core.errors import Invalid, NotFound
from training_app.core.permissions import Permission as P
from training_app.people.policy import jurisdictions
from training_app.web import access

from . import forms_outside, outsideimport
from .blueprint import bp
from .outsiderules import LEVELS

_SHOWN = 200


def _areas() -> tuple[tuple[str, ...], bool]:
    """Where the actor may import, and whether what is imported is confirmed by it."""
    decides = jurisdictions(access.actor(), P.OUTSIDE_DECIDE)
    return (decides, True) if decides else (jurisdictions(access.actor(), P.OUTSIDE_ENTER), False)


def _page(preview: Any = None, problem: Any = None, status: int = 200, **more: Any) -> Any:
    open_rows = [row for row in preview.rows if row.outcome == outsideimport.QUESTION] if preview else []
    page = render_template(
        "learning/outside_import.html",
        preview=preview,
        problem=problem,
        bad=[row for row in preview.rows if row.outcome == outsideimport.BAD] if preview else [],
        questions=open_rows[:_SHOWN],
        entries=[row for row in preview.rows if row.outcome in (outsideimport.NEW, outsideimport.WAITS)]
        if preview
        else [],
        shown=_SHOWN,
        confirms=_areas()[1],
        levels=LEVELS,
        **{"defaults": {}, "token": None, "name": "", "answers": {}} | more,
    )
    return page, status


@bp.get("/elsewhere/import")
@access.needs(P.OUTSIDE_ENTER)
def outside_import() -> Any:
    """Choose a file."""
    return _page()


@bp.post("/elsewhere/import")
@access.needs(P.OUTSIDE_ENTER)
def outside_preview() -> Any:
    """Show what the file would enter; nothing is saved yet."""
    now, typed = clock.now(), forms_outside.typed_defaults(request.form)
    upload = request.files.get("file")
    name = (upload.filename if upload else "") or ""
    if upload is None or not name:
        return _page(problem=_("Choose the file with the list."), status=422, defaults=typed)
    return _previewed(upload.read(), name, typed, {}, now)


def _previewed(data: bytes, name: str, typed: dict[str, str], answers: dict[int, str], now: Any) -> Any:
    areas, confirms = _areas()
    try:
        defaults = forms_outside.defaults(typed)
        preview = outsideimport.read(data, name, areas, defaults, confirms=confirms, answers=answers, now=now)
    except Invalid as fault:
        return _page(problem=fault.sentence, status=422, defaults=typed)
    bad = preview.counts[outsideimport.BAD]
    token = None if bad else forms_outside.seal(outsideimport.keep(data, name, now=now), name, typed)
    return _page(preview, status=422 if bad else 200, defaults=typed, token=token, name=name, answers=answers)


@bp.post("/elsewhere/import/confirm")
@access.needs(P.OUTSIDE_ENTER)
def outside_import_confirm() -> Any:
    """Enter the previewed file with the answers to its questions, all rows or none."""
    who, now = access.actor(), clock.now()
    chosen = forms_outside.unseal(request.form.get("token", ""))
    if chosen is None:
        return _page(problem=_("The preview is too old. Choose the file again; nothing was saved."), status=422)
    digest, name, typed = chosen
    answers = forms_outside.answers(request.form)
    areas, confirms = _areas()
    try:
        data = files.read(digest)
    except NotFound:
        # Sent twice: the first sending entered it all.
        return redirect(url_for("learning.outside_list"))
    preview = outsideimport.read(
        data, name, areas, forms_outside.defaults(typed), confirms=confirms, answers=answers, now=now
    )
    try:
        entered, confirmed = outsideimport.enter(
            preview, digest, confirms=confirms, actor_id=who.person_id or 0, now=now
        )
    except Invalid as fault:
        return _page(
            preview,
            fault.sentence,
            422,
            defaults=typed,
            token=forms_outside.seal(digest, name, typed),
            name=name,
            answers=answers,
        )
    flash(ngettext("%(num)d training entered.", "%(num)d trainings entered.", entered + confirmed))
    return redirect(url_for("learning.outside_list"))
