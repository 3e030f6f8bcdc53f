"""The organiser's side of the group's link: make, show, renew, revoke it; nod to second devices."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from training_app.core import clock
from training_app.core.errors import Invalid
from training_app.core.permissions import Permission as P
from training_app.divisions.service import names
from training_app.web import access
from training_app.web.addresses import public_url
from training_app.web.pagination import paginate, requested_page

from . import claims, directory, forms, grouplinks, policy
from .access import claim_for, group_link_for, offices_of, place_for
from .blueprint import bp
from .forms_links import GroupLinkForm


def _areas(area: tuple[str, ...]) -> list[str]:
    """The areas as codes that a link can be made for; "" (everywhere) is none."""
    return [code for code in area if code]


@bp.route("/people/group-links", methods=["GET", "POST"])
@access.needs(P.PERSON_EDIT)
def group_links() -> Any:
    """The links of one's area; make another one."""
    who, now = access.actor(), clock.now()
    area = policy.jurisdictions(who, P.PERSON_EDIT)
    form = GroupLinkForm()
    form.offer(area)
    form.offer_days()
    if not form.choosing and form.is_submitted():
        code = form.place or next(iter(_areas(area)), None)
        offices = offices_of(who, code) if code else []
        if form.validate() and code and offices:
            place_for(who, code, P.PERSON_EDIT)
            try:
                link = grouplinks.create(
                    code,
                    form.label.data or "",
                    organisation_id=offices[0].id,
                    days=form.days.data,
                    actor_id=who.person_id or 0,
                    now=now,
                )
            except Invalid as fault:
                forms.show(form, fault)
            else:
                flash(_("The link is made. Copy it into the group."))
                return redirect(url_for("people.group_link_page", link_id=link.id))
        elif not code:
            form.subdistrict.errors = [_("Please choose the place from the list.")]
        elif not offices:
            form.subdistrict.errors = [_("No organisation works there yet. The administrator can add one.")]
    found = grouplinks.in_area(area)
    status = 422 if form.is_submitted() and not form.choosing else 200
    whole = names(_areas(area))
    return render_template("people/group_links.html", form=form, links=found, now=now, whole=whole), status


@bp.get("/people/group-links/<int:link_id>")
@access.needs(P.PERSON_EDIT)
def group_link_page(link_id: int) -> Any:
    """A link to show as QR or to copy into the group."""
    link = group_link_for(access.actor(), link_id)
    url = public_url("people.group_link", token=grouplinks.token_of(link))
    place = names({link.division_code}).get(link.division_code, "")
    return render_template("people/group_link.html", link=link, url=url, place=place, now=clock.now())


@bp.post("/people/group-links/<int:link_id>/renew")
@access.needs(P.PERSON_EDIT)
def renew_group_link(link_id: int) -> Any:
    """Give the group a new address."""
    who = access.actor()
    link = group_link_for(who, link_id)
    grouplinks.renew(link.id, days=30, actor_id=who.person_id or 0, now=clock.now())
    flash(_("The link is new; the old one no longer works. Send the new link."))
    return redirect(url_for("people.group_link_page", link_id=link_id))


@bp.post("/people/group-links/<int:link_id>/revoke")
@access.needs(P.PERSON_EDIT)
def revoke_group_link(link_id: int) -> Any:
    """End a link."""
    who = access.actor()
    link = group_link_for(who, link_id)
    grouplinks.revoke(link.id, actor_id=who.person_id or 0, now=clock.now())
    flash(_("The link no longer works. Whoever is logged in stays so."))
    return redirect(url_for("people.group_links"))


@bp.get("/people/claims")
@access.needs(P.PERSON_EDIT)
def waiting_claims() -> Any:
    """Second devices that wait for a nod."""
    area = policy.jurisdictions(access.actor(), P.PERSON_EDIT)
    page = paginate(claims.waiting(area, clock.now()), page=requested_page())
    rows = directory.rows([claim.person for claim in page.items])
    return render_template("people/claims.html", page=page, rows=list(zip(page.items, rows, strict=True)))


@bp.post("/people/claims/<int:claim_id>")
@access.needs(P.PERSON_EDIT)
def decide_claim(claim_id: int) -> Any:
    """Let a waiting device in, or not."""
    who = access.actor()
    now = clock.now()
    claim = claim_for(who, claim_id, now)
    accept = request.form.get("decision") == "accept"
    claims.decide(claim.id, accept=accept, actor_id=who.person_id or 0, now=now)
    flash(_("Accepted: the device is let in.") if accept else _("Refused: the device stays out."))
    return redirect(url_for("people.waiting_claims"))
