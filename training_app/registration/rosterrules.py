"""What the cells of a roster mean: heading row, columns, and a decision with its reason for every row.

Pure functions: texts, known persons and divisions in, decisions out.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _


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
#: Endings that people leave out: 开元 for 开元社区居委会.
_ENDINGS = ("社区居民委员会", "村民委员会", "居民委员会", "社区居委会", "社区", "村委会", "居委会", "村")
_SUBDISTRICT_ENDINGS = ("街道办事处", "街道", "镇", "乡")
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
    # Longer cells are sentences: titles, or the questions of a survey that ask for something else.
    if not plain or len(plain) > 20:
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
    """The columns that hold ID numbers, by heading or by content."""
    headings = rows[header_row] if header_row < len(rows) else ()
    named = {i for i, text in enumerate(headings) if any(w in re.sub(r"\s", "", text.lower()) for w in _ID_WORDS)}
    found = {i for row in rows[header_row + 1 :] for i, text in enumerate(row) if is_id_number(text.replace(" ", ""))}
    return tuple(sorted(named | found))


def without_columns(rows: Sequence[Sequence[str]], dropped: Sequence[int]) -> tuple[tuple[str, ...], ...]:
    """The same rows with the dropped columns blank, so that indexes keep their meaning."""
    gone = set(dropped)
    return tuple(tuple("" if i in gone else text for i, text in enumerate(row)) for row in rows)


#: (code, name, level, parent code), of the jurisdiction alone.
DivisionTuple = tuple[str, str, str, str | None]


def _short(name: str, endings: Sequence[str]) -> str:
    for ending in endings:
        if name.endswith(ending) and len(name) > len(ending):
            return name.removesuffix(ending)
    return name


class Places:
    """Finds divisions by the names that people write."""

    def __init__(self, divisions: Sequence[DivisionTuple]) -> None:
        self.names = {code: name for code, name, _level, _parent in divisions}
        self._communities: defaultdict[str, list[str]] = defaultdict(list)
        self._subdistricts: defaultdict[str, list[str]] = defaultdict(list)
        for code, name, level, _parent in divisions:
            if level == "community":
                self._communities[_short(name, _ENDINGS)].append(code)
            elif level == "subdistrict":
                self._subdistricts[_short(name, _SUBDISTRICT_ENDINGS)].append(code)

    def communities(self, community: str, subdistrict: str) -> list[str]:
        """Codes of the communities that a text can mean; narrowed by the subdistrict where it is known."""
        community, subdistrict = community.replace(" ", ""), subdistrict.replace(" ", "")
        for name in sorted(self._subdistricts, key=len, reverse=True):
            for ending in _SUBDISTRICT_ENDINGS:
                if community.startswith(name + ending) and community != name + ending:
                    community, subdistrict = community.removeprefix(name + ending), subdistrict or name
        codes = self._communities.get(_short(community, _ENDINGS), [])
        exact = [code for code in codes if self.names[code] == community]
        if subdistrict:
            inside = tuple(self._subdistricts.get(_short(subdistrict, _SUBDISTRICT_ENDINGS), ()))
            codes = [code for code in codes if inside and code.startswith(inside)]
            exact = [code for code in exact if code in codes]
        return exact if len(exact) == 1 else codes


class Outcome(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    MATCHED = "matched"
    QUESTION = "question"
    BAD = "bad"
    #: The organiser answered that this row is left out.
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A person who is already recorded, with the communities of the posts held now."""

    id: int
    name: str
    phone: str | None
    divisions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer that a question offers: `person:<id>`, `division:<code>`, `new` or `skip`."""

    value: str
    label: Any


@dataclass(frozen=True, slots=True)
class RowResult:
    """The decision about one row. `number` counts the sheet's rows from 1, as Excel does."""

    number: int
    outcome: Outcome
    name: str
    phone: str | None
    division_code: str | None
    person_id: int | None = None
    code: str = ""
    sentence: Any = ""
    choices: tuple[Choice, ...] = ()


def decide(
    rows: Sequence[Sequence[str]],
    header_row: int,
    fields: Mapping[Field, int],
    *,
    known: Sequence[KnownPerson],
    divisions: Sequence[DivisionTuple],
    answers: Mapping[int, str] | None = None,
) -> list[RowResult]:
    """A decision for every filled row below the headings.

    `known` are the persons whom the caller may see; `divisions` the communities and subdistricts of the
    jurisdiction; `answers` maps a row's number to the chosen value of its question.
    """
    places = Places(divisions)
    by_phone: dict[str | None, KnownPerson] = {person.phone: person for person in known if person.phone}
    by_name: defaultdict[str, list[KnownPerson]] = defaultdict(list)
    for person in known:
        by_name[person.name].append(person)
    seen_phones: dict[str, int] = {}
    seen_people: dict[tuple[str, str | None], int] = {}
    seen_names: dict[str, int] = {}
    results = []
    for index, cells in enumerate(rows[header_row + 1 :], start=header_row + 2):
        row = {field: cells[column] for field, column in fields.items() if column < len(cells)}
        # Blank rows and the foot of a printed sheet hold nothing but a sequence number.
        if not any(row.get(f) for f in (Field.NAME, Field.PHONE, Field.COMMUNITY)):
            continue
        answer = (answers or {}).get(index, "")
        result = _decide_row(index, row, places, by_phone, by_name, (seen_phones, seen_people, seen_names), answer)
        results.append(result)
        if result.outcome is not Outcome.SKIPPED and result.name:
            if result.phone:
                seen_phones.setdefault(result.phone, index)
            seen_people.setdefault((result.name, result.division_code), index)
            seen_names.setdefault(result.name, index)
    return results


