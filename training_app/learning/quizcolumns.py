"""How the rows of an uploaded table become questions: ordinary sheets, and those that survey sites export. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import lazy_gettext as _l

from training_app.core.errors import Invalid

from .quizrules import FALSE, LETTERS, MOST_QUESTIONS, MULTIPLE, SINGLE, TRUE, TRUE_FALSE, Question, checked

#: The headings that the template has, and the file that is exported.
HEADINGS = ("题型", "题目", *(f"选项{letter}" for letter in LETTERS), "正确答案", "分值")
_KIND = ("题型", "类型", "type", "kind")
_TEXT = ("题目", "题干", "问题", "试题", "题目内容", "试题内容", "question", "stem", "title")
_ANSWER = ("正确答案", "答案", "标准答案", "参考答案", "正确选项", "answer", "correctanswer", "correct")
_POINTS = ("分值", "分数", "得分", "题目分值", "本题分值", "分", "points", "score", "mark")
_OPTIONS = ("选项", "备选项", "答案选项", "options", "choices")
_OPTION = re.compile(r"(?:选项|备选项|答案|option|choice)?([a-h1-8])(?:选项|项)?")
_KINDS = (
    (SINGLE, ("单", "single", "radio")),
    (MULTIPLE, ("多", "multiple", "checkbox", "不定项")),
    (TRUE_FALSE, ("判", "是非", "对错", "true", "truefalse", "boolean")),
)
_YES = frozenset(("对", "正确", "是", "√", "✓", "✔", "t", "true", "yes", "y"))
_NO = frozenset(("错", "错误", "不对", "不正确", "否", "×", "x", "✗", "✘", "f", "false", "no", "n"))
_LETTERED = re.compile(r"(?:^|(?<=[\s;；|┋]))([A-H])\s*[.、．:：)）]\s*", re.MULTILINE)
_ANSWER_LETTERS = re.compile(r"[A-H](?:[\s,，、;；/|┋和]*[A-H])*")
_NUMBERED = re.compile(r"^\s*(?:第?\d{1,3}\s*[.、．)）]|\d{1,3}\s+)\s*(?!\d)")
_PART = re.compile(r"^[一二三四五六七八九十]{1,2}\s*、\s*(.*题)")
_EACH = re.compile(r"每(?:小)?题\s*(\d+(?:\.\d)?)\s*分")
_LOOK_FOR_HEADINGS = 15


@dataclass(frozen=True)
class BadQuestion:
    """A row that cannot be used: its number in the sheet from 1, what it asks, and what to do."""

    number: int
    text: str
    sentence: Any


@dataclass(frozen=True)
class QuestionList:
    """What a sheet amounts to."""

    questions: tuple[Question, ...]
    bad: tuple[BadQuestion, ...]


@dataclass
class _Columns:
    text: int
    answer: int
    kind: int | None = None
    points: int | None = None
    together: int | None = None
    options: dict[int, int] = field(default_factory=dict)


@dataclass
class _Part:
    """What a line such as 一、单选题（每题5分） says of the rows below it."""

    kind: str | None = None
    points: Decimal | None = None


def _plain(text: str) -> str:
    return re.sub(r"[\s（）()：:*]", "", unicodedata.normalize("NFKC", text).lower())


def _columns(row: Sequence[str]) -> _Columns | None:
    found: dict[str, int] = {}
    options: dict[int, int] = {}
    for at, cell in enumerate(row):
        plain = _plain(cell)
        for name, words in (
            ("text", _TEXT),
            ("answer", _ANSWER),
            ("kind", _KIND),
            ("points", _POINTS),
            ("together", _OPTIONS),
        ):
            if plain in words:
                found.setdefault(name, at)
                break
        else:
            option = _OPTION.fullmatch(plain)
            if option:
                place = "abcdefgh".find(option[1])
                options.setdefault(place if place >= 0 else int(option[1]) - 1, at)
    if "text" not in found or "answer" not in found:
        return None
    return _Columns(
        found["text"], found["answer"], found.get("kind"), found.get("points"), found.get("together"), options
    )


def _kind(text: str) -> str | None:
    plain = _plain(text)
    if not plain:
        return None
    for kind, words in _KINDS:
        if plain.startswith(words):
            return kind
    raise Invalid(
        "kind", _l("“%(kind)s” cannot be asked here: single choice, multiple choice, or true or false.", kind=text)
    )


def _truth(text: str) -> int | None:
    plain = _plain(text)
    return TRUE if plain in _YES else FALSE if plain in _NO else None


def _lettered(text: str) -> tuple[str, list[str]]:
    """What stands before "A." in a cell, and the options after it."""
    parts = _LETTERED.split(text)
    return parts[0].strip(), [option.strip(" ;；|┋\n\t") for option in parts[2::2]]


def _apart(text: str) -> list[str]:
    """Options that stand in one cell."""
    _before, found = _lettered(text)
    return found or [part.strip() for part in re.split(r"[\n;；|┋]", text) if part.strip()]


def _chosen(answer: str, options: Sequence[str]) -> tuple[int, ...]:
    """The places of the right options, by letters or by their words."""
    letters = unicodedata.normalize("NFKC", answer).strip().upper().rstrip(".。")
    if _ANSWER_LETTERS.fullmatch(letters) and answer.strip() not in options:
        return tuple(sorted({LETTERS.index(letter) for letter in letters if letter in LETTERS}))
    if answer.strip() in options:
        return (options.index(answer.strip()),)
    said = [part.strip() for part in re.split(r"[\n;；|┋]", answer) if part.strip()]
    places = {options.index(part) for part in said if part in options}
    if not said or len(places) < len(said):
        raise Invalid(
            "right",
            _l("The answer “%(answer)s” is none of the options. Write its letter, such as A or ACD.", answer=answer),
        )
    return tuple(sorted(places))


def _points(text: str, part: _Part, *, asked: bool) -> Decimal:
    plain = unicodedata.normalize("NFKC", text).strip().removesuffix("分").strip()
    if not plain and part.points is not None:
        return part.points
    if not plain and not asked:
        return Decimal(1)
    try:
        return Decimal(plain)
    except InvalidOperation:
        raise Invalid("points", _l("Give the points as a number, such as 5.")) from None


def _question(cells: Sequence[str], columns: _Columns, part: _Part) -> Question:
    def cell(at: int | None) -> str:
        return cells[at].strip() if at is not None else ""

    text, answer = _NUMBERED.sub("", cell(columns.text)), cell(columns.answer)
    options = [cell(columns.options[place]) for place in sorted(columns.options)]
    while options and not options[-1]:
        options.pop()
    if not options and columns.together is not None:
        options = _apart(cell(columns.together))
    if not options:
        text, options = _lettered(text)
    if "" in options:
        raise Invalid("options", _l("An option is empty although a later one is given. Leave none out."))
    kind = _kind(cell(columns.kind)) or part.kind
    if not answer:
        raise Invalid("right", _l("Say which answer is right."))
    truths = [_truth(option) for option in options]
    chosen: tuple[int, ...]
    if kind == TRUE_FALSE or (kind is None and _truth(answer) is not None and None not in truths):
        right = _truth(answer)
        if right is None:
            places = _chosen(answer, options)
            right = truths[places[0]] if len(places) == 1 and places[0] < len(truths) else None
        if right is None:
            raise Invalid("right", _l("Write 对 or 错 as the answer of a true/false question."))
        kind, options, chosen = TRUE_FALSE, [], (right,)
    else:
        chosen = _chosen(answer, options)
    return checked(
        Question(
            kind or (MULTIPLE if len(chosen) > 1 else SINGLE),
            text,
            tuple(options),
            chosen,
            _points(cell(columns.points), part, asked=columns.points is not None),
        )
    )


def _heading_of_part(text: str, answer: str) -> _Part | None:
    found = _PART.match(text.strip())
    if answer.strip() or not found:
        return None
    each = _EACH.search(text)
    try:
        kind = _kind(found[1])
    except Invalid:
        kind = None
    return _Part(kind, Decimal(each[1]) if each else None)


def read_questions(rows: Sequence[Sequence[str]]) -> QuestionList:
    """Read the rows of a sheet: headings 题目 and 正确答案 at least, 题型, 选项A…, 分值 where there are.

    Every row that cannot be used is named. Raises Invalid when no row looks like headings, or nothing is asked.
    """
    for at, row in enumerate(rows[:_LOOK_FOR_HEADINGS]):
        columns, begins = _columns(row), at + 1
        if columns is not None:
            break
    else:
        text = _l(
            "No heading row was found. Name the columns 题型, 题目, 选项A …, 正确答案 and 分值, as in the template."
        )
        raise Invalid("no_headings", text)
    part = _Part()
    questions: list[Question] = []
    bad: list[BadQuestion] = []
    seen: dict[str, int] = {}
    for number, row in enumerate(rows[begins:], start=begins + 1):
        if not any(row[place].strip() for place in (columns.text, columns.answer)):
            continue
        begun = _heading_of_part(row[columns.text], row[columns.answer])
        if begun is not None:
            part = begun
            continue
        try:
            question = _question(row, columns, part)
            same = replace(question, points=Decimal(1)).key
            if same in seen:
                raise Invalid("twice", _l("The same question stands in row %(row)s already.", row=seen[same]))
            seen[same] = number
            if len(questions) >= MOST_QUESTIONS:
                raise Invalid("too_many", _l("A quiz has %(most)s questions at most.", most=MOST_QUESTIONS))
            questions.append(question)
        except Invalid as fault:
            bad.append(BadQuestion(number, row[columns.text].strip()[:60], fault.sentence))
    if not questions and not bad:
        raise Invalid("no_questions", _l("There is no question below the headings."))
    return QuestionList(tuple(questions), tuple(bad))
