"""The first page: what to do now, for whoever is asking."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import current_app, redirect, render_template, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from training_app.attendance.words import LEAVE_TONES, LEAVES
from training_app.core import clock, qr
from training_app.core.actors import Actor
from training_app.core.permissions import Permission
from training_app.learning import feedback, quizstanding
from training_app.people import policy, posts
from training_app.registration import tickets
from training_app.web import access
from training_app.web.addresses import public_base

from . import desk, mine, needs, passport, rules, ward
from .blueprint import bp


def greeting(name: str, now: datetime) -> str:
    """陈老师，上午好 · Good morning, 陈丽华."""
    called = f"{rules.surname(name)}老师" if str(get_locale()) != "en" else name
    sentences: dict[str, str] = {
        "morning": _("Good morning, %(name)s", name=called),
        "afternoon": _("Good afternoon, %(name)s", name=called),
        "evening": _("Good evening, %(name)s", name=called),
    }
    return sentences[rules.part_of_day(now)]


def own_page(who: Actor, person_id: int, now: datetime) -> Any:
    """A director's first page; on the day with the ticket, which any camera reads as its page's address."""
    own = mine.own(person_id, now)
    code, typed = "", ""
    if own.today is not None:
        row = own.today.registration
        code = qr.svg(f"{public_base()}/t/{tickets.token_of(row)}", _("Your ticket's QR code"))
        typed = tickets.grouped(row.ticket_code)
    return render_template(
        "home/today.html",
        own=own,
        # On the day of an event everyone opens this page at once, and for the ticket.
        make_up=passport.make_up(person_id, now) if own.today is None else None,
        quizzes=quizstanding.waiting_for(person_id, now),
        feedback=feedback.open_for(person_id, now),
        code=code,
        typed=typed,
        greeting=greeting(who.name, now),
        at=now,
        leave_words=LEAVES,
        leave_tones=LEAVE_TONES,
    )


@bp.get("/")
@access.login
def today() -> Any:
    """A director's ticket or next date; for staff the day's events and what waits for them."""
    who, now = access.actor(), clock.now()
    if who.person_id is None:
        # A door volunteer's device has no person: its one page is the door.
        door = "checkin.index"
        return redirect(url_for(door)) if door in current_app.view_functions else render_template("home/nobody.html")
    if not who.is_staff:
        return own_page(who, who.person_id, now)
    slots, more_today = desk.today(who, now)
    supervises = bool(who.supervised)
    absent, absent_in_all = (
        ward.missing(who, [s.slot.id for s in slots if s.state == "open"]) if supervises else ([], 0)
    )
    return render_template(
        "home/staff.html",
        greeting=greeting(who.name, now),
        slots=slots,
        more_today=more_today,
        coming=desk.coming(who, now),
        needs=needs.needs(who, now),
        posts=posts.present_posts([who.person_id]).get(who.person_id, []),
        supervises=supervises,
        missing=absent,
        missing_in_all=absent_in_all,
        phases=ward.open_for_nomination(who, now) if supervises else [],
        may_settle=policy.allows_anywhere(who, Permission.REGISTRATION_MANAGE),
        may_plan=policy.allows_anywhere(who, Permission.SCHEDULE_PLAN),
        may_report=policy.allows_anywhere(who, Permission.REPORT_VIEW),
        sees_phases=any(grant.event_id is None for grant in who.grants),
        at=now,
    )


@bp.get("/mine")
@access.person
def own_today() -> Any:
    """One's own training: also for staff, who hold posts and are trained too."""
    who = access.actor()
    assert who.person_id is not None
    return own_page(who, who.person_id, clock.now())
