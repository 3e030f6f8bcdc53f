"""What a director's phone sees after it has read the projector's code, early or on time."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from flask import jsonify, make_response, redirect, render_template, request, url_for
from flask_babel import get_locale
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from training_app.core import clock
from training_app.core.db import db
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.schedule.geography import Point
from training_app.schedule.models import Event, Slot
from training_app.web import access
from training_app.web.limits import limiter

from . import forms, nearness, nods, rules, sharing, venue, walkins, wording
from .answers import Answer
from .blueprint import bp
from .views_door import as_json

#: The browser keeps a pass here; it lasts through the group's login, which drops the session.
COOKIE = "venue"
#: What tells this phone from others, for a year; the database holds its hash.
PHONE_COOKIE = "phone"
YEAR = timedelta(days=365)
#: Longer than any pass: the server knows when one is over, and then says so.
KEPT = timedelta(hours=4)


def _slot(slot_id: int) -> Slot:
    slot = db.session.scalar(
        select(Slot)
        .where(Slot.id == slot_id)
        .options(joinedload(Slot.event).joinedload(Event.programme), joinedload(Slot.event).joinedload(Event.venue))
    )
    if slot is None or slot.event.state == "draft":
        raise NotFound()
    return slot


def _keep(response: Any, name: str, value: str, lasts: timedelta) -> None:
    seconds = int(lasts.total_seconds())
    response.set_cookie(
        name, value, max_age=seconds, path="/v", httponly=True, samesite="Lax", secure=request.is_secure
    )


def _phone() -> str:
    """The random text by which this phone is known, kept or new."""
    held = request.cookies.get(PHONE_COOKIE, "")
    return held if 16 <= len(held) <= 64 else secrets.token_urlsafe(18)


def _buy(slot_id: int, phone: str, source: str) -> str:
    return venue.make_pass(slot_id, clock.now(), phone_key=rules.phone_key(phone), source=source)


def _with_pass(response: Any, token: str, phone: str) -> Any:
    _keep(response, COOKIE, token, KEPT)
    _keep(response, PHONE_COOKIE, phone, YEAR)
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
        slot, phone = _slot(slot_id), _phone()
        token = _buy(slot_id, phone, "venue_code")
        return _with_pass(make_response(_welcome(slot, token)), token, phone)
    held = request.cookies.get(COOKIE)
    if venue.held(held, slot_id, now):
        return _welcome(_slot(slot_id), held or "")
    return _no_code(venue.OLD if verdict == "old" else venue.FORGED, 410 if verdict == "old" else 404)


def _welcome(slot: Slot, token: str, form: forms.WalkInForm | None = None, code_problem: Any = None) -> str:
    """The page of a pass: one tap for whoever is known here, else the ways to be known; before the time it waits."""
    who = access.actor()
    now = clock.now()
    registration = venue.registration_of(slot.id, who.person_id) if who.person_id else None
    if form is None:
        form = forms.WalkInForm()
    form.offer([slot.event.programme.division_code])
    stage = rules.stage(slot.event.state, slot.checkin_opens_at, slot.checkin_closes_at, now)
    return render_template(
        "checkin/venue.html",
        slot=slot,
        token=token,
        person=who.name if who.person_id else None,
        registration=registration,
        stage=stage,
        now_ms=int(now.timestamp() * 1000),
        opens_ms=int(slot.checkin_opens_at.timestamp() * 1000),
        # A page without scripts asks again at the time, not in the same second as everyone else.
        reload_in=int((slot.checkin_opens_at - now).total_seconds()) + 1 + secrets.randbelow(5),
        within_m=slot.event.checkin_within_m if _place_of(slot) else None,
        form=form,
        code_problem=code_problem,
        group_token=walkins.group_token(slot.event, now) if not who.person_id else None,
        words=wording,
        english=str(get_locale()) == "en",
    )


def _place_of(slot: Slot) -> Point | None:
    where = slot.event.venue
    if where is None or where.latitude is None or where.longitude is None:
        return None
    return Point(where.latitude, where.longitude)


def _near(slot: Slot) -> nearness.Nearness:
    """What the position that came with the form says, where the event asks for one."""
    where, within_m = _place_of(slot), slot.event.checkin_within_m
    if where is None or within_m is None:
        return nearness.ANYWHERE

    def number(name: str) -> float | None:
        try:
            return float(request.form.get(name, ""))
        except ValueError:
            return None

    latitude, longitude = number("latitude"), number("longitude")
    phone = None if latitude is None or longitude is None else Point(latitude, longitude)
    return nearness.judge(where, within_m, phone, number("accuracy"))


@bp.get("/v/<int:slot_id>")
@access.public
def venue_page(slot_id: int) -> Any:
    """Come back with a pass, after identifying; without one, type the six digits."""
    now = clock.now()
    slot = _slot(slot_id)
    token = request.cookies.get(COOKIE)
    if venue.held(token, slot_id, now):
        return _welcome(slot, token or "")
    return _no_code(venue.NO_PASS, 404, slot_id)


def _token() -> str | None:
    return request.form.get("pass") or request.cookies.get(COOKIE)


def _over(refusal: Refusal, slot_id: int) -> Any:
    if refusal.code not in ("no_pass", "pass_over", "pass_spent"):
        raise refusal
    return _no_code(refusal.sentence, 404 if refusal.code == "no_pass" else 410, slot_id)


def _done(slot: Slot, answer: Answer) -> Any:
    if answer.code == "too_early":
        return _welcome(slot, _token() or ""), 409
    if answer.code == sharing.SECOND and PHONE_COOKIE in request.cookies:
        return redirect(url_for("checkin.venue_nod", slot_id=slot.id), 303)
    return _answer(slot, answer), 200 if answer.outcome == "accepted" else 409


def _answer(slot: Slot, answer: Answer) -> str:
    return render_template("checkin/venue_done.html", slot=slot, answer=as_json(answer), words=wording)


@bp.post("/v/<int:slot_id>")
@access.public
def venue_enter(slot_id: int) -> Any:
    """签到: whoever is remembered here, or who types the ten characters of the ticket."""
    now = clock.now()
    who = access.actor()
    slot = _slot(slot_id)
    typed = request.form.get("code", "").strip()
    common: dict[str, Any] = {"login_id": who.login_id, "now": now, "near": _near(slot)}
    try:
        venue.paid(_token(), slot_id, now)
        if typed:
            answer = venue.enter(slot_id, _token(), ticket_code=typed[:40], actor_id=who.person_id, **common)
            if answer.code == "unknown":
                return _welcome(slot, _token() or "", code_problem=venue.NO_SUCH_CODE), 422
            return _done(slot, answer)
        if who.person_id is None:
            return _welcome(slot, _token() or "", code_problem=venue.NO_SUCH_CODE), 422
        registration = venue.registration_of(slot_id, who.person_id)
        if registration is not None and registration.state not in ("cancelled", "declined"):
            common["actor_id"] = who.person_id
            return _done(slot, venue.enter(slot_id, _token(), registration_id=registration.id, **common))
        return _done(slot, walkins.known_person(slot_id, _token(), who.person_id, **common))
    except Refusal as refusal:
        return _over(refusal, slot_id)


@bp.get("/v/<int:slot_id>/nod")
@access.public
def venue_nod(slot_id: int) -> Any:
    """The second person on a phone waits here until the door has nodded or shaken the head."""
    slot, asked = _slot(slot_id), _asked(slot_id)
    if asked.state == "allowed":
        answer = nods.answer_of(asked)
        if answer is not None:
            return _answer(slot, answer), 200 if answer.outcome == "accepted" else 409
    return render_template("checkin/venue_nod.html", slot=slot, state=asked.state, words=wording)


@bp.get("/v/<int:slot_id>/nod.json")
@access.public
def venue_nod_state(slot_id: int) -> Any:
    """What the waiting page asks every few seconds: asked, allowed or refused."""
    return jsonify(state=_asked(slot_id).state)


def _asked(slot_id: int) -> Any:
    phone = request.cookies.get(PHONE_COOKIE)
    asked = sharing.latest(slot_id, rules.phone_key(phone)) if phone else None
    if asked is None:
        raise NotFound()
    return asked


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
        venue.paid(_token(), slot_id, now)
        if not form.choosing and form.validate():
            answer = walkins.by_pass(
                slot_id,
                _token(),
                name=form.name.data,
                phone=form.phone.data,
                division_code=form.place,
                near=_near(slot),
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
        try:
            slot_id = venue.slot_of_digits(form.digits.data, clock.now())
        except Invalid as fault:
            forms.show(form, fault)
        else:
            phone = _phone()
            response = make_response(redirect(url_for("checkin.venue_page", slot_id=slot_id)))
            return _with_pass(response, _buy(slot_id, phone, "digits"), phone)
    return render_template("checkin/digits.html", form=form), 422 if form.is_submitted() else 200
