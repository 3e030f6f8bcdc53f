"""Who has earned which paper, and in words why not yet: facts in, a decision with its reasons out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from flask_babel import lazy_gettext as _l

from . import kinds_feedback  # noqa: F401
from .asking import Condition, Facts, Judged, Plan, of_record, shown
from .kinds import Named, Sessions, Share
from .kinds_hours import Hours, Outside, Salons
from .kinds_tests import BEST, LATEST, KnowledgeTest, no_test
from .wording import ATTENDANCE, COMPLETION

__all__ = ["BEST", "LATEST", "Conditions", "Decision", "Facts", "Plan", "decide", "proposed", "shown", "words"]

_NO_TEST = KnowledgeTest(required=False)
_NOTHING = Decimal(0)


@dataclass(frozen=True, init=False)
class Conditions:
    """What one version of a programme's rule asks for: conditions of registered kinds, in the order of their kinds."""

    asked: tuple[Condition, ...]

    def __init__(
        self,
        sessions_needed: int,
        hours_needed: Decimal | None = None,
        salons_needed: int = 0,
        test_required: bool = True,
        pass_mark: Decimal = Decimal(60),
        counts: str = BEST,
        counts_outside: bool = False,
    ) -> None:
        """The usual conditions by their names, where None or 0 asks for nothing; `composed` takes any."""
        test = KnowledgeTest(test_required, pass_mark, counts)
        usual: list[tuple[bool, Condition]] = [
            (bool(sessions_needed), Sessions(sessions_needed)),
            (bool(hours_needed), Hours(hours_needed or _NOTHING)),
            (counts_outside, Outside()),
            (bool(salons_needed), Salons(salons_needed)),
            (test != _NO_TEST, test),
        ]
        object.__setattr__(self, "asked", in_order(one for asked, one in usual if asked))

    @classmethod
    def composed(cls, asked: Iterable[Condition]) -> Conditions:
        """A rule of these conditions."""
        made = object.__new__(cls)
        object.__setattr__(made, "asked", in_order(asked))
        return made

    def _one(self, kind: type[Condition]) -> Any:
        return next((one for one in self.asked if isinstance(one, kind)), None)

    @cached_property
    def test(self) -> KnowledgeTest:
        """What passes the test, also where none is asked for."""
        return self._one(KnowledgeTest) or _NO_TEST

    @property
    def test_required(self) -> bool:
        """Whether the test must be passed."""
        return self.test.required

    @property
    def pass_mark(self) -> Decimal:
        """From 0 to 100."""
        return self.test.pass_mark

    @property
    def counts(self) -> str:
        """Whether the best or the latest try counts."""
        return self.test.counts

    @cached_property
    def counts_outside(self) -> bool:
        """Whether hours of confirmed training elsewhere count, and such a training covers a post."""
        return self._one(Outside) is not None

    @property
    def sessions_needed(self) -> int:
        """The sessions that are asked for as a number."""
        one = self._one(Sessions)
        return one.count if one else 0

    def sessions_asked(self, plan: Plan) -> int:
        """How many sessions are asked for in the end, as a number, a share or by name."""
        share, named = self._one(Share), self._one(Named)
        return max(self.sessions_needed, share.count(plan) if share else 0, len(named.numbers) if named else 0)

    def record(self) -> dict[str, Any]:
        """As it is kept with the rule: the conditions, and beside them what statements over many rules read."""
        hours, salons, share = self._one(Hours), self._one(Salons), self._one(Share)
        return {
            "asked": [one.record() for one in self.asked],
            "sessions_needed": self.sessions_needed,
            "sessions_share": share.percent if share else 0,
            "hours_needed": str(hours.hours) if hours else None,
            "salons_needed": salons.count if salons else 0,
            "test_required": self.test_required,
            "pass_mark": str(self.pass_mark),
            "counts": self.counts,
            "counts_outside": self.counts_outside,
        }

    @classmethod
    def of(cls, record: dict[str, Any]) -> Conditions:
        """The conditions of a rule that was kept; the first rules were kept without a list.

        Raises LookupError for a condition of a kind that nobody registered.
        """
        if "asked" in record:
            return cls.composed(of_record(one) for one in record["asked"])
        hours = record.get("hours_needed")
        return cls(
            sessions_needed=int(record.get("sessions_needed") or 0),
            hours_needed=None if hours is None else Decimal(str(hours)),
            salons_needed=int(record.get("salons_needed") or 0),
            test_required=bool(record.get("test_required", True)),
            pass_mark=Decimal(str(record.get("pass_mark", 60))),
            counts=str(record.get("counts", BEST)),
            counts_outside=bool(record.get("counts_outside", False)),
        )


