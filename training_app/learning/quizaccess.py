"""Fetching a quiz or a try and proving that this actor may touch it is one act."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from training_app.core.actors import Actor
from training_app.core.db import db
from training_app.core.errors import NotFound
from training_app.core.permissions import Permission
from training_app.people.policy import allows
from training_app.schedule.access import programme_scope
from training_app.schedule.models import Event

from .quizmodels import Quiz, QuizTry
from .quizstanding import is_for


def may_manage(actor: Actor, quiz: Quiz) -> bool:
    """Whether the actor makes this quiz."""
    return allows(actor, Permission.SCORE_MANAGE, programme_scope(quiz.programme, quiz.event_id))


def quiz_for(actor: Actor, quiz_id: int, permission: Permission) -> Quiz:
    """The quiz with this id, its programme and event loaded; a draft is there for its makers. Raises NotFound."""
    quiz = db.session.scalar(
        select(Quiz).where(Quiz.id == quiz_id).options(joinedload(Quiz.programme), joinedload(Quiz.event))
    )
    if quiz is None or not allows(actor, permission, programme_scope(quiz.programme, quiz.event_id)):
        raise NotFound()
    if quiz.state == "draft" and not may_manage(actor, quiz):
        raise NotFound()
    return quiz


def own_quiz(actor: Actor, quiz_id: int) -> Quiz:
    """The published quiz with this id, if the actor takes part in what it belongs to. Raises NotFound."""
    quiz = db.session.scalar(
        select(Quiz)
        .outerjoin(Event, Event.id == Quiz.event_id)
        .where(Quiz.id == quiz_id, is_for(actor.person_id or 0))
        .options(contains_eager(Quiz.event), joinedload(Quiz.programme))
    )
    if quiz is None or actor.person_id is None:
        raise NotFound()
    return quiz


def own_try(actor: Actor, try_id: int) -> QuizTry:
    """The actor's own try with this id, its quiz and questions loaded. Raises NotFound for anyone else's."""
    found = db.session.scalar(
        select(QuizTry)
        .where(QuizTry.id == try_id)
        .options(
            joinedload(QuizTry.person),
            joinedload(QuizTry.version),
            joinedload(QuizTry.quiz).joinedload(Quiz.programme),
            joinedload(QuizTry.quiz).joinedload(Quiz.event),
        )
    )
    if (
        found is None
        or actor.person_id is None
        or actor.person_id not in (found.person_id, found.person.merged_into_id)
    ):
        raise NotFound()
    return found
