"""The kinds of condition about sessions: a number, a share, certain ones, curriculum areas. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext

from training_app.schedule.words import AREAS

from .asking import (
    CHOICE,
    MET,
    NUMBERS,
    WHOLE,
    Condition,
    Facts,
    Fault,
    Judged,
    Parameter,
    Plan,
    nothing_asked,
    register,
)

EVERY = "every"


def _sessions(needed: int, facts: Facts) -> Judged:
    lacking = needed - facts.sessions_done
    if facts.sessions_possible < needed:
        text = _l("%(most)s sessions at most: a make-up is needed", most=facts.sessions_possible)
        return Judged(False, "sessions_out_of_reach", text, achievable=False)
    if lacking <= 0:
        return MET
    return Judged(
        False,
        "sessions",
        lazy_ngettext("%(num)d session to go", "%(num)d sessions to go", lacking),
        tight=facts.sessions_possible == needed,
    )


@register
@dataclass(frozen=True)
class Sessions(Condition):
    """So many of the sessions."""

    kind = "sessions"
    place = 10
    label = _l("Sessions, a number of them")
    by_coming = True
    parameters = (Parameter("count", _l("Sessions that must be attended"), WHOLE, 0, 60),)
    count: int = 1

    def words(self, plan: Plan) -> Any:
        return _l("At least %(count)s of %(of)s sessions attended", count=self.count, of=plan.sessions)

    def faults(self, plan: Plan) -> Iterable[Fault]:
        yield from nothing_asked("count", self.count)
        if self.count > plan.sessions:
            text = _l("The programme plans %(count)s sessions; ask for no more.", count=plan.sessions)
            yield Fault("count", "too_many_sessions", text)

    def judge(self, facts: Facts, plan: Plan) -> Judged:
        return _sessions(self.count, facts)

    def concerned(self, plan: Plan) -> frozenset[int]:
        return plan.numbers


@register
@dataclass(frozen=True)
class Share(Condition):
    """A share of the planned sessions, rounded up to whole ones."""

    kind = "share"
    place = 11
    label = _l("Sessions, a share of those planned")
    by_coming = True
    parameters = (Parameter("percent", _l("Share of the planned sessions, in percent"), WHOLE, 0, 100),)
    percent: int = 80

    def count(self, plan: Plan) -> int:
        """The share in sessions."""
        return -(-self.percent * plan.sessions // 100)

    def words(self, plan: Plan) -> Any:
        return _l(
            "At least %(percent)s%% of the planned sessions attended: %(count)s of %(of)s",
            percent=self.percent,
            count=self.count(plan),
            of=plan.sessions,
        )

    def faults(self, plan: Plan) -> Iterable[Fault]:
        yield from nothing_asked("percent", self.percent)
        if self.percent > 100:
            yield Fault("percent", "share_over_100", _l("A share is at most 100 percent: nobody can attend more."))

    def judge(self, facts: Facts, plan: Plan) -> Judged:
        return _sessions(self.count(plan), facts)

    def concerned(self, plan: Plan) -> frozenset[int]:
        return plan.numbers


def _planned_numbers(plan: Plan) -> Sequence[tuple[str, Any]]:
    return [(str(number), _l("Session %(number)s", number=number)) for number in sorted(plan.numbers)]


def _listed(numbers: Collection[int]) -> Any:
    text = _l(", ")
    return _Joined(text, tuple(str(number) for number in sorted(numbers)))


@dataclass(frozen=True)
class _Joined:
    """Parts joined in the reader's language when they are shown."""

    by: Any
    parts: tuple[Any, ...]

    def __str__(self) -> str:
        return str(self.by).join(str(part) for part in self.parts)


