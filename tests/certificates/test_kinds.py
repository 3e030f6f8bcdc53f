"""Rules composed of conditions: each kind on its own, what was kept before the list, and what more facts may do."""

from __future__ import annotations

from dataclasses import fields, replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training_app.certificates.asking import KINDS, MET, Condition, Facts, Judged, Plan, of_record, register
from training_app.certificates.kinds import Area, Named, Sessions, Share
from training_app.certificates.kinds_feedback import Feedback, Given
from training_app.certificates.kinds_hours import Hours, Outside, Salons
from training_app.certificates.kinds_tests import BEST, LATEST, KnowledgeTest
from training_app.certificates.rules import Conditions, changes, decide, faults, words

AREAS = {
    1: "policies",
    2: "responsibilities",
    3: "responsibilities",
    4: "social_work_skills",
    5: "special_services",
    6: "special_services",
}
PLAN = Plan(6, frozenset(AREAS), AREAS)
#: The very bytes of rules that were kept before a rule was a list.
KEPT = [
    ({"sessions_needed": 5, "test_required": True, "pass_mark": 60, "salons_needed": 0, "hours_needed": None,
      "counts_outside": False},
     Conditions.composed([Sessions(5), KnowledgeTest(True, Decimal(60), BEST)])),
    ({"sessions_needed": 5, "hours_needed": None, "salons_needed": 0, "test_required": True, "pass_mark": "60",
      "counts": "best", "counts_outside": False},
     Conditions.composed([Sessions(5), KnowledgeTest(True, Decimal(60), BEST)])),
    ({"sessions_needed": 4, "hours_needed": "16.5", "salons_needed": 1, "test_required": False, "pass_mark": "70.5",
      "counts": "latest", "counts_outside": True},
     Conditions.composed([Sessions(4), Hours(Decimal("16.5")), Outside(), Salons(1),
                          KnowledgeTest(False, Decimal("70.5"), LATEST)])),
    ({"sessions_needed": 0, "hours_needed": "24", "salons_needed": 0, "test_required": False, "pass_mark": "60",
      "counts": "best", "counts_outside": False},
     Conditions.composed([Hours(Decimal(24))])),
    ({"sessions_needed": 5}, Conditions.composed([Sessions(5), KnowledgeTest()])),
]  # fmt: skip


def been(*numbers, ahead=(), **more):
    done, coming = frozenset(numbers), frozenset(ahead) - set(numbers)
    hours = Decimal(4)
    values = {
        "sessions_done": len(done),
        "sessions_possible": len(done | coming),
        "hours_done": hours * len(done),
        "hours_possible": hours * len(done | coming),
        "least_ahead": hours if coming else Decimal(0),
        "numbers_done": done,
        "numbers_ahead": coming,
    }
    return Facts(**values | more)


def codes(condition, facts):
    return decide(Conditions.composed([condition]), facts, PLAN).codes


@pytest.mark.parametrize(("record", "meant"), KEPT)
def test_a_rule_that_was_kept_before_the_list_is_read_as_it_was_meant(record, meant):
    read = Conditions.of(record)
    assert read == meant
    for facts in (been(1, 2, 3, 4, 5), been(1, 2, 3, 4, 5, 6, salons_done=1, points=(Decimal(65),)), been()):
        assert decide(read, facts, PLAN) == decide(meant, facts, PLAN)


@pytest.mark.parametrize(("record", "_meant"), KEPT[1:4])
def test_what_statements_over_many_rules_read_stays_in_a_new_record(record, _meant):
    assert {name: Conditions.of(record).record()[name] for name in record} == record


def test_a_rule_comes_back_from_its_record_as_it_went_in():
    rule = Conditions.composed(
        [KnowledgeTest(), Named((3, 1)), Area("policies", 1), Area(), Share(75), Hours(Decimal("7.5")), Salons(2)]
    )
    assert Conditions.of(rule.record()) == rule
    assert [one.kind for one in rule.asked] == ["share", "named", "area", "area", "hours", "salons", "test"]


def test_another_room_adds_a_kind_and_an_unknown_one_is_refused():
    class Visits(Condition):
        kind = "visits"
        label = "visits"

        def words(self, plan):
            return "visits"

        def judge(self, facts, plan):
            return MET if facts.gathered.get("visits") else Judged(False, "visits", "no visit yet")

    register(Visits)
    try:
        with pytest.raises(ValueError, match="visits"):
            register(type("Others", (Visits,), {}))
        assert codes(Visits(), been(1)) == ("visits",)
        assert codes(Visits(), been(1, gathered={"visits": 2})) == ()
    finally:
        del KINDS["visits"]
    with pytest.raises(LookupError, match="visits"):
        of_record({"kind": "visits"})


