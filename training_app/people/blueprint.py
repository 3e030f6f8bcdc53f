"""The room's blueprint, which its view modules fill, and the tabs that its staff pages share."""

from __future__ import annotations

from typing import NamedTuple

from flask import Blueprint, request
from flask_babel import gettext as _

from training_app.core.permissions import Permission as P
from training_app.web import access

from . import phones, policy, session

bp = Blueprint("people", __name__)
bp.before_app_request(session.end_idle)
bp.add_app_template_filter(phones.shown, "phone")
bp.add_app_template_filter(phones.masked, "masked_phone")


#: The tab under which a page without one of its own stands.
_PARENT = {
    f"people.{page}": f"people.{tab}"
    for tab, pages in {
        "index": ("person_new", "person_edit", "person_posts", "merge", "link"),
        "handovers": ("handover", "handover_new", "confirm_handover", "refuse_handover"),
        "group_links": ("group_link_page",),
        "staff": ("account_new", "roles", "reset_account"),
        "organisation_list": ("organisation_new", "organisation_edit"),
    }.items()
    for page in pages
}


class Tab(NamedTuple):
    """A page of the room."""

    endpoint: str
    label: str
    active: bool


@bp.app_template_global()
def people_tabs() -> list[Tab]:
    """The room's pages that the actor may open."""
    wanted = [
        ("people.index", _("Persons"), P.PERSON_VIEW),
        ("people.handovers", _("Change of directors"), P.PERSON_VIEW),
        ("people.link_sheet", _("Links to hand out"), P.PERSON_EDIT),
        ("people.group_links", _("Group links"), P.PERSON_EDIT),
        ("people.waiting_claims", _("Waiting devices"), P.PERSON_EDIT),
        ("people.staff", _("Accounts"), P.ACCOUNT_RESET),
        ("people.organisation_list", _("Organisations"), P.SYSTEM_MANAGE),
    ]
    who = access.actor()
    return [
        Tab(endpoint, label, request.endpoint == endpoint or _PARENT.get(request.endpoint or "") == endpoint)
        for endpoint, label, permission in wanted
        if policy.allows_anywhere(who, permission)
    ]
