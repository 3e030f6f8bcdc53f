"""The pages of quizzes: made, imported, taken on the phone, looked at."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
import time_machine
from sqlalchemy import select

from tests import cast
from tests.certificates.earning import crowd
from tests.learning.quizzing import (
    CHEN,
    LIN,
    NOW,
    ORGANISER,
    QUESTIONS,
    REPORT,
    RIGHT,
    WRONG,
    ZHANG,
    attended,
    made,
    one,
    stands,
    taken,
)
from training_app.core.db import db
from training_app.core.spreadsheets import Column, Sheet, xlsx
from training_app.learning import quizquestions, quiztaking, service
from training_app.learning.models import Score
from training_app.learning.quizcolumns import HEADINGS
from training_app.learning.quizmodels import Quiz, QuizTry

SETTINGS = {"title": "结业测试", "tries": "2", "reveals": "end", "shuffles_questions": "y"}
QUESTION = {
    "kind": "single",
    "text": "先做什么？",
    "option_a": "报告",
    "option_b": "等待",
    "right_a": "y",
    "points": "5",
}


@pytest.fixture(autouse=True)
def _attended(app):
    attended(CHEN, LIN)


def compact(text):
    return re.sub(r"\s+", "", text)


def test_a_knowledge_test_is_made_from_the_programme_to_the_phone(client_as):
    browser = client_as("organiser")
    assert "/programmes/1/quiz/new" in browser.get("/programmes/1/quizzes").text
    made_at = browser.post("/programmes/1/quiz/new", data=SETTINGS)
    page = made_at.headers["Location"]
    quiz = db.session.scalar(select(Quiz)).id
    assert page == f"/quizzes/{quiz}/questions"
    assert browser.post(f"{page}/new", data=QUESTION).headers["Location"] == page
    assert "先做什么？" in browser.get(page).text
    assert f"/my/quizzes/{quiz}" not in client_as("chen").get("/").text
    browser.post(f"/quizzes/{quiz}/state", data={"do": "publish"})
    assert f"/my/quizzes/{quiz}" in client_as("chen").get("/").text
    for where in ("/dates", "/passport"):
        assert f"/my/quizzes/{quiz}" in client_as("chen").get(where).text


def test_a_sessions_quiz_is_reached_from_its_event(client_as):
    browser = client_as("organiser")
    assert "/events/1/quiz" in browser.get("/events/1").text
    assert browser.get("/events/1/quiz").headers["Location"] == "/events/1/quiz/new"
    assert 'value="60"' in browser.get("/events/1/quiz/new").text
    browser.post("/events/1/quiz/new", data=SETTINGS | {"pass_mark": "80"})
    quiz = db.session.scalar(select(Quiz))
    assert (quiz.event_id, quiz.pass_mark) == (1, Decimal(80))
    assert browser.get("/events/1/quiz").headers["Location"] == f"/quizzes/{quiz.id}"
    # A draft is there for those who make it.
    assert client_as("auditor").get("/events/1/quiz").headers["Location"] == "/events/1"


def test_what_was_typed_wrongly_is_marked_and_stays(client_as):
    browser = client_as("organiser")
    answer = browser.post("/events/1/quiz/new", data=SETTINGS | {"pass_mark": "zwei", "tries": "77"})
    assert answer.status_code == 422 and 'value="zwei"' in answer.text and "结业测试" in answer.text
    quiz = made()
    answer = browser.post(f"/quizzes/{quiz}/questions/new", data=QUESTION | {"right_a": "", "right_c": "y"})
    assert answer.status_code == 422 and 'value="报告"' in answer.text and 'role="alert"' in answer.text


def test_a_question_is_changed_and_moved_on_its_page(client_as):
    browser, quiz = client_as("organiser"), made()
    page = browser.get(f"/quizzes/{quiz}/questions/0").text
    assert REPORT.key in page and "报告公安机关" in page
    browser.post(f"/quizzes/{quiz}/questions/0", data=QUESTION | {"was": REPORT.key})
    browser.post(f"/quizzes/{quiz}/questions/2/arrange", data={"do": "up", "was": QUESTIONS[2].key})
    db.session.expire_all()
    assert [question.text for question in quizquestions.questions_of(quiz)[1]] == [
        "先做什么？",
        QUESTIONS[2].text,
        QUESTIONS[1].text,
    ]
    assert browser.get(f"/quizzes/{quiz}/questions/3").status_code == 404


def upload(browser, quiz, *rows, mode="replace"):
    data = xlsx([Sheet("题目", [Column(heading) for heading in HEADINGS], [list(row) for row in rows])])
    return browser.post(
        f"/quizzes/{quiz}/questions/import",
        data={"file": (BytesIO(data), "题目.xlsx"), "mode": mode},
        content_type="multipart/form-data",
    )


def test_a_file_of_questions_is_shown_before_it_is_saved(client_as):
    browser, quiz = client_as("organiser"), made()
    page = upload(browser, quiz, ["判断", "应当保密", *[""] * 8, "对", 5])
    assert page.status_code == 200 and "应当保密" in page.text
    assert len(quizquestions.questions_of(quiz)[1]) == 3
    token = page.text.split('name="token" value="')[1].split('"')[0]
    for _twice in range(2):
        answer = browser.post(f"/quizzes/{quiz}/questions/import/confirm", data={"token": token})
        assert answer.headers["Location"] == f"/quizzes/{quiz}/questions"
    db.session.expire_all()
    assert [question.text for question in quizquestions.questions_of(quiz)[1]] == ["应当保密"]
    other = made(event=1)
    assert browser.post(f"/quizzes/{other}/questions/import/confirm", data={"token": token}).status_code == 422


def test_a_file_with_a_bad_row_names_it_and_changes_nothing(client_as):
    browser, quiz = client_as("organiser"), made()
    page = upload(browser, quiz, ["判断", "应当保密", *[""] * 8, "对", 5], ["问答", "为什么？", *[""] * 8, "因为", 5])
    assert page.status_code == 422 and "为什么？" in page.text and ">3</td>" in page.text
    assert "confirm" not in page.text


def begun(client_as, quiz):
    """Chen's try, begun by her button."""
    browser = client_as("chen")
    address = browser.post(f"/my/quizzes/{quiz}").headers["Location"]
    return browser, address


