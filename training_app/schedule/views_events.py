"""An event: its page, and the form that makes or changes one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from training_app.core import clock
from training_app.core.actors import Actor
from training_app.core.errors import Invalid, Refusal
from training_app.core.permissions import Permission as P
from training_app.people.policy import allows
from training_app.web import access
from training_app.web.filters import day as shown_day

from . import choices, clashing, daysoff, events, forms, forms_events, hosts, offers, programmes, queries, words
from .access import event_for, may_plan, programme_for, programme_scope
from .blueprint import bp
from .drafts import AgendaDraft, EventDraft, HostDraft, SlotDraft
from .facts import differences, draft_of, facts
from .models import AgendaItem, Event, Programme
from .rules import missing, slot_state


@bp.get("/events/<int:event_id>")
@access.needs(P.SCHEDULE_VIEW)
def event(event_id: int) -> Any:
    """Everything about one event, and what can be done with it."""
    who, now = access.actor(), clock.now()
    event_for(who, event_id, P.SCHEDULE_VIEW)
    found = queries.whole(event_id)
    scope = programme_scope(found.programme, event_id)
    planner = may_plan(who, found.programme)
    slots = {slot.id: slot_state(slot, now) for slot in found.slots}
    return render_template(
        "schedule/event.html",
        event=found,
        planner=planner,
        may={name: allows(who, permission, scope) for name, permission in _LINKS.items()},
        states=slots,
        opened=[slot_id for slot_id, state in slots.items() if state == "open"],
        agenda=_timed(found),
        over=max(slot.ends_at for slot in found.slots) <= now,
        lacking=missing(queries.readiness(found), now) if planner else [],
        offer=offers.take("event", event_id) if planner else None,
        at=now,
    )


def _timed(event: Event) -> list[tuple[AgendaItem, datetime]]:
    """The agenda's parts with the times at which they begin, the first at the event's start."""
    timed, begins = [], event.slots[0].starts_at
    for item in event.agenda:
        timed.append((item, begins))
        begins += timedelta(minutes=item.minutes)
    return timed


#: What links to other rooms' pages ask for.
_LINKS = {
    "register": P.REGISTRATION_VIEW,
    "attend": P.ATTENDANCE_VIEW,
    "report": P.REPORT_VIEW,
    "quiz": P.SCORE_VIEW,
    "scan": P.DOOR_SCAN,
    "door": P.DOOR_MANAGE,
    "tell": P.MESSAGE_MANAGE,
}


def form_of(who: Actor, programme: Programme, data: dict[str, Any] | None, keep: Event | None = None) -> Any:
    """The event form with what it offers; what was posted wins over `data`."""
    form = forms_events.EventForm(data=data)
    form.phase_id.choices = forms.options(choices.phases(programme))
    form.venue_id.choices = forms.options(choices.venues_for(who, keep.venue_id if keep else None))
    return form


def shown(form: Any, programme: Programme, event: Event | None, clash: clashing.Clash | None, status: int) -> Any:
    """The form's page."""
    page = render_template(
        "schedule/event_form.html",
        form=form,
        blanks=forms_events.blanks(),
        programme=programme,
        event=event,
        clash=clash,
        organisations=[organisation.name for organisation in hosts.organisations()],
        leaders=choices.facilitator_names(programme.organisation_id),
    )
    return page, status


def warn_of_days(event: Event) -> None:
    """Say which of the event's days are public holidays or make-up workdays; nothing is refused."""
    for day in sorted({clock.local_date(slot.starts_at) for slot in event.slots}):
        note = daysoff.note(day, str(get_locale()))
        if note is not None:
            what = f"{words.DAYS[note.kind]} {note.name}".strip()
            flash(_("%(day)s: %(what)s. Is that what you want?", day=shown_day(day), what=what), "warning")


