"""The projector, and what a director's phone sees after it has read the projector's code."""

from __future__ import annotations

from typing import Any

from flask import jsonify, make_response, redirect, render_template, request, url_for
from flask_babel import get_locale

from training_app.core import clock, qr
from training_app.core.db import db
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.core.permissions import Permission as P
from training_app.schedule.access import slot_for
from training_app.schedule.models import Slot
from training_app.web import access
from training_app.web.addresses import public_url
from training_app.web.filters import place
from training_app.web.limits import limiter

from . import board as boards
from . import forms, rules, venue, walkins, wording
from .answers import Answer
from .blueprint import bp
from .views_door import as_json, tagged, unchanged

#: The browser keeps a pass here; it lasts through the group's login, which drops the session.
COOKIE = "venue"


@bp.get("/checkin/<int:slot_id>/projector")
@access.needs(P.DOOR_MANAGE)
def projector(slot_id: int) -> Any:
    """The code for the wall."""
    slot = slot_for(access.actor(), slot_id, P.DOOR_MANAGE)
    return render_template("checkin/projector.html", slot=slot, state=_state(slot), words=wording)


def _state(slot: Slot) -> dict[str, Any]:
    now = clock.now()
    steps = []
    for ahead in (0, 1):
        shown = venue.shown(slot.id, now, ahead=ahead)
        side, path = qr.path(public_url("checkin.venue", slot_id=slot.id, code=shown.code))
        steps.append(
            {
                "side": side,
                "path": path,
                "digits": f"{shown.digits[:3]} {shown.digits[3:]}",
                "ends_ms": int(shown.ends_at.timestamp() * 1000),
            }
        )
    figures = boards.tally(slot.id)
    last = boards.arrivals(slot.id, limit=1)
    welcome = " ".join(part for part in (place(last[0].community), last[0].name) if part) if last else ""
    return {
        "now_ms": int(now.timestamp() * 1000),
        "step_ms": rules.STEP * 1000,
        "steps": steps,
        "here": figures.here,
        "expected": figures.expected,
        "others": figures.others,
        "welcome": welcome,
        "stage": rules.stage(slot.event.state, slot.checkin_opens_at, slot.checkin_closes_at, now),
    }


@bp.get("/checkin/<int:slot_id>/projector.json")
@access.needs(P.DOOR_MANAGE)
def projector_state(slot_id: int) -> Any:
    """What the projector shows now; 304 while neither code nor count has changed."""
    now = clock.now()
    slot = slot_for(access.actor(), slot_id, P.DOOR_MANAGE)
    stage = rules.stage(slot.event.state, slot.checkin_opens_at, slot.checkin_closes_at, now)
    tag = f"{rules.step_of(now)}-{stage}-{boards.tally(slot_id).tag}"
    if request.if_none_match.contains(tag):
        return unchanged(tag)
    return tagged(make_response(jsonify(_state(slot))), tag)


def _slot(slot_id: int) -> Slot:
    slot = db.session.get(Slot, slot_id)
    if slot is None or slot.event.state == "draft":
        raise NotFound()
    return slot


def _with_pass(page: str, token: str, status: int = 200) -> Any:
    response = make_response(page, status)
    seconds = int(rules.PASS.total_seconds())
    response.set_cookie(
        COOKIE, token, max_age=seconds, path="/v", httponly=True, samesite="Lax", secure=request.is_secure
    )
    return response


def _no_code(sentence: Any, status: int, slot_id: int | None = None) -> Any:
    return render_template("checkin/venue_refused.html", sentence=sentence, slot_id=slot_id), status


@bp.get("/v/<int:slot_id>/<code>", endpoint="venue")
@access.public
def venue_code(slot_id: int, code: str) -> Any:
    """A valid code buys a pass; looking changes nothing else."""
    now = clock.now()
    verdict = venue.judge(slot_id, code, now)
    if verdict == "ok":
        token = venue.make_pass(slot_id, now)
        return _with_pass(_welcome(_slot(slot_id), token), token)
    held = request.cookies.get(COOKIE)
    if venue.number_of(held, slot_id, now):
        return _welcome(_slot(slot_id), held or "")
    return _no_code(venue.OLD if verdict == "old" else venue.FORGED, 410 if verdict == "old" else 404)


