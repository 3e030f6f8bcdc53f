"""The director's side of the group's link: say who you are; a second device waits until it is let in."""

from __future__ import annotations

from typing import Any

from flask import jsonify, redirect, render_template, request, url_for
from flask import session as browser

from training_app.core import clock
from training_app.core.errors import NotFound
from training_app.core.links import new_secret
from training_app.web import access
from training_app.web.limits import limiter

from . import claims, grouplinks, logins, session
from .blueprint import bp
from .forms_links import ClaimForm

#: In the browser's session: its own mark, and the secret of the claim that waits.
_DEVICE, _CLAIM = "device", "claim"


@bp.route("/g/<token>", methods=["GET", "POST"])
@limiter.limit("300/minute", methods=["POST"])
@access.public
def group_link(token: str) -> Any:
    """Community, name and whole phone number find a person; a miss never says which of them was wrong."""
    now = clock.now()
    try:
        link = grouplinks.link_of(token, now)
    except NotFound:
        return render_template("people/link_dead.html"), 404
    form = ClaimForm()
    form.offer([link.division_code])
    session.remember_target(form.next.data if form.is_submitted() else request.args.get("next"))
    form.next.data = session.target()
    problem = None
    if not form.choosing and form.validate_on_submit():
        answer = claims.make(
            token,
            division_code=form.place or "",
            name=form.name.data,
            phone=form.phone.data,
            device_key=browser.setdefault(_DEVICE, new_secret()),
            device_name=session.device_name(),
            now=now,
        )
        if answer.code == "in":
            return _enter(answer.token or "")
        if answer.code == "waits":
            browser[_CLAIM] = answer.token
            browser.permanent = True
            return redirect(url_for("people.claim"))
        problem = answer.sentence
    status = 422 if form.is_submitted() and not form.choosing else 200
    return render_template("people/group_door.html", form=form, problem=problem), status


def _enter(token: str) -> Any:
    old, target = access.actor().token, session.target()
    if old:
        logins.close(old, clock.now())
    session.log_in(token)
    return redirect(target)


@bp.get("/claim")
@access.public
def claim() -> Any:
    """The page of a device that waits."""
    secret = browser.get(_CLAIM)
    if not secret:
        return redirect(url_for("people.login"))
    state = claims.state_of(secret, clock.now())
    return render_template("people/claim.html", state=state, number=claims.number_of(secret))


@bp.get("/claim/state")
@access.public
def claim_state() -> Any:
    """What the waiting page asks every few seconds."""
    secret = browser.get(_CLAIM)
    return jsonify(state=claims.state_of(secret, clock.now()) if secret else "refused")


@bp.post("/claim")
@access.public
def enter_claim() -> Any:
    """Go in, if the organiser has nodded; else wait on."""
    secret = browser.get(_CLAIM)
    if not secret:
        return redirect(url_for("people.login"))
    if claims.state_of(secret, clock.now()) == "accepted":
        return _enter(secret)
    return redirect(url_for("people.claim"))