def test_a_director_takes_it_on_the_phone_answer_by_answer(client_as):
    quiz = made()
    browser, page = begun(client_as, quiz)
    for question, options in RIGHT.items():
        answer = browser.post(f"{page}/answers", data={"question": question, "option": options})
        assert answer.json == {"state": "kept"}
    assert browser.post(page, data={"do": "hand_in"}).status_code == 302
    result = browser.get(page).text
    assert "100" in result and "合格" in result
    assert browser.post(f"{page}/answers", data={"question": 0, "option": 1}).status_code == 409
    assert stands(quiz, CHEN).points == {1: Decimal(100)}


def test_it_works_as_a_form_without_scripts(client_as):
    browser, page = begun(client_as, made())
    browser.post(page, data={"do": "save", "q0": "0", "w0": "", "w1": "", "w2": ""})
    assert 'name="w0"value="0"' in compact(browser.get(page).text)
    answer = browser.post(page, data={"do": "hand_in", "q0": "0", "w0": "0", "q1": ["0", "1"], "w1": "", "w2": ""})
    assert 'value="sure"' in answer.text and "1" in answer.text
    browser.post(page, data={"do": "sure", "q2": "1", "w2": ""})
    assert "100" in browser.get(page).text


def test_a_page_that_was_opened_before_takes_no_answer_back(client_as):
    browser, page = begun(client_as, made())
    browser.post(f"{page}/answers", data={"question": 0, "option": 0})
    # Another tab, opened before: it had shown nothing, and was touched at the last question alone.
    browser.post(page, data={"do": "save", "w0": "", "w1": "", "q2": "1", "w2": ""})
    assert [question.chosen for question in quiztaking.shown(db.session.scalar(select(QuizTry)))] == [(0,), (), (1,)]


