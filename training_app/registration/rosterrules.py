"""What a roster's row means: a decision with its reason for every row.

Pure functions: texts, known persons and divisions in, decisions out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _

from training_app.core.errors import Invalid
from training_app.people import names

from .rostercolumns import Field, clean_name, clean_phone

#: Endings that people leave out: 开元 for 开元社区居委会.
_ENDINGS = ("社区居民委员会", "村民委员会", "居民委员会", "社区居委会", "社区", "村委会", "居委会", "村")
_SUBDISTRICT_ENDINGS = ("街道办事处", "街道", "镇", "乡")

#: (code, name, level, parent code), of the jurisdiction alone.
DivisionTuple = tuple[str, str, str, str | None]


def _short(name: str, endings: Sequence[str]) -> str:
    for ending in endings:
        if name.endswith(ending) and len(name) > len(ending):
            return name.removesuffix(ending)
    return name


def _spoken(name: str) -> tuple[str, ...]:
    """A community's full name, and as people say it: 开元社区, 浮桥村."""
    return name, name.removesuffix("居委会"), name.removesuffix("委会")


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
        exact = [code for code in codes if community in _spoken(self.names[code])]
        if subdistrict:
            inside = tuple(self._subdistricts.get(_short(subdistrict, _SUBDISTRICT_ENDINGS), ()))
            codes = [code for code in codes if inside and code.startswith(inside)]
            exact = [code for code in exact if code in codes]
        return exact if len(exact) == 1 else codes


def name_of(text: str) -> str:
    """A cell's name as persons are kept; what cannot be a name comes back as it is."""
    try:
        return names.normalise(text)
    except Invalid:
        return clean_name(text)


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
    #: Beyond the caller's area: known by the phone number alone, and never shown.
    outside: bool = False


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
    names_suffice: bool = False,
) -> list[RowResult]:
    """A decision for every filled row below the headings.

    `known` are the persons whom the caller may see; `divisions` the communities and subdistricts of the
    jurisdiction; `answers` maps a row's number to the chosen values of its questions, spaces between.
    `names_suffice`: a name that one known person alone has means that person, as in a supervisor's list.
    """
    book = _Book(Places(divisions), known, names_suffice)
    results = []
    for index, cells in enumerate(rows[header_row + 1 :], start=header_row + 2):
        row = {field: cells[column] for field, column in fields.items() if column < len(cells)}
        # Blank rows and the foot of a printed sheet hold nothing but a sequence number.
        if not any(row.get(f) for f in (Field.NAME, Field.PHONE, Field.COMMUNITY)):
            continue
        result = _once(_decide_row(index, row, book, (answers or {}).get(index, "")), book)
        results.append(result)
        book.note(result)
    return results


class _Book:
    """Whom we know, and what earlier rows of the file have said."""

    def __init__(self, places: Places, known: Sequence[KnownPerson], names_suffice: bool) -> None:
        self.places = places
        self.names_suffice = names_suffice
        self.by_phone = {person.phone: person for person in known if person.phone}
        self.by_name: defaultdict[str, list[KnownPerson]] = defaultdict(list)
        for person in known:
            if not person.outside:
                self.by_name[person.name].append(person)
        self.phones: dict[str, int] = {}
        self.namesakes: dict[tuple[str, str | None], int] = {}
        self.names: dict[str, int] = {}
        self.persons: dict[int, int] = {}

    def note(self, result: RowResult) -> None:
        if result.outcome is Outcome.SKIPPED or not result.name:
            return
        if result.phone:
            self.phones.setdefault(result.phone, result.number)
        self.namesakes.setdefault((result.name, result.division_code), result.number)
        self.names.setdefault(result.name, result.number)
        if result.person_id is not None and result.outcome is Outcome.MATCHED:
            self.persons.setdefault(result.person_id, result.number)


def _once(result: RowResult, book: _Book) -> RowResult:
    """The same decision, or a question where an earlier row means the same person already."""
    earlier = book.persons.get(result.person_id) if result.person_id is not None else None
    if result.outcome is not Outcome.MATCHED or earlier is None:
        return result
    choices: tuple[Choice, ...] = (_skip(),)
    if result.phone not in book.by_phone:
        choices = (_another(), *choices)
    sentence = _("Row %(row)d is the same person. Remove one of them.", row=earlier)
    return replace(
        result, outcome=Outcome.QUESTION, person_id=None, code="person_twice", sentence=sentence, choices=choices
    )


