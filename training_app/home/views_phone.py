"""A person's own pages on the phone: dates, passport, me."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import render_template, request

from training_app.attendance.words import LEAVE_TONES, LEAVES
from training_app.certificates.why import why as reasons
from training_app.core import clock
from training_app.core.db import db
from training_app.core.errors import NotFound
from training_app.learning import quizstanding
from training_app.learning.quizstanding import Standing
from training_app.people import posts
from training_app.people.models import Person
from training_app.schedule import words
from training_app.schedule.models import Programme
from training_app.web import access

from . import mine, passport
from .blueprint import bp


def _person() -> Person:
    person = db.session.get(Person, access.actor().person_id)
    if person is None:
        raise NotFound()
    return person


@bp.get("/dates")
@access.person
def schedule() -> Any:
    """What one is registered for, what is open, what is over."""
    person, now = _person(), clock.now()
    return render_template(
        "home/schedule.html",
        own=mine.own(person.id, now),
        quizzes=quizstanding.waiting_for(person.id, now),
        at=now,
        leave_words=LEAVES,
        leave_tones=LEAVE_TONES,
    )


def _chosen(person: Person, now: datetime) -> tuple[list[Programme], Programme | None, list[Standing]]:
    """One's programmes, the one that `?programme=` chooses or else the newest, and its quizzes that are open."""
    programmes = passport.programmes_of(person.id, now)
    wanted = request.args.get("programme", "")
    chosen = next((p for p in programmes if str(p.id) == wanted), programmes[0] if programmes else None)
    if chosen is None:
        return programmes, None, []
    quizzes = [one for one in quizstanding.waiting_for(person.id, now) if one.quiz.programme_id == chosen.id]
    return programmes, chosen, quizzes


@bp.get("/passport", endpoint="passport")
@access.person
def passport_of_mine() -> Any:
    """The stamps of one programme; `?programme=` chooses an earlier one."""
    person, now = _person(), clock.now()
    programmes, chosen, quizzes = _chosen(person, now)
    found = passport.passport(person.id, chosen, now) if chosen else None
    return render_template(
        "home/passport.html",
        passport=found,
        programmes=programmes,
        quizzes=quizzes,
        areas=words.AREAS,
        person=person,
        at=now,
    )


@bp.get("/passport/why")
@access.person
def why() -> Any:
    """What counts for one's own certificate, condition by condition; `?programme=` as for the passport."""
    person, now = _person(), clock.now()
    _programmes, chosen, quizzes = _chosen(person, now)
    found = reasons(chosen, person.id, now) if chosen else None
    return render_template("home/why.html", why=found, quizzes=quizzes)


@bp.get("/me")
@access.person
def me() -> Any:
    """Who one is here, and the way out."""
    person = _person()
    held = posts.present_posts([person.id]).get(person.id, [])
    return render_template("home/me.html", person=person, posts=held)
