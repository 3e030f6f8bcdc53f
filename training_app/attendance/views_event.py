"""One event: who is there and who is not, corrections, the close."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from training_app.core import clock
from training_app.core.db import db
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.core.permissions import Permission
from training_app.people.forms import show
from training_app.people.policy import jurisdictions
from training_app.schedule.models import Event, Slot
from training_app.schedule.visibility import areas
from training_app.schedule.words import LABELS, STATES, TONES
from training_app.web import access
from training_app.web.pagination import paginate, requested_page

from . import corrections, history, leaves, rolls, words
from .access import attendee_for, covers, held_event_for, may, person_of
from .blueprint import bp
from .filters import PER_PAGE, narrowed_roll
from .forms import CorrectionForm, DecisionForm
from .rules import HERE

VIEW = Permission.ATTENDANCE_VIEW
CORRECT = Permission.ATTENDANCE_CORRECT


def slot_of(event: Event, slot_id: int | None, now: datetime) -> Slot:
    """The slot that is asked for, else the one that runs or ran last, else the first. Raises NotFound for none."""
    for slot in event.slots:
        if slot.id == slot_id:
            return slot
    if slot_id is not None or not event.slots:
        raise NotFound()
    begun = [slot for slot in event.slots if slot.checkin_opens_at <= now]
    return begun[-1] if begun else event.slots[0]


def _page(
    event: Event,
    slot: Slot,
    form: CorrectionForm,
    now: datetime,
    *,
    ticked: Collection[int] = (),
    refused: dict[int, str] | None = None,
) -> str:
    who = access.actor()
    codes = areas(who, VIEW, event.programme, event.id)
    roll = narrowed_roll([event], codes)
    shown = rolls.Roll((slot.id,), roll.event_ids, codes, roll.subdistrict, roll.status)
    statement = rolls.entries(shown, now, missing_first=slot.id)
    page = paginate(statement, page=requested_page(), per_page=PER_PAGE, scalars=False)
    people = [rolls.entry(row) for row in page.items]
    found = rolls.rolled(shown, [one.person_id for one in people])
    whole = rolls.Roll.of_event(event, codes)
    on_leave = leaves.latest(whole.slot_ids, rolls.ids_of(whole))
    asked = _undecided(whole, on_leave)
    call = jurisdictions(who, Permission.PERSON_VIEW)
    return render_template(
        "attendance/event.html",
        event=event,
        slot=slot,
        people=people,
        found=found,
        page=page,
        roll=shown,
        figures=rolls.figures(whole.slot_ids, codes),
        none=rolls.Figures(),
        leaves={person_id: leave for (person_id, slot_id), leave in on_leave.items() if slot_id == slot.id},
        asked=asked,
        asking={one.person_id: one for one in _named(whole, list(asked), now)},
        corrected=history.corrected([slot.id]),
        callable=lambda one: bool(one.phone) and covers(call, one.division_code),
        may_correct=may(who, event, CORRECT),
        may_change=may(who, event, CORRECT) and event.state != "closed",
        form=form,
        ticked=set(ticked),
        refused=refused or {},
        over=all(s.ends_at <= now for s in event.slots),
        words=words,
        labels=LABELS,
        states=STATES,
        tones=TONES,
    )


def _undecided(
    roll: rolls.Roll, on_leave: dict[tuple[int, int], leaves.LeaveState]
) -> dict[int, list[tuple[int, leaves.LeaveState]]]:
    """Leave that waits for an answer, by person: (slot, what was asked). Who came after all waits for none."""
    asked = {key: leave for key, leave in on_leave.items() if leave.state == leaves.ASKED}
    found: dict[int, list[tuple[int, leaves.LeaveState]]] = defaultdict(list)
    stands = rolls.rolled(roll, {person_id for person_id, _slot in asked}).stands if asked else {}
    for (person_id, slot_id), leave in asked.items():
        stand = stands.get((person_id, slot_id))
        if stand is None or stand.status not in HERE:
            found[person_id].append((slot_id, leave))
    return found


def _named(roll: rolls.Roll, person_ids: list[int], now: datetime) -> list[rolls.Entry]:
    if not person_ids:
        return []
    wanted = set(person_ids)
    rows = db.session.execute(rolls.entries(roll, now, only=wanted))
    return [rolls.entry(row) for row in rows]


@bp.get("/events/<int:event_id>/attendance")
@access.needs(VIEW)
def event(event_id: int) -> Any:
    """Per slot: the figures, who is not here, who is."""
    now = clock.now()
    found = held_event_for(access.actor(), event_id, VIEW)
    slot = slot_of(found, request.args.get("slot", type=int), now)
    return _page(found, slot, CorrectionForm(slot=slot.id), now)


@bp.post("/events/<int:event_id>/attendance")
@access.needs(CORRECT)
def correct(event_id: int) -> Any:
    """Set the status of the ticked people."""
    now = clock.now()
    found = held_event_for(access.actor(), event_id, CORRECT)
    form = CorrectionForm()
    slot = slot_of(found, form.slot.data, now)
    ticked = request.form.getlist("person", type=int)
    try:
        count = corrections.correct_all(
            slot.id,
            ticked,
            form.status.data or "",
            form.reason.data or "",
            left_early=form.left_early.data,
            actor_id=person_of(access.actor()),
            now=now,
        )
    except Invalid as fault:
        show(form, fault)
        if "person" in fault.fields:
            form.status.errors = [*form.status.errors, str(fault.fields["person"])]
        return _page(found, slot, form, now, ticked=ticked), 422
    except NotFound:
        raise
    except Refusal as fault:
        flash(str(fault.sentence), "error")
        return redirect(url_for("attendance.event", event_id=event_id, slot=slot.id))
    flash(ngettext("%(num)d person was corrected.", "%(num)d people were corrected.", count))
    back = request.form.get("back")
    if back and len(ticked) == 1:
        return redirect(url_for("attendance.person", event_id=event_id, person_id=ticked[0]))
    return redirect(url_for("attendance.event", event_id=event_id, slot=slot.id))


@bp.get("/events/<int:event_id>/attendance/<int:person_id>")
@access.needs(VIEW)
def person(event_id: int, person_id: int) -> Any:
    """One person at one event: every fact, and what it amounts to."""
    who = access.actor()
    found = held_event_for(who, event_id, VIEW)
    codes = areas(who, VIEW, found.programme, event_id)
    whose = attendee_for(found, person_id, codes)
    roll = rolls.Roll.of_event(found, codes)
    return render_template(
        "attendance/person.html",
        event=found,
        person=whose,
        stands=rolls.rolled(roll, [person_id]).stands,
        facts=history.facts(roll.slot_ids, person_id),
        slots={slot.id: slot for slot in found.slots},
        form=CorrectionForm(),
        may_change=may(who, found, CORRECT) and found.state != "closed",
        may_ask=may(who, found, Permission.LEAVE_ASK)
        and covers(jurisdictions(who, Permission.LEAVE_ASK), _division(found, person_id))
        and any(slot.ends_at > clock.now() for slot in found.slots),
        words=words,
        labels=LABELS,
    )


def _division(event: Event, person_id: int) -> str | None:
    row = db.session.execute(rolls.entries(rolls.Roll.of_event(event, ("",)), clock.now(), only={person_id})).first()
    return rolls.entry(row).division_code if row else None


@bp.post("/events/<int:event_id>/attendance/leave")
@access.needs(CORRECT)
def decide_leave(event_id: int) -> Any:
    """Grant or refuse the leave that someone asked for."""
    now = clock.now()
    found = held_event_for(access.actor(), event_id, CORRECT)
    form = DecisionForm()
    if form.person.data is None or form.answer.data not in ("grant", "refuse"):
        raise NotFound()
    granted = form.answer.data == "grant"
    try:
        leaves.decide(
            found.id,
            form.person.data,
            form.slots.data or [],
            granted=granted,
            reason=form.reason.data or "",
            actor_id=person_of(access.actor()),
            now=now,
        )
    except Invalid as fault:
        slot = slot_of(found, None, now)
        refused = {form.person.data: str(fault.sentence)}
        return _page(found, slot, CorrectionForm(formdata=None, slot=slot.id), now, refused=refused), 422
    except NotFound:
        raise
    except Refusal as fault:
        flash(str(fault.sentence), "error")
        return redirect(url_for("attendance.event", event_id=event_id))
    flash(_("The leave was granted.") if granted else _("The leave was refused."))
    return redirect(url_for("attendance.event", event_id=event_id))
