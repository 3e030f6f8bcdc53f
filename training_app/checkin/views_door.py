"""The desk, and the door's phone page with all that it sends."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from flask import g, jsonify, make_response, render_template, request

from training_app.core import clock
from training_app.core.actors import Actor
from training_app.core.errors import Invalid
from training_app.core.permissions import Permission as P
from training_app.people.policy import allows, allows_anywhere
from training_app.schedule.access import programme_scope, slot_for
from training_app.schedule.models import Slot
from training_app.web import access
from training_app.web.conditional import tagged, unchanged
from training_app.web.errors import wants_json
from training_app.web.filters import hour, place
from training_app.web.headers import allow_wasm
from training_app.web.pagination import paginate, requested_page

from . import board as boards
from . import desk, forms, parts, rules, service, sharing, standins, walkins, wording
from .answers import Answer
from .blueprint import bp
from .presented import Presented


@bp.get("/checkin")
@access.needs(P.DOOR_SCAN)
def index() -> Any:
    """The slots of today and near."""
    now = clock.now()
    who = access.actor()
    page = paginate(desk.near(who, now), page=requested_page())
    tallies = boards.tallies([slot.id for slot in page.items])
    stages = {s.id: rules.stage(s.event.state, s.checkin_opens_at, s.checkin_closes_at, now) for s in page.items}
    manages = {s.id: may_manage(s) for s in page.items}
    return render_template(
        "checkin/index.html",
        page=page,
        tallies=tallies,
        stages=stages,
        manages=manages,
        manages_devices=allows_anywhere(who, P.DEVICE_MANAGE),
        words=wording,
        today=now,
    )


def may_manage(slot: Slot) -> bool:
    """Whether this actor may make links, show the projector and print sheets for a slot."""
    return allows(access.actor(), P.DOOR_MANAGE, programme_scope(slot.event.programme, slot.event_id))


def _in_wechat() -> bool:
    return "MicroMessenger" in request.user_agent.string


@bp.get("/checkin/<int:slot_id>")
@access.needs(P.DOOR_SCAN)
def door(slot_id: int) -> Any:
    """The volunteer's phone: camera, photo, typed code, name search, walk-in, live count."""
    now = clock.now()
    slot = slot_for(access.actor(), slot_id, P.DOOR_SCAN)
    text = request.args.get("q", "")
    # What the phone keeps for a hall without network: the same page, and nobody's name in it.
    kept = "kept" in request.args
    allow_wasm()
    page = render_template(
        "checkin/door.html",
        kept=kept,
        holder=access.actor().login_id,
        slot=slot,
        form=_walk_in_form(slot),
        wechat=_in_wechat(),
        manages=may_manage(slot),
        force=forms.ForceForm(),
        stage=rules.stage(slot.event.state, slot.checkin_opens_at, slot.checkin_closes_at, now),
        typed=text,
        found=boards.find(slot_id, text) if text else None,
        **(_live(slot_id) if not kept else {"words": wording, "tally": boards.Tally(), "nonce": new_nonce}),
    )
    # The worker tells by it whether the page came newer than the files that it holds.
    return page, {"X-Door-Version": parts.version()}


def _live(slot_id: int) -> dict[str, Any]:
    tally = boards.tally(slot_id)
    return {
        "words": wording,
        "tally": tally,
        "asking": sharing.asking(slot_id) if tally.asked else [],
        "arrivals": boards.arrivals(slot_id),
        "missing": boards.missing(slot_id),
        "nonce": new_nonce,
    }


def new_nonce() -> str:
    """A nonce for a form that works without scripts."""
    return secrets.token_urlsafe(12)


def _walk_in_form(slot: Slot) -> forms.DoorWalkInForm:
    form = forms.DoorWalkInForm()
    form.offer([slot.event.programme.division_code])
    if not may_manage(slot):
        form.without_stand_ins()
    return form


@bp.get("/checkin/<int:slot_id>/board")
@access.needs(P.DOOR_SCAN)
def board(slot_id: int) -> Any:
    """The live part of the door's page; 304 while nothing has happened."""
    slot_for(access.actor(), slot_id, P.DOOR_SCAN)
    tag = boards.tally(slot_id).tag
    if request.if_none_match.contains(tag):
        return unchanged(tag)
    return tagged(make_response(render_template("checkin/_board.html", slot_id=slot_id, **_live(slot_id))), tag)


@bp.get("/checkin/<int:slot_id>/people")
@access.needs(P.DOOR_SCAN)
def people(slot_id: int) -> Any:
    """Name search: the part of the page that lists whom it found."""
    slot_for(access.actor(), slot_id, P.DOOR_SCAN)
    text = request.args.get("q", "")
    return render_template(
        "checkin/_people.html", slot_id=slot_id, typed=text, found=boards.find(slot_id, text), nonce=new_nonce
    )


