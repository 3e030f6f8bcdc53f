"""The door's way round a refusal, for whoever manages the door."""

from __future__ import annotations

from typing import Any

from flask import jsonify, render_template, request

from training_app.core import clock
from training_app.core.errors import Invalid
from training_app.core.permissions import Permission as P
from training_app.schedule.access import slot_for
from training_app.web import access
from training_app.web.errors import wants_json

from . import forcing, forms, wording
from .answers import UNREADABLE
from .blueprint import bp
from .views_door import new_nonce, presented_by, say


@bp.post("/checkin/<int:slot_id>/force")
@access.needs(P.DOOR_MANAGE)
def force(slot_id: int) -> Any:
    """Let in all the same, with a reason; without scripts the first tap asks for it."""
    now = clock.now()
    who = access.actor()
    slot = slot_for(who, slot_id, P.DOOR_MANAGE)
    shown = forms.shown(request.form)
    form = forms.ForceForm()
    if not form.validate():
        raise Invalid("shape", UNREADABLE)
    page: dict[str, Any] = {"slot": slot, "words": wording, "form": form, "nonce": new_nonce}
    if "reason" not in request.form and not wants_json():
        return render_template("checkin/force.html", **page)
    try:
        answer = forcing.force(
            slot_id,
            presented_by(who, shown, now),
            form.reason.data or "",
            shown=shown.ticket,
            registration_id=shown.registration_id,
            now=now,
        )
    except Invalid as fault:
        if not fault.fields:
            raise
        forms.show(form, fault)
        if wants_json():
            return jsonify(fields={name: str(sentence) for name, sentence in fault.fields.items()}), 422
        return render_template("checkin/force.html", **page), 422
    return say(slot, answer)
