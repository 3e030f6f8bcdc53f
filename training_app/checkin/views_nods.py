"""Who waits at the door because someone else has already checked in with the same phone."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import flash, jsonify, make_response, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from training_app.core import clock
from training_app.core.permissions import Permission as P
from training_app.schedule.access import slot_for
from training_app.web import access
from training_app.web.conditional import tagged, unchanged
from training_app.web.errors import wants_json

from . import nods, sharing, wording
from .blueprint import bp
from .views_door import as_json


@bp.get("/checkin/<int:slot_id>/nods")
@access.needs(P.DOOR_SCAN)
def waiting_nods(slot_id: int) -> Any:
    """The list: a yes or a no is one tap. To the page that shows it the part that changes, 304 while it does not."""
    slot = slot_for(access.actor(), slot_id, P.DOOR_SCAN)
    asking, refused = sharing.asking(slot_id), sharing.asking(slot_id, ("refused",))
    tag = _tag([*asking, *refused])
    live = request.headers.get("HX-Request") == "true"
    if live and request.if_none_match.contains(tag):
        return unchanged(tag)
    template = "checkin/_nods_list.html" if live else "checkin/nods.html"
    page = render_template(template, slot=slot, asking=asking, refused=refused, tag=tag, words=wording)
    return tagged(make_response(page), tag) if live else page


def _tag(listed: list[sharing.Asking]) -> str:
    """Changes with whoever comes, goes, or is answered."""
    seen = [(one.id, one.state, one.name, one.community) for one in listed]
    return hashlib.sha256(repr((seen, str(get_locale()))).encode()).hexdigest()[:16]


@bp.post("/checkin/<int:slot_id>/nods/<int:asked_id>")
@access.needs(P.DOOR_SCAN)
def nod(slot_id: int, asked_id: int) -> Any:
    """Yes checks the person in as of when she asked; no tells her phone so."""
    who = access.actor()
    slot_for(who, slot_id, P.DOOR_SCAN)
    yes = request.form.get("answer") == "yes"
    answer = nods.decide(slot_id, asked_id, yes=yes, login_id=who.login_id, actor_id=who.person_id, now=clock.now())
    if wants_json():
        return jsonify(as_json(answer) if answer else {"tone": "refused", "sentence": str(_("Not agreed."))})
    if answer is None:
        flash(_("Not agreed. The phone says so."))
    elif answer.outcome == "accepted":
        flash(_("%(name)s is checked in.", name=answer.name))
    else:
        flash(str(answer.sentence), "error")
    return redirect(url_for("checkin.waiting_nods", slot_id=slot_id))