def as_json(answer: Answer) -> dict[str, Any]:
    """An answer as the door's script shows it."""
    community = [place(answer.subdistrict), place(answer.community)]
    return {
        "outcome": answer.outcome,
        "code": answer.code,
        "tone": wording.tone(answer),
        "sentence": wording.spoken(answer),
        "name": answer.name or "",
        "place": " · ".join(part for part in community if part),
        "time": hour(answer.time),
        "first": hour(answer.first_at) if answer.first_at else "",
        "mark": wording.mark(answer.as_whom),
    }


def say(slot: Slot, answer: Answer, *, force: forms.ForceForm | None = None) -> Any:
    """The answer as a page or for a script; `force`: what is sent to let the person in all the same."""
    if wants_json():
        return jsonify(as_json(answer) | {"force": force is not None})
    return render_template(
        "checkin/answer.html",
        slot=slot,
        words=wording,
        answer=as_json(answer),
        tally=boards.tally(slot.id),
        form=force,
        nonce=new_nonce,
    )


def may_force(slot: Slot, answer: Answer) -> bool:
    """Whether this actor may overrule this refusal."""
    return answer.outcome == "refused" and answer.code in rules.FORCIBLE and may_manage(slot)


def _foresee(slot_id: int) -> Any:
    try:
        g.shown = shown = forms.shown(request.form)
    except Invalid:
        # Said by the view, to whom it is for.
        return None
    return service.foresee(slot_id, shown.ticket, shown.registration_id)


@bp.post("/checkin/<int:slot_id>/scan")
@access.needs(P.DOOR_SCAN)
@access.reads_ahead(_foresee)
def scan(slot_id: int) -> Any:
    """One ticket or one name: in, or why not."""
    now = clock.now()
    who = access.actor()
    shown = g.get("shown") or forms.shown(request.form)
    presented = presented_by(who, shown, now)
    read = access.ahead()
    if shown.registration_id is not None:
        answer = service.check_in(slot_id, presented, registration_id=shown.registration_id, by=who, now=now, read=read)
    else:
        answer = service.scan(slot_id, shown.ticket, presented, by=who, now=now, read=read)
    if answer.outcome == "accepted" and wants_json():
        # The crowd's way: nothing is asked of the slot again.
        return jsonify(as_json(answer) | {"force": False})
    slot = slot_for(who, slot_id, P.DOOR_SCAN)
    return say(slot, answer, force=forms.ForceForm() if may_force(slot, answer) else None)


def presented_by(who: Actor, shown: forms.Shown, now: datetime) -> Presented:
    """What the door's page sent, as the service takes it."""
    return Presented(
        nonce=shown.nonce,
        source=shown.source,
        direction=shown.direction,
        login_id=who.login_id,
        actor_id=who.person_id,
        device_id=who.device_id,
        device_time=rules.scanned_at(shown.waited_ms, now),
    )


def _registered(slot_id: int, form: forms.DoorWalkInForm, who: Actor, now: datetime) -> Answer:
    how: dict[str, Any] = {"login_id": who.login_id, "device_id": who.device_id, "nonce": form.nonce.data or ""}
    if form.as_whom.data == "stand_in" and who.person_id is not None:
        return standins.at_door(
            slot_id,
            name=form.name.data,
            phone=form.phone.data,
            instead_of=form.instead_of.data or "",
            actor_id=who.person_id,
            now=now,
            **how,
        )
    return walkins.at_door(
        slot_id,
        name=form.name.data,
        phone=form.phone.data,
        division_code=form.place,
        as_whom=form.as_whom.data,
        actor_id=who.person_id,
        now=now,
        **how,
    )


@bp.post("/checkin/<int:slot_id>/walk-in")
@access.needs(P.DOOR_SCAN)
def walk_in(slot_id: int) -> Any:
    """Register someone who is on no list, and check them in at once."""
    now = clock.now()
    who = access.actor()
    slot = slot_for(who, slot_id, P.DOOR_SCAN)
    form = _walk_in_form(slot)
    try:
        if not form.choosing and form.validate():
            return say(slot, _registered(slot_id, form, who, now))
    except Invalid as fault:
        if not fault.fields:
            raise
        forms.show(form, fault)
    if wants_json():
        faults = {name: " ".join(str(one) for one in errors) for name, errors in form.errors.items()}
        return jsonify(fields=faults), 422
    return render_template("checkin/walk_in.html", slot=slot, words=wording, form=form, nonce=new_nonce), 422
