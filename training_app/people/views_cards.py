"""Directors' own links, as the organiser hands them out: QR, text for WeChat, PNG, a sheet to print."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from training_app.core import clock, qr
from training_app.core.permissions import Permission as P
from training_app.divisions.rules import DIGITS
from training_app.web import access
from training_app.web.addresses import public_url

from . import directory, links, logins, policy, posts, staffing
from .access import person_below, place_for
from .blueprint import bp


@bp.get("/people/<int:person_id>/link")
@access.needs(P.PERSON_EDIT)
def link(person_id: int) -> Any:
    """A person's link to show, copy or send, and the devices that it let in."""
    now = clock.now()
    person = person_below(access.actor(), person_id, P.PERSON_EDIT, now)
    return render_template(
        "people/link.html",
        person=person,
        url=public_url("people.personal_link", token=links.personal_token(person)),
        devices=logins.devices(person_id, now),
        posts=posts.present_posts([person_id]).get(person_id, []),
    )


@bp.get("/people/<int:person_id>/link.png")
@access.needs(P.PERSON_EDIT)
def link_png(person_id: int) -> Any:
    """The link's QR as a picture that WeChat can keep."""
    person = person_below(access.actor(), person_id, P.PERSON_EDIT, clock.now())
    data = qr.png(public_url("people.personal_link", token=links.personal_token(person)))
    return Response(data, mimetype="image/png")


@bp.post("/people/<int:person_id>/link/renew")
@access.needs(P.PERSON_EDIT)
def renew_link(person_id: int) -> Any:
    """Kill the link; with the devices when the phone was lost."""
    who, now = access.actor(), clock.now()
    person_below(who, person_id, P.PERSON_EDIT, now)
    with_devices = request.form.get("devices") is not None
    links.renew(person_id, with_devices=with_devices, actor_id=who.person_id or 0, now=now)
    if with_devices:
        flash(_("The link is new and all devices are logged out. Send the new link."))
    else:
        flash(_("The link is new; the old one no longer works. Send the new link."))
    return redirect(url_for("people.link", person_id=person_id))


@bp.post("/people/<int:person_id>/devices/<int:login_id>/revoke")
@access.needs(P.PERSON_EDIT)
def revoke_device_of(person_id: int, login_id: int) -> Any:
    """Log one device of a person out."""
    who, now = access.actor(), clock.now()
    person_below(who, person_id, P.PERSON_EDIT, now)
    logins.revoke(login_id, person_id, actor_id=who.person_id, now=now)
    flash(_("The device is logged out."))
    return redirect(url_for("people.link", person_id=person_id))


@bp.get("/people/links")
@access.needs(P.PERSON_EDIT)
def link_sheet() -> Any:
    """The links of a subdistrict's directors to print, cut and hand out."""
    who = access.actor()
    area = policy.jurisdictions(who, P.PERSON_EDIT)
    chosen = request.args.get("subdistrict", "")
    cards: list[Any] = []
    if chosen:
        place_for(who, chosen, P.PERSON_EDIT)
        # A division above is a step on the way to a subdistrict.
        held = posts.holders([chosen]) if len(chosen) >= DIGITS["subdistrict"] else []
        # As on the page of one link: nobody takes the link of someone who stands above them.
        below = staffing.without_access_above(who, [h.person.id for h in held if h.person is not None], clock.now())
        for holder in held:
            if holder.person is not None and holder.person.id in below:
                url = public_url("people.personal_link", token=links.personal_token(holder.person))
                cards.append((holder, url))
    return render_template(
        "people/link_sheet.html", cards=cards, chosen=chosen, subdistricts=directory.offered(area, chosen).labelled()
    )
