"""Who is enrolled in a phase: a seat in every session, or waiting whole."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from training_app.core import clock
from training_app.core.actors import Actor
from training_app.core.db import db
from training_app.core.errors import Refusal
from training_app.core.permissions import Permission as P
from training_app.divisions.service import filter_choices
from training_app.people import persons, policy, posts
from training_app.schedule.access import phase_for, programme_scope
from training_app.schedule.models import Event, Phase
from training_app.schedule.visibility import areas
from training_app.web import access
from training_app.web.pagination import PER_PAGE, Page, requested_page

from . import bulk, queries, seats, words
from .access import may_call
from .addressed import asked, leave_undo, numbers, person_of, say_done, take_undo
from .blueprint import bp
from .queries import Counts


def _may_manage(who: Actor, phase: Phase) -> bool:
    return policy.allows(who, P.REGISTRATION_MANAGE, programme_scope(phase.programme))


@bp.get("/phases/<int:phase_id>/registrations")
@access.needs(P.REGISTRATION_VIEW)
def phase(phase_id: int) -> Any:
    """A phase's enrolments, 50 at a time, with its events."""
    who, filters = access.actor(), asked()
    found = phase_for(who, phase_id, P.REGISTRATION_VIEW)
    codes = areas(who, P.REGISTRATION_VIEW, found.programme)
    counts = queries.enrolment_counts(phase_id, codes, filters)
    number = requested_page()
    rows = db.session.execute(
        queries.enrolments(phase_id, codes, filters).limit(PER_PAGE).offset((number - 1) * PER_PAGE)
    ).all()
    events = db.session.scalars(
        select(Event)
        .where(Event.phase_id == phase_id, Event.state != "cancelled")
        .options(selectinload(Event.slots))
        .order_by(Event.id)
    ).all()
    manages = _may_manage(who, found)
    return render_template(
        "registration/phase.html",
        phase=found,
        events=[event for event in events if manages or event.state != "draft"],
        page=Page(list(rows), number, counts.of(filters.state)),
        counts=counts,
        event_counts=queries.counts((e.id for e in events), queries.of_areas(codes)),
        none=Counts(),
        filters=filters,
        everyone=codes == ("",),
        subdistricts=filter_choices(found.programme.division_code, codes, filters.subdistrict),
        manages=manages,
        may_nominate=policy.allows(who, P.NOMINATION_SUBMIT, programme_scope(found.programme)) or manages,
        phones=policy.allows_anywhere(who, P.PERSON_VIEW),
        callable=may_call(who, manages),
        undo=take_undo("phase", phase_id),
        missing=queries.without_seat(phase_id, clock.now()) if manages else 0,
        words=words,
    )


@bp.post("/phases/<int:phase_id>/registrations")
@access.needs(P.REGISTRATION_MANAGE)
def change_phase(phase_id: int) -> Any:
    """Cancel the ticked enrolments, undo that, or give seats in sessions that came later."""
    who, now = access.actor(), clock.now()
    phase_for(who, phase_id, P.REGISTRATION_MANAGE)
    by: dict[str, Any] = {"actor_id": who.person_id, "now": now}
    ids, action = numbers("id"), request.form.get("action", "")
    if action == "complete":
        _tell(*seats.complete(phase_id, **by))
    elif not ids:
        flash(_("Nobody was ticked. Tick the rows first."), "error")
    elif action == "cancel":
        gone = bulk.cancel_enrolments(phase_id, ids, **by)
        if gone:
            leave_undo("phase", phase_id, gone)
    elif action == "restore":
        _tell(*bulk.enrol_again(phase_id, ids, **by))
    return redirect(url_for("registration.phase", phase_id=phase_id))


def _tell(confirmed: int, waiting: int) -> None:
    if confirmed:
        flash(ngettext("%(num)s person has a seat now.", "%(num)s people have a seat now.", confirmed))
    if waiting:
        flash(ngettext("%(num)s person is in line now.", "%(num)s people are in line now.", waiting), "error")


@bp.get("/phases/<int:phase_id>/registrations/new")
@access.needs(P.REGISTRATION_MANAGE)
def add_to_phase(phase_id: int) -> Any:
    """Search someone to enrol."""
    who = access.actor()
    found = phase_for(who, phase_id, P.REGISTRATION_MANAGE)
    text = request.args.get("q", "")[:60]
    people = persons.search(text, policy.jurisdictions(who, P.PERSON_VIEW))
    ids = [person.id for person in people]
    return render_template(
        "registration/add.html",
        target=url_for("registration.add_to_phase_now", phase_id=phase_id),
        back=url_for("registration.phase", phase_id=phase_id),
        title=_("Phase %(number)s", number=found.number),
        people=people,
        posts=posts.present_posts(ids),
        there=queries.enrolled(phase_id, ids),
        roles=[],
        text=text,
        words=words,
    )


@bp.post("/phases/<int:phase_id>/registrations/new")
@access.needs(P.REGISTRATION_MANAGE)
def add_to_phase_now(phase_id: int) -> Any:
    """Enrol one person that was found."""
    who, now = access.actor(), clock.now()
    phase_for(who, phase_id, P.REGISTRATION_MANAGE)
    person = person_of(who)
    try:
        made = seats.enrol(phase_id, person.id, source="organiser", actor_id=who.person_id, now=now)
    except Refusal as refused:
        flash(str(refused.sentence), "error")
    else:
        say_done(person.name, made.state)
    return redirect(url_for("registration.add_to_phase", phase_id=phase_id))
