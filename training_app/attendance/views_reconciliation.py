"""After the event: what wants a human's look, the close, and opening again."""

from __future__ import annotations

from collections.abc import Collection
from itertools import groupby
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from training_app.core import clock
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.core.permissions import Permission
from training_app.people.forms import show
from training_app.schedule.models import Event
from training_app.schedule.words import LABELS
from training_app.web import access
from training_app.web.pagination import PER_PAGE, Page, requested_page

from . import closing, reconciliation, rolls, settlements, words
from .access import held_event_for, may, person_of
from .blueprint import bp
from .doubts import KINDS
from .forms import CloseForm, ReopenForm, SettleForm

CORRECT = Permission.ATTENDANCE_CORRECT


def _page(
    event: Event,
    *,
    settle: SettleForm | None = None,
    close: CloseForm | None = None,
    again: ReopenForm | None = None,
    ticked: Collection[int] = (),
    matches: Collection[tuple[int, str, str]] = (),
) -> str:
    now = clock.now()
    seen = reconciliation.overview(event.id)
    shown = request.args.get("show", "")
    shown = shown if shown in reconciliation.SHOWN else "open"
    kind = request.args.get("kind", "")
    kind = kind if kind in KINDS else ""
    slot = request.args.get("slot", type=int)
    slot = slot if slot in {one.id for one in event.slots} else None
    listed = seen.listed(shown, kind, slot)
    number = requested_page()
    inside = listed[(number - 1) * PER_PAGE : number * PER_PAGE]
    rows = reconciliation.rows(inside, seen, by_whom=access.actor())
    return render_template(
        "attendance/reconciliation.html",
        event=event,
        figures=rolls.figures([one.id for one in event.slots], ("",)),
        none=rolls.Figures(),
        seen=seen,
        show=shown,
        kind=kind,
        slot_id=slot,
        counts=seen.counts(shown),
        groups=[(one, list(found)) for one, found in groupby(rows, key=lambda row: row.kind)],
        page=Page(rows, number, len(listed)),
        settle=settle or SettleForm(formdata=None),
        close=close or CloseForm(formdata=None),
        again=again or ReopenForm(formdata=None),
        ticked=set(ticked),
        matches=matches,
        turns=closing.turns(event.id),
        over=all(one.ends_at <= now for one in event.slots),
        may_merge=may(access.actor(), event, Permission.PERSON_EDIT),
        words=words,
        labels=LABELS,
    )


@bp.get("/events/<int:event_id>/reconciliation")
@access.needs(CORRECT)
def reconcile(event_id: int) -> Any:
    """What wants a look, group by group, and the close."""
    return _page(held_event_for(access.actor(), event_id, CORRECT))


@bp.post("/events/<int:event_id>/reconciliation")
@access.needs(CORRECT)
def settle(event_id: int) -> Any:
    """Decide on the ticked scans."""
    event = held_event_for(access.actor(), event_id, CORRECT)
    form = SettleForm()
    ticked = request.form.getlist("scan", type=int)
    matches: list[tuple[int, str, str]] = []
    person_id = request.form.get("person", type=int)
    if form.decision.data == "counts" and person_id is None:
        matches = reconciliation.people(event_id, text=form.who.data or "")
        person_id = matches[0][0] if len(matches) == 1 else None
    try:
        count = settlements.settle(
            event_id,
            ticked,
            form.decision.data or "",
            form.reason.data or "",
            person_id=person_id,
            actor_id=person_of(access.actor()),
            now=clock.now(),
        )
    except Invalid as fault:
        show(form, fault)
        if "scan" in fault.fields:
            form.decision.errors = [*form.decision.errors, str(fault.fields["scan"])]
        if "who" in fault.fields and (form.who.data or "").strip():
            several = _("Several people match. Choose one of them.")
            nobody = _("Nobody at this event matches. Register the person first, or type another part of the name.")
            form.who.errors = [several if matches else nobody]
        return _page(event, settle=form, ticked=ticked, matches=matches), 422
    except NotFound:
        raise
    except Refusal as fault:
        flash(str(fault.sentence), "error")
        return redirect(_here(event_id))
    flash(ngettext("%(num)d scan is settled.", "%(num)d scans are settled.", count))
    return redirect(_here(event_id))


def _here(event_id: int) -> str:
    """The page with the filters that stand in the address."""
    kept = {name: request.args[name] for name in ("show", "kind", "slot") if name in request.args}
    return url_for("attendance.reconcile", event_id=event_id, **kept)  # type: ignore[arg-type]


@bp.post("/events/<int:event_id>/attendance/close")
@access.needs(CORRECT)
def close(event_id: int) -> Any:
    """Close the event: whom nobody saw is absent."""
    event = held_event_for(access.actor(), event_id, CORRECT)
    form = CloseForm()
    try:
        closing.close(event.id, leaving=form.leaving.data or "", actor_id=person_of(access.actor()), now=clock.now())
        flash(_("The event is closed: whom nobody saw is absent, and the attendance is final."))
    except Invalid as fault:
        show(form, fault)
        return _page(event, close=form), 422
    except NotFound:
        raise
    except Refusal as fault:
        flash(str(fault.sentence), "error")
    return redirect(url_for("attendance.reconcile", event_id=event_id))


@bp.post("/events/<int:event_id>/attendance/reopen")
@access.needs(CORRECT)
def reopen(event_id: int) -> Any:
    """Take the close back, with a reason."""
    event = held_event_for(access.actor(), event_id, CORRECT)
    form = ReopenForm()
    try:
        closing.reopen(event.id, form.reason.data or "", actor_id=person_of(access.actor()), now=clock.now())
        flash(_("The event is open again; nobody is absent until you close it."))
    except Invalid as fault:
        show(form, fault)
        return _page(event, again=form), 422
    except NotFound:
        raise
    except Refusal as fault:
        flash(str(fault.sentence), "error")
    return redirect(url_for("attendance.reconcile", event_id=event_id))
