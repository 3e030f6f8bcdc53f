"""What a satisfaction form takes, and what of it may be shown."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import cast
from training_app.core.errors import Invalid
from training_app.learning.feedbackrules import (
    BUILT_IN,
    Asked,
    Stage,
    Window,
    added,
    checked_items,
    checked_totals,
    result,
    summed,
    texts_with,
)

OPENS = cast.NOW
WINDOW = Window(OPENS, OPENS + timedelta(days=7))
FIVE, FOUR = {"overall": [3, 1, 1, 0, 0]}, {"overall": [0, 0, 0, 0, 4]}


def shown(counts, paper=None, texts=("好",)):
    return result(Stage.OVER, counts, texts, paper)


@pytest.mark.parametrize(
    ("minutes", "state", "closed", "stage"),
    [
        (-1, "published", False, "ahead"),
        (0, "published", False, "open"),
        (7 * 24 * 60 - 1, "closed", False, "open"),
        (7 * 24 * 60, "published", False, "over"),
        (5, "published", True, "over"),
        (5, "cancelled", False, "never"),
        (5, "draft", False, "never"),
    ],
)
def test_a_form_is_open_for_a_week_unless_it_is_closed(minutes, state, closed, stage):
    window = Window(WINDOW.opens_at, WINDOW.closes_at, closed)
    assert window.stage(state, OPENS + timedelta(minutes=minutes)) == stage


@pytest.mark.parametrize(
    ("seconds", "closed", "stage"), [(-1, False, "open"), (0, False, "open"), (59, False, "open"), (60, False, "over"),
                                     (0, True, "over"), (-60, True, "over")],
)  # fmt: skip
def test_a_result_is_seen_when_what_came_in_time_is_kept_too(seconds, closed, stage):
    window = Window(WINDOW.opens_at, WINDOW.closes_at, closed)
    assert window.seen("published", WINDOW.closes_at + timedelta(seconds=seconds)) == stage


def test_nothing_is_shown_while_forms_can_still_come():
    assert result(Stage.OPEN, FIVE, (), FIVE) is None


def test_five_forms_are_shown_and_four_are_not():
    assert (shown(FIVE).valid, shown(FIVE).rate, shown(FIVE).texts) == (5, 0.8, ("好",))
    assert (shown(FOUR).valid, shown(FOUR).rate, shown(FOUR).texts, shown(FOUR).counts) == (0, None, (), {})


def test_each_kind_counts_from_five_on_so_that_nothing_can_be_subtracted():
    assert (shown(FOUR, FIVE).valid, shown(FOUR, FIVE).on_paper, shown(FOUR, FIVE).texts) == (5, 5, ())
    assert (shown(FIVE, FOUR).valid, shown(FIVE, FOUR).on_paper) == (5, 0)
    both = shown(FIVE, FIVE)
    assert (both.valid, both.satisfied, both.on_paper) == (10, 8, 5)


def test_a_question_that_few_answered_is_left_out():
    assert "venue" not in shown(FIVE | {"venue": [4, 0, 0, 0, 0]}).counts
    assert shown(FIVE | {"venue": [4, 0, 0, 0, 0]}, FIVE | {"venue": [5, 0, 0, 0, 0]}).counts["venue"][0] == 5


def test_several_events_show_together_what_each_shows_and_no_more():
    total = summed([shown(FIVE), shown(FOUR), None, shown(FIVE, FIVE)])
    assert (total.valid, total.satisfied, total.texts) == (15, 12, ())


@given(st.permutations([({"overall": n % 5, "venue": n % 3}, f"话{n % 4}") for n in range(7)]))
def test_what_is_kept_does_not_depend_on_the_order_in_which_it_came(order):
    def kept(forms):
        counts, texts = {}, []
        for steps, text in forms:
            counts, texts = added(counts, steps), texts_with(texts, text)
        return repr((counts, texts))

    assert kept(order) == kept(sorted(order, key=repr))


def test_totals_of_paper_leave_out_what_nobody_answered():
    typed = {"overall": [4, 2, 0, 0, 0], "venue": [0] * 5, "teacher": [5, 0, 0, 0, 0], "unknown": [1, 0, 0, 0, 0]}
    assert checked_totals(typed, BUILT_IN) == {"overall": [4, 2, 0, 0, 0], "teacher": [5, 0, 0, 0, 0]}
    assert checked_totals({}, BUILT_IN) == {}


@pytest.mark.parametrize("typed", [{"overall": [-1, 0, 0, 0, 0]}, {"overall": [1, 0]}, {"overall": [5001, 0, 0, 0, 0]}])
def test_totals_are_five_numbers_in_reason(typed):
    with pytest.raises(Invalid, match="number"):
        checked_totals(typed, BUILT_IN)


def test_no_question_has_more_answers_than_there_are_forms():
    with pytest.raises(Invalid, match="more_than_forms") as refused:
        checked_totals({"overall": [1, 0, 0, 0, 0], "venue": [2, 0, 0, 0, 0]}, BUILT_IN)
    assert set(refused.value.fields) == {"venue"}


def test_own_words_become_items_with_the_same_key_each_time():
    items = checked_items([("content", ""), ("", " 午餐  安排 "), ("", ""), ("", "午餐 安排")])
    assert [label for _key, label in items] == ["", "午餐 安排"]
    assert items == checked_items([("content", ""), ("", "午餐 安排")])
    assert str(Asked(1, 1, items).label(items[1][0])) == "午餐 安排"


@pytest.mark.parametrize(
    ("items", "code"), [([("", "长" * 21)], "label_too_long"), ([("", f"问{n}") for n in range(9)], "too_many")]
)
def test_a_form_stays_short(items, code):
    with pytest.raises(Invalid, match=code):
        checked_items(items)
