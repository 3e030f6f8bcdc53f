"""Why somebody has earned the paper, or why not: each condition with what it rests on."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from tests import cast
from tests.certificates.earning import CHEN, LIN, ORGANISER, crowd, earn
from tests.certificates.making_up import NOW, other_programme, seat, session_ahead, slot_of
from tests.learning import feedbackers
from training_app.certificates import service
from training_app.certificates.kinds import Area, Named, Sessions
from training_app.certificates.kinds_feedback import Feedback
from training_app.certificates.kinds_hours import Hours, Outside, Salons
from training_app.certificates.kinds_tests import KnowledgeTest
from training_app.certificates.rules import Conditions
from training_app.certificates.why import why
from training_app.core.db import db, transaction
from training_app.learning import outside
from training_app.learning import service as learning
from training_app.learning.outsiderules import Entry
from training_app.registration import makeups
from training_app.schedule.models import Event, Programme

WHO = {"actor_id": ORGANISER, "now": cast.NOW}


def ask(*conditions):
    service.set_rule(cast.PROGRAMME, Conditions.composed(conditions), **WHO)


def rows(person=CHEN, now=cast.NOW):
    found = why(db.session.get(Programme, cast.PROGRAMME), person, now)
    return {row.kind: row for row in found.rows}


def test_each_condition_stands_with_the_sessions_that_it_rests_on(app):
    ask(Sessions(3), Named((2,)), Area("policies", 1), KnowledgeTest())
    earn(CHEN, slots=(1, 2, 3), points=None)
    found = rows()
    assert [visit.number for visit in found["sessions"].visits] == [1, 2, 3]
    assert [(visit.number, visit.title) for visit in found["named"].visits] == [(2, "儿童主任职责")]
    assert [visit.hours for visit in found["area"].visits] == [4]
    assert [row.judged.met for row in found.values()] == [True, True, True, False]


def test_what_would_fix_it_is_the_next_session_that_counts(app):
    ask(Sessions(4), Named((5,)), Area("special_services", 2), Salons(1))
    earn(CHEN, slots=(1, 2, 3), points=None)
    with transaction() as session:
        session.get(Event, 5).capacity = 3
    seat(CHEN, 6)
    found = rows()
    assert [one.event.number for one in found["sessions"].next] == [4, 5, 6]
    assert [(one.event.number, one.seats, one.registered) for one in found["named"].next] == [(5, 3, False)]
    assert [(one.event.number, one.registered) for one in found["area"].next] == [(5, False), (6, True)]
    assert found["salons"].next == () and not found["salons"].judged.achievable
    assert rows(LIN)["named"].visits == ()


def test_a_condition_that_is_met_offers_nothing(app):
    ask(Sessions(1))
    earn(CHEN, slots=(1,), points=None)
    assert (rows()["sessions"].next, rows()["sessions"].offers) == ((), ())


def test_a_make_up_is_found_for_what_was_missed(app):
    ask(Named((2, 3)))
    earn(CHEN, slots=(1, 4), points=None)
    other = other_programme(cast.KAIYUAN)
    event = session_ahead(other, 1, "responsibilities")
    found = rows(now=NOW)["named"]
    assert found.judged.code == "named_out_of_reach"
    assert [(offer.event.id, offer.number) for offer in found.offers] == [(event, 2)]


def test_one_that_was_made_up_says_so(app):

    ask(Named((2,)))
    event = session_ahead(other_programme(cast.KAIYUAN), 1, "responsibilities")
    makeups.book(event, CHEN, cast.PROGRAMME, actor_id=ORGANISER, now=NOW)
    earn(CHEN, slots=(slot_of(event),), points=None)
    [visit] = rows(now=NOW + timedelta(days=12))["named"].visits
    assert (visit.number, visit.title, visit.make_up) == (2, "补第 1 期", True)


def test_points_stand_by_try_and_a_second_one_is_offered_once(app):
    ask(Sessions(1), KnowledgeTest())
    earn(CHEN, slots=(1,), points=50)
    assert (rows()["test"].points, rows()["test"].second_try) == ((Decimal(50),), True)
    learning.save(cast.PROGRAMME, {(CHEN, 2): Decimal(55)}, source="paper", **WHO)
    assert (rows()["test"].points, rows()["test"].second_try) == ((Decimal(50), Decimal(55)), False)


def test_training_elsewhere_is_named_where_the_rule_counts_it(app):
    said = Entry(
        level="province", title="省厅培训班", organiser="省厅", hours=Decimal(16), counting_year=2026,
        starts_on=cast.NOW.date(), ends_on=cast.NOW.date(),
    )  # fmt: skip
    outside.enter(CHEN, said, source="staff", confirmed=True, **WHO)
    ask(Hours(Decimal(20)), Outside())
    earn(CHEN, slots=(1,), points=None)
    found = rows()
    assert [one.title for one in found["outside"].elsewhere] == ["省厅培训班"]
    assert found["hours"].judged.met


def test_feedback_is_asked_for_on_each_session_until_the_form_is_over(app):
    ask(Sessions(1), Feedback())
    feedbackers.came(CHEN, event=1)
    assert (rows(now=feedbackers.during())["feedback"].judged.code) == "feedback"
    assert [one.number for one in rows(now=feedbackers.during())["feedback"].unanswered] == [1]
    late = rows(now=feedbackers.after())["feedback"]
    assert (late.judged.code, late.judged.achievable) == ("feedback_out_of_reach", False)
    assert [one.number for one in late.too_late] == [1] and late.unanswered == ()
    feedbackers.say(CHEN)
    assert rows(now=feedbackers.after())["feedback"].judged.met


def test_so_many_feedbacks_may_be_given_on_any_session(app):
    ask(Sessions(1), Feedback(2))
    feedbackers.came(CHEN, event=1)
    feedbackers.say(CHEN)
    found = rows(now=feedbackers.after())["feedback"].judged
    assert (found.code, str(found.reason), found.achievable) == ("feedback", "还有 1 期未填写反馈", True)
    last = service.progress(cast.PROGRAMME, [CHEN], cast.NOW + timedelta(days=200))[CHEN].decision
    assert last.codes == ("feedback_out_of_reach",)


def test_progress_asks_for_feedback_in_a_fixed_number_of_statements(app, count_statements):
    ask(Sessions(1), Feedback())
    few, many = crowd(5), crowd(300, first=5000)
    service.progress(cast.PROGRAMME, few, cast.NOW)
    first = count_statements(lambda: service.progress(cast.PROGRAMME, few, cast.NOW))
    db.session.expire_all()
    assert count_statements(lambda: service.progress(cast.PROGRAMME, many, cast.NOW)) <= first + 1
