"""Self check-in on a shared tablet. While it runs, this browser opens nothing else; four digits end it."""

from __future__ import annotations

from typing import Any

from flask import flash, jsonify, redirect, render_template, request, session, url_for
from flask_babel import gettext as _

from training_app.core import clock
from training_app.core.errors import Forbidden, Invalid
from training_app.core.permissions import Permission as P
from training_app.schedule.access import slot_for
from training_app.schedule.models import Slot
from training_app.web import access
from training_app.web.errors import wants_json
from training_app.web.headers import allow_wasm
from training_app.web.limits import limiter

from . import forms, kiosk, rules, service, wording
from .answers import Answer
from .blueprint import bp
from .presented import Presented
from .views_door import as_json, new_nonce

#: Where the browser keeps that it is a kiosk, of which slot, and the sealed digits.
KEY = "kiosk"
#: What a kiosk may ask for besides its own pages: its language, a fresh token, and what the tablet still has to send.
OPEN = {"static", "web.language", "web.csrf", "web.healthz", "checkin.upload", "checkin.worker"}
OWN = {"checkin.kiosk", "checkin.start_kiosk", "checkin.kiosk_scan", "checkin.leave_kiosk"}


def _running() -> dict[str, Any] | None:
    """The kiosk that this browser is, if it is one."""
    kept = session.get(KEY)
    return kept if isinstance(kept, dict) else None


@bp.before_app_request
def _stay_in_the_kiosk() -> Any:
    if request.endpoint is None or request.endpoint in OPEN:
        return None
    kept = _running()
    if kept is None:
        return None
    if not access.actor().is_authenticated:
        # The volunteer's login was ended elsewhere: there is nothing left to guard.
        session.pop(KEY)
        return None
    if request.endpoint in OWN and (request.view_args or {}).get("slot_id") == kept.get("slot"):
        return None
    if request.method in ("GET", "HEAD"):
        return redirect(url_for("checkin.kiosk", slot_id=kept["slot"]))
    raise Forbidden("kiosk", _("This tablet is for checking in alone. End that first."))


@bp.get("/checkin/<int:slot_id>/kiosk", endpoint="kiosk")
@access.needs(P.DOOR_SCAN)
def kiosk_page(slot_id: int) -> Any:
    """The kiosk; before it runs, the form that starts it."""
    slot = slot_for(access.actor(), slot_id, P.DOOR_SCAN)
    if _running() is None:
        return render_template("checkin/kiosk_start.html", slot=slot, form=forms.KioskForm(), words=wording)
    return _page(slot)


def _page(slot: Slot, *, problem: Any = None, leaving: bool = False) -> str:
    now = clock.now()
    allow_wasm()
    return render_template(
        "checkin/kiosk.html",
        slot=slot,
        stage=rules.stage(slot.event.state, slot.checkin_opens_at, slot.checkin_closes_at, now),
        now_ms=int(now.timestamp() * 1000),
        opens_ms=int(slot.checkin_opens_at.timestamp() * 1000),
        closes_ms=int(slot.checkin_closes_at.timestamp() * 1000),
        facing=(_running() or {}).get("facing", "user"),
        problem=problem,
        leaving=leaving,
        nonce=new_nonce,
        words=wording,
    )


@bp.post("/checkin/<int:slot_id>/kiosk")
@access.needs(P.DOOR_SCAN)
def start_kiosk(slot_id: int) -> Any:
    """From here on this browser opens the kiosk alone."""
    who = access.actor()
    slot = slot_for(who, slot_id, P.DOOR_SCAN)
    form = forms.KioskForm()
    if form.validate():
        try:
            sealed = kiosk.seal(form.code.data or "", slot_id, who.login_id)
        except Invalid as fault:
            forms.show(form, fault)
        else:
            session[KEY] = {"slot": slot_id, "code": sealed, "facing": form.facing.data}
            return redirect(url_for("checkin.kiosk", slot_id=slot_id))
    return render_template("checkin/kiosk_start.html", slot=slot, form=form, words=wording), 422


@bp.post("/checkin/<int:slot_id>/kiosk/scan")
@limiter.limit("120/minute")
@access.needs(P.DOOR_SCAN)
def kiosk_scan(slot_id: int) -> Any:
    """A ticket before the camera, its ten characters, or a name with the last four digits of the phone number."""
    now = clock.now()
    who = access.actor()
    slot = slot_for(who, slot_id, P.DOOR_SCAN)
    presented = Presented(
        nonce=request.form.get("nonce", "")[:80],
        source="kiosk",
        login_id=who.login_id,
        actor_id=who.person_id,
        device_id=who.device_id,
    )
    name = request.form.get("name", "").strip()[:60]
    try:
        if name:
            found = kiosk.find(slot_id, name, request.form.get("digits", "").strip())
            return _say(slot, as_json(service.check_in(slot_id, presented, registration_id=found, now=now)))
        answer: Answer = service.scan(slot_id, request.form.get("ticket", "")[:2000], presented, now=now)
        return _say(slot, as_json(answer))
    except Invalid as fault:
        if fault.code == "nonce":
            raise
        return _say(slot, {"tone": "refused", "sentence": str(fault.sentence), "name": "", "place": ""})


def _say(slot: Slot, answer: dict[str, Any]) -> Any:
    if wants_json():
        return jsonify(answer)
    return render_template("checkin/kiosk_answer.html", slot=slot, answer=answer, words=wording)


@bp.post("/checkin/<int:slot_id>/kiosk/leave")
@limiter.limit("6/minute")
@access.needs(P.DOOR_SCAN)
def leave_kiosk(slot_id: int) -> Any:
    """The four digits give the tablet back to the volunteer."""
    who = access.actor()
    slot = slot_for(who, slot_id, P.DOOR_SCAN)
    kept = _running()
    if kept is not None and not kiosk.opens(kept["code"], request.form.get("code", ""), slot_id, who.login_id):
        return _page(slot, problem=_("These are not the four digits."), leaving=True), 422
    session.pop(KEY, None)
    flash(_("Self check-in on this tablet has ended."))
    return redirect(url_for("checkin.door", slot_id=slot_id))
