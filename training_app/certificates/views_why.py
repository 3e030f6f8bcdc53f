"""Why somebody has earned the paper, or why not and what would fix it."""

from __future__ import annotations

from typing import Any

from flask import render_template

from training_app.core import clock
from training_app.core.permissions import Permission
from training_app.people.access import person_scope
from training_app.people.policy import allows
from training_app.schedule.access import programme_scope
from training_app.web import access

from .access import participant_for
from .blueprint import bp
from .why import why as reasons


@bp.get("/programmes/<int:programme_id>/certificates/why/<int:person_id>")
@access.needs(Permission.CERTIFICATE_VIEW)
def why(programme_id: int, person_id: int) -> Any:
    """One row a condition, for one person of one's area."""
    who = access.actor()
    programme, person = participant_for(who, programme_id, person_id)
    scope, own = programme_scope(programme), person_scope(person)
    return render_template(
        "certificates/why.html",
        why=reasons(programme, person.id, clock.now()),
        person=person,
        may_issue=allows(who, Permission.CERTIFICATE_ISSUE, scope),
        may_book=all(allows(who, Permission.MAKE_UP_BOOK, of) for of in (scope, own)),
    )