def _proposed(programme: Programme, kind: str, day: date | None, phase_id: int | None, now: datetime) -> dict[str, Any]:
    """A first guess at a new event: usual hours, the latest venue, the programme's hosts."""
    latest = queries.latest(programme.organisation_id, kind)
    salon = kind == "salon"
    on = day or clock.local_date(now)
    starts, ends = (time(14, 30), time(17, 0)) if salon else (time(8, 30), time(11, 30))
    slot = SlotDraft(
        "afternoon" if salon else "morning", clock.at(on, starts), clock.at(on, ends), Decimal(2 if salon else 4)
    )
    usual = (
        [
            (20, "icebreaker", _("Icebreaker game")),
            (40, "group_pk", _("Group contest")),
            (60, "case_discussion", _("Case discussion and sharing")),
        ]
        if salon
        else []
    )
    draft = EventDraft(
        kind=kind,
        title="",
        slots=(slot,),
        phase_id=phase_id,
        venue_id=latest.venue_id if latest else None,
        capacity=latest.capacity if latest else (20 if salon else 80),
        agenda=tuple(AgendaDraft(*item) for item in usual),
        hosts=tuple(HostDraft(h.role, h.organisation.name) for h in programmes.hosts_of(programme.id)),
    )
    data = forms_events.shown(draft)
    if day is None:
        data["slots"][0]["day"] = None
    return data


def _day_asked() -> date | None:
    try:
        return date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return None


@bp.route("/programmes/<int:programme_id>/events/new", methods=["GET", "POST"])
@access.needs(P.SCHEDULE_PLAN)
def new_event(programme_id: int) -> Any:
    """A new session or salon, as a draft."""
    who, now = access.actor(), clock.now()
    programme = programme_for(who, programme_id, P.SCHEDULE_PLAN)
    kind = "session" if request.values.get("kind") == "session" else "salon"
    data = None
    if request.method == "GET":
        phase_id = forms.number_or_none(request.args.get("phase"))
        data = _proposed(programme, kind, _day_asked(), phase_id, now)
    form = form_of(who, programme, data)
    form.kind.data = kind
    clash, status = None, 200
    wish = request.form.get("rows_wish", "")
    if wish:
        forms.rearrange(form, wish, request.form)
    elif form.is_submitted():
        status = 422
        try:
            draft = form.draft()
            if draft is not None:
                made = events.create(programme_id, draft, actor_id=who.person_id or 0, now=now)
                warn_of_days(made)
                flash(_("Saved as a draft: only planners see it until you publish it."))
                return redirect(url_for("schedule.event", event_id=made.id))
        except Invalid as fault:
            forms.show(form, fault, form.names())
        except Refusal as refusal:
            clash, status = clashing.of(refusal, who), refusal.status
    return shown(form, programme, None, clash, status)


@bp.route("/events/<int:event_id>/edit", methods=["GET", "POST"])
@access.needs(P.SCHEDULE_PLAN)
def edit_event(event_id: int) -> Any:
    """Change an event; a published one that moved offers the message at once."""
    who, now = access.actor(), clock.now()
    event_for(who, event_id, P.SCHEDULE_PLAN)
    found = queries.whole(event_id)
    form = form_of(
        who, found.programme, forms_events.shown(draft_of(found)) if request.method == "GET" else None, found
    )
    form.kind.data = found.kind
    clash, status = None, 200
    wish = request.form.get("rows_wish", "")
    if wish:
        forms.rearrange(form, wish, request.form)
    elif form.is_submitted():
        status = 422
        try:
            draft = form.draft(frozenset(f.person_id for f in found.facilitations))
            if draft is not None:
                _change(found, replace(draft, number=draft.number or found.number), who, now)
                return redirect(url_for("schedule.event", event_id=event_id))
        except Invalid as fault:
            forms.show(form, fault, form.names())
        except Refusal as refusal:
            clash, status = clashing.of(refusal, who), refusal.status
    return shown(form, queries.whole(event_id).programme, found, clash, status)


def _change(event: Event, draft: EventDraft, who: Actor, now: datetime) -> None:
    before = facts(event)
    changed = events.change(event.id, draft, actor_id=who.person_id or 0, now=now)
    changes = differences(before, facts(changed))
    warn_of_days(changed)
    if changed.state == "published" and {"time", "venue"} & set(changes):
        offers.leave("event", event.id, "changed")
    else:
        flash(_("Saved."))
