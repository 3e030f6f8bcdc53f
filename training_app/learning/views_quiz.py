"""Quizzes for staff: a programme's list, one with its results, what holds for it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from training_app.core import clock
from training_app.core.actors import Actor
from training_app.core.db import db
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.core.permissions import Permission
from training_app.divisions.rules import lies_in
from training_app.people.policy import allows, jurisdictions
from training_app.schedule.access import event_for, programme_for, programme_scope
from training_app.schedule.models import Event, Programme
from training_app.schedule.visibility import areas
from training_app.web import access
from training_app.web.addresses import public_url
from training_app.web.filters import moment
from training_app.web.pagination import paginate, requested_page

from . import forms_quiz, quizquestions, quizresults, quizrules, quizwords, quizzes, service
from .blueprint import bp
from .quizaccess import may_manage, quiz_for
from .quizmodels import Quiz
from .roll import places

_VIEW, _MANAGE = Permission.SCORE_VIEW, Permission.SCORE_MANAGE
_SHOWS = ("all", "open", "taken")


def _actor_id() -> int:
    return access.actor().person_id or 0


def phase_of(quiz: Quiz, now: Any) -> str:
    """draft, ahead, open or over."""
    return quizrules.phase_of(quiz.state, quiz.opens_at, quiz.closes_at, now)


@bp.get("/programmes/<int:programme_id>/quizzes")
@access.needs(_VIEW)
def quiz_list(programme_id: int) -> Any:
    """The programme's knowledge test, and the quiz of each session."""
    who, now = access.actor(), clock.now()
    programme = programme_for(who, programme_id, _VIEW)
    manages = allows(who, _MANAGE, programme_scope(programme))
    found = quizzes.listed(programme.id)
    if not manages:
        found = {key: one for key, one in found.items() if one.quiz.state != "draft"}
    events = db.session.scalars(
        select(Event)
        .where(Event.programme_id == programme.id, Event.state.in_(("draft", "published", "closed")))
        .options(selectinload(Event.slots))
        .order_by(Event.kind.desc(), Event.number, Event.id)
    ).all()
    return render_template(
        "learning/quizzes.html",
        programme=programme,
        found=found,
        events=[event for event in events if event.id in found or (manages and event.state != "draft")],
        manages=manages,
        phase_of=lambda quiz: phase_of(quiz, now),
        words=quizwords,
    )


def _made(programme: Programme, event: Event | None) -> Any:
    """The form of a new quiz, and what becomes of it."""
    there = quizzes.quiz_of(programme.id, event.id if event else None)
    if there is not None:
        return redirect(url_for("learning.quiz", quiz_id=there.id))
    form = forms_quiz.SettingsForm()
    if form.validate_on_submit():
        try:
            quiz = quizzes.create(
                programme.id, event.id if event else None, form.settings(), actor_id=_actor_id(), now=clock.now()
            )
        except Invalid as fault:
            forms_quiz.show_on(form, fault)
        except NotFound:
            raise
        except Refusal as fault:
            return redirect(url_for("learning.quiz", quiz_id=fault.details["quiz_id"]))
        else:
            return redirect(url_for("learning.quiz_questions", quiz_id=quiz.id))
    elif not form.is_submitted():
        title = _("Quiz: %(title)s", title=event.title) if event else _("Final test")
        form.show(quizzes.Settings(title[:120], tries=2, pass_mark=None if event is None else quizrules.USUAL_MARK))
    return _settings_page(form, programme, event, None), 422 if form.is_submitted() else 200


def _settings_page(form: Any, programme: Programme, event: Event | None, quiz: Quiz | None) -> str:
    mark = service.pass_mark(programme.id) if event is None else None
    return render_template(
        "learning/quiz_settings.html", form=form, programme=programme, event=event, quiz=quiz, mark=mark
    )


@bp.route("/programmes/<int:programme_id>/quiz/new", methods=["GET", "POST"])
@access.needs(_MANAGE)
def new_quiz(programme_id: int) -> Any:
    """Make the programme's knowledge test."""
    return _made(programme_for(access.actor(), programme_id, _MANAGE), None)


@bp.route("/events/<int:event_id>/quiz/new", methods=["GET", "POST"])
@access.needs(_MANAGE)
def new_event_quiz(event_id: int) -> Any:
    """Make the quiz of a session."""
    event = event_for(access.actor(), event_id, _MANAGE)
    return _made(event.programme, event)