def _decide_row(
    number: int,
    row: Mapping[Field, str],
    places: Places,
    by_phone: Mapping[str | None, KnownPerson],
    by_name: Mapping[str, list[KnownPerson]],
    seen: tuple[dict[str, int], dict[tuple[str, str | None], int], dict[str, int]],
    answer: str,
) -> RowResult:
    name = clean_name(row.get(Field.NAME, ""))
    typed_phone = row.get(Field.PHONE, "")
    phone = clean_phone(typed_phone) if typed_phone else None

    def result(outcome: Outcome, code: str = "", sentence: Any = "", **more: Any) -> RowResult:
        return RowResult(number, outcome, name, phone, division, code=code, sentence=sentence, **more)

    division: str | None = None
    if answer == "skip":
        return result(Outcome.SKIPPED)
    if not name:
        return result(Outcome.BAD, "name_missing", _("The name is missing. Add it in the file."))
    if len(name) > 60:
        return result(Outcome.BAD, "name_too_long", _("The name is longer than 60 characters. Shorten it in the file."))
    if typed_phone and phone is None:
        sentence = _("“%(phone)s” is not a phone number. Correct it in the file.", phone=typed_phone)
        return result(Outcome.BAD, "phone_invalid", sentence)
    community = row.get(Field.COMMUNITY, "")
    if community:
        codes = places.communities(community, row.get(Field.SUBDISTRICT, ""))
        chosen = answer.removeprefix("division:") if answer.startswith("division:") else ""
        if not codes:
            sentence = _("There is no community “%(name)s” in your area. Correct it in the file.", name=community)
            return result(Outcome.BAD, "community_unknown", sentence)
        if len(codes) > 1 and chosen not in codes:
            choices = (*(Choice(f"division:{code}", _full_place(places, code)) for code in codes), _skip())
            sentence = _("Several communities are called “%(name)s”. Which one is it?", name=community)
            return result(Outcome.QUESTION, "community_ambiguous", sentence, choices=choices)
        division = codes[0] if len(codes) == 1 else chosen
    seen_phones, seen_people, seen_names = seen
    if phone in seen_phones:
        sentence = _("Row %(row)d has the same phone number. Remove one of them in the file.", row=seen_phones[phone])
        return result(Outcome.BAD, "phone_twice", sentence)
    if phone is None and (name, division) in seen_people:
        sentence = _("Row %(row)d is the same person. Remove one of them.", row=seen_people[name, division])
        return result(Outcome.BAD, "person_twice", sentence)
    return _whom(
        result,
        row_name=name,
        phone=phone,
        division=division,
        answer=answer,
        by_phone=by_phone,
        by_name=by_name,
        earlier=seen_names.get(name),
    )


def _whom(
    result: Any,
    *,
    row_name: str,
    phone: str | None,
    division: str | None,
    answer: str,
    by_phone: Mapping[str | None, KnownPerson],
    by_name: Mapping[str, list[KnownPerson]],
    earlier: int | None,
) -> RowResult:
    """Which person a sound row means. A phone number decides; a name alone only asks."""
    holder = by_phone.get(phone) if phone else None
    if holder is not None:
        if holder.name == row_name or answer == f"person:{holder.id}":
            return result(Outcome.MATCHED, person_id=holder.id)  # type: ignore[no-any-return]
        sentence = _("This phone number belongs to %(name)s. Is it the same person?", name=holder.name)
        same_or_skip = (Choice(f"person:{holder.id}", _("Yes, it is %(name)s", name=holder.name)), _skip())
        return result(  # type: ignore[no-any-return]
            Outcome.QUESTION, "phone_of_another", sentence, choices=same_or_skip
        )
    # Someone with another phone number, too, may be the same person with a new number.
    same = by_name.get(row_name, [])
    chosen = next((p for p in same if answer == f"person:{p.id}"), None)
    if chosen is not None:
        return result(Outcome.MATCHED, person_id=chosen.id)  # type: ignore[no-any-return]
    if (same or earlier is not None) and answer != "new":
        choices = (
            *(Choice(f"person:{p.id}", _("Known already: %(name)s, no. %(id)d", name=p.name, id=p.id)) for p in same),
            Choice("new", _("Someone else of the same name")),
            _skip(),
        )
        sentence = (
            _("Someone called %(name)s is known already. Is it the same person?", name=row_name)
            if same
            else _("Row %(row)d has the same name. Are they two persons?", row=earlier)
        )
        return result(Outcome.QUESTION, "same_name", sentence, choices=choices)  # type: ignore[no-any-return]
    return result(Outcome.NEW)  # type: ignore[no-any-return]


def _skip() -> Choice:
    return Choice("skip", _("Leave this row out"))


def _full_place(places: Places, code: str) -> str:
    return places.names.get(code[:9], "") + places.names[code]
