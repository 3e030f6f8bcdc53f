"""Sheets of questions as they come."""

from __future__ import annotations

from decimal import Decimal

import pytest

from training_app.core.errors import Invalid
from training_app.learning.quizcolumns import HEADINGS, read_questions
from training_app.learning.quizrules import MULTIPLE, SINGLE, TRUE_FALSE

PLAIN = ["题型", "题目", "选项A", "选项B", "选项C", "正确答案", "分值"]


def rows(*lines, headings=PLAIN):
    width = max(len(headings), *(len(line) for line in lines))
    return [[str(cell) for cell in (*line, *[""] * (width - len(line)))] for line in (headings, *lines)]


def test_an_ordinary_sheet_is_read():
    found = read_questions(
        rows(
            ["单选题", "1. 先做什么？", "报告", "核实", "等待", "A", "10分"],
            ["多选", "了解什么？", "监护", "就学", "收入", "A、B", "5"],
            ["判断题", "可以发到群里", "", "", "", "错", "2.5"],
        )
    )
    assert found.bad == ()
    first, second, third = found.questions
    assert (first.kind, first.text, first.right, first.points) == (SINGLE, "先做什么？", (0,), Decimal(10))
    assert (second.kind, second.right) == (MULTIPLE, (0, 1))
    assert (third.kind, third.options, third.right, third.points) == (TRUE_FALSE, (), (1,), Decimal("2.5"))


@pytest.mark.parametrize(
    ("answer", "kind", "right"),
    [
        ("b", SINGLE, (1,)),
        ("Ｂ", SINGLE, (1,)),
        ("ABC", MULTIPLE, (0, 1, 2)),
        ("A,C", MULTIPLE, (0, 2)),
        ("C;A", MULTIPLE, (0, 2)),
        ("核实", SINGLE, (1,)),
        ("报告┋等待", MULTIPLE, (0, 2)),
    ],
)
def test_the_kind_follows_from_the_answer_where_none_is_given(answer, kind, right):
    (question,) = read_questions(rows(["", "先做什么？", "报告", "核实", "等待", answer, 5])).questions
    assert (question.kind, question.right) == (kind, right)


@pytest.mark.parametrize(("answer", "right"), [("√", 0), ("正确", 0), ("T", 0), ("×", 1), ("错误", 1), ("false", 1)])
def test_true_and_false_are_written_in_many_ways(answer, right):
    (question,) = read_questions(rows(["判断", "可以发到群里", "", "", "", answer, 1])).questions
    assert question.right == (right,)


def test_true_and_false_may_stand_as_options_with_a_letter_as_answer():
    (question,) = read_questions(rows(["判断题", "可以发到群里", "对", "错", "", "B", 1])).questions
    assert (question.kind, question.right, question.options) == (TRUE_FALSE, (1,), ())


def test_options_may_stand_in_one_cell_or_below_the_question():
    together = read_questions(
        rows(["先做什么？", "A.报告\nB.核实\nC.等待", "C"], headings=["试题", "选项", "答案"])
    ).questions
    below = read_questions(
        rows(["先做什么？\nA、报告\nB、核实\nC、等待", "C"], headings=["题干", "参考答案"])
    ).questions
    assert together == below
    assert (together[0].text, together[0].options) == ("先做什么？", ("报告", "核实", "等待"))


def test_a_line_that_begins_a_part_says_kind_and_points_of_what_follows():
    found = read_questions(
        [
            ["儿童主任结业测试", "", "", ""],
            ["题目", "A", "B", "答案"],
            ["一、单选题（每题5分）", "", "", ""],
            ["先做什么？", "报告", "核实", "A"],
            ["二、判断题（每题 2 分）", "", "", ""],
            ["可以发到群里", "", "", "错"],
        ]
    )
    assert found.bad == ()
    assert [(q.kind, q.points) for q in found.questions] == [(SINGLE, Decimal(5)), (TRUE_FALSE, Decimal(2))]


@pytest.mark.parametrize(
    ("line", "word"),
    [
        (["填空题", "谁？", "", "", "", "我", 5], "kind"),
        (["单选", "谁？", "我", "你", "", "", 5], "right"),
        (["单选", "谁？", "我", "你", "", "D", 5], "right"),
        (["单选", "谁？", "我", "你", "", "他", 5], "right"),
        (["单选", "谁？", "我", "你", "", "AB", 5], "right"),
        (["单选", "谁？", "我", "", "他", "A", 5], "options"),
        (["单选", "谁？", "我", "你", "", "A", ""], "points"),
        (["单选", "谁？", "我", "你", "", "A", "五"], "points"),
        (["判断", "谁？", "", "", "", "也许", 5], "right"),
        (["单选", "", "我", "你", "", "A", 5], "text"),
    ],
)
def test_a_row_that_cannot_be_used_is_named_with_what_to_do(line, word):
    found = read_questions(rows(["单选", "好的一题", "甲", "乙", "", "A", 5], line))
    assert len(found.questions) == 1 and [bad.number for bad in found.bad] == [3]
    assert str(found.bad[0].sentence)


def test_a_question_that_stands_there_twice_names_the_first_row():
    line = ["单选", "先做什么？", "报告", "核实", "", "A", 5]
    assert "2" in str(read_questions(rows(line, line)).bad[0].sentence)


@pytest.mark.parametrize(("sheet", "code"), [([["姓名", "成绩"]], "no_headings"), ([list(HEADINGS)], "no_questions")])
def test_a_sheet_without_questions_is_refused(sheet, code):
    with pytest.raises(Invalid, match=code):
        read_questions(sheet)
