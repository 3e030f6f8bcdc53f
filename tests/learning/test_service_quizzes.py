"""Quizzes as their organisers make them, and what becomes of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from tests import cast
from tests.learning.quizzing import (
    CHEN,
    GROUP,
    LATER,
    LIN,
    NOW,
    ORGANISER,
    QUESTIONS,
    REPORT,
    RIGHT,
    VISIT,
    WRONG,
    ZHANG,
    attended,
    made,
    taken,
)
from training_app.core import audit, files
from training_app.core.db import db
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.learning import quizimporting, quizquestions, quizresults, quiztaking, quizzes, service
from training_app.learning.quizmodels import Quiz, QuizVersion

EVERYONE = ("",)
BY = {"actor_id": ORGANISER, "now": NOW}


@pytest.fixture(autouse=True)
def _attended(app):
    attended(CHEN, LIN)


def quiz_of(id_):
    db.session.expire_all()
    return db.session.get(Quiz, id_)


def test_a_programme_has_one_knowledge_test_and_a_session_one_quiz():
    first = made()
    with pytest.raises(Refusal) as refused:
        made()
    assert refused.value.details["quiz_id"] == first
    assert made(event=1) != made(event=2)


def test_an_event_of_another_programme_has_its_quiz_there():
    with pytest.raises(NotFound):
        made(event=cast.OTHER_EVENT)


@pytest.mark.parametrize(
    ("event", "settings", "field"),
    [
        (None, {"tries": 3}, "tries"),
        (1, {"tries": 0}, "tries"),
        (1, {"pass_mark": None}, "pass_mark"),
        (1, {"pass_mark": Decimal(101)}, "pass_mark"),
        (1, {"minutes": 0}, "minutes"),
        (1, {"opens_at": LATER, "closes_at": NOW}, "closes_at"),
    ],
)
def test_settings_that_cannot_hold_are_named(event, settings, field):
    with pytest.raises(Invalid) as refused:
        made(event=event, **settings)
    assert field in refused.value.fields


def test_the_pass_mark_of_a_knowledge_test_stands_in_the_rule_alone():
    assert quiz_of(made(pass_mark=Decimal(80))).pass_mark is None


def test_only_a_quiz_with_questions_is_published_and_it_keeps_one():
    empty = made(questions=(), published=False)
    with pytest.raises(Invalid, match="no_questions"):
        quizzes.publish(empty, **BY)
    quizquestions.set_questions(empty, [GROUP], **BY)
    quizzes.publish(empty, **BY)
    with pytest.raises(Invalid, match="no_questions"):
        quizquestions.arrange(empty, 0, "remove", was=GROUP.key, **BY)


def test_questions_that_nobody_was_asked_are_changed_in_place_and_others_make_a_version():
    quiz = made()
    quizquestions.set_questions(quiz, [GROUP], **BY)
    assert quizquestions.newest(quiz).number == 1
    taken(quiz, CHEN, {0: [1]})
    quizquestions.set_questions(quiz, [GROUP], **BY)
    assert quizquestions.newest(quiz).number == 1
    quizquestions.set_questions(quiz, [GROUP, VISIT], **BY)
    assert [len(v.questions) for v in db.session.scalars(select(QuizVersion).order_by(QuizVersion.number))] == [1, 2]


def test_questions_are_moved_changed_and_removed_one_by_one():
    quiz = made()
    quizquestions.arrange(quiz, 2, "up", was=GROUP.key, **BY)
    quizquestions.arrange(quiz, 0, "down", was=REPORT.key, **BY)
    assert quizquestions.questions_of(quiz)[1] == (GROUP, REPORT, VISIT)
    changed = replace(VISIT, right=(0,))
    quizquestions.put_question(quiz, 2, changed, was=VISIT.key, **BY)
    quizquestions.arrange(quiz, 1, "remove", was=REPORT.key, **BY)
    quizquestions.put_question(quiz, None, REPORT, **BY)
    assert quizquestions.questions_of(quiz)[1] == (GROUP, changed, REPORT)


def test_a_question_that_was_changed_meanwhile_is_not_overwritten():
    quiz = made()
    for place, was in ((0, VISIT.key), (3, GROUP.key)):
        with pytest.raises(Refusal, match="changed_meanwhile"):
            quizquestions.put_question(quiz, place, replace(GROUP, text="另一题"), was=was, **BY)
    assert quizquestions.questions_of(quiz)[1] == QUESTIONS


def test_a_quiz_that_somebody_took_is_withdrawn_and_not_deleted():
    quiz = made(event=1)
    taken(quiz, CHEN)
    with pytest.raises(Refusal, match="taken"):
        quizzes.remove(quiz, **BY)
    quizzes.withdraw(quiz, **BY)
    assert quiz_of(quiz).state == "draft"
    other = made(event=2)
    quizzes.remove(other, **BY)
    assert quiz_of(other) is None


def test_every_change_is_on_record():
    quiz = made()
    quizzes.change(quiz, replace(quizzes.settings_of(quiz_of(quiz)), tries=1), **BY)
    entries = db.session.scalars(select(audit.Audit).where(audit.Audit.subject_kind == "quiz")).all()
    assert [entry.action for entry in entries] == ["quiz.changed"] * 4
    assert entries[-1].before["tries"] == "2" and entries[-1].after["tries"] == "1"


def test_what_is_exported_is_imported_as_it_was_and_the_file_goes():
    quiz, other = made(), made(event=1, questions=(GROUP,))
    data = quizimporting.workbook("测试", quizquestions.questions_of(quiz)[1])
    shown = quizimporting.preview(data, "题目.xlsx", now=NOW)
    assert shown.found.bad == () and quizquestions.questions_of(other)[1] == (GROUP,)
    quizimporting.take(other, shown.digest, "题目.xlsx", replace=True, **BY)
    assert quizquestions.questions_of(other)[1] == QUESTIONS
    with pytest.raises(NotFound):
        files.read(shown.digest)


def test_what_is_asked_already_is_not_added_again():
    quiz = made(questions=(GROUP,))
    shown = quizimporting.preview(quizimporting.workbook("", QUESTIONS), "题目.xlsx", now=NOW)
    _version, count = quizimporting.take(quiz, shown.digest, "题目.xlsx", replace=False, **BY)
    assert count == 2 and quizquestions.questions_of(quiz)[1] == (GROUP, REPORT, VISIT)


def test_the_template_can_be_imported():
    found = quizimporting.read(quizimporting.workbook("", quizimporting.EXAMPLES), "模板.xlsx")
    assert found.questions == quizimporting.EXAMPLES


def test_figures_count_people_on_paper_and_on_the_phone_alike():
    quiz = made()
    taken(quiz, CHEN, WRONG)
    taken(quiz, CHEN, RIGHT)
    service.save(cast.PROGRAMME, {(LIN, 1): Decimal(50)}, source="paper", **BY)
    found = quizresults.figures(quiz_of(quiz), EVERYONE)
    assert (found.expected, found.taken, found.mean, found.passed, found.share) == (2, 2, Decimal(75), 1, 50)
    results = quizresults.results_of(quiz_of(quiz), [CHEN, LIN])
    assert (results[CHEN].sources, results[LIN].sources) == (("phone",), ("paper",))


def test_a_sessions_figures_count_its_own_people():
    quiz = made(event=1)
    taken(quiz, CHEN, RIGHT)
    taken(quiz, LIN, WRONG)
    found = quizresults.figures(quiz_of(quiz), EVERYONE)
    assert (found.expected, found.taken, found.mean, found.passed) == (2, 2, Decimal(50), 1)


def test_a_supervisor_counts_her_own_area():
    attended(ZHANG)
    quiz = made(event=1)
    taken(quiz, ZHANG)
    taken(quiz, CHEN)
    found = quizresults.figures(quiz_of(quiz), (cast.KAIYUAN,))
    assert (found.expected, found.taken) == (2, 1)
    assert quizresults.still_open(quiz_of(quiz), (cast.KAIYUAN,)) == ["林晓燕"]
    shown = db.session.execute(quizresults.people(quiz_of(quiz), (cast.KAIYUAN,))).all()
    assert {row.id for row in shown} == {CHEN, LIN}


def test_the_hardest_question_stands_first_and_counts_over_versions():
    quiz = made(event=1)
    taken(quiz, CHEN, {0: [0], 2: [1]})
    quizquestions.set_questions(quiz, [GROUP, VISIT], **BY)
    taken(quiz, LIN, {0: [0]})
    found = [(one.question, one.asked, one.right) for one in quizresults.hardest(quiz_of(quiz))]
    assert found == [(VISIT, 2, 0), (GROUP, 2, 1), (REPORT, 1, 1)]


def test_a_try_under_way_is_no_result():
    quiz = made(event=1)
    quiztaking.start(quiz, CHEN, now=NOW + timedelta(minutes=1))
    assert quizresults.figures(quiz_of(quiz), EVERYONE).taken == 0
    assert quizresults.hardest(quiz_of(quiz)) == []
    assert db.session.scalar(select(func.count()).select_from(QuizVersion)) == 1
