"""Roles of one account: given, ended."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from training_app.core import clock
from training_app.core.actors import Actor, Role
from training_app.core.errors import Invalid, NotFound
from training_app.core.permissions import Permission as P
from training_app.divisions import service as tree
from training_app.divisions.forms import choosing
from training_app.web import access

from . import forms, grants, policy, rules, staffing
from .access import grant_for, may_give, visible_account
from .blueprint import bp
from .forms_staff import ROLE_NAMES, GrantForm, number


def _offer(form: GrantForm, who: Actor, now: datetime) -> None:
    """Offer the roles that the actor gives, and the places and events for which."""
    roles = {role for grant in who.grants for role in rules.MAY_GIVE.get(grant.role, frozenset())}
    form.role.choices = [(role.value, ROLE_NAMES[role.value]) for role in Role if role in roles]
    area = policy.jurisdictions(who, P.ACCOUNT_RESET)
    places = tree.steps(area, form.division_code.data or "", levels=("city", "district", "subdistrict"))
    form.division_code.choices, form.stepwise = [("", "—"), *places.labelled()], places.stepwise
    offices = None if staffing.is_administrator(who) else staffing.organisation_ids(who)
    named = staffing.organisation_names(offices)
    form.organisation_id.choices = [("", "—"), *((str(key), name) for key, name in named.items())]
    ahead = [f for f in staffing.events(now, organisation_ids=offices).values() if f.ends_at and f.ends_at > now]
    form.event_id.choices = [("", "—"), *((str(fact.id), fact.title) for fact in ahead)]


@bp.route("/people/accounts/<int:account_id>/roles", methods=["GET", "POST"])
@access.needs(P.ACCOUNT_RESET)
def roles(account_id: int) -> Any:
    """The roles of an account; give another one that stands below one's own."""
    who, now = access.actor(), clock.now()
    account = visible_account(who, account_id, now)
    person = account.person
    form = GrantForm()
    _offer(form, who, now)
    if not choosing() and form.validate_on_submit():
        role = Role(form.role.data)
        needed = grants.SCOPE[role]
        code = form.division_code.data or None if needed == "division_code" else None
        event = number(form.event_id.data) if needed == "event_id" else None
        try:
            if needed and not (code or event or number(form.organisation_id.data)):
                sentence = _("Please choose where the role is valid.")
                raise Invalid("scope_missing", sentence, {needed: sentence})
            if not may_give(who, role, code, event, now):
                raise NotFound()
            grants.give(
                person.id,
                role,
                organisation_id=number(form.organisation_id.data) if needed == "organisation_id" else None,
                division_code=code,
                event_id=event,
                valid_to=clock.at(form.until.data + timedelta(days=1), time()) if form.until.data else None,
                actor_id=who.person_id,
                now=now,
            )
        except Invalid as fault:
            forms.show(form, fault)
        else:
            flash(_("The role is given."))
            return redirect(url_for("people.roles", account_id=account_id))
    held = staffing.held([person.id], now).get(person.id, [])
    events = staffing.events(now, event_ids=[h.facts.event_id for h in held if h.facts.event_id is not None])
    endable = {h.grant.id for h in held if may_give(who, h.facts.role, h.facts.division_code, h.facts.event_id, now)}
    return render_template(
        "people/roles.html",
        account=account,
        person=person,
        form=form,
        held=held,
        events=events,
        places=staffing.places({person.id: held}),
        role_names=ROLE_NAMES,
        endable=endable,
        scopes={grants.SCOPE[Role(value)] for value, _label in form.role.choices},
    ), 422 if form.is_submitted() and not choosing() else 200


@bp.post("/people/roles/<int:grant_id>/end")
@access.needs(P.ACCOUNT_RESET)
def end_role(grant_id: int) -> Any:
    """End a role now."""
    who, now = access.actor(), clock.now()
    grant = grant_for(who, grant_id, now)
    grants.end(grant.id, actor_id=who.person_id or 0, now=now)
    flash(_("The role is ended."))
    account_id = staffing.account_of(grant.person_id)
    if account_id is None:
        return redirect(url_for("people.staff"))
    return redirect(url_for("people.roles", account_id=account_id))