@pytest.mark.parametrize(("percent", "count"), [(80, 5), (50, 3), (51, 4), (100, 6), (1, 1)])
def test_a_share_is_rounded_up_to_whole_sessions(percent, count):
    assert codes(Share(percent), been(*range(1, count + 1))) == ()
    assert codes(Share(percent), been(*range(1, count), ahead=(6,))) == ("sessions",)


def test_named_sessions_are_those_and_no_others():
    assert codes(Named((1, 6)), been(2, 3, 4, 5, ahead=(1, 6))) == ("named",)
    assert codes(Named((1, 6)), been(2, 3, 4, 5, ahead=(6,))) == ("named_out_of_reach",)
    assert codes(Named((1, 6)), been(1, 6)) == ()


def test_a_session_without_a_date_was_missed_by_nobody():
    plan = Plan(6, frozenset(range(1, 7)), {}, frozenset({6}))
    found = decide(Conditions.composed([Named((5, 6))]), been(1, ahead=(5,)), plan)
    assert (found.codes, found.achievable) == (("named",), True)
    assert decide(Conditions.composed([Named((4, 6))]), been(1, ahead=(5,)), plan).codes == ("named_out_of_reach",)


def test_every_planned_area_is_asked_for_by_one_condition():
    assert codes(Area(), been(1, 2, 4, 5)) == ()
    assert codes(Area(), been(1, 2, 3, 4, ahead=(5, 6))) == ("area",)
    assert codes(Area(), been(1, 2, 3, 4)) == ("area_out_of_reach",)
    assert codes(Area("special_services", 2), been(5, ahead=(6,))) == ("area",)
    assert codes(Area("special_services", 2), been(5)) == ("area_out_of_reach",)


def test_what_several_conditions_need_together_leaves_no_session_to_spare():
    rule = Conditions.composed([Named((5,)), Area("special_services", 2)])
    assert decide(rule, been(1, ahead=(5, 6)), PLAN).no_miss_left
    assert not decide(rule, been(1, ahead=(4, 5, 6)), PLAN).no_miss_left
    assert not decide(rule, been(1, ahead=(6,)), PLAN).no_miss_left


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ([Share(101)], ["share_over_100"]),
        ([Share(0)], ["nothing_asked"]),
        ([Sessions(7)], ["too_many_sessions"]),
        ([Named((2, 7))], ["not_planned"]),
        ([Named()], ["nothing_asked"]),
        ([Area("policies", 2)], ["too_many_of_area"]),
        ([Area("cooking", 1)], ["no_area"]),
        ([Sessions(1), Sessions(2)], ["twice"]),
        ([Area(), Area()], ["twice"]),
        ([KnowledgeTest()], ["nothing_asked"]),
        ([Sessions(1), KnowledgeTest(pass_mark=Decimal(-1))], ["pass_mark"]),
        ([Area("policies", 1), Area("responsibilities", 2), Area()], []),
    ],
)
def test_what_nobody_can_meet_or_what_asks_for_nothing_is_found(asked, found):
    assert [one.code for one in faults(Conditions.composed(asked), PLAN)] == found


def test_without_an_area_planned_every_area_is_none():
    assert [one.code for one in faults(Conditions.composed([Area()]), Plan(6, frozenset(range(1, 7))))] == ["no_area"]


def test_a_change_is_told_condition_by_condition():
    before = Conditions.composed([Sessions(5), Salons(1), Hours(Decimal(20))])
    after = Conditions.composed([Sessions(4), Hours(Decimal(20)), KnowledgeTest()])
    found = [(was and type(was).__name__, now and type(now).__name__) for was, now in changes(before, after, PLAN)]
    assert len(found) == 3 and [was is None for was, _now in found] == [False, False, True]
    assert found[1][1] is None
    assert len(words(after, PLAN)) == 3 and len(words(Conditions.composed([Sessions(1)]), PLAN)) == 2


_numbers = st.frozensets(st.integers(1, 6))
_points = st.lists(st.integers(0, 100).map(Decimal), max_size=2).map(tuple)
_conditions = st.lists(
    st.one_of(
        st.integers(1, 6).map(Sessions),
        st.integers(1, 100).map(Share),
        st.sets(st.integers(1, 6), min_size=1).map(lambda found: Named(tuple(sorted(found)))),
        st.builds(Area, st.sampled_from(["every", *set(AREAS.values())]), st.integers(1, 2)),
        st.integers(1, 24).map(Decimal).map(Hours),
        st.just(Outside()),
        st.integers(1, 3).map(Salons),
        st.builds(KnowledgeTest, st.booleans(), st.integers(0, 100).map(Decimal), st.just(BEST)),
    ),
    min_size=1,
    max_size=6,
).map(Conditions.composed)


