"""Who is registered: the events ahead, one event's people, adding, accepting, cancelling, undoing."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import and_, select

from training_app.core import clock
from training_app.core.actors import Actor
from training_app.core.db import db
from training_app.core.errors import Refusal
from training_app.core.permissions import Permission as P
from training_app.divisions.service import filter_choices
from training_app.people import persons, policy, posts
from training_app.schedule.access import event_for, programme_scope
from training_app.schedule.models import Event, Slot
from training_app.schedule.visibility import areas, visible_events, visible_programmes, visible_rows
from training_app.web import access
from training_app.web.addresses import public_url
from training_app.web.pagination import PER_PAGE, Page, paginate, requested_page

from . import bulk, joining, queries, seats, words
from .access import may_call
from .addressed import asked, leave_undo, numbers, person_of, say_done, take_undo
from .blueprint import bp
from .models import Registration
from .queries import Counts


def may_manage(who: Actor, event: Event) -> bool:
    """Whether the actor may register and cancel people at this event."""
    return policy.allows(who, P.REGISTRATION_MANAGE, programme_scope(event.programme, event.id))


@bp.get("/registrations")
@access.needs(P.REGISTRATION_VIEW)
def index() -> Any:
    """Events ahead (or past ones) with their counts, and what waits for the organiser."""
    who, now = access.actor(), clock.now()
    past = request.args.get("when") == "past"
    page = paginate(queries.events(visible_events(who, P.REGISTRATION_VIEW), now, past=past), page=requested_page())
    manages = policy.allows_anywhere(who, P.REGISTRATION_MANAGE)
    managed = {event.id: event for event in page.items if may_manage(who, event)}
    seen = visible_rows(who, P.REGISTRATION_VIEW, Registration.division_code)
    return render_template(
        "registration/index.html",
        page=page,
        past=past,
        counts=queries.counts((event.id for event in page.items), seen),
        none=Counts(),
        managed=managed,
        stand_ins=queries.open_stand_ins(list(managed)) if managed else [],
        nominations=queries.open_nominations(visible_programmes(who, P.REGISTRATION_MANAGE)) if manages else [],
        now=now,
    )


@bp.get("/events/<int:event_id>/registrations")
@access.needs(P.REGISTRATION_VIEW)
def event(event_id: int) -> Any:
    """One event's registrations, 50 at a time."""
    who, filters = access.actor(), asked()
    found = event_for(who, event_id, P.REGISTRATION_VIEW)
    codes = areas(who, P.REGISTRATION_VIEW, found.programme, event_id)
    manages = may_manage(who, found)
    narrowed = and_(*queries.narrowed(codes, filters))
    counts = queries.counts([event_id], narrowed).get(event_id, Counts())
    number = requested_page()
    rows = db.session.scalars(
        queries.registrations(event_id, codes, filters).limit(PER_PAGE).offset((number - 1) * PER_PAGE)
    ).all()
    return render_template(
        "registration/event.html",
        event=found,
        slots=db.session.scalars(select(Slot).where(Slot.event_id == event_id).order_by(Slot.starts_at)).all(),
        page=Page(list(rows), number, counts.of(filters.state)),
        counts=counts,
        filters=filters,
        everyone=codes == ("",),
        subdistricts=filter_choices(found.programme.division_code, codes, filters.subdistrict),
        manages=manages,
        phones=policy.allows_anywhere(who, P.PERSON_VIEW),
        callable=may_call(who, manages),
        stand_ins=queries.open_stand_ins([event_id]) if manages else [],
        undo=take_undo("event", event_id),
        join_address=public_url("registration.join", token=joining.token_of(event_id)),
        words=words,
        now=clock.now(),
    )


def _back(event_id: int) -> Any:
    kept = {key: request.args[key] for key in ("state", "subdistrict", "q", "page") if request.args.get(key)}
    return redirect(url_for("registration.event", event_id=event_id, **kept))  # type: ignore[arg-type]


@bp.post("/events/<int:event_id>/registrations")
@access.needs(P.REGISTRATION_MANAGE)
def change(event_id: int) -> Any:
    """Accept or cancel the ticked rows, or undo a cancellation."""
    who, now = access.actor(), clock.now()
    event_for(who, event_id, P.REGISTRATION_MANAGE)
    by: dict[str, Any] = {"actor_id": who.person_id, "now": now}
    ids, action = numbers("id"), request.form.get("action", "")
    if not ids:
        flash(_("Nobody was ticked. Tick the rows first."), "error")
    elif action == "cancel":
        gone = bulk.cancel(event_id, ids, **by)
        if gone:
            leave_undo("event", event_id, gone)
    elif action == "accept":
        _tell(*bulk.accept(event_id, ids, **by), full=_("there is no free seat for them"))
    elif action == "restore":
        _tell(*bulk.restore(event_id, ids, **by), full=_("their seats were given away meanwhile"))
    return _back(event_id)


def _tell(confirmed: int, waiting: int, *, full: str) -> None:
    if confirmed:
        flash(ngettext("%(num)s person has a seat now.", "%(num)s people have a seat now.", confirmed))
    if waiting:
        text = ngettext("%(num)s person waits: %(why)s.", "%(num)s people wait: %(why)s.", waiting, why=full)
        flash(text, "error")


@bp.get("/events/<int:event_id>/registrations/new")
@access.needs(P.REGISTRATION_MANAGE)
def add(event_id: int) -> Any:
    """Search someone to register."""
    who = access.actor()
    found = event_for(who, event_id, P.REGISTRATION_MANAGE)
    text = request.args.get("q", "")[:60]
    people = persons.search(text, policy.jurisdictions(who, P.PERSON_VIEW))
    ids = [person.id for person in people]
    return render_template(
        "registration/add.html",
        target=url_for("registration.add_now", event_id=event_id),
        back=url_for("registration.event", event_id=event_id),
        title=found.title,
        people=people,
        posts=posts.present_posts(ids),
        there=queries.registered(event_id, ids),
        roles=[(key, words.AS_WHOM[key]) for key in ("trainee", "guest", "staff")],
        text=text,
        words=words,
    )


@bp.post("/events/<int:event_id>/registrations/new")
@access.needs(P.REGISTRATION_MANAGE)
def add_now(event_id: int) -> Any:
    """Register one person that was found."""
    who, now = access.actor(), clock.now()
    event_for(who, event_id, P.REGISTRATION_MANAGE)
    person = person_of(who)
    role = request.form.get("as_whom", "trainee")
    try:
        row = seats.register(
            event_id,
            person.id,
            source="organiser",
            as_whom=role if role in ("trainee", "guest", "staff") else "trainee",
            actor_id=who.person_id,
            now=now,
        )
    except Refusal as refused:
        flash(str(refused.sentence), "error")
    else:
        say_done(person.name, row.state)
    return redirect(url_for("registration.add", event_id=event_id))
