"""The sign-in sheet on paper, and its signed scan."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from urllib.parse import quote

from flask import Response, flash, redirect, render_template, send_file, url_for
from flask_babel import gettext as _

from training_app.core import clock
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.core.permissions import Permission as P
from training_app.schedule.access import event_for, slot_for
from training_app.schedule.models import Event
from training_app.web import access

from . import desk, forms, sheetdrawing, sheetreading, sheetreview, sheets, wording
from .blueprint import bp


@bp.get("/checkin/<int:slot_id>/sheet.pdf")
@access.needs(P.DOOR_MANAGE)
def sheet(slot_id: int) -> Any:
    """The sheet of a slot, to print and have signed by hand; it holds phone numbers, as the paper asks."""
    slot = slot_for(access.actor(), slot_id, P.DOOR_MANAGE)
    response = Response(sheetdrawing.draw(sheets.sheet_of(slot)), mimetype="application/pdf")
    name = quote(f"签到表-{wording.slot_name(slot)}.pdf".replace(" ", ""))
    response.headers["Content-Disposition"] = f"inline; filename=\"sheet-{slot_id}.pdf\"; filename*=UTF-8''{name}"
    return response


def _page(event: Event, form: forms.SheetScanForm, status: int = 200) -> Any:
    slots = desk.slots_of(event.id)
    form.slot.choices = [(slot.id, wording.slot_name(slot)) for slot in slots]
    if not form.is_submitted() and (nearest := desk.nearest(event.id, clock.now())):
        form.slot.data = nearest.id
    page = render_template(
        "checkin/sheets.html",
        event=event,
        slots=slots,
        form=form,
        attached=sheets.attached(event.id),
        progress=sheetreading.progress(event.id),
        waiting=sheetreview.waiting(event.id),
        words=wording,
    )
    return page, status


@bp.get("/events/<int:event_id>/sheets")
@access.needs(P.DOOR_MANAGE)
def sheet_scans(event_id: int) -> Any:
    """The event's sheets: to print, and signed."""
    return _page(event_for(access.actor(), event_id, P.DOOR_MANAGE), forms.SheetScanForm())


@bp.post("/events/<int:event_id>/sheets")
@access.needs(P.DOOR_MANAGE)
def attach_sheet(event_id: int) -> Any:
    """Attach signed sheets, and have them read."""
    who, now = access.actor(), clock.now()
    event = event_for(who, event_id, P.DOOR_MANAGE)
    form = forms.SheetScanForm()
    form.slot.choices = [(slot.id, "") for slot in desk.slots_of(event_id)]
    if not form.validate():
        return _page(event, form, 422)
    uploads = [(upload.read(), upload.filename or "") for upload in form.file.data or [] if upload]
    try:
        kept = sheets.attach_all(form.slot.data, uploads, actor_id=who.person_id or 0, now=now)
    except Invalid as fault:
        forms.show(form, fault)
        return _page(event, form, 422)
    sheetreading.start(form.slot.data, [scan.id for scan in kept], actor_id=who.person_id or 0, now=now)
    flash(_("The signed sheet is kept with the event."))
    return redirect(url_for("checkin.sheet_review", slot_id=form.slot.data))


@bp.get("/events/<int:event_id>/sheets/<int:scan_id>")
@access.needs(P.DOOR_MANAGE)
def sheet_scan(event_id: int, scan_id: int) -> Any:
    """A signed sheet as it was uploaded."""
    event_for(access.actor(), event_id, P.DOOR_MANAGE)
    scan, media_type, data = sheets.scan_file(event_id, scan_id)
    if not data:
        raise NotFound()
    return send_file(BytesIO(data), mimetype=media_type, as_attachment=True, download_name=scan.name)


@bp.post("/events/<int:event_id>/sheets/<int:scan_id>/read")
@access.needs(P.DOOR_MANAGE)
def read_sheet(event_id: int, scan_id: int) -> Any:
    """Have an attached sheet read, again or for the other half of the day."""
    who = access.actor()
    event_for(who, event_id, P.DOOR_MANAGE)
    form = forms.ReadForm()
    if not form.validate() or sheets.event_of(scan_id) != event_id:
        raise NotFound()
    sheetreading.start(form.slot.data, [scan_id], actor_id=who.person_id or 0, now=clock.now())
    return redirect(url_for("checkin.sheet_review", slot_id=form.slot.data))


@bp.post("/events/<int:event_id>/readings/<int:reading_id>/discard")
@access.needs(P.DOOR_MANAGE)
def discard_reading(event_id: int, reading_id: int) -> Any:
    """Drop what was read of a file and not yet confirmed; the file stays attached."""
    who = access.actor()
    event_for(who, event_id, P.DOOR_MANAGE)
    sheetreading.discard(event_id, reading_id, actor_id=who.person_id or 0, now=clock.now())
    flash(_("What was read is dropped. The file stays attached and can be read again."))
    return redirect(url_for("checkin.sheet_scans", event_id=event_id))


@bp.post("/events/<int:event_id>/sheets/<int:scan_id>/remove")
@access.needs(P.DOOR_MANAGE)
def remove_sheet(event_id: int, scan_id: int) -> Any:
    """Take away a file that was attached by mistake."""
    who = access.actor()
    event_for(who, event_id, P.DOOR_MANAGE)
    try:
        sheetreading.remove(event_id, scan_id, actor_id=who.person_id or 0, now=clock.now())
        flash(_("The file is removed, with what was read of it."))
    except NotFound:
        raise
    except Refusal as refusal:
        flash(str(refusal.sentence), "error")
    return redirect(url_for("checkin.sheet_scans", event_id=event_id))
