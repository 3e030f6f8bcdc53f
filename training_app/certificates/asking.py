"""What a rule can ask for: conditions of registered kinds, each with its own parameters. Pure.

A kind is a class that `register` knows: it says itself in words, finds what nobody could meet, and judges the facts
of one person. A kind that rests on facts which `Facts` does not have yet finds them in `Facts.gathered` under its
name; whoever adds it names with `reads` the function that reads them for many people.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, TypeVar

from flask_babel import lazy_gettext as _l

#: What a parameter holds, and so how it is typed: a whole number, a number, one of several, session numbers, yes or no.
WHOLE, NUMBER, CHOICE, NUMBERS, YES = "whole", "number", "choice", "numbers", "yes"


@dataclass(frozen=True)
class Plan:
    """What a programme plans: how many sessions, their numbers, and the curriculum area of each as far as it is set.

    `undated` are the numbers for which there is no event yet: nobody has missed them.
    """

    sessions: int = 0
    numbers: frozenset[int] = frozenset()
    areas: Mapping[int, str] = field(default_factory=dict)
    undated: frozenset[int] = frozenset()

    def by_area(self) -> dict[str, set[int]]:
        """The session numbers of each area, in the order in which the areas come up."""
        found: dict[str, set[int]] = {}
        for number in sorted(self.areas):
            found.setdefault(self.areas[number], set()).add(number)
        return found


@dataclass(frozen=True)
class Facts:
    """What one person has done; `…_possible` adds what lies ahead and can still be attended."""

    sessions_done: int
    sessions_possible: int
    hours_done: Decimal = Decimal(0)
    hours_possible: Decimal = Decimal(0)
    #: Confirmed hours of the counting year from elsewhere.
    hours_outside: Decimal = Decimal(0)
    salons_done: int = 0
    salons_possible: int = 0
    #: Credit hours of the shortest of what lies ahead.
    least_ahead: Decimal = Decimal(0)
    #: Points of each try, first try first.
    points: tuple[Decimal, ...] = ()
    #: Which sessions were attended, made up ones under the number that they fill; and which can still be.
    numbers_done: frozenset[int] = frozenset()
    numbers_ahead: frozenset[int] = frozenset()
    #: The events of the sessions that were attended.
    events: frozenset[int] = frozenset()
    #: What kinds of other rooms rest on, by kind.
    gathered: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judged:
    """What one condition says of one person; `code` is for programs, `reason` for people, both empty when it is met.

    `achievable`: what lies ahead suffices; `tight`: it suffices only if nothing that lies ahead for it is missed;
    `needed_ahead`: the sessions ahead without which it cannot be met.
    """

    met: bool
    code: str = ""
    reason: Any = None
    achievable: bool = True
    tight: bool = False
    needed_ahead: frozenset[int] = frozenset()


MET = Judged(True)


@dataclass(frozen=True)
class Fault:
    """Why nobody could meet a condition; `parameter` is the one to change."""

    parameter: str
    code: str
    sentence: Any


@dataclass(frozen=True)
class Parameter:
    """What can be set about a condition. `choices` gives (value, words) for a plan; numbers are in [least, most]."""

    name: str
    label: Any
    type: str
    least: int = 0
    most: int = 999
    help: Any = ""
    choices: Callable[[Plan], Sequence[tuple[str, Any]]] | None = None


@dataclass(frozen=True)
class Condition(ABC):
    """One condition of a rule; subclasses are its kinds, their fields the parameters with what is proposed."""

    kind: ClassVar[str]
    label: ClassVar[Any]
    parameters: ClassVar[tuple[Parameter, ...]] = ()
    #: Where it stands in a rule, among other kinds: the lowest first.
    place: ClassVar[int] = 100
    #: Whether a rule may have several of the kind.
    repeats: ClassVar[bool] = False
    #: Whether it is met by coming. A rule needs one such condition: without it people qualify who never came.
    by_coming: ClassVar[bool] = False

    @abstractmethod
    def words(self, plan: Plan) -> Any:
        """The sentence in which the rule reads it."""

    def faults(self, plan: Plan) -> Iterable[Fault]:
        """What makes it one that nobody can meet, or that says nothing."""
        return ()

    @abstractmethod
    def judge(self, facts: Facts, plan: Plan) -> Judged:
        """Whether a person meets it, and what is missing."""

    def concerned(self, plan: Plan) -> frozenset[int]:
        """The session numbers that count for it."""
        return frozenset()

    def helping(self, facts: Facts, plan: Plan) -> frozenset[int]:
        """The session numbers that would bring a person nearer to it."""
        return self.concerned(plan) - facts.numbers_done

    def record(self) -> dict[str, Any]:
        """As it is kept with the rule."""
        kept: dict[str, Any] = {"kind": self.kind}
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, Decimal):
                value = str(value)
            kept[one.name] = list(value) if isinstance(value, tuple) else value
        return kept


def nothing_asked(parameter: str, value: Decimal | int) -> list[Fault]:
    """The fault of a number that asks for nothing, or for less."""
    if value < 0:
        return [Fault(parameter, "negative", _l("Numbers cannot be below zero."))]
    if value > 0:
        return []
    sentence = _l("This asks for nothing: type a number above zero, or remove the condition.")
    return [Fault(parameter, "nothing_asked", sentence)]


KINDS: dict[str, type[Condition]] = {}


@dataclass(frozen=True)
class Group:
    """Whose facts are read: persons of a programme, with what counts for each of them there already."""

    programme_id: int
    person_ids: Collection[int]
    #: Records that were merged into one of these persons, with that one.
    merged: Mapping[int, int]
    #: By person: `counting.Counted` and the hours of make-ups ahead.
    counts: Mapping[int, tuple[Any, Any]]
    now: datetime

    @property
    def event_ids(self) -> set[int]:
        """The events that any of them attended for the programme."""
        return {visit.event_id for counted, _hours in self.counts.values() for visit in counted.done.values()}


#: Reads what a kind rests on: what each person has of it.
Reader = Callable[[Group], Mapping[int, Any]]
READERS: dict[str, Reader] = {}
_Kind = TypeVar("_Kind", bound=type[Condition])


def register(kind: _Kind) -> _Kind:
    """Make a kind known under its name: rules can be composed of it from now on."""
    if KINDS.setdefault(kind.kind, kind) is not kind:
        raise ValueError(f"two kinds of condition are called {kind.kind}")
    return kind


def kinds() -> list[type[Condition]]:
    """Every kind, in the order in which a rule has them."""
    return sorted(KINDS.values(), key=lambda kind: (kind.place, kind.kind))


def reads(kind: str) -> Callable[[Reader], Reader]:
    """Name the function that reads what a kind rests on, in a fixed number of statements."""

    def known(reader: Reader) -> Reader:
        READERS[kind] = reader
        return reader

    return known


def made(kind: type[Condition], values: Mapping[str, Any]) -> Condition:
    """A condition of a kind from what was kept or typed; what is missing is as proposed."""
    types = {one.name: one.type for one in kind.parameters}
    return kind(**{name: _value(types[name], value) for name, value in values.items() if name in types})


def _value(type_: str, value: Any) -> Any:
    if type_ == WHOLE:
        return int(value)
    if type_ == NUMBER:
        return Decimal(str(value))
    if type_ == NUMBERS:
        return tuple(sorted({int(one) for one in value}))
    return bool(value) if type_ == YES else str(value)


def of_record(record: Mapping[str, Any]) -> Condition:
    """The condition that was kept. Raises LookupError for a kind that nobody registered."""
    kind = KINDS.get(record["kind"])
    if kind is None:
        raise LookupError(f"no kind of condition is called {record['kind']}")
    return made(kind, record)


def shown(value: Decimal) -> str:
    """A number without idle zeros."""
    return f"{value.normalize():f}"
