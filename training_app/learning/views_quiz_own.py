"""A quiz on the phone of whoever takes it."""

from __future__ import annotations

from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _

from training_app.core import clock
from training_app.core.errors import NotFound, Refusal
from training_app.web import access

from . import forms_quiz, quizquestions, quizrules, quizstanding, quiztaking, quizwords
from .blueprint import bp
from .quizaccess import own_quiz as quiz_of
from .quizaccess import own_try as try_of
from .quizmodels import QuizTry


@bp.route("/my/quizzes/<int:quiz_id>", methods=["GET", "POST"])
@access.person
def own_quiz(quiz_id: int) -> Any:
    """What a quiz is about and how one stands with it; the button begins a try or goes on with one."""
    who, now = access.actor(), clock.now()
    quiz = quiz_of(who, quiz_id)
    person_id = who.person_id or 0
    if request.method == "POST":
        try:
            begun = quiztaking.start(quiz.id, person_id, now=now)
        except NotFound:
            raise
        except Refusal as fault:
            flash(str(fault.sentence), "error")
            return redirect(url_for("learning.own_quiz", quiz_id=quiz.id))
        return redirect(url_for("learning.own_try", try_id=begun.id))
    return render_template(
        "learning/quiz_own.html",
        standing=quizstanding.standing(person_id, quiz, now),
        questions=quizquestions.length(quiz.id),
        refusals=quizstanding.REFUSALS,
    )


@bp.route("/my/tries/<int:try_id>", methods=["GET", "POST"])
@access.person
def own_try(try_id: int) -> Any:
    """The questions of a try; once it is handed in, what became of it."""
    now = clock.now()
    one = try_of(access.actor(), try_id)
    if request.method == "GET":
        if one.handed_in_at is None and one.due_at is not None and now > one.due_at + quizrules.GRACE:
            one = quiztaking.hand_in(one.id, {}, now=now)
        return _result(one) if one.handed_in_at is not None else _questions(one)
    wish, sent = request.form.get("do", ""), forms_quiz.answers(request.form)
    if wish in ("sure", "time"):
        quiztaking.hand_in(one.id, sent, now=now)
    elif quiztaking.keep(one.id, sent, now=now) == "kept":
        still = sum(not shown.chosen for shown in quiztaking.shown(one))
        if wish == "hand_in" and still:
            return _questions(one, still_open=still)
        if wish == "hand_in":
            quiztaking.hand_in(one.id, {}, now=now)
        else:
            flash(_("Your answers are kept."))
    return redirect(url_for("learning.own_try", try_id=one.id))


def _questions(one: QuizTry, still_open: int = 0) -> str:
    shown = quiztaking.shown(one)
    return render_template(
        "learning/quiz_try.html",
        one=one,
        shown=shown,
        answered=sum(bool(question.chosen) for question in shown),
        still_open=still_open,
        words=quizwords,
        at=clock.now(),
    )


def _result(one: QuizTry) -> str:
    standing = quizstanding.standing(one.person_id, one.quiz, clock.now())
    reveals = quizrules.reveals_now(one.quiz.reveals, handed_in=True, ended=standing.ended)
    shown = quiztaking.shown(one)
    mark = one.pass_mark if one.quiz.event_id is not None else standing.mark
    return render_template(
        "learning/quiz_result.html",
        one=one,
        standing=standing,
        mark=mark,
        passed=mark is not None and one.points is not None and one.points >= mark,
        right=sum(bool(question.right) for question in shown),
        shown=shown,
        reveals=reveals,
        words=quizwords,
    )


@bp.post("/my/tries/<int:try_id>/answers")
@access.person
def own_answer(try_id: int) -> Any:
    """Keep one answer as it is given; says whether it was kept, or the try is handed in."""
    one = try_of(access.actor(), try_id)
    state = quiztaking.keep(one.id, forms_quiz.answer(request.form), now=clock.now())
    return jsonify(state=state), 200 if state == "kept" else 409
