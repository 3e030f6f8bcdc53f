"""What the door's phone needs to go on without network: pack, upload, worker, manifest, a way back to the door."""

from __future__ import annotations

from typing import Any

from flask import jsonify, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from training_app.core import clock
from training_app.core.errors import Invalid
from training_app.core.permissions import Permission as P
from training_app.schedule.access import slot_for
from training_app.schedule.models import Slot
from training_app.web import access
from training_app.web.conditional import tagged, unchanged
from training_app.web.filters import product_name

from . import desk, parts, rules, uploads
from .answers import Answer
from .blueprint import bp
from .pack import Pack
from .views_door import as_json, may_force


@bp.get("/checkin/<int:slot_id>/pack")
@access.needs(P.DOOR_SCAN)
def pack(slot_id: int) -> Any:
    """Everything to decide by without network; 304 while nothing has changed."""
    now = clock.now()
    made = Pack(slot_for(access.actor(), slot_id, P.DOOR_SCAN))
    if request.if_none_match.contains(made.tag):
        return unchanged(made.tag)
    return tagged(make_response(jsonify(made.body(now, have=request.args.get("have", "")))), made.tag)


def _answered(nonce: Any, answer: Answer | Invalid) -> dict[str, Any]:
    if isinstance(answer, Invalid):
        return {"nonce": nonce, "error": {"code": answer.code, "sentence": str(answer.sentence)}}
    return {"nonce": nonce, **as_json(answer)}


def _force(slot: Slot | None, answer: Answer | Invalid) -> dict[str, bool]:
    """Whether this refusal may be overruled by who asks, said with refusals alone."""
    if slot is None or isinstance(answer, Invalid) or answer.outcome == "accepted":
        return {}
    return {"force": may_force(slot, answer)}


@bp.post("/checkin/<int:slot_id>/scans")
@access.needs(P.DOOR_SCAN)
def upload(slot_id: int) -> Any:
    """A phone's scans, as often as it likes to send them; also its sign of life."""
    now = clock.now()
    who = access.actor()
    body = request.get_json(silent=True)
    if not (isinstance(body, dict) and body.get("scans")):
        # With scans the service proves for each that this actor keeps this door.
        slot_for(who, slot_id, P.DOOR_SCAN)
    decided = uploads.decide(slot_id, uploads.read(body), by=who, now=now)
    answers = list(decided)
    slot = None
    if any(isinstance(one, Answer) and one.code in rules.FORCIBLE for _nonce, one in answers):
        slot = slot_for(who, slot_id, P.DOOR_SCAN)
    told = [_answered(nonce, answer) | _force(slot, answer) for nonce, answer in answers]
    return jsonify(server_time=int(clock.now().timestamp() * 1000), answers=told)


@bp.get("/checkin/worker.js")
@access.public
def worker() -> Any:
    """The service worker of the doors alone: its scope is where it lies."""
    response = make_response(render_template("checkin/worker.js", parts=parts.addresses(), version=parts.version()))
    response.mimetype = "text/javascript"
    response.headers["Cache-Control"] = "no-cache"
    return response


@bp.get("/checkin/door.webmanifest")
@access.public
def webmanifest() -> Any:
    """The door as an application on the home screen."""
    icons = [
        {"src": url_for("static", filename=f"img/door-{side}.png"), "sizes": f"{side}x{side}", "type": "image/png"}
        for side in (192, 512)
    ]
    response = jsonify(
        id=url_for("checkin.open_door"),
        name=f"{_('Check-in')} · {product_name()}",
        short_name=_("Check-in"),
        start_url=url_for("checkin.open_door"),
        scope=url_for("checkin.index") + "/",
        display="standalone",
        background_color="#fbf7f1",
        theme_color="#0f4c5c",
        icons=icons,
    )
    response.mimetype = "application/manifest+json"
    response.headers["Cache-Control"] = "no-cache"
    return response


@bp.get("/checkin/open")
@access.needs(P.DOOR_SCAN)
def open_door() -> Any:
    """The door that is open now or opens next: where the installed application begins."""
    now = clock.now()
    slot = desk.next_near(access.actor(), now)
    return redirect(url_for("checkin.door", slot_id=slot.id) if slot else url_for("checkin.index"))