def test_the_right_answers_never_reach_the_phone_before_the_hand_in(client_as):
    quiz = made()
    browser, page = begun(client_as, quiz)
    before = browser.get(page).text
    with db.engine.begin() as connection:
        version = quizquestions.newest(quiz)
        wrong = [replace(question, right=(1,)).record() for question in QUESTIONS]
        connection.execute(
            QuizTry.__table__.metadata.tables["quiz_version"].update().values(questions=wrong),
        )
        assert version.number == 1
    db.session.expire_all()
    # Whatever is right, the page is the same to the byte.
    token = re.compile(r'(csrf[-_]token" (?:value|content)=")[^"]*')
    assert token.sub("", browser.get(page).text) == token.sub("", before)


@pytest.mark.parametrize(("reveals", "after_first", "after_last"), [("never", 0, 0), ("end", 0, 1), ("always", 1, 1)])
def test_what_was_wrong_is_shown_as_the_organiser_wants_it(client_as, reveals, after_first, after_last):
    quiz = made(reveals=reveals)
    for shows in (after_first, after_last):
        browser, page = begun(client_as, quiz)
        browser.post(page, data={"do": "sure", "q0": "1", "w0": ""})
        text = browser.get(page).text
        assert ("报告公安机关" in text) is bool(shows)


def test_the_first_try_shows_nothing_of_what_was_right_while_the_last_one_is_under_way(client_as):
    quiz = made(reveals="end")
    browser, first = begun(client_as, quiz)
    browser.post(first, data={"do": "sure", "q0": "1", "w0": ""})
    _browser, last = begun(client_as, quiz)
    assert last != first
    assert "报告公安机关" not in browser.get(first).text
    browser.post(last, data={"do": "sure"})
    assert "报告公安机关" in browser.get(first).text


def test_at_the_end_of_its_time_a_try_is_handed_in_when_it_is_looked_at(client_as):
    browser, page = begun(client_as, made(minutes=5))
    browser.post(f"{page}/answers", data={"question": 0, "option": 0})
    with time_machine.travel(NOW + timedelta(minutes=6), tick=False):
        assert "40" in browser.get(page).text
    assert one(db.session.scalar(select(QuizTry.id))).timed_out


def test_a_try_is_its_owners_alone(client_as):
    _browser, page = begun(client_as, made())
    for who in ("lin", "organiser", "supervisor_kaiyuan"):
        assert client_as(who).get(page).status_code == 404
        assert client_as(who).post(f"{page}/answers", data={"question": 0, "option": 0}).status_code == 404
        assert client_as(who).post(page, data={"do": "sure"}).status_code == 404


def test_who_does_not_take_part_finds_no_quiz(client_as):
    quiz = made()
    assert client_as("zhang").get(f"/my/quizzes/{quiz}").status_code == 404
    assert client_as("zhang").post(f"/my/quizzes/{quiz}").status_code == 404


def test_after_the_last_try_the_page_says_so(client_as):
    quiz = made(tries=1)
    taken(quiz, CHEN, WRONG)
    browser = client_as("chen")
    assert f"/my/quizzes/{quiz}" not in browser.get("/").text
    page = browser.get(f"/my/quizzes/{quiz}").text
    assert 'method="post"' not in page.split("<main")[1].split("</main")[0]
    assert browser.post(f"/my/quizzes/{quiz}").headers["Location"] == f"/my/quizzes/{quiz}"