@bp.get("/events/<int:event_id>/quiz")
@access.needs(_VIEW)
def event_quiz(event_id: int) -> Any:
    """On to the quiz of a session, or to where it is made."""
    event = event_for(access.actor(), event_id, _VIEW)
    quiz = quizzes.quiz_of(event.programme_id, event.id)
    manages = allows(access.actor(), _MANAGE, programme_scope(event.programme, event.id))
    if quiz is not None and (manages or quiz.state != "draft"):
        return redirect(url_for("learning.quiz", quiz_id=quiz.id))
    if manages:
        return redirect(url_for("learning.new_event_quiz", event_id=event.id))
    flash(_("This session has no quiz yet."))
    return redirect(url_for("schedule.event", event_id=event.id))


@bp.get("/quizzes/<int:quiz_id>")
@access.needs(_VIEW)
def quiz(quiz_id: int) -> Any:
    """How a quiz went: its figures, its hardest questions, who took it and who has not yet."""
    who, now = access.actor(), clock.now()
    found = quiz_for(who, quiz_id, _VIEW)
    within = areas(who, _VIEW, found.programme, found.event_id)
    show, text = request.args.get("show", ""), request.args.get("q", "")
    show = show if show in _SHOWS else "all"
    page = paginate(
        quizresults.people(found, within, show=show, text=text), page=requested_page(), per_page=50, scalars=False
    )
    manages = may_manage(who, found)
    everyone = within == ("",)
    return render_template(
        "learning/quiz.html",
        quiz=found,
        phase=phase_of(found, now),
        manages=manages,
        figures=quizresults.figures(found, within),
        mark=_mark(found),
        questions=len(quizquestions.questions_of(found.id)[1]),
        # Who is trained herself sees no question before she is asked it.
        hardest=quizresults.hardest(found) if everyone else [],
        page=page,
        results=quizresults.results_of(found, [row.id for row in page.items]),
        places=places(row.division_code for row in page.items),
        may_call=_may_call(who, page.items),
        message=_message(found, quizresults.still_open(found, within)) if phase_of(found, now) == "open" else "",
        filters={"show": show, "q": text},
        words=quizwords,
    )


def _may_call(who: Actor, rows: list[Any]) -> set[int]:
    """Whose phone number may be seen: of the people of one's area, whoever else is on the list."""
    codes = jurisdictions(who, Permission.PERSON_VIEW)
    return {row.id for row in rows if any(lies_in(row.division_code or "", code) for code in codes)}


def _mark(quiz: Quiz) -> Any:
    if quiz.event_id is not None:
        return quiz.pass_mark
    rule = service.pass_mark(quiz.programme_id)
    return rule.points if rule else None


def _message(quiz: Quiz, names: list[str]) -> str:
    """What to write into the group: names, never a phone number."""
    if not names:
        return ""
    until = _(" It closes %(when)s.", when=moment(quiz.closes_at)) if quiz.closes_at else ""
    return str(
        _(
            "%(title)s can be taken on the phone now.%(until)s Not handed in yet: %(names)s. %(url)s",
            title=quiz.title,
            until=until,
            names=_(", ").join(names),
            url=public_url("learning.own_quiz", quiz_id=quiz.id),
        )
    )


@bp.route("/quizzes/<int:quiz_id>/settings", methods=["GET", "POST"])
@access.needs(_MANAGE)
def quiz_settings(quiz_id: int) -> Any:
    """Change what holds for a quiz."""
    found = quiz_for(access.actor(), quiz_id, _MANAGE)
    form = forms_quiz.SettingsForm()
    if form.validate_on_submit():
        try:
            quizzes.change(found.id, form.settings(), actor_id=_actor_id(), now=clock.now())
        except Invalid as fault:
            forms_quiz.show_on(form, fault)
        else:
            flash(_("Saved."))
            return redirect(url_for("learning.quiz", quiz_id=found.id))
    elif not form.is_submitted():
        form.show(quizzes.settings_of(found))
    return _settings_page(form, found.programme, found.event, found), 422 if form.is_submitted() else 200


@bp.post("/quizzes/<int:quiz_id>/state")
@access.needs(_MANAGE)
def quiz_state(quiz_id: int) -> Any:
    """Publish, withdraw or delete a quiz."""
    found = quiz_for(access.actor(), quiz_id, _MANAGE)
    programme_id, wish = found.programme_id, request.form.get("do", "")
    by, now = _actor_id(), clock.now()
    try:
        if wish == "publish":
            quizzes.publish(found.id, actor_id=by, now=now)
            flash(_("Published: whoever takes part finds it under Today."))
        elif wish == "withdraw":
            quizzes.withdraw(found.id, actor_id=by, now=now)
            flash(_("It is a draft again; nobody sees it."))
        elif wish == "remove":
            quizzes.remove(found.id, actor_id=by, now=now)
            flash(_("The quiz is deleted."))
            return redirect(url_for("learning.quiz_list", programme_id=programme_id))
    except NotFound:
        raise
    except Refusal as fault:
        flash(str(fault.sentence), "error")
    return redirect(url_for("learning.quiz", quiz_id=quiz_id))
