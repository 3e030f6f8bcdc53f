"""Two records of one person, side by side, become one."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from training_app.core import clock
from training_app.core.errors import NotFound, Refusal
from training_app.core.permissions import Permission as P
from training_app.web import access

from . import directory, merging, persons, policy
from .access import person_below
from .blueprint import bp


def _other(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


@bp.get("/people/<int:person_id>/merge")
@access.needs(P.PERSON_EDIT)
def merge(person_id: int) -> Any:
    """Search for the other record; then both side by side."""
    who, now = access.actor(), clock.now()
    person = person_below(who, person_id, P.PERSON_EDIT, now)
    into = None
    if "into" in request.args:
        into = person_below(who, _other(request.args.get("into")), P.PERSON_EDIT, now)
    text = request.args.get("q", person.name).strip()[:60]
    found = persons.search(text, policy.jurisdictions(who, P.PERSON_EDIT)) if into is None else []
    sides = directory.rows([person, into]) if into is not None else []
    return render_template(
        "people/merge.html",
        person=person,
        into=into,
        text=text,
        sides=sides,
        rows=directory.rows([p for p in found if p.id != person_id]),
        obstacle=merging.obstacle(person_id, now) if into is not None else None,
    )


@bp.post("/people/<int:person_id>/merge")
@access.needs(P.PERSON_EDIT)
def do_merge(person_id: int) -> Any:
    """Merge; the other one stays."""
    who, now = access.actor(), clock.now()
    person = person_below(who, person_id, P.PERSON_EDIT, now)
    into = person_below(who, _other(request.form.get("into")), P.PERSON_EDIT, now)
    try:
        merging.merge(person.id, into.id, actor_id=who.person_id or 0, now=now)
    except NotFound:
        raise
    except Refusal as fault:
        flash(str(fault.sentence), "error")
        return redirect(url_for("people.merge", person_id=person_id, into=into.id))
    flash(_("Merged. Everything recorded for both is kept."))
    return redirect(url_for("people.index", q=into.name))