def test_the_organiser_sees_figures_questions_and_whom_to_remind(client_as):
    quiz = made(event=1)
    taken(quiz, CHEN)
    page = client_as("organiser").get(f"/quizzes/{quiz}").text
    assert "1 / 2" in page and "100%" in page and REPORT.text in page
    message = page.split('id="remind-text"')[1].split("</textarea>")[0]
    assert "林晓燕" in message and "陈丽华" not in message and f"/my/quizzes/{quiz}" in message
    assert "1380000" not in message and "tel:+8613800000008" in page
    taken_page = client_as("organiser").get(f"/quizzes/{quiz}?show=taken").text
    people = taken_page.split('id="people"')[1]
    assert "陈丽华" in people and "林晓燕" not in people


def test_a_quiz_that_closes_soon_waits_under_the_organisers_today(client_as):
    quiz = made(event=1, closes_at=NOW + timedelta(days=3))
    made(event=2, closes_at=NOW + timedelta(days=4))
    taken(quiz, CHEN)
    page = client_as("organiser").get("/").text
    assert re.findall(r"/quizzes/(\d+)", page) == [str(quiz)] and "“测试”即将截止" in page
    assert "/quizzes/" not in client_as("supervisor_kaiyuan").get("/").text


def test_a_supervisor_sees_her_own_area_and_no_question(client_as):
    attended(ZHANG)
    quiz = made(event=1)
    for person in (CHEN, ZHANG):
        taken(quiz, person)
    page = client_as("supervisor_kaiyuan").get(f"/quizzes/{quiz}").text
    assert "陈丽华" in page and "张淑英" not in page and "1 / 2" in page
    assert REPORT.text not in page and "/settings" not in page
    assert client_as("facilitator").get(f"/quizzes/{quiz}").status_code == 404


def test_the_table_of_scores_says_what_came_from_the_phone(client_as):
    taken(made(), CHEN)
    service.save(cast.PROGRAMME, {(LIN, 1): Decimal(50)}, source="paper", actor_id=ORGANISER, now=NOW)
    page = client_as("organiser").get("/programmes/1/scores").text
    assert page.count("手机作答") == 1
    assert db.session.scalar(select(Score.source).where(Score.person_id == CHEN)) == "phone"


@pytest.mark.parametrize("event", [None, 1])
def test_a_quiz_takes_as_many_statements_for_two_hundred_as_for_ten(client_as, count_statements, event):
    browser, quiz = client_as("organiser"), made(event=event)

    def several(count, first):
        crowd(count, first=first, slots=(1,))
        for person in range(first, first + count, 4):
            taken(quiz, person)

    several(10, 1000)
    pages = (f"/quizzes/{quiz}", f"/quizzes/{quiz}?show=open", "/programmes/1/quizzes", "/programmes/1/scores")
    for page in pages:
        browser.get(page)
    few = [count_statements(lambda p=page: browser.get(p)) for page in pages]
    several(190, 2000)
    assert [count_statements(lambda p=page: browser.get(p)) for page in pages] == few
    assert max(few) <= 16


def test_a_phone_takes_few_statements_however_long_the_quiz_is(client_as, count_statements):
    short, long = (
        made(event=1, questions=(REPORT,)),
        made(event=2, questions=[replace(REPORT, text=f"第{n}问") for n in range(60)]),
    )
    attended(CHEN, slot=2)
    counted = []
    for quiz in (short, long):
        browser, page = begun(client_as, quiz)
        browser.get(page)
        counted.append(
            (
                count_statements(lambda p=page, b=browser: b.get(p)),
                count_statements(lambda p=page, b=browser: b.post(f"{p}/answers", data={"question": 0, "option": 0})),
            )
        )
    assert counted[0] == counted[1] and max(counted[0]) <= 10


def test_today_takes_one_statement_more_while_no_quiz_is_open(client_as, count_statements):
    browser = client_as("chen")
    browser.get("/mine")
    without = count_statements(lambda: browser.get("/mine"))
    made(published=False)
    assert count_statements(lambda: browser.get("/mine")) == without
