"""The door's way round a refusal, for whoever manages the door."""

from __future__ import annotations

from typing import Any

from flask import jsonify, render_template

from training_app.core import clock
from training_app.core.errors import Invalid
from training_app.core.permissions import Permission as P
from training_app.schedule.access import slot_for
from training_app.web import access
from training_app.web.errors import wants_json

from . import forcing, forms, rules, service, wording
from .blueprint import bp
from .presented import Presented
from .views_door import new_nonce, say


@bp.post("/checkin/<int:slot_id>/force")
@access.needs(P.DOOR_MANAGE)
def force(slot_id: int) -> Any:
    """Let in all the same, with a reason."""
    now = clock.now()
    who = access.actor()
    slot = slot_for(who, slot_id, P.DOOR_MANAGE)
    form = forms.ForceForm()
    if not form.validate():
        raise Invalid("shape", service.UNREADABLE)
    presented = Presented(
        nonce=form.nonce.data or "",
        source=form.source.data or "",
        login_id=who.login_id,
        actor_id=who.person_id,
        device_id=who.device_id,
        device_time=rules.scanned_at(form.waited_ms.data, now),
    )
    try:
        answer = forcing.force(
            slot_id,
            presented,
            form.reason.data or "",
            shown=form.ticket.data or "",
            registration_id=form.registration_id.data,
            now=now,
        )
    except Invalid as fault:
        if not fault.fields:
            raise
        forms.show(form, fault)
        if wants_json():
            return jsonify(fields={name: str(sentence) for name, sentence in fault.fields.items()}), 422
        return render_template("checkin/force.html", slot=slot, words=wording, form=form, nonce=new_nonce), 422
    return say(slot, answer)
