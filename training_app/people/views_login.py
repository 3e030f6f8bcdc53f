"""Logging in and out by password, and changing it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request
from flask_babel import gettext as _

from training_app.core import clock
from training_app.core.errors import Forbidden, Invalid
from training_app.web import access
from training_app.web.addresses import local_path
from training_app.web.limits import limiter

from . import forms, logins, session
from .blueprint import bp


@bp.route("/login", methods=["GET", "POST"])
@limiter.limit("300/minute", methods=["POST"])
@access.public
def login() -> Any:
    """Staff log in; directors are told of their link."""
    form = forms.LoginForm()
    target = local_path(request.args.get("next"))
    if request.method == "GET":
        # A director reads here that her own link is the way in; it then leads on to the same page.
        session.remember_target(target)
    if request.method == "GET" and access.actor().account_id is not None:
        return redirect(target)
    if form.validate_on_submit():
        answer = logins.log_in(form.name.data, form.password.data, device_name=session.device_name(), now=clock.now())
        if answer.token is not None:
            session.log_in(answer.token)
            return redirect(target)
        return render_template("people/login.html", form=form, problem=answer.sentence), 422
    return render_template("people/login.html", form=form, problem=None), 422 if form.is_submitted() else 200


@bp.post("/logout")
@access.public
def logout() -> Any:
    """End this device's login."""
    token = access.actor().token
    if token:
        logins.close(token, clock.now())
    session.log_out()
    return redirect("/login")


@bp.route("/password", methods=["GET", "POST"])
@access.person
def password() -> Any:
    """Change one's own password; every other device is out at its next click."""
    who = access.actor()
    if who.account_id is None:
        raise Forbidden("no_password", _("You log in by your own link and need no password."))
    form = forms.PasswordForm()
    if form.validate_on_submit():
        try:
            if form.new.data != form.again.data:
                sentence = _("The two new passwords differ.")
                raise Invalid("passwords_differ", sentence, {"again": sentence})
            token = logins.change_password(
                who.account_id, form.old.data, form.new.data, device_name=session.device_name(), now=clock.now()
            )
        except Invalid as fault:
            forms.show(form, fault)
        else:
            session.log_in(token)
            flash(_("The password is changed. All other devices are logged out."))
            return redirect("/")
    status = 422 if form.is_submitted() else 200
    return render_template("people/password.html", form=form, must=who.must_change_password), status
