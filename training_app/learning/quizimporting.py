"""Questions from a file and back: every row is read before one is kept, and one bad row stops all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from training_app.core import files
from training_app.core.db import transaction
from training_app.core.spreadsheets import Cell, Column, Sheet, xlsx
from training_app.registration import rosterfile

from . import quizwords
from .quizcolumns import HEADINGS, QuestionList, read_questions
from .quizmodels import QuizVersion
from .quizquestions import questions_of, set_questions
from .quizrules import LETTERS, MULTIPLE, SINGLE, TRUE_FALSE, Question, checked_all

_KINDS = {SINGLE: "单选题", MULTIPLE: "多选题", TRUE_FALSE: "判断题"}
_WIDTHS = (10, 50, *(18 for _letter in LETTERS), 12, 8)
#: The template's rows: what each kind looks like.
EXAMPLES = (
    Question(
        SINGLE,
        "发现儿童疑似受到侵害，儿童主任首先应当做什么？",
        ("报告公安机关", "先找家长核实", "等上级通知"),
        (0,),
        Decimal(10),
    ),
    Question(
        MULTIPLE,
        "入户走访时应当了解哪些情况？",
        ("监护情况", "就学情况", "健康状况", "邻居的收入"),
        (0, 1, 2),
        Decimal(10),
    ),
    Question(TRUE_FALSE, "困境儿童的个人信息可以发到微信群里讨论。", (), (1,), Decimal(10)),
)


@dataclass(frozen=True)
class Preview:
    """What a file amounts to; `digest` is empty while a row is bad."""

    found: QuestionList
    digest: str


def read(data: bytes, filename: str) -> QuestionList:
    """The questions of an uploaded .xlsx, .xls, .ods or .csv. Raises Invalid for a file that cannot be read."""
    return read_questions(rosterfile.read(data, filename, as_written=True)[0].rows)


def preview(data: bytes, filename: str, *, now: datetime) -> Preview:
    """Read a list of questions; the file is kept for the confirmation when every row can be used. Raises as `read`."""
    found = read(data, filename)
    if found.bad:
        return Preview(found, "")
    digest = files.write(data)
    with transaction():
        files.remember(digest, media_type="application/octet-stream", size=len(data), name=filename, now=now)
    return Preview(found, digest)


def take(
    quiz_id: int, digest: str, filename: str, *, replace: bool, actor_id: int, now: datetime
) -> tuple[QuizVersion, int]:
    """Give a quiz the questions of a previewed file, instead of its own or after them; gives how many came.

    A question that is asked already is not asked twice. Raises NotFound when the file was taken already.
    """
    questions = read(files.read(digest), filename).questions
    with transaction():
        own = () if replace else questions_of(quiz_id)[1]
        keys = {question.key for question in own}
        new = [question for question in questions if question.key not in keys]
        version = set_questions(quiz_id, checked_all([*own, *new]), actor_id=actor_id, now=now)
        files.forget_unless_used(digest)
    return version, len(new)


def workbook(title: str, questions: Sequence[Question]) -> bytes:
    """The questions as a workbook that `read` reads; its words are Chinese, as in the template."""
    columns = [Column(heading, width) for heading, width in zip(HEADINGS, _WIDTHS, strict=True)]
    rows: list[list[Cell]] = []
    for question in questions:
        options = [*question.options, *([""] * (len(LETTERS) - len(question.options)))]
        right = ("对", "错")[question.right[0]] if question.kind == TRUE_FALSE else str(quizwords.letters(question))
        rows.append([_KINDS[question.kind], question.text, *options, right, question.points])
    return xlsx([Sheet("题目", columns, rows, title=title)])
