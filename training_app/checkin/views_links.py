"""Door links: made, shown to print, ended; and opened by the volunteer."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from training_app.core import clock
from training_app.core.errors import NotFound
from training_app.core.permissions import Permission as P
from training_app.people import logins, session
from training_app.schedule.access import event_for
from training_app.schedule.models import Event
from training_app.web import access
from training_app.web.addresses import public_url
from training_app.web.limits import limiter

from . import desk, doorlinks, forms, wording
from .blueprint import bp


def _page(event: Event, form: forms.LabelForm, status: int = 200) -> Any:
    now = clock.now()
    page = render_template(
        "checkin/door_links.html",
        event=event,
        links=doorlinks.listing(event.id, now),
        form=form,
        words=wording,
        at=now,
    )
    return page, status


@bp.get("/events/<int:event_id>/door-links")
@access.needs(P.DOOR_MANAGE)
def door_links(event_id: int) -> Any:
    """The event's links, and who is logged in by them."""
    return _page(event_for(access.actor(), event_id, P.DOOR_MANAGE), forms.LabelForm())


@bp.post("/events/<int:event_id>/door-links")
@access.needs(P.DOOR_MANAGE)
def make_door_link(event_id: int) -> Any:
    """Make a link and show its code."""
    who = access.actor()
    event = event_for(who, event_id, P.DOOR_MANAGE)
    form = forms.LabelForm()
    if not form.validate():
        return _page(event, form, 422)
    link = doorlinks.make(event_id, form.label.data, actor_id=who.person_id, now=clock.now())
    return redirect(url_for("checkin.door_link_shown", event_id=event_id, link_id=link.id))


@bp.get("/events/<int:event_id>/door-links/<int:link_id>")
@access.needs(P.DOOR_MANAGE)
def door_link_shown(event_id: int, link_id: int) -> Any:
    """One link as a large code, to show or to print."""
    event = event_for(access.actor(), event_id, P.DOOR_MANAGE)
    now = clock.now()
    link = doorlinks.link_for(event_id, link_id, now)
    address = public_url("checkin.door_link", token=link.token) if link.token and link.is_live(now) else None
    return render_template(
        "checkin/door_link_shown.html",
        event=event,
        link=link,
        address=address,
        words=wording,
        at=now,
    )


@bp.post("/events/<int:event_id>/door-links/<int:link_id>/end")
@access.needs(P.DOOR_MANAGE)
def end_door_link(event_id: int, link_id: int) -> Any:
    """End a link at once."""
    who = access.actor()
    event_for(who, event_id, P.DOOR_MANAGE)
    doorlinks.revoke(event_id, link_id, actor_id=who.person_id, now=clock.now())
    flash(_("The link is ended. Its phones are out at their next tap."))
    return redirect(url_for("checkin.door_links", event_id=event_id))


@bp.get("/d/<token>")
@access.public
def door_link(token: str) -> Any:
    """Say which door this link is for; nothing is remembered by looking."""
    now = clock.now()
    try:
        grant = doorlinks.grant_of(token, now)
    except NotFound:
        return render_template("checkin/door_link_dead.html"), 404
    slots = desk.slots_of(grant.event_id or 0)
    return render_template("checkin/door_link.html", grant=grant, slots=slots, token=token, words=wording)


@bp.post("/d/<token>")
@limiter.limit("300/minute")
@access.public
def use_door_link(token: str) -> Any:
    """Make this phone the door's until midnight."""
    now = clock.now()
    old = access.actor().token
    try:
        made = doorlinks.use(token, device_name=session.device_name(), now=now)
        event_id = doorlinks.grant_of(token, now).event_id
    except NotFound:
        return render_template("checkin/door_link_dead.html"), 404
    if old:
        logins.close(old, now)
    session.log_in(made)
    slot = desk.nearest(event_id or 0, now)
    return redirect(url_for("checkin.door", slot_id=slot.id) if slot else url_for("checkin.index"))