def _decide_row(
    number: int,
    row: Mapping[Field, str],
    book: _Book,
    answer: str,
) -> RowResult:
    places = book.places
    name = name_of(row.get(Field.NAME, ""))
    typed_phone = row.get(Field.PHONE, "")
    phone = clean_phone(typed_phone) if typed_phone else None

    def result(outcome: Outcome, code: str = "", sentence: Any = "", **more: Any) -> RowResult:
        return RowResult(number, outcome, name, phone, division, code=code, sentence=sentence, **more)

    division: str | None = None
    answers = answer.split()
    if "skip" in answers:
        return result(Outcome.SKIPPED)
    if not name:
        return result(Outcome.BAD, "name_missing", _("The name is missing. Add it in the file."))
    if len(name) > 60:
        return result(Outcome.BAD, "name_too_long", _("The name is longer than 60 characters. Shorten it in the file."))
    try:
        names.normalise(name)
    except Invalid as wrong:
        return result(Outcome.BAD, wrong.code, wrong.sentence)
    if typed_phone and phone is None:
        sentence = _("“%(phone)s” is not a phone number. Correct it in the file.", phone=typed_phone)
        return result(Outcome.BAD, "phone_invalid", sentence)
    community = row.get(Field.COMMUNITY, "")
    if community:
        codes = places.communities(community, row.get(Field.SUBDISTRICT, ""))
        chosen = next((a.removeprefix("division:") for a in answers if a.startswith("division:")), "")
        if not codes:
            sentence = _("There is no community “%(name)s” in your area. Correct it in the file.", name=community)
            return result(Outcome.BAD, "community_unknown", sentence)
        if len(codes) > 1 and chosen not in codes:
            choices = (*(Choice(f"division:{code}", _full_place(places, code)) for code in codes), _skip())
            sentence = _("Several communities are called “%(name)s”. Which one is it?", name=community)
            return result(Outcome.QUESTION, "community_ambiguous", sentence, choices=choices)
        division = codes[0] if len(codes) == 1 else chosen
    if phone in book.phones:
        sentence = _("Row %(row)d has the same phone number. Remove one of them in the file.", row=book.phones[phone])
        return result(Outcome.BAD, "phone_twice", sentence)
    if phone is None and (name, division) in book.namesakes:
        sentence = _("Row %(row)d is the same person. Remove one of them.", row=book.namesakes[name, division])
        return result(Outcome.BAD, "person_twice", sentence)
    return _whom(result, name, phone, division, answers, book)


def _whom(
    result: Any, name: str, phone: str | None, division: str | None, answers: Sequence[str], book: _Book
) -> RowResult:
    """Which person a sound row means. A phone number decides; a name alone only asks."""
    holder = book.by_phone.get(phone) if phone else None
    if holder is not None:
        if holder.name == name or (f"person:{holder.id}" in answers and not holder.outside):
            return result(Outcome.MATCHED, person_id=holder.id)  # type: ignore[no-any-return]
        if holder.outside:
            sentence = _("This phone number is recorded for someone else. Check it in the file.")
            return result(Outcome.BAD, "phone_elsewhere", sentence)  # type: ignore[no-any-return]
        sentence = _("This phone number belongs to %(name)s. Is it the same person?", name=holder.name)
        same_or_skip = (Choice(f"person:{holder.id}", _("Yes, it is %(name)s", name=holder.name)), _skip())
        return result(  # type: ignore[no-any-return]
            Outcome.QUESTION, "phone_of_another", sentence, choices=same_or_skip
        )
    # Someone with another phone number, too, may be the same person with a new number.
    same = book.by_name.get(name, [])
    chosen = next((p for p in same if f"person:{p.id}" in answers), None) or _plainly(
        same, phone, division, book.names_suffice
    )
    if chosen is not None and "new" not in answers:
        return result(Outcome.MATCHED, person_id=chosen.id)  # type: ignore[no-any-return]
    earlier = book.names.get(name)
    if (same or earlier is not None) and "new" not in answers:
        choices = (
            *(Choice(f"person:{p.id}", _known(book.places, p)) for p in same),
            _another(),
            _skip(),
        )
        sentence = (
            _("Someone called %(name)s is known already. Is it the same person?", name=name)
            if same
            else _("Row %(row)d has the same name. Are they two persons?", row=earlier)
        )
        return result(Outcome.QUESTION, "same_name", sentence, choices=choices)  # type: ignore[no-any-return]
    return result(Outcome.NEW)  # type: ignore[no-any-return]


def _plainly(
    same: Sequence[KnownPerson], phone: str | None, division: str | None, names_suffice: bool
) -> KnownPerson | None:
    """The one of this name in this very community, unless two phone numbers speak against it."""
    here = [p for p in same if division in p.divisions or (names_suffice and division is None)]
    return here[0] if len(here) == 1 and not (phone and here[0].phone) else None


def _known(places: Places, person: KnownPerson) -> Any:
    where = " ".join(_full_place(places, code) for code in person.divisions if code in places.names)
    digits = person.phone[-4:] if person.phone else ""
    marks = " · ".join(part for part in (where, digits and f"…{digits}") if part)
    return _("Yes, it is %(name)s", name=f"{person.name} {marks}".strip())


def _another() -> Choice:
    return Choice("new", _("Someone else of the same name"))


def _skip() -> Choice:
    return Choice("skip", _("Leave this row out"))


def _full_place(places: Places, code: str) -> str:
    return places.names.get(code[:9], "") + places.names[code]
