"""A supervisor's weekly digest: as the e-mail tells it, as a text to copy, and the switch for the e-mail."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from training_app.core import clock, mail
from training_app.core.actors import Actor
from training_app.core.db import db
from training_app.core.errors import NotFound
from training_app.people import accounts
from training_app.people.models import Account, Person
from training_app.web import access

from . import digests, digesttexts
from .access import VIEW
from .blueprint import bp
from .digestrules import Week


def _account_of(who: Actor) -> Account:
    """The account of a supervisor. Raises NotFound for anybody else."""
    account = db.session.get(Account, who.account_id) if who.account_id is not None else None
    if account is None or not who.supervised:
        raise NotFound()
    return account


@bp.get("/reports/digest")
@access.needs(VIEW)
def digest() -> Any:
    """This week's digest of one's own divisions."""
    who, now = access.actor(), clock.now()
    account = _account_of(who)
    week = Week.of(now)
    told = digests.blocks(digests.gathered(who.supervised, week, now), week)
    return render_template(
        "reports/digest.html",
        blocks=told,
        text=digesttexts.to_copy(told, week) if told else "",
        wanted=account.weekly_digest,
        address=db.session.get_one(Person, account.person_id).email,
        sends=mail.is_set_up(),
    )


@bp.post("/reports/digest/mail")
@access.needs(VIEW)
def digest_mail() -> Any:
    """Switch the weekly e-mail on or off."""
    wanted = request.form.get("wanted") == "on"
    accounts.want_digest(_account_of(access.actor()).id, wanted)
    flash(_("The weekly e-mail is on.") if wanted else _("The weekly e-mail is off. The digest stays on this page."))
    return redirect(url_for("reports.digest"))
