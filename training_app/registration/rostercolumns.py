"""What the columns of a roster hold: the heading row, its fields, and what must not be read. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Field(StrEnum):
    """What a column can hold."""

    NAME = "name"
    PHONE = "phone"
    SUBDISTRICT = "subdistrict"
    COMMUNITY = "community"
    POST = "post"
    SEX = "sex"
    REMARKS = "remarks"
    NUMBER = "number"


#: Words in headings, most telling first; lower case, without spaces.
_WORDS: tuple[tuple[Field, tuple[str, ...]], ...] = (
    (Field.PHONE, ("联系电话", "手机", "电话", "联系方式", "phone", "mobile")),
    (Field.SUBDISTRICT, ("街道", "乡镇", "镇街", "subdistrict", "township")),
    (Field.COMMUNITY, ("村（社区）", "村(社区)", "村/社区", "社区", "村居", "居委", "村委", "community", "village")),
    (Field.POST, ("职务", "岗位", "post", "position")),
    (Field.SEX, ("性别", "sex", "gender")),
    (Field.REMARKS, ("备注", "说明", "remark", "note")),
    (Field.NUMBER, ("序号", "编号", "no.", "number")),
    (Field.NAME, ("姓名", "名字", "儿童主任", "name")),
)
_ID_WORDS = ("身份证", "证件号", "公民身份", "idcard", "idnumber")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_HAN = r"㐀-鿿豈-﫿\U00020000-\U0003ffff·"
_HAN_GAP = re.compile(rf"(?<=[{_HAN}])\s+(?=[{_HAN}])")
_LONG_NUMBER = re.compile(r"(?<!\d)\d{15}(?:\d{2}[\dXx])?(?!\d)")
#: Longer cells are sentences: titles, or the questions of a survey that ask for something else.
_LONGEST_HEADING = 20
#: How many of the first rows may hold the headings.
_LOOK_FOR_HEADINGS = 15


def is_id_number(text: str) -> bool:
    """Whether a text is a resident's ID number: 18 digits by GB 11643's check digit, or 15 with a date in them."""
    if re.fullmatch(r"\d{17}[\dXx]", text):
        return "10X98765432"[sum(int(d) * w for d, w in zip(text, _WEIGHTS, strict=False)) % 11] == text[17].upper()
    return bool(re.fullmatch(r"[1-9]\d{7}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}", text))


def clean_name(text: str) -> str:
    """王 芳 → 王芳; the spaces between Latin words stay."""
    return _HAN_GAP.sub("", text).strip()


def clean_phone(text: str) -> str | None:
    """A number in E.164 (national form is China's), or None when it cannot be a phone number."""
    import phonenumbers

    try:
        number = phonenumbers.parse(text.removesuffix(".0"), "CN")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _heading(text: str) -> Field | None:
    plain = re.sub(r"\s|^\d+[.、]", "", text.lower())
    if not plain or len(plain) > _LONGEST_HEADING:
        return None
    if "姓名" in plain:
        return Field.NAME
    return next((field for field, words in _WORDS if any(word in plain for word in words)), None)


def guess_header_row(rows: Sequence[Sequence[str]]) -> int:
    """The index of the row that most looks like headings; 0 when none does."""
    scores = [len({field for cell in row if (field := _heading(cell))}) for row in rows[:_LOOK_FOR_HEADINGS]]
    return scores.index(max(scores)) if scores and max(scores) >= 2 else 0


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column holds what (by index), and the columns of ID numbers, which are never read further."""

    fields: Mapping[Field, int]
    dropped: tuple[int, ...]


def guess_columns(rows: Sequence[Sequence[str]], header_row: int) -> Columns:
    """The mapping that the headings suggest. One ID number among the cells is enough to drop a column."""
    headings = rows[header_row] if header_row < len(rows) else ()
    dropped = id_columns(rows, header_row)
    fields: dict[Field, int] = {}
    for index, text in enumerate(headings):
        field = _heading(text)
        if index not in dropped and field is not None and field not in fields:
            fields[field] = index
    return Columns(fields, dropped)


def id_columns(rows: Sequence[Sequence[str]], header_row: int) -> tuple[int, ...]:
    """The columns that hold ID numbers, by a heading (whichever row is taken for it) or by content."""
    found: set[int] = set()
    for number, row in enumerate(rows):
        for index, text in enumerate(row):
            near_top = number <= max(header_row, _LOOK_FOR_HEADINGS) and len(text) <= _LONGEST_HEADING
            named = near_top and any(word in re.sub(r"\s", "", text.lower()) for word in _ID_WORDS)
            if named or (number > header_row and is_id_number(text.replace(" ", ""))):
                found.add(index)
    return tuple(sorted(found))


def without_id_numbers(text: str) -> str:
    """A text with every ID number in it left out, as in “王芳 11010519491231002X”."""
    if not _LONG_NUMBER.search(text):
        return text
    return _LONG_NUMBER.sub(lambda found: "" if is_id_number(found[0]) else found[0], text).strip()


def without_columns(rows: Sequence[Sequence[str]], dropped: Sequence[int]) -> tuple[tuple[str, ...], ...]:
    """The same rows with the dropped columns blank, so that indexes keep their meaning."""
    gone = set(dropped)
    return tuple(tuple("" if i in gone else text for i, text in enumerate(row)) for row in rows)
