"""The satisfaction form on a phone, its results, its file, and what the organiser does with it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from tests import cast
from tests.attendance.crowd import seat
from tests.learning.feedbackers import BEST, CHEN, CROWD, GOOD, ORGANISER, came, crowd, say
from training_app.core.db import db
from training_app.learning import feedback, feedbackkeeping
from training_app.learning.feedbackmodels import FeedbackBox

TODAY = cast.TODAY_EVENT
FORM, RESULTS = f"/events/{TODAY}/feedback", f"/events/{TODAY}/feedback/results"
LATER = cast.NOW + timedelta(days=8)


@pytest.fixture
def hall(app):
    crowd(TODAY)


def page(client_as, path, who="organiser", status=200, **sent):
    browser = client_as(who)
    browser.set_cookie("language", "en")
    answer = browser.post(path, data=sent) if sent else browser.get(path)
    assert answer.status_code == status, answer.text
    return answer.text


def spoken(*people, overall=BEST, **more):
    for person in people:
        say(person, overall, event=TODAY, now=cast.NOW, **more)


def test_a_director_answers_once_and_is_thanked_ever_after(client_as, hall):
    assert "All in all" in page(client_as, FORM, "chen")
    assert "Thank you" in page(client_as, FORM, "chen", **{"version": "0", "q-overall": "1", "text": "好"})
    assert "Thank you" in page(client_as, FORM, "chen", **{"version": "0", "q-overall": "4"})
    assert "Thank you" in page(client_as, FORM, "chen")
    assert db.session.get_one(FeedbackBox, TODAY).counts == {"overall": [0, 1, 0, 0, 0]}


def test_what_is_missing_is_said_and_what_was_chosen_stays(client_as, hall):
    text = page(client_as, FORM, "chen", status=422, **{"version": "0", "q-venue": "2", "text": "停车难"})
    assert "Please say how satisfied you are overall." in text and "停车难" in text
    assert text.count("checked") == 1
    assert not feedback.has_given(TODAY, CHEN)


def test_a_changed_form_is_shown_anew_with_what_was_chosen(client_as, hall):
    feedbackkeeping.change_items(cast.PROGRAMME, [("venue", "")], actor_id=ORGANISER, now=cast.NOW)
    text = page(client_as, FORM, "chen", status=409, **{"version": "0", "q-overall": "0"})
    assert "The questions were changed meanwhile" in text and text.count("checked") == 1


def test_who_has_a_seat_and_is_not_there_yet_is_sent_to_the_door(app, client_as):
    page(client_as, FORM, "lin", status=404)
    seat(8)
    assert "You are not checked in yet" in page(client_as, FORM, "lin")


def test_today_announces_the_form_until_it_is_answered(client_as, hall):
    assert FORM in page(client_as, "/", "chen")
    spoken(CHEN)
    assert FORM not in page(client_as, "/", "chen")


def test_today_pays_one_statement_where_no_form_waits_and_three_where_one_does(client_as, hall, count_statements):
    with time_machine.travel(cast.NOW, tick=False):
        one = count_statements(lambda: feedback.open_for(CHEN, cast.NOW))
        assert one <= 3
        assert count_statements(lambda: feedback.open_for(ORGANISER, cast.NOW)) == 1


def test_results_wait_until_the_form_is_closed(client_as, hall):
    spoken(*CROWD[:6], text="讲得实在")
    waits = page(client_as, RESULTS)
    assert "讲得实在" not in waits and "6 of 8 who were there" in waits
    page(client_as, f"/events/{TODAY}/feedback/close", status=302, csrf="")
    shown = page(client_as, RESULTS)
    assert "讲得实在" in shown and "100%" in shown and "Very satisfied" in shown


@pytest.mark.parametrize("who", ["organiser", "administrator", "supervisor_kaiyuan", "auditor"])
def test_fewer_than_five_are_shown_to_nobody(client_as, hall, who):
    spoken(*CROWD[:4], overall=4, text="独一无二的话")
    with time_machine.travel(LATER, tick=False):
        for path in (RESULTS, f"/programmes/{cast.PROGRAMME}/feedback", f"/programmes/{cast.PROGRAMME}/feedback.csv"):
            text = page(client_as, path, who)
            assert "独一无二的话" not in text and "%" not in text.replace("100%", "")
        assert "Fewer than 5 answered" in page(client_as, RESULTS, who)


def test_a_supervisor_sees_results_and_has_no_button(client_as, hall):
    spoken(*CROWD[:5], overall=GOOD)
    with time_machine.travel(LATER, tick=False):
        text = page(client_as, RESULTS, "supervisor_kaiyuan")
        assert "5 of 5 valid answers" in text
        # How many came, and how many of them answered, is no figure of her own subdistrict.
        assert "who were there" not in text and "Answered by phone" not in page(
            client_as, "/programmes/1/feedback", "supervisor_kaiyuan"
        )
        assert "feedback/paper" not in text and "feedback/close" not in text
        assert "feedback/items" not in page(client_as, "/programmes/1/feedback", "supervisor_kaiyuan")


def test_paper_totals_are_typed_kept_and_counted(client_as, hall):
    path = f"/events/{TODAY}/feedback/paper"
    sent = {"n-overall-0": "4", "n-overall-1": "2", "n-venue-0": "7"}
    text = page(client_as, path, status=422, **sent)
    assert "More answers than forms" in text and 'value="7"' in text
    page(client_as, path, status=422, **{"n-overall-0": "vier"})
    page(client_as, path, status=302, **sent | {"n-venue-0": "6"})
    assert 'value="4"' in page(client_as, path)
    with time_machine.travel(LATER, tick=False):
        assert "6 of 6 valid answers" in page(client_as, RESULTS) and "6 of them on paper" in page(client_as, RESULTS)


def test_other_items_are_asked_from_now_on(client_as, hall):
    path = f"/programmes/{cast.PROGRAMME}/feedback/items"
    assert "under 20 characters" in page(client_as, path, status=422, own="长" * 21)
    page(client_as, path, status=302, item="venue", own="午餐安排")
    text = page(client_as, FORM, "chen")
    assert "午餐安排" in text and "Room and surroundings" in text and "What was taught" not in text


def test_the_event_and_the_programme_lead_to_it(client_as, hall):
    assert RESULTS in page(client_as, f"/events/{TODAY}")
    assert "/programmes/1/feedback" in page(client_as, "/programmes/1")
    assert f"/events/{TODAY}/feedback/poster" in page(client_as, f"/events/{TODAY}", "facilitator")
    assert "<svg" in page(client_as, f"/events/{TODAY}/feedback/poster", "facilitator")
    assert f"http://localhost{FORM}" in page(client_as, RESULTS)


def test_a_programmes_page_takes_as_many_statements_for_six_events_as_for_one(client_as, hall, count_statements):
    browser = client_as("organiser")
    with time_machine.travel(LATER, tick=False):
        spoken(*CROWD[:5])
        few = count_statements(lambda: browser.get("/programmes/1/feedback"))
        came(*CROWD, event=2)
        for person in CROWD[:5]:
            say(person, event=2)
        assert count_statements(lambda: browser.get("/programmes/1/feedback")) <= few
