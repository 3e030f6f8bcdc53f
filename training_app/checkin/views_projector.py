"""The projector: the venue's code for the wall."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import jsonify, make_response, render_template, request

from training_app.core import clock, qr
from training_app.core.permissions import Permission as P
from training_app.schedule.access import slot_for
from training_app.schedule.models import Slot
from training_app.web import access
from training_app.web.addresses import public_url
from training_app.web.conditional import tagged, unchanged
from training_app.web.filters import place

from . import board as boards
from . import rules, venue, wording
from .blueprint import bp

#: Codes that the page holds ahead: with the last one's grace they outlast two minutes without network.
AHEAD = 4


@bp.get("/checkin/<int:slot_id>/projector")
@access.needs(P.DOOR_MANAGE)
def projector(slot_id: int) -> Any:
    """The code for the wall."""
    slot = slot_for(access.actor(), slot_id, P.DOOR_MANAGE)
    return render_template("checkin/projector.html", slot=slot, state=_state(slot, clock.now()), words=wording)


def _stage(slot: Slot, now: datetime) -> str:
    """As the rules have it, and "early" while a code would be worth nothing yet."""
    stage = rules.stage(slot.event.state, slot.checkin_opens_at, slot.checkin_closes_at, now)
    return "early" if stage == "before" and now < slot.checkin_opens_at - rules.EARLY else stage


def _step(slot_id: int, shown: venue.Shown) -> dict[str, Any]:
    side, path = qr.path(public_url("checkin.venue", slot_id=slot_id, code=shown.code))
    return {
        "side": side,
        "path": path,
        "digits": f"{shown.digits[:3]} {shown.digits[3:]}",
        "ends_ms": int(shown.ends_at.timestamp() * 1000),
    }


def _state(slot: Slot, now: datetime) -> dict[str, Any]:
    stage = _stage(slot, now)
    shows = stage in ("before", "open")
    figures = boards.tally(slot.id)
    last = boards.arrivals(slot.id, limit=1)
    return {
        "now_ms": int(now.timestamp() * 1000),
        "step_ms": rules.STEP * 1000,
        "steps": [_step(slot.id, shown) for shown in venue.coming(slot.id, now, AHEAD)] if shows else [],
        "here": figures.here,
        "expected": figures.expected,
        "welcome": " ".join(part for part in (place(last[0].community), last[0].name) if part) if last else "",
        "stage": stage,
    }


@bp.get("/checkin/<int:slot_id>/projector.json")
@access.needs(P.DOOR_MANAGE)
def projector_state(slot_id: int) -> Any:
    """What the projector shows now; 304 while neither code nor count has changed."""
    now = clock.now()
    slot = slot_for(access.actor(), slot_id, P.DOOR_MANAGE)
    tag = f"{rules.step_of(now)}-{_stage(slot, now)}-{boards.tally(slot_id).tag}"
    if request.if_none_match.contains(tag):
        return unchanged(tag)
    return tagged(make_response(jsonify(_state(slot, now))), tag)
