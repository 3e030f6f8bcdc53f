"""Devices: listed, made, shown with their code or token, limited, revoked; and the phone that becomes one."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from training_app.core import clock
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.core.permissions import Permission as P
from training_app.people import logins, session
from training_app.people.models import Device
from training_app.web import access
from training_app.web.addresses import public_url
from training_app.web.filters import day
from training_app.web.limits import limiter
from training_app.web.pagination import paginate, requested_page

from . import devicelist, devices, enrolling, forms, wording
from .blueprint import bp
from .forms_devices import SCOPE_WORDS, DeviceForm, ProgramForm

KINDS = {"scanner": DeviceForm, "api": ProgramForm}


@bp.get("/checkin/devices")
@access.needs(P.DEVICE_MANAGE)
def devices_list() -> Any:
    """The organisation's scanners and programs: which events, when last seen, what they still hold."""
    now = clock.now()
    page = paginate(devicelist.listed(access.actor()), page=requested_page())
    return render_template(
        "checkin/devices.html", page=page, standings=devicelist.standings(page.items, now), words=wording, at=now
    )


def _form(kind: str, organisation_id: int | None, now: Any, device: Device | None = None) -> DeviceForm:
    form: DeviceForm = KINDS[kind]()
    found = devicelist.offered(access.actor(), now, organisation_id)
    form.offer((o.event.id, f"{day(o.starts_at)} · {wording.event_name(o.event)} {o.event.title}") for o in found)
    if device is not None and not form.is_submitted():
        form.name.data = device.name
        form.events.data = [event.id for event in devicelist.standings([device], now)[device.id].events]
        if isinstance(form, ProgramForm):
            form.scopes.data = device.scopes
    return form


def _scopes(form: DeviceForm) -> list[str]:
    return list(form.scopes.data or []) if isinstance(form, ProgramForm) else []


@bp.route("/checkin/devices/new", methods=["GET", "POST"])
@access.needs(P.DEVICE_MANAGE)
def new_device() -> Any:
    """A name and its events; then a scanner's code, or a program's token, which is shown this once."""
    now = clock.now()
    who = access.actor()
    kind = request.args.get("kind", "scanner")
    if kind not in KINDS:
        abort(404)
    form = _form(kind, None, now)
    if form.validate_on_submit():
        try:
            device = devices.make(
                kind,
                form.name.data,
                form.events.data or [],
                scopes=_scopes(form),
                actor_id=who.person_id,
                now=now,
            )
        except Invalid as fault:
            forms.show(form, fault)
        else:
            if kind == "api":
                return _token_page(device.id, now, first=True)
            enrolling.new_code(device.id, actor_id=who.person_id, now=now)
            return redirect(url_for("checkin.device", device_id=device.id))
    status = 422 if form.is_submitted() else 200
    return render_template("checkin/device_new.html", kind=kind, form=form), status


def _page(device: Device, form: DeviceForm, now: Any, status: int = 200) -> Any:
    token = enrolling.token_of(device, now)
    page = render_template(
        "checkin/device.html",
        device=device,
        form=form,
        standing=devicelist.standings([device], now)[device.id],
        address=public_url("checkin.enrol", token=token) if token else None,
        scopes=[words for scope, words in SCOPE_WORDS if scope in device.scopes],
        words=wording,
        at=now,
    )
    return page, status


@bp.get("/checkin/devices/<int:device_id>")
@access.needs(P.DEVICE_MANAGE)
def device(device_id: int) -> Any:
    """One device; a scanner that waits for its phone shows the code."""
    now = clock.now()
    found = devicelist.device_for(access.actor(), device_id)
    return _page(found, _form(found.kind, found.organisation_id, now, found), now)


@bp.post("/checkin/devices/<int:device_id>")
@access.needs(P.DEVICE_MANAGE)
def change_device(device_id: int) -> Any:
    """Rename it, set its events and what it may do."""
    now = clock.now()
    who = access.actor()
    found = devicelist.device_for(who, device_id)
    form = _form(found.kind, found.organisation_id, now)
    if form.validate():
        try:
            devices.change(
                device_id,
                form.name.data,
                form.events.data or [],
                scopes=_scopes(form),
                actor_id=who.person_id,
                now=now,
            )
        except Invalid as fault:
            forms.show(form, fault)
        else:
            flash(_("Saved. It holds from the device's next click."))
            return redirect(url_for("checkin.device", device_id=device_id))
    return _page(found, form, now, 422)


@bp.post("/checkin/devices/<int:device_id>/code")
@access.needs(P.DEVICE_MANAGE)
def new_code(device_id: int) -> Any:
    """A fresh code for a phone."""
    who = access.actor()
    devicelist.device_for(who, device_id)
    enrolling.new_code(device_id, actor_id=who.person_id, now=clock.now())
    return redirect(url_for("checkin.device", device_id=device_id))


@bp.post("/checkin/devices/<int:device_id>/token")
@access.needs(P.DEVICE_MANAGE)
def new_token(device_id: int) -> Any:
    """A new token for a program; the answer shows it this once, and the one before is worthless."""
    devicelist.device_for(access.actor(), device_id)
    return _token_page(device_id, clock.now())


def _token_page(device_id: int, now: Any, *, first: bool = False) -> Any:
    token = devices.new_token(device_id, actor_id=access.actor().person_id, now=now)
    found = devicelist.device_for(access.actor(), device_id)
    return render_template(
        "checkin/device_token.html", device=found, token=token, first=first, address=public_url("api.describe")
    )


@bp.post("/checkin/devices/<int:device_id>/revoke")
@access.needs(P.DEVICE_MANAGE)
def revoke_device(device_id: int) -> Any:
    """End it at once."""
    who = access.actor()
    found = devicelist.device_for(who, device_id)
    devices.revoke(device_id, actor_id=who.person_id, now=clock.now())
    flash(_("%(name)s is revoked. Its next click finds the door shut.", name=found.name))
    return redirect(url_for("checkin.devices_list"))


def _dead(refusal: Refusal) -> Any:
    return render_template("checkin/enrol_dead.html", sentence=refusal.sentence), 410 if refusal.sentence else 404


@bp.get("/e/<token>")
@access.public
def enrol(token: str) -> Any:
    """Say which scanner this phone would become; looking uses nothing up."""
    now = clock.now()
    try:
        found = enrolling.device_of(token, now)
    except (NotFound, Refusal) as refusal:
        return _dead(refusal)
    events = devicelist.standings([found], now)[found.id].events
    return render_template("checkin/enrol.html", device=found, events=events, token=token, words=wording)


@bp.post("/e/<token>")
@limiter.limit("60/minute")
@access.public
def enrol_phone(token: str) -> Any:
    """This phone becomes the scanner."""
    now = clock.now()
    old = access.actor().token
    try:
        made = enrolling.enrol(token, agent=session.device_name(), now=now)
    except (NotFound, Refusal) as refusal:
        return _dead(refusal)
    if old:
        logins.close(old, now)
    session.log_in(made)
    flash(_("This phone is now the scanner “%(name)s”.", name=access.actor().name or ""))
    return redirect(url_for("checkin.index"))
