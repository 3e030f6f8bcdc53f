"""One's own devices."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from training_app.core import clock
from training_app.web import access

from . import logins
from .blueprint import bp


@bp.get("/me/devices")
@access.person
def devices() -> Any:
    """Where one is logged in."""
    who = access.actor()
    found = logins.devices(who.person_id or 0, clock.now())
    return render_template("people/devices.html", devices=found, current=who.login_id)


@bp.post("/me/devices/<int:login_id>/revoke")
@access.person
def revoke_device(login_id: int) -> Any:
    """Log one of one's own devices out."""
    who = access.actor()
    logins.revoke(login_id, who.person_id or 0, actor_id=who.person_id, now=clock.now())
    flash(_("The device is logged out."))
    return redirect(url_for("people.devices"))
