"""Directors' links: open one, see whose it is, and this device is remembered."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template

from training_app.core import clock
from training_app.core.errors import NotFound
from training_app.web import access
from training_app.web.limits import limiter

from . import links, logins, posts, session
from .blueprint import bp


@bp.get("/p/<token>")
@access.public
def personal_link(token: str) -> Any:
    """Say whose link this is; nothing is remembered by looking."""
    try:
        person = links.person_of(token)
    except NotFound:
        return render_template("people/link_dead.html"), 404
    held = posts.present_posts([person.id]).get(person.id, [])
    return render_template("people/personal_link.html", person=person, posts=held, token=token)


@bp.post("/p/<token>")
@limiter.limit("300/minute")
@access.public
def use_personal_link(token: str) -> Any:
    """Remember this device for 180 days."""
    old = access.actor().token
    now = clock.now()
    try:
        made = links.use_personal(token, device_name=session.device_name(), now=now)
    except NotFound:
        return render_template("people/link_dead.html"), 404
    if old:
        logins.close(old, now)
    target = session.target()
    session.log_in(made)
    return redirect(target)
