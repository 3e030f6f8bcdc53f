"""What a score may be, and how the rows of an uploaded list become scores."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import lazy_gettext as _l

from training_app.core.errors import Invalid
from training_app.registration.rostercolumns import Field, clean_name, clean_phone, guess_columns

#: The first try and the second (补考).
ATTEMPTS = (1, 2)
FULL_MARKS = Decimal(100)
_POINTS = ("成绩", "分数", "得分", "总分", "score", "points", "mark")
_RETRY = ("补考", "第二次", "secondtry", "retake")
#: How many of the first rows may hold the headings.
_LOOK_FOR_HEADINGS = 15


@dataclass(frozen=True)
class PassMark:
    """The points that pass, and whether the latest try counts rather than the best."""

    points: Decimal
    latest: bool = False

    def passed(self, tries: Mapping[int, Decimal]) -> bool | None:
        """Whether these points by try pass; None without a try."""
        if not tries:
            return None
        return (tries[max(tries)] if self.latest else max(tries.values())) >= self.points


def checked_points(value: Decimal | None) -> Decimal | None:
    """The value itself. Raises Invalid unless it is None or from 0 to 100 with one decimal at most."""
    if value is not None and not (
        value.is_finite() and 0 <= value <= FULL_MARKS and value == value.quantize(Decimal("0.1"))
    ):
        raise Invalid("points", _l("Points are from 0 to 100, with one decimal at most."))
    return value


def read_points(text: str) -> Decimal | None:
    """Typed points as a number; an empty text is None. Raises Invalid with a sentence."""
    plain = text.strip().removesuffix("分").strip()
    if not plain:
        return None
    try:
        return checked_points(Decimal(plain))
    except InvalidOperation:
        raise Invalid("points", _l("Points are from 0 to 100, with one decimal at most.")) from None


@dataclass(frozen=True)
class Candidate:
    """Someone who takes part: places are the names of their communities, as written and short."""

    id: int
    name: str
    phone: str | None
    places: tuple[str, ...] = ()


@dataclass(frozen=True)
class BadRow:
    """A row that cannot be used: its number in the sheet from 1, what stood there, and what to do."""

    number: int
    name: str
    sentence: Any


@dataclass(frozen=True)
class ScoreList:
    """What a sheet amounts to: scores by (person id, try), and the rows that cannot be used."""

    cells: Mapping[tuple[int, int], Decimal]
    bad: tuple[BadRow, ...]
    #: Whether a column of ID numbers was left out.
    dropped_ids: bool


def _plain(text: str) -> str:
    return re.sub(r"\s", "", text.lower())


def _columns(row: Sequence[str]) -> tuple[int, int | None] | None:
    first = second = None
    for index, cell in enumerate(row):
        plain = _plain(cell)
        if not plain or len(plain) > 20:
            continue
        if any(word in plain for word in _RETRY):
            second = index if second is None else second
        elif any(word in plain for word in _POINTS):
            first = index if first is None else first
    return None if first is None else (first, second)


_PLACE_ENDING = re.compile(r"(社区居民委员会|村民委员会|居民委员会|社区居委会|社区|村委会|居委会|村)$")


def short_place(name: str) -> str:
    """开元社区居委会 → 开元, as lists write it."""
    return _PLACE_ENDING.sub("", _plain(name))


def _whom(name: str, phone: str, place: str, people: Sequence[Candidate]) -> Candidate:
    number = clean_phone(phone) if phone else None
    if phone and number is None:
        raise Invalid("phone", _l("%(phone)s is not a phone number.", phone=phone))
    same_name = [person for person in people if person.name == name]
    if number is not None:
        for person in people:
            if person.phone == number:
                if name and person.name != name:
                    raise Invalid("name_differs", _l("This phone number belongs to somebody with another name."))
                return person
        # A number that we do not know yet: the name and the community decide.
    if place:
        same_name = [person for person in same_name if short_place(place) in map(short_place, person.places)]
    if not same_name:
        raise Invalid("unknown", _l("Nobody of this name and community takes part. Check the spelling."))
    if len(same_name) > 1:
        raise Invalid("ambiguous", _l("Several people have this name: add the community or the phone number."))
    return same_name[0]


def read_list(rows: Sequence[Sequence[str]], people: Sequence[Candidate]) -> ScoreList:
    """Read the rows of a sheet: a heading row with name (or phone) and score, a column of second tries if there is one.

    Raises Invalid when no row looks like headings.
    """
    for at, row in enumerate(rows[:_LOOK_FOR_HEADINGS]):
        score_columns, columns = _columns(row), guess_columns(rows, at)
        if score_columns and (Field.NAME in columns.fields or Field.PHONE in columns.fields):
            break
    else:
        text = _l("No heading row was found. Name the columns 姓名 (or 联系电话) and 成绩, then upload the file again.")
        raise Invalid("no_headings", text)
    fields = columns.fields
    cells: dict[tuple[int, int], Decimal] = {}
    seen: dict[int, int] = {}
    bad: list[BadRow] = []

    def cell(row: Sequence[str], field: Field) -> str:
        return row[fields[field]].strip() if field in fields else ""

    for number, row in enumerate(rows[at + 1 :], start=at + 2):
        name = clean_name(cell(row, Field.NAME))
        texts = [row[column] if column is not None else "" for column in score_columns]
        if not name and not cell(row, Field.PHONE):
            if any(text.strip() for text in texts):
                bad.append(BadRow(number, "", _l("Points without a name.")))
            continue
        try:
            person = _whom(name, cell(row, Field.PHONE), cell(row, Field.COMMUNITY), people)
            if person.id in seen:
                raise Invalid("twice", _l("The same person stands in row %(row)s already.", row=seen[person.id]))
            seen[person.id] = number
            tries = [read_points(text) for text in texts]
        except Invalid as refusal:
            bad.append(BadRow(number, name, refusal.sentence))
            continue
        for attempt, value in zip(ATTEMPTS, tries, strict=True):
            if value is not None:
                cells[person.id, attempt] = value
    return ScoreList(cells, tuple(bad), bool(columns.dropped))
