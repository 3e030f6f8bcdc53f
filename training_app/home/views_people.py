"""A person's page, and search."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from training_app.core.permissions import Permission
from training_app.learning.outsiderules import STATES, TONES
from training_app.people.access import person_for, person_scope
from training_app.people.policy import allows
from training_app.web import access
from training_app.web.pagination import paginate, requested_page

from . import dossier, search
from .blueprint import bp


@bp.get("/people/<int:person_id>")
@access.needs(Permission.PERSON_VIEW)
def person(person_id: int) -> Any:
    """Posts, registrations, attendance, certificates and training elsewhere of a person in one's area."""
    who = access.actor()
    found = person_for(who, person_id, Permission.PERSON_VIEW)
    page = paginate(dossier.registrations(found), page=requested_page())
    return render_template(
        "home/person.html",
        dossier=dossier.dossier(found, page.items),
        page=page,
        may_edit=allows(who, Permission.PERSON_EDIT, person_scope(found)),
        may_enter=allows(who, Permission.OUTSIDE_ENTER, person_scope(found)),
        words={"states": STATES, "tones": TONES},
    )


@bp.get("/search", endpoint="search")
@access.needs(Permission.SCHEDULE_VIEW)
def find() -> Any:
    """People and events by Chinese, pinyin, initials or the end of a phone number."""
    text = request.args.get("q", "")
    return render_template("home/search.html", text=text, found=search.find(access.actor(), text))