@register
@dataclass(frozen=True)
class Named(Condition):
    """Certain sessions, each of which must be attended."""

    kind = "named"
    place = 12
    label = _l("Certain sessions")
    by_coming = True
    parameters = (Parameter("numbers", _l("Sessions that nobody may miss"), NUMBERS, choices=_planned_numbers),)
    numbers: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "numbers", tuple(sorted(set(self.numbers))))

    def words(self, plan: Plan) -> Any:
        return lazy_ngettext(
            "Session %(numbers)s attended", "Sessions %(numbers)s attended", len(self.numbers),
            numbers=_listed(self.numbers),
        )  # fmt: skip

    def faults(self, plan: Plan) -> Iterable[Fault]:
        if not self.numbers:
            yield Fault(
                "numbers", "nothing_asked", _l("Tick the sessions that must be attended, or remove the condition.")
            )
        unplanned = set(self.numbers) - plan.numbers
        if unplanned:
            text = _l("The programme plans no session %(numbers)s: take it out.", numbers=_listed(unplanned))
            yield Fault("numbers", "not_planned", text)

    def judge(self, facts: Facts, plan: Plan) -> Judged:
        missing = frozenset(self.numbers) - facts.numbers_done
        if not missing:
            return MET
        lost = missing - facts.numbers_ahead - plan.undated
        if lost:
            text = _l("session %(numbers)s was missed: a make-up is needed", numbers=_listed(lost))
            return Judged(False, "named_out_of_reach", text, achievable=False)
        text = _l("session %(numbers)s is still to be attended", numbers=_listed(missing))
        return Judged(False, "named", text, needed_ahead=missing - plan.undated)

    def concerned(self, plan: Plan) -> frozenset[int]:
        return frozenset(self.numbers)


def _area_choices(plan: Plan) -> Sequence[tuple[str, Any]]:
    return [(EVERY, _l("every area that the programme plans")), *AREAS.items()]


@register
@dataclass(frozen=True)
class Area(Condition):
    """So many sessions of one curriculum area, or of each that the programme plans."""

    kind = "area"
    place = 13
    label = _l("Sessions of curriculum areas")
    by_coming = True
    repeats = True
    parameters = (
        Parameter("area", _l("Curriculum area"), CHOICE, choices=_area_choices),
        Parameter("least", _l("Sessions of it that must be attended"), WHOLE, 0, 60),
    )
    area: str = EVERY
    least: int = 1

    def asked(self, plan: Plan) -> dict[str, set[int]]:
        """The areas that are asked for, each with its session numbers."""
        planned = plan.by_area()
        return planned if self.area == EVERY else {self.area: planned.get(self.area, set())}

    def words(self, plan: Plan) -> Any:
        if self.area == EVERY:
            return lazy_ngettext(
                "At least %(num)d session of every curriculum area attended",
                "At least %(num)d sessions of every curriculum area attended",
                self.least,
            )
        return lazy_ngettext(
            "At least %(num)d session of “%(area)s” attended",
            "At least %(num)d sessions of “%(area)s” attended",
            self.least,
            area=AREAS.get(self.area, self.area),
        )

    def faults(self, plan: Plan) -> Iterable[Fault]:
        yield from nothing_asked("least", self.least)
        asked = self.asked(plan)
        if not asked:
            text = _l("The programme plans no session with a curriculum area yet: plan the sessions first.")
            yield Fault("area", "no_area", text)
        for area, numbers in asked.items():
            name = AREAS.get(area, area)
            if not numbers:
                text = _l("The programme plans no session of “%(area)s”: choose another area.", area=name)
                yield Fault("area", "no_area", text)
            elif self.least > len(numbers):
                text = lazy_ngettext(
                    "The programme plans %(num)d session of “%(area)s”; ask for no more.",
                    "The programme plans %(num)d sessions of “%(area)s”; ask for no more.",
                    len(numbers),
                    area=name,
                )
                yield Fault("least", "too_many_of_area", text)

    def judge(self, facts: Facts, plan: Plan) -> Judged:
        lost: list[Any] = []
        lacking: list[Any] = []
        needed: set[int] = set()
        for area, numbers in self.asked(plan).items():
            missing = self.least - len(numbers & facts.numbers_done)
            if missing <= 0:
                continue
            ahead = numbers & facts.numbers_ahead
            (lost if len(ahead) < missing else lacking).append(AREAS.get(area, area))
            if len(ahead) == missing:
                needed |= ahead
        if lost:
            text = _l("too little of “%(areas)s” is left: a make-up is needed", areas=_Joined(_l("”, “"), tuple(lost)))
            return Judged(False, "area_out_of_reach", text, achievable=False)
        if lacking:
            text = _l("still to be attended: “%(areas)s”", areas=_Joined(_l("”, “"), tuple(lacking)))
            return Judged(False, "area", text, needed_ahead=frozenset(needed))
        return MET

    def concerned(self, plan: Plan) -> frozenset[int]:
        return frozenset[int]().union(*self.asked(plan).values())

    def helping(self, facts: Facts, plan: Plan) -> frozenset[int]:
        lacking = (found for found in self.asked(plan).values() if len(found & facts.numbers_done) < self.least)
        return frozenset[int]().union(*lacking) - facts.numbers_done
