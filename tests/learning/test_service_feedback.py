"""Feedback is given once by whoever was there, while the form is open, and counted without a name."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests import cast
from tests.learning.feedbackers import (
    BAD,
    BEST,
    CHEN,
    EVENT,
    GOOD,
    LIN,
    ORGANISER,
    ZHANG,
    after,
    came,
    crowd,
    during,
    say,
)
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.learning import feedback
from training_app.learning.feedbackmodels import FeedbackBox, FeedbackGiven
from training_app.people import merging, persons
from training_app.registration.models import Registration
from training_app.schedule.models import Event


@pytest.fixture(autouse=True)
def _crowd(app):
    crowd()


def box(event=EVENT):
    return db.session.get(FeedbackBox, event, populate_existing=True)


def test_an_answer_is_added_to_the_sums_and_that_it_was_given_stands_apart():
    assert say(CHEN, BEST, content=GOOD, text=" 讲得  很好 ")
    assert say(LIN, BAD)
    assert (box().answers, box().texts) == (2, ["讲得 很好"])
    assert box().counts == {"content": [0, 1, 0, 0, 0], "overall": [1, 0, 0, 1, 0]}
    assert feedback.answered(cast.PROGRAMME, [CHEN, LIN, ZHANG]) == {CHEN: {EVENT}, LIN: {EVENT}}
    assert feedback.answered(cast.OTHER_PROGRAMME, [CHEN]) == {}


def test_a_second_tap_changes_nothing():
    assert say(CHEN, BEST) and not say(CHEN, BAD)
    assert box().counts == {"overall": [1, 0, 0, 0, 0]}


def test_who_was_not_there_for_herself_has_no_form():
    came(ZHANG, as_whom="stand_in")
    for person in (ZHANG, ORGANISER):
        with pytest.raises(NotFound):
            say(person)
    assert box() is None


def test_whoever_was_late_or_walked_in_may_answer():
    came(ZHANG, status="late", as_whom="walk_in")
    assert say(ZHANG)


def test_a_form_opens_with_the_last_slot_and_ends_after_a_week():
    start, end = during() - timedelta(hours=3, minutes=6), after()
    for moment, code in ((start, "not_open"), (end, "closed")):
        with pytest.raises(Refusal, match=code):
            say(CHEN, now=moment)
    assert say(CHEN, now=start + timedelta(minutes=2)) and say(LIN, now=end - timedelta(days=1, hours=1))


def test_a_cancelled_event_has_no_form():
    with transaction() as session:
        session.get_one(Event, EVENT).state = "cancelled"
    with pytest.raises(Refusal, match="closed"):
        say(CHEN)


@pytest.mark.parametrize(
    ("steps", "text", "field"), [({}, "", "overall"), ({"overall": 0}, "长" * 501, "text"), ({"overall": 5}, "", None)]
)
def test_what_is_missing_or_too_long_is_said_and_nothing_is_kept(steps, text, field):
    answer = feedback.Answer(steps, text)
    with pytest.raises(Invalid) as refused:
        feedback.give(EVENT, CHEN, answer, version=0, now=during())
    assert field is None or field in refused.value.fields
    assert box() is None and not db.session.scalar(select(func.count()).select_from(FeedbackGiven))


def test_a_merged_record_has_answered_for_the_one_who_stays():
    other = persons.find_or_create(
        "陈丽华", "13900001111", division_code=cast.MEISHAN, actor_id=None, now=cast.NOW, unconfirmed=True
    )
    came(other.id)
    say(other.id)
    merging.merge(other.id, CHEN, actor_id=ORGANISER, now=cast.NOW)
    assert feedback.answered(cast.PROGRAMME, [CHEN]) == {CHEN: {EVENT}}
    assert not say(CHEN)


def test_a_make_up_elsewhere_counts_for_the_programme_that_it_makes_up_for():
    came(CHEN, event=cast.OTHER_EVENT)
    with transaction() as session:
        session.add(
            Registration(
                event_id=cast.OTHER_EVENT,
                person_id=CHEN,
                state="confirmed",
                source="staff",
                as_whom="trainee",
                make_up_for_id=cast.PROGRAMME,
                ticket_code="MAKEUP0001",
                created_at=cast.LONG_AGO,
            )
        )
    say(CHEN, event=cast.OTHER_EVENT)
    assert feedback.answered(cast.PROGRAMME, [CHEN]) == {CHEN: {cast.OTHER_EVENT}}


def test_the_answered_are_found_in_one_statement(count_statements):
    say(CHEN)
    assert count_statements(lambda: feedback.answered(cast.PROGRAMME, [CHEN, LIN])) == 1


def test_the_forms_that_wait_for_a_person_are_those_of_events_that_she_attended():
    assert [one.event.id for one in feedback.open_for(CHEN, during())] == [EVENT]
    assert feedback.open_for(ZHANG, during()) == [] and feedback.open_for(CHEN, after()) == []
    say(CHEN)
    assert feedback.open_for(CHEN, during()) == []
