"""The review of what was read of signed sheets: a look, a tick, and only then attendance."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from training_app.core import clock
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.core.permissions import Permission as P
from training_app.schedule.access import slot_for
from training_app.schedule.models import Slot
from training_app.web import access
from training_app.web.pagination import paginate

from . import desk, forms, sheetreview, sheetwords, wording
from .blueprint import bp


def _page(slot: Slot, form: forms.ConfirmForm, status: int = 200) -> Any:
    # What is decided leaves the list, so its first page is always the one to look at.
    page = paginate(sheetreview.rows(slot.id), page=1, scalars=False)
    rows = [sheetreview.Row(*row) for row in page.items]
    readings = sheetreview.readings(slot.id)
    names = {one.id: wording.slot_name(one) for one in desk.slots_of(slot.event_id)}
    shown = render_template(
        "checkin/sheet_review.html",
        slot=slot,
        form=form,
        # The pictures stand in the page: they are asked for with it, by whoever may see it, and kept nowhere.
        rows=[(row, b64encode(row.picture).decode()) for row in rows],
        total=page.total,
        readings=[(reading, sheetwords.sentences(reading, names)) for reading in readings],
        others=sheetwords.other_slots(readings, slot.id, names),
        missing=sheetreview.missing_pages(slot.id),
        stage=_stage(slot.id),
        typed=request.form,
        words=wording,
        row_words=sheetwords,
    )
    return shown, status


def _stage(slot_id: int) -> str:
    return "{}-{}".format(*sheetreview.being_read(slot_id))


@bp.get("/checkin/<int:slot_id>/paper")
@access.needs(P.DOOR_MANAGE)
def sheet_review(slot_id: int) -> Any:
    """What was read of a slot's signed sheets, row by row, with the cut-out of each box."""
    return _page(slot_for(access.actor(), slot_id, P.DOOR_MANAGE), forms.ConfirmForm())


@bp.get("/checkin/<int:slot_id>/paper/progress")
@access.needs(P.DOOR_MANAGE)
def sheet_progress(slot_id: int) -> Any:
    """Asked while files are read: 204 until one more is done, then the page is loaded again."""
    slot = slot_for(access.actor(), slot_id, P.DOOR_MANAGE)
    if request.args.get("seen") == _stage(slot.id):
        return "", 204
    return "", 200, {"HX-Refresh": "true"}


@bp.post("/checkin/<int:slot_id>/paper")
@access.needs(P.DOOR_MANAGE)
def confirm_rows(slot_id: int) -> Any:
    """Check in whom the organiser has seen to have signed."""
    who = access.actor()
    slot = slot_for(who, slot_id, P.DOOR_MANAGE)
    form = forms.ConfirmForm()
    if not form.validate():
        return _page(slot, form, 422)
    chosen = {name[4:]: value for name, value in request.form.items() if name.startswith("row-")}
    ids = {int(id_): value for id_, value in chosen.items() if id_.isascii() and id_.isdigit() and len(id_) < 10}
    try:
        done = sheetreview.confirm(
            slot_id,
            {id_ for id_, value in ids.items() if value == "in"},
            {id_ for id_, value in ids.items() if value == "none"},
            at=form.time.data,
            actor_id=who.person_id or 0,
            login_id=who.login_id,
            now=clock.now(),
        )
    except Invalid as fault:
        forms.show(form, fault)
        return _page(slot, form, 422)
    except NotFound:
        raise
    except Refusal as refusal:
        flash(str(refusal.sentence), "error")
        return redirect(url_for("checkin.sheet_review", slot_id=slot_id))
    _say(done)
    return redirect(url_for("checkin.sheet_review", slot_id=slot_id))


def _say(done: sheetreview.Confirmed) -> None:
    if done.written or not (done.already or done.not_signed or done.refused):
        flash(ngettext("%(num)d person checked in from paper.", "%(num)d persons checked in from paper.", done.written))
    if done.already:
        flash(ngettext("%(num)d was here already.", "%(num)d were here already.", done.already))
    if done.not_signed:
        flash(ngettext("%(num)d row put aside.", "%(num)d rows put aside.", done.not_signed))
    for name, sentence in done.refused:
        flash(_("%(name)s was not checked in. %(reason)s", name=name, reason=sentence), "error")