def _welcome(slot: Slot, token: str, form: forms.WalkInForm | None = None, code_problem: Any = None) -> str:
    """The page of a pass: one tap for whoever is known here, else the ways to be known."""
    who = access.actor()
    now = clock.now()
    registration = venue.registration_of(slot.id, who.person_id) if who.person_id else None
    if form is None:
        form = forms.WalkInForm()
    form.offer([slot.event.programme.division_code])
    return render_template(
        "checkin/venue.html",
        slot=slot,
        token=token,
        person=who.name if who.person_id else None,
        registration=registration,
        stage=rules.stage(slot.event.state, slot.checkin_opens_at, slot.checkin_closes_at, now),
        form=form,
        code_problem=code_problem,
        group_token=walkins.group_token(slot.event, now) if not who.person_id else None,
        words=wording,
        english=str(get_locale()) == "en",
    )


@bp.get("/v/<int:slot_id>")
@access.public
def venue_page(slot_id: int) -> Any:
    """Come back with a pass, after identifying; without one, type the six digits."""
    now = clock.now()
    slot = _slot(slot_id)
    token = request.cookies.get(COOKIE)
    if venue.number_of(token, slot_id, now):
        return _welcome(slot, token or "")
    return _no_code(venue.NO_PASS, 404, slot_id)


def _token() -> str | None:
    return request.form.get("pass") or request.cookies.get(COOKIE)


def _over(refusal: Refusal, slot_id: int) -> Any:
    if refusal.code not in ("no_pass", "pass_over", "pass_spent"):
        raise refusal
    return _no_code(refusal.sentence, 404 if refusal.code == "no_pass" else 410, slot_id)


def _done(slot: Slot, answer: Answer) -> Any:
    status = 200 if answer.outcome == "accepted" else 409
    return render_template("checkin/venue_done.html", slot=slot, answer=as_json(answer), words=wording), status


@bp.post("/v/<int:slot_id>")
@access.public
def venue_enter(slot_id: int) -> Any:
    """签到: whoever is remembered here, or who types the ten characters of the ticket."""
    now = clock.now()
    who = access.actor()
    slot = _slot(slot_id)
    typed = request.form.get("code", "").strip()
    common: dict[str, Any] = {"login_id": who.login_id, "actor_id": who.person_id, "now": now}
    try:
        venue.nonce_of(_token(), slot_id, now)
        if typed:
            answer = venue.enter(slot_id, _token(), ticket_code=typed[:40], **common)
            if answer.code == "unknown":
                return _welcome(slot, _token() or "", code_problem=venue.NO_SUCH_CODE), 422
            return _done(slot, answer)
        if who.person_id is None:
            return _welcome(slot, _token() or "", code_problem=venue.NO_SUCH_CODE), 422
        registration = venue.registration_of(slot_id, who.person_id)
        if registration is not None and registration.state not in ("cancelled", "declined"):
            return _done(slot, venue.enter(slot_id, _token(), registration_id=registration.id, **common))
        return _done(slot, walkins.known_person(slot_id, _token(), who.person_id, login_id=who.login_id, now=now))
    except Refusal as refusal:
        return _over(refusal, slot_id)


@bp.post("/v/<int:slot_id>/walk-in")
@limiter.limit("120/minute")
@access.public
def venue_walk_in(slot_id: int) -> Any:
    """Someone who is on no list registers by the same code and is in at once, marked."""
    now = clock.now()
    who = access.actor()
    slot = _slot(slot_id)
    form = forms.WalkInForm()
    form.offer([slot.event.programme.division_code])
    try:
        venue.nonce_of(_token(), slot_id, now)
        if not form.choosing and form.validate():
            answer = walkins.by_pass(
                slot_id,
                _token(),
                name=form.name.data,
                phone=form.phone.data,
                division_code=form.place,
                login_id=who.login_id,
                now=now,
            )
            return _done(slot, answer)
    except Invalid as fault:
        if not fault.fields:
            raise
        forms.show(form, fault)
    except Refusal as refusal:
        return _over(refusal, slot_id)
    return _welcome(slot, _token() or "", form), 422


@bp.route("/v", methods=["GET", "POST"])
@limiter.limit("60/minute", methods=["POST"])
@access.public
def digits() -> Any:
    """For a phone that cannot scan: type the six digits on the screen."""
    form = forms.DigitsForm()
    if form.validate_on_submit():
        now = clock.now()
        try:
            slot_id = venue.slot_of_digits(form.digits.data, now)
        except Invalid as fault:
            forms.show(form, fault)
        else:
            token = venue.make_pass(slot_id, now)
            response = make_response(redirect(url_for("checkin.venue_page", slot_id=slot_id)))
            seconds = int(rules.PASS.total_seconds())
            response.set_cookie(
                COOKIE, token, max_age=seconds, path="/v", httponly=True, samesite="Lax", secure=request.is_secure
            )
            return response
    return render_template("checkin/digits.html", form=form), 422 if form.is_submitted() else 200
