"""The questions of a quiz: listed, edited one by one, imported and exported."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from training_app.core import clock
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.core.permissions import Permission
from training_app.core.spreadsheets import XLSX_TYPE, file_name
from training_app.web import access
from training_app.web.downloads import download

from . import forms_quiz, quizimporting, quizquestions, quizrules, quizwords
from .blueprint import bp
from .quizaccess import quiz_for
from .quizmodels import Quiz

_MANAGE = Permission.SCORE_MANAGE


def _actor_id() -> int:
    return access.actor().person_id or 0


def _quiz(quiz_id: int) -> Quiz:
    return quiz_for(access.actor(), quiz_id, _MANAGE)


def _on(quiz: Quiz) -> Any:
    return redirect(url_for("learning.quiz_questions", quiz_id=quiz.id))


@bp.get("/quizzes/<int:quiz_id>/questions")
@access.needs(_MANAGE)
def quiz_questions(quiz_id: int) -> Any:
    """The questions with their right answers."""
    quiz = _quiz(quiz_id)
    version, questions = quizquestions.questions_of(quiz.id)
    return render_template(
        "learning/quiz_questions.html",
        quiz=quiz,
        version=version,
        questions=questions,
        whole=sum(question.points for question in questions),
        words=quizwords,
    )


def _edited(quiz: Quiz, place: int | None) -> Any:
    questions = quizquestions.questions_of(quiz.id)[1]
    if place is not None and place >= len(questions):
        raise NotFound()
    form = forms_quiz.QuestionForm()
    was = request.form.get("was", "")
    if form.validate_on_submit():
        try:
            quizquestions.put_question(quiz.id, place, form.question(), was=was, actor_id=_actor_id(), now=clock.now())
        except Invalid as fault:
            forms_quiz.show_on(form, fault)
        except Refusal as fault:
            flash(str(fault.sentence), "error")
            return _on(quiz)
        else:
            flash(_("Saved."))
            again = request.form.get("then") == "more"
            return redirect(url_for("learning.new_question", quiz_id=quiz.id)) if again else _on(quiz)
    elif not form.is_submitted() and place is not None:
        form.show(questions[place])
        was = questions[place].key
    elif not form.is_submitted() and questions:
        form.points.data = questions[-1].points
    page = render_template("learning/quiz_question.html", quiz=quiz, form=form, place=place, was=was)
    return page, 422 if form.is_submitted() else 200


@bp.route("/quizzes/<int:quiz_id>/questions/new", methods=["GET", "POST"])
@access.needs(_MANAGE)
def new_question(quiz_id: int) -> Any:
    """Add a question."""
    return _edited(_quiz(quiz_id), None)


@bp.route("/quizzes/<int:quiz_id>/questions/<int:place>", methods=["GET", "POST"])
@access.needs(_MANAGE)
def edit_question(quiz_id: int, place: int) -> Any:
    """Change the question at a place, counted from 0."""
    return _edited(_quiz(quiz_id), place)


@bp.post("/quizzes/<int:quiz_id>/questions/<int:place>/arrange")
@access.needs(_MANAGE)
def arrange_question(quiz_id: int, place: int) -> Any:
    """Move a question up or down, or remove it."""
    quiz = _quiz(quiz_id)
    action = request.form.get("do", "")
    if action in ("up", "down", "remove"):
        try:
            quizquestions.arrange(
                quiz.id, place, action, was=request.form.get("was", ""), actor_id=_actor_id(), now=clock.now()
            )
        except Refusal as fault:
            flash(str(fault.sentence), "error")
    return _on(quiz)


@bp.get("/quizzes/<int:quiz_id>/questions/file")
@access.needs(_MANAGE)
def quiz_file(quiz_id: int) -> Any:
    """The questions as a workbook, which can be imported again."""
    quiz = _quiz(quiz_id)
    data = quizimporting.workbook(quiz.title, quizquestions.questions_of(quiz.id)[1])
    return download(data, file_name(quiz.title, _("Quiz questions"), extension="xlsx"), XLSX_TYPE)


@bp.get("/quizzes/template")
@access.needs(_MANAGE)
def quiz_template() -> Any:
    """An empty workbook with an example of each kind."""
    data = quizimporting.workbook("", quizimporting.EXAMPLES)
    return download(data, file_name(_("Template for questions"), extension="xlsx"), XLSX_TYPE)


def _import_page(quiz: Quiz, preview: Any = None, problem: Any = None, **more: Any) -> str:
    return render_template(
        "learning/quiz_import.html",
        quiz=quiz,
        there=len(quizquestions.questions_of(quiz.id)[1]),
        preview=preview,
        problem=problem,
        most=quizrules.MOST_QUESTIONS,
        words=quizwords,
        **{"token": None, "name": "", "replaces": True} | more,
    )


@bp.route("/quizzes/<int:quiz_id>/questions/import", methods=["GET", "POST"])
@access.needs(_MANAGE)
def import_questions(quiz_id: int) -> Any:
    """Choose a file, and see what it amounts to; nothing is saved yet."""
    quiz, now = _quiz(quiz_id), clock.now()
    if request.method == "GET":
        return _import_page(quiz)
    upload, replaces = request.files.get("file"), request.form.get("mode") != "append"
    name = (upload.filename if upload else "") or ""
    if upload is None or not name:
        return _import_page(quiz, problem=_("Choose the file with the questions."), replaces=replaces), 422
    try:
        preview = quizimporting.preview(upload.read(), name, now=now)
    except Invalid as fault:
        return _import_page(quiz, problem=fault.sentence, replaces=replaces), 422
    token = forms_quiz.seal(quiz.id, preview.digest, name, replace=replaces) if preview.digest else None
    page = _import_page(quiz, preview, token=token, name=name, replaces=replaces)
    return page, 422 if preview.found.bad else 200


@bp.post("/quizzes/<int:quiz_id>/questions/import/confirm")
@access.needs(_MANAGE)
def confirm_questions(quiz_id: int) -> Any:
    """Take the questions of the previewed file, all or none."""
    quiz = _quiz(quiz_id)
    chosen = forms_quiz.unseal(quiz.id, request.form.get("token", ""))
    if chosen is None:
        return _import_page(quiz, problem=_("The preview is too old. Choose the file again; nothing was saved.")), 422
    digest, name, replace = chosen
    try:
        _version, count = quizimporting.take(
            quiz.id, digest, name, replace=replace, actor_id=_actor_id(), now=clock.now()
        )
    except NotFound:
        # Sent twice: the first sending took them all.
        return _on(quiz)
    except Invalid as fault:
        return _import_page(quiz, problem=fault.sentence), 422
    flash(ngettext("%(num)d question imported.", "%(num)d questions imported.", count))
    return _on(quiz)