def in_order(asked: Iterable[Condition]) -> tuple[Condition, ...]:
    """The conditions in the order of their kinds."""
    return tuple(sorted(asked, key=lambda one: (one.place, one.kind)))


def words(conditions: Conditions, plan: Plan) -> list[Any]:
    """What the rule asks for, a sentence a condition."""
    said = [one.words(plan) for one in conditions.asked]
    if conditions._one(KnowledgeTest) is None:
        said.append(no_test())
    return said


def changes(before: Conditions, after: Conditions, plan: Plan) -> list[tuple[Any, Any]]:
    """What one version asks for otherwise than the one before, as (was, is) in words; None where there is none."""
    gone = [one for one in before.asked if one not in after.asked]
    new = [one for one in after.asked if one not in before.asked]
    found: list[tuple[Any, Any]] = []
    for one in gone:
        other = next((each for each in new if each.kind == one.kind), None)
        if other is not None:
            new.remove(other)
        found.append((one.words(plan), other.words(plan) if other else None))
    return found + [(None, one.words(plan)) for one in new]


def proposed(planned_sessions: int) -> Conditions:
    """What a new programme starts from: one session may be missed, the test is passed with 60."""
    return Conditions(sessions_needed=max(1, planned_sessions - 1))


@dataclass(frozen=True)
class Wrong:
    """A condition that cannot stand: its place among those asked, the parameter to change, a code and a sentence."""

    place: int
    parameter: str
    code: str
    sentence: Any


def faults(conditions: Conditions, plan: Plan) -> list[Wrong]:
    """Why a rule cannot be met by anybody or asks for nothing; none for one that can stand."""
    found: list[Wrong] = []
    seen: set[str] = set()
    for place, one in enumerate(conditions.asked):
        if (one.kind in seen and not one.repeats) or one in conditions.asked[:place]:
            text = _l("This condition is in the rule twice: remove one of them.")
            found.append(Wrong(place, one.parameters[0].name if one.parameters else "", "twice", text))
        seen.add(one.kind)
        found += [Wrong(place, fault.parameter, fault.code, fault.sentence) for fault in one.faults(plan)]
    if not any(one.by_coming for one in conditions.asked):
        text = _l("Ask for sessions, hours or a salon: otherwise everyone qualifies.")
        found.append(Wrong(-1, "", "nothing_asked", text))
    return found


@dataclass(frozen=True)
class Decision:
    """Whether the paper can be issued now, which one, and what is missing.

    `achievable` is False when what lies ahead no longer suffices; `no_miss_left` is True when it suffices only if
    nothing of it is missed. `codes` are for programs, `reasons` for people,
    in the same order; both are empty when eligible.
    """

    eligible: bool
    kind: str
    achievable: bool
    codes: tuple[str, ...] = ()
    reasons: tuple[Any, ...] = ()
    no_miss_left: bool = False


def counted_points(conditions: Conditions, points: Sequence[Decimal]) -> Decimal | None:
    """The points that count, or None without a try."""
    return conditions.test.counted(points)


def judged(conditions: Conditions, facts: Facts, plan: Plan) -> list[Judged]:
    """What each condition says of one person, in their order."""
    if facts.hours_outside and not conditions.counts_outside:
        facts = replace(facts, hours_outside=_NOTHING)
    return [one.judge(facts, plan) for one in conditions.asked]


def decide(conditions: Conditions, facts: Facts, plan: Plan = Plan()) -> Decision:
    """Decide on one person. Without a test that was passed the paper is one of attendance.

    More of a person's facts never take an eligible one's paper away, with two exceptions that a rule chooses: where
    the latest try counts, a worse one does; where feedback on everything is asked for, a session without it does.
    """
    kind = COMPLETION if conditions.test.passed(facts.points) else ATTENDANCE
    missing = [one for one in judged(conditions, facts, plan) if not one.met]
    if not missing:
        return Decision(True, kind, True)
    achievable = all(one.achievable for one in missing)
    return Decision(
        eligible=False,
        kind=kind,
        achievable=achievable,
        codes=tuple(one.code for one in missing),
        reasons=tuple(one.reason for one in missing),
        no_miss_left=achievable and (any(one.tight for one in missing) or _none_to_spare(missing, facts)),
    )


def _none_to_spare(missing: Sequence[Judged], facts: Facts) -> bool:
    """Whether what several conditions need of the sessions ahead is all of them, where each alone leaves some."""
    needed = [one.needed_ahead for one in missing if one.needed_ahead]
    return bool(needed) and frozenset[int]().union(*needed) == facts.numbers_ahead
