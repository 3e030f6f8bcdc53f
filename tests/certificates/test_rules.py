"""Who has earned what, and why not yet."""

from __future__ import annotations

from decimal import Decimal

import pytest

from training_app.certificates.claims import unlawful_claims
from training_app.certificates.rules import LATEST, Conditions, Facts, decide, proposed

FIVE = Conditions(sessions_needed=5)
PASSED = (Decimal(80),)


def test_five_sessions_and_a_passed_test_earn_a_completion_certificate():
    decision = decide(FIVE, Facts(5, 6, points=PASSED))
    assert (decision.eligible, decision.kind, decision.codes) == (True, "completion", ())


def test_without_a_test_the_paper_is_one_of_attendance():
    decision = decide(Conditions(sessions_needed=5, test_required=False), Facts(5, 6))
    assert (decision.eligible, decision.kind) == (True, "attendance")


def test_a_failed_test_that_was_not_required_makes_no_completion_certificate():
    decision = decide(Conditions(sessions_needed=5, test_required=False), Facts(5, 6, points=(Decimal(40),)))
    assert (decision.eligible, decision.kind) == (True, "attendance")


def test_what_is_missing_is_named():
    decision = decide(FIVE, Facts(4, 6))
    assert decision.codes == ("sessions", "test")
    assert decision.achievable


def test_what_lies_ahead_no_longer_suffices():
    decision = decide(FIVE, Facts(1, 4, points=PASSED))
    assert decision.codes == ("sessions_out_of_reach",)
    assert not decision.achievable


@pytest.mark.parametrize(
    ("counts", "points", "eligible"),
    [
        ("best", ("52", "61"), True),
        ("best", ("61", "52"), True),
        (LATEST, ("61", "52"), False),
        (LATEST, ("52", "61"), True),
        ("best", ("59.9",), False),
        ("best", ("60",), True),
    ],
)
def test_the_best_or_the_latest_try_counts_as_the_rule_says(counts, points, eligible):
    conditions = Conditions(sessions_needed=5, counts=counts)
    assert decide(conditions, Facts(5, 5, points=tuple(map(Decimal, points)))).eligible is eligible


def test_hours_and_salons_are_asked_for_where_the_rule_says():
    conditions = Conditions(sessions_needed=0, hours_needed=Decimal(24), salons_needed=1, test_required=False)
    facts = Facts(5, 6, hours_done=Decimal(20), hours_possible=Decimal(24), salons_done=0, salons_possible=1)
    assert decide(conditions, facts).codes == ("hours", "salons")
    assert decide(conditions, Facts(6, 6, Decimal(24), Decimal(24), 1, 1)).eligible


def test_conditions_come_back_from_the_record_as_they_went_in():
    conditions = Conditions(4, Decimal("16.5"), 1, False, Decimal("70.5"), LATEST)
    assert Conditions.of(conditions.record()) == conditions


def test_one_missed_session_is_proposed_to_be_forgiven():
    assert proposed(6).sessions_needed == 5
    assert proposed(1).sessions_needed == 1


def test_a_national_claim_is_found():
    assert unlawful_claims("中国儿童主任职业资格培训", []) == ["中国", "职业资格"]


def test_a_registered_name_may_hold_the_word():
    assert unlawful_claims("中华慈善总会儿童主任培训", ["中华慈善总会"]) == []
    assert unlawful_claims("中华慈善总会全国培训", ["中华慈善总会"]) == ["全国"]


def test_the_longer_word_hides_the_shorter():
    assert unlawful_claims("中华人民共和国", []) == ["中华人民共和国"]


def test_hours_from_elsewhere_count_only_where_the_rule_says_so():
    asked = {"sessions_needed": 0, "hours_needed": Decimal(24), "test_required": False}
    facts = Facts(2, 3, Decimal(8), Decimal(12), hours_outside=Decimal(16))
    assert decide(Conditions(**asked, counts_outside=True), facts).eligible
    assert decide(Conditions(**asked), facts).codes == ("hours_out_of_reach",)
    fewer = Facts(2, 3, Decimal(8), Decimal(12), hours_outside=Decimal(8))
    assert decide(Conditions(**asked, counts_outside=True), fewer).codes == ("hours_out_of_reach",)
    assert Conditions.of(Conditions(5, counts_outside=True).record()).counts_outside
    assert not Conditions.of({"sessions_needed": 5}).counts_outside


def test_who_may_miss_nothing_any_more_is_told_apart():
    assert decide(FIVE, Facts(3, 5)).no_miss_left
    assert not decide(FIVE, Facts(3, 6)).no_miss_left
    assert not decide(FIVE, Facts(3, 4)).no_miss_left
    assert not decide(FIVE, Facts(5, 5)).no_miss_left
    hours = Conditions(0, hours_needed=Decimal(20), test_required=False)
    assert decide(hours, Facts(2, 5, Decimal(8), Decimal(22), least_ahead=Decimal(4))).no_miss_left
    assert not decide(hours, Facts(2, 5, Decimal(8), Decimal(24), least_ahead=Decimal(4))).no_miss_left
    assert not decide(hours, Facts(5, 6, Decimal(20), Decimal(22), least_ahead=Decimal(2))).no_miss_left
    salon = Conditions(1, salons_needed=1, test_required=False)
    assert decide(salon, Facts(1, 1, salons_possible=1)).no_miss_left
