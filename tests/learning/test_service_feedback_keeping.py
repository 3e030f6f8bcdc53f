"""What the organiser does with forms, and what comes of them."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import StringIO

import pytest
from sqlalchemy import select

from tests import cast
from tests.learning.feedbackers import (
    BAD,
    BEST,
    CHEN,
    CROWD,
    EVENT,
    GOOD,
    LIN,
    ORGANISER,
    after,
    crowd,
    during,
    say,
)  # fmt: skip
from training_app.core import audit
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, Refusal
from training_app.learning import feedback, feedbackkeeping, feedbackresults
from training_app.learning.feedbackmodels import FeedbackBox
from training_app.learning.feedbackrules import Stage
from training_app.schedule.models import Slot

PAPER = {"overall": [4, 2, 0, 1, 0], "venue": [6, 0, 0, 0, 0]}


@pytest.fixture(autouse=True)
def _crowd(app):
    crowd()


def outcome(now=None):
    return feedbackresults.outcomes([EVENT], now or after())[0]


def items(*wanted):
    return feedbackkeeping.change_items(cast.PROGRAMME, wanted, actor_id=ORGANISER, now=during())


def close():
    feedbackkeeping.close(EVENT, actor_id=ORGANISER, now=during())


def paper(totals, now=None):
    return feedbackkeeping.enter_paper(EVENT, totals, actor_id=ORGANISER, now=now or during())


def on_record(action):
    return db.session.scalars(select(audit.Audit).where(audit.Audit.action == action.value)).all()


def test_a_result_is_shown_once_the_form_is_over_and_five_have_answered():
    for person in CROWD[:4]:
        say(person, BEST, text="好")
    assert outcome(during()).result is None
    assert (outcome().result.valid, outcome().sheet.answers, outcome().there) == (0, 4, 8)
    say(CROWD[4], BAD)
    assert (outcome().result.valid, outcome().result.rate, outcome().result.texts) == (5, 0.8, ["好"] * 4)
    assert feedbackresults.satisfaction([EVENT, 2], after()) == {EVENT: 0.8}
    assert feedbackresults.satisfaction([EVENT], during()) == {}


def test_closing_shows_the_result_and_takes_no_more_answers():
    for person in CROWD[:5]:
        say(person, GOOD)
    close()
    close()
    assert outcome(during()).result.rate == 1
    with pytest.raises(Refusal, match="closed"):
        say(CROWD[5])
    assert [one.subject_id for one in on_record(audit.Action.FEEDBACK_CLOSED)] == [EVENT]


def test_a_form_that_is_not_open_yet_cannot_be_closed():
    early = during() - timedelta(days=1)
    with pytest.raises(Refusal, match="not_open"):
        feedbackkeeping.close(EVENT, actor_id=ORGANISER, now=early)
    with pytest.raises(Refusal, match="not_open"):
        paper(PAPER, early)


def test_an_event_that_is_moved_after_its_first_answer_does_not_open_its_form_again():
    for person in CROWD[:6]:
        say(person)
    with transaction() as session:
        session.get_one(Slot, EVENT).ends_at += timedelta(days=30)
    over = during() - timedelta(days=30) + timedelta(days=8)
    assert outcome(over).stage is Stage.OVER
    with pytest.raises(Refusal, match="closed"):
        say(CROWD[6], now=over)


def test_paper_counts_like_phones_and_can_be_put_right():
    assert paper(PAPER) == 7 and paper(PAPER) == 7
    for person in CROWD[:5]:
        say(person, BEST)
    shown = outcome().result
    assert (shown.valid, shown.on_paper, shown.satisfied) == (12, 7, 11)
    assert shown.counts["venue"] == [6, 0, 0, 0, 0]
    paper({})
    assert outcome().result.valid == 5 and len(on_record(audit.Action.FEEDBACK_PAPER)) == 2


def test_wrong_totals_change_nothing():
    paper(PAPER)
    with pytest.raises(Invalid, match="more_than_forms"):
        paper({"overall": [1, 0, 0, 0, 0], "venue": [3, 0, 0, 0, 0]})
    assert db.session.get_one(FeedbackBox, EVENT).paper == PAPER


def test_other_items_hold_for_events_without_an_answer():
    say(CHEN)
    made = items(("venue", ""), ("", "午餐安排"))
    assert (made.version, items(("venue", ""), ("", "午餐安排")).version) == (1, 1)
    assert feedback.sheet(EVENT).asked.version == 0
    assert [label for _key, label in feedback.sheet(2).asked.items] == ["", "午餐安排"]
    assert items().version == 2 and feedback.sheet(2).asked.items == ()
    assert len(on_record(audit.Action.FEEDBACK_FORM_CHANGED)) == 2


def test_who_filled_in_an_older_version_is_asked_to_look_again():
    items(("venue", ""))
    with pytest.raises(Refusal, match="form_changed"):
        say(CHEN, version=0)
    assert say(CHEN, version=1) and not feedback.answered(cast.PROGRAMME, [LIN])


def test_a_programmes_file_has_what_its_page_shows():
    for person in CROWD[:5]:
        say(person, GOOD, venue=BEST)
    found = feedbackresults.of_programme(cast.PROGRAMME, cast.NOW)
    made = feedbackresults.file_of_programme(
        cast.PROGRAMME, "计划", found, [f"第 {n} 期" for n in range(len(found))], kind="csv", actor_id=ORGANISER,
        now=cast.NOW,
    )  # fmt: skip
    rows = list(csv.reader(StringIO(made.data.decode("utf-8-sig"))))
    assert [row[4:] for row in rows[1:]] == [
        ["0", "5", "0", "0", "0", "5", "1.0"],
        ["5", "0", "0", "0", "0", "5", "1.0"],
    ] * 2
    assert on_record(audit.Action.EXPORT_MADE)[0].after == {"what": "feedback", "kind": "csv"}


def test_many_events_take_as_many_statements_as_one(count_statements):
    say(CHEN)
    one = count_statements(lambda: feedbackresults.outcomes([EVENT], cast.NOW))
    assert count_statements(lambda: feedbackresults.outcomes(range(1, 7), cast.NOW)) <= one + 1 <= 4
