"""Accounts of staff: the list, a new one with its slip, a reset in one tap, disabled and enabled."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from training_app.core import clock
from training_app.core.errors import Refusal
from training_app.core.permissions import Permission as P
from training_app.web import access
from training_app.web.pagination import paginate, requested_page

from . import accounts, forms, newcomers, policy, staffing
from .access import account_for, person_below, person_scope
from .blueprint import bp
from .forms_staff import ROLE_NAMES, AccountForm, number


@bp.get("/people/staff")
@access.needs(P.ACCOUNT_RESET)
def staff() -> Any:
    """Who can log in by password, and with which roles."""
    who, now = access.actor(), clock.now()
    text = request.args.get("q", "").strip()[:60]
    page = paginate(staffing.accounts(who, text, now), page=requested_page(), scalars=False)
    ids = [account.person_id for account, _person in page.items]
    roles = staffing.held(ids, now)
    named = {h.facts.event_id for held in roles.values() for h in held if h.facts.event_id is not None}
    events = staffing.events(now, event_ids=named)
    return render_template(
        "people/staff.html",
        page=page,
        text=text,
        roles=roles,
        role_names=ROLE_NAMES,
        events=events,
        places=staffing.places(roles),
        below=staffing.manageable(who, ids, now),
        now=now,
    )


def _slip(slip: accounts.Slip, *, is_new: bool) -> Any:
    return render_template("people/slip.html", slip=slip, is_new=is_new)


@bp.route("/people/staff/new", methods=["GET", "POST"])
@access.needs(P.ACCOUNT_RESET)
def account_new() -> Any:
    """Give someone an account; the slip to print is the answer, and shows the password this once."""
    who, now = access.actor(), clock.now()
    form = AccountForm()
    chosen = request.values.get("person", "")
    person_id = number(chosen)
    person = person_below(who, person_id, P.ACCOUNT_RESET, now) if person_id is not None else None
    if person is not None and request.method == "GET":
        form.name.data, form.phone.data = person.name, person.phone
        form.subdistrict.data = form.division.data = None
    form.offer(policy.jurisdictions(who, P.ACCOUNT_RESET))
    problem = None
    if not form.choosing and form.validate_on_submit():
        try:
            if person is None:
                person = newcomers.add(
                    form.name.data,
                    form.phone.data,
                    email=None,
                    sex=None,
                    division_code=form.place or _home(who),
                    post=None,
                    actor_id=who.person_id or 0,
                    now=now,
                ).person
                if not policy.allows(who, P.ACCOUNT_RESET, person_scope(person)):
                    raise Refusal("elsewhere", _("This person is known in another area. The administrator can help."))
                person_below(who, person.id, P.ACCOUNT_RESET, now)
            slip = accounts.create(person.id, username=form.username.data or "", actor_id=who.person_id, now=now)
        except Refusal as fault:
            fields = getattr(fault, "fields", {})
            forms.show(form, fault)  # type: ignore[arg-type]
            problem = None if any(name in form._fields for name in fields) else fault.sentence
            person = None if not chosen else person
        else:
            return _slip(slip, is_new=True)
    status = 422 if form.is_submitted() and not form.choosing else 200
    return render_template("people/account_new.html", form=form, person=person, problem=problem), status


def _home(who: Any) -> str | None:
    """The organiser's own area, so that whom she adds stays in her view."""
    return next((code for code in policy.jurisdictions(who, P.ACCOUNT_RESET) if code), None)


@bp.post("/people/accounts/<int:account_id>/reset")
@access.needs(P.ACCOUNT_RESET)
def reset_account(account_id: int) -> Any:
    """A new one-time password; the slip to print is the answer, and shows it this once."""
    who, now = access.actor(), clock.now()
    account = account_for(who, account_id, now)
    return _slip(accounts.reset(account.id, actor_id=who.person_id or 0, now=now), is_new=False)


@bp.post("/people/accounts/<int:account_id>/disable")
@access.needs(P.ACCOUNT_RESET)
def disable_account(account_id: int) -> Any:
    """Let nobody log in with it."""
    who, now = access.actor(), clock.now()
    account = account_for(who, account_id, now)
    accounts.disable(account.id, actor_id=who.person_id or 0, now=now)
    flash(_("The account is disabled. You can enable it again here."))
    return redirect(url_for("people.staff"))


@bp.post("/people/accounts/<int:account_id>/enable")
@access.needs(P.ACCOUNT_RESET)
def enable_account(account_id: int) -> Any:
    """Let its holder log in again."""
    who, now = access.actor(), clock.now()
    account = account_for(who, account_id, now)
    accounts.enable(account.id, actor_id=who.person_id or 0, now=now)
    flash(_("The account is enabled."))
    return redirect(url_for("people.staff"))