@st.composite
def _people(draw):
    ahead, salons = draw(_numbers), draw(st.integers(0, 3))
    return been(
        *draw(_numbers),
        ahead=ahead,
        salons_done=salons,
        salons_possible=salons + draw(st.integers(0, 2)),
        hours_outside=Decimal(draw(st.integers(0, 20))),
        points=draw(_points),
    )


def _more(facts):
    """The same person with one fact more, in each way there is."""
    for number in range(1, 7):
        yield been(
            *facts.numbers_done,
            number,
            ahead=facts.numbers_ahead,
            **{name: getattr(facts, name) for name in ("salons_done", "salons_possible", "hours_outside", "points")},
        )
    yield replace(facts, salons_done=facts.salons_done + 1, salons_possible=facts.salons_possible + 1)
    yield replace(facts, hours_outside=facts.hours_outside + 4)
    for points in (0, 59, 60, 100):
        yield replace(facts, points=(*facts.points, Decimal(points)))


@given(_conditions, _people())
def test_one_fact_more_never_takes_a_paper_away(conditions, facts):
    before = decide(conditions, facts, PLAN)
    for more in _more(facts):
        after = decide(conditions, more, PLAN)
        assert after.eligible or not before.eligible
        assert after.kind == "completion" or before.kind == "attendance"
        assert set(after.codes) <= {*before.codes, "test_failed"} | {
            code.removesuffix("_out_of_reach") for code in before.codes
        }


@given(_conditions, _people())
def test_whoever_is_eligible_is_in_reach_and_lacks_nothing(conditions, facts):
    found = decide(conditions, facts, PLAN)
    assert found.eligible is not bool(found.codes)
    assert len(found.codes) == len(found.reasons)
    assert found.achievable or not found.eligible
    assert not found.no_miss_left or (found.achievable and not found.eligible)


@given(_conditions, _people())
def test_whoever_is_in_reach_gets_there_by_attending_everything_ahead(conditions, facts):
    tests = [one for one in conditions.asked if isinstance(one, KnowledgeTest)]
    everything = been(
        *facts.numbers_done | facts.numbers_ahead,
        salons_done=facts.salons_possible,
        hours_outside=facts.hours_outside,
        points=(Decimal(100),),
    )
    assert decide(conditions, facts, PLAN).achievable is decide(conditions, everything, PLAN).eligible
    assert all(one.passed(everything.points) for one in tests)


@given(_points, st.integers(0, 100).map(Decimal))
def test_where_the_latest_try_counts_a_worse_one_may_take_it_away(points, mark):
    """The exception that a rule chooses: its paper follows the last try alone."""
    rule = Conditions.composed([Sessions(1), KnowledgeTest(True, mark, LATEST)])
    assert decide(rule, been(1, points=points), PLAN).eligible is bool(points and points[-1] >= mark)


_events = st.frozensets(st.integers(1, 6))


@given(st.integers(1, 6), _events, _events, _events, st.integers(1, 6))
def test_feedback_on_so_many_sessions_is_never_lost_by_one_more(least, been_at, given_on, over, number):
    """A session or a feedback more; the form of a session that was attended may be over."""
    rule = Conditions.composed([Feedback(least)])

    def decided(events, answered):
        facts = been(*events, events=events, gathered={"feedback": Given(answered, over)})
        return decide(rule, facts, PLAN).eligible

    before = decided(been_at, given_on)
    assert decided(been_at | {number}, given_on) or not before
    assert decided(been_at, given_on | {number}) or not before


def test_feedback_on_every_session_is_the_exception_that_a_session_more_takes_away():
    rule = Conditions.composed([Sessions(1), Feedback()])
    gathered = {"feedback": Given(frozenset({1}))}
    assert decide(rule, been(1, events=frozenset({1}), gathered=gathered), PLAN).eligible
    after = decide(rule, been(1, 2, events=frozenset({1, 2}), gathered=gathered), PLAN)
    assert (after.codes, after.achievable) == (("feedback",), True)


@given(_conditions)
def test_every_rule_is_kept_and_read_back_whole(conditions):
    assert Conditions.of(conditions.record()) == conditions
    assert {field.name for one in conditions.asked for field in fields(one)} == {
        name for one in conditions.record()["asked"] for name in one if name != "kind"
    }
