"""What the columns and cells of a list of past training mean. Pure.

Lists name the day as 2023.5.6, as 2023年5月6日至8日, or give the year alone; hours as 16学时.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from training_app.core.errors import Invalid
from training_app.registration.rostercolumns import Field, guess_columns, id_columns

from .outsiderules import CITY, DISTRICT, ONLINE, OTHER, PROVINCE


class Column(StrEnum):
    """What a column can say of a training."""

    YEAR = "year"
    STARTS = "starts"
    ENDS = "ends"
    LEVEL = "level"
    HOURS = "hours"
    ORGANISER = "organiser"
    TITLE = "title"


#: Words in headings, most telling first; lower case, without spaces.
_WORDS: tuple[tuple[Column, tuple[str, ...]], ...] = (
    (Column.HOURS, ("学时", "课时", "hours")),
    (Column.LEVEL, ("级别", "层级", "培训类别", "level")),
    (Column.ORGANISER, ("主办", "举办单位", "组织单位", "承办", "organiser", "heldby")),
    (Column.ENDS, ("结束", "截止", "lastday", "enddate", "ends")),
    (Column.TITLE, ("培训名称", "培训班", "培训项目", "培训内容", "培训主题", "课程", "期次", "training", "title")),
    (Column.STARTS, ("日期", "时间", "开始", "date", "firstday", "starts")),
    (Column.YEAR, ("年份", "年度", "年", "year")),
)
#: A director's years in office or of birth say nothing of a training.
_OTHER_TIMES = ("任职", "出生", "上任", "发证", "年龄", "填表")
_LEVELS = (
    (ONLINE, ("线上", "网络", "网上", "云", "online")),
    (PROVINCE, ("省", "部", "国家", "province")),
    (CITY, ("市", "city")),
    (DISTRICT, ("区", "县", "district", "county")),
)
_LONGEST_HEADING = 20
_LOOK_FOR_HEADINGS = 15
_DAY = re.compile(r"(?:(?P<y>\d{4})\s*[年./-]\s*)?(?P<m>\d{1,2})\s*[月./-]\s*(?P<d>\d{1,2})\s*日?")
_YEAR = re.compile(r"(?<!\d)(20\d{2})(?!\d)")
_END = re.compile(r"\s*(?:至|到|~|～|—+|–|-)\s*")


@dataclass(frozen=True, slots=True)
class Headings:
    """Where the list begins and which column holds what; columns of ID numbers are left out."""

    row: int
    people: Mapping[Field, int]
    training: Mapping[Column, int]
    dropped: tuple[int, ...]


def _column(text: str) -> Column | None:
    plain = re.sub(r"\s", "", text.lower())
    if not plain or len(plain) > _LONGEST_HEADING or any(word in plain for word in _OTHER_TIMES):
        return None
    return next((column for column, words in _WORDS if any(word in plain for word in words)), None)


def headings(rows: Sequence[Sequence[str]]) -> Headings:
    """Find the heading row: it names the persons, and at least one thing of the training.

    Raises Invalid "no_headings" when no row does.
    """
    for at, row in enumerate(rows[:_LOOK_FOR_HEADINGS]):
        dropped = id_columns(rows, at)
        training: dict[Column, int] = {}
        for index, text in enumerate(row):
            column = _column(text)
            if column is not None and "姓名" not in text and index not in dropped:
                training.setdefault(column, index)
        # 培训名称 must not be taken for a name: the training's columns are blank to the roster's reading.
        mine = set(training.values())
        others = ["" if index in mine else text for index, text in enumerate(row)]
        people = guess_columns([*rows[:at], others, *rows[at + 1 :]], at)
        if Field.NAME in people.fields and (training or Field.COMMUNITY in people.fields):
            return Headings(at, people.fields, training, people.dropped)
    text = _l("No heading row was found. Name the columns 姓名, 街道, 社区, 日期, 级别, 学时, 主办单位, 培训名称.")
    raise Invalid("no_headings", text)


def read_days(text: str, year: int | None) -> tuple[int | None, date | None, date | None]:
    """Year, first and last day of a cell; None for what it does not say. `year` completes 5月6日.

    Raises Invalid "day" for what is neither a day nor a year.
    """
    plain = text.strip()
    if not plain:
        return year, None, None
    found = _DAY.search(plain)
    if found is None:
        only = _YEAR.search(plain)
        if only is None:
            raise _not_a_day(text)
        return int(only[1]), None, None
    first_year = int(found["y"]) if found["y"] else year
    if first_year is None:
        raise _not_a_day(text)
    first = _date(first_year, found["m"], found["d"], text)
    rest = _END.sub("", plain[found.end() :], count=1) if _END.match(plain, found.end()) else ""
    last = first
    if rest:
        until, day_alone = _DAY.match(rest), re.match(r"(\d{1,2})\s*日?", rest)
        if until is not None:
            last = _date(int(until["y"] or first_year), until["m"], until["d"], text)
        elif day_alone is not None:
            last = _date(first_year, str(first.month), day_alone[1], text)
    return year or first_year, first, last


def _date(year: int, month: str, day: str, text: str) -> date:
    try:
        return date(year, int(month), int(day))
    except ValueError:
        raise _not_a_day(text) from None


def _not_a_day(text: str) -> Invalid:
    return Invalid("day", _l("“%(text)s” is not a day. Write it as 2023-05-06, or the year alone.", text=text))


def read_hours(text: str) -> Decimal | None:
    """Credit hours of a cell, None where it is empty. Raises Invalid "hours"."""
    plain = re.sub(r"[\s个]|学时|课时|小时|hours?", "", text.lower())
    if not plain:
        return None
    try:
        return Decimal(plain)
    except InvalidOperation:
        raise Invalid("hours", _l("“%(text)s” is not a number of credit hours.", text=text)) from None


def read_level(text: str) -> str | None:
    """The level that a cell names, None where it is empty; what is unknown is another organiser's."""
    plain = text.strip().lower()
    if not plain:
        return None
    return next((level for level, words in _LEVELS if any(word in plain for word in words)), OTHER)
