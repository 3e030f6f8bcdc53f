"""The condition about the knowledge test: its pass mark, and which try counts. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l

from .asking import CHOICE, MET, NUMBER, YES, Condition, Facts, Fault, Judged, Parameter, Plan, register, shown

#: Which try counts where there are several.
BEST, LATEST = "best", "latest"


def _tries(plan: Plan) -> Sequence[tuple[str, Any]]:
    return [(BEST, _l("the better one counts")), (LATEST, _l("the later one counts"))]


@register
@dataclass(frozen=True)
class KnowledgeTest(Condition):
    """The knowledge test: asked for, or only what decides whether the paper is one of completion."""

    kind = "test"
    place = 40
    label = _l("Knowledge test")
    parameters = (
        Parameter(
            "required",
            _l("The knowledge test must be passed"),
            YES,
            help=_l("Without it, the test decides only whether the paper is one of completion or of attendance."),
        ),
        Parameter("pass_mark", _l("Pass mark, of 100 points"), NUMBER, 0, 100),
        Parameter("counts", _l("Where there are two tries"), CHOICE, choices=_tries),
    )
    required: bool = True
    #: From 0 to 100.
    pass_mark: Decimal = Decimal(60)
    counts: str = BEST

    def counted(self, points: Sequence[Decimal]) -> Decimal | None:
        """The points that count, or None without a try."""
        if not points:
            return None
        return max(points) if self.counts == BEST else points[-1]

    def passed(self, points: Sequence[Decimal]) -> bool:
        """Whether these tries pass."""
        counted = self.counted(points)
        return counted is not None and counted >= self.pass_mark

    def words(self, plan: Plan) -> Any:
        if not self.required:
            return no_test()
        mark = shown(self.pass_mark)
        if self.counts == BEST:
            return _l("Test passed with %(mark)s points; of two tries the better one counts", mark=mark)
        return _l("Test passed with %(mark)s points; of two tries the later one counts", mark=mark)

    def faults(self, plan: Plan) -> Iterable[Fault]:
        if not 0 <= self.pass_mark <= 100:
            yield Fault("pass_mark", "pass_mark", _l("The pass mark is from 0 to 100."))

    def judge(self, facts: Facts, plan: Plan) -> Judged:
        if not self.required or self.passed(facts.points):
            return MET
        points = self.counted(facts.points)
        if points is None:
            return Judged(False, "test", _l("Test not taken yet"))
        text = _l(
            "Test: %(points)s points, %(mark)s are needed; a second try is possible",
            points=shown(points),
            mark=shown(self.pass_mark),
        )
        return Judged(False, "test_failed", text)


def no_test() -> Any:
    """What a rule says that asks for no test."""
    return _l("No test is asked for; without a passed test the paper is a certificate of attendance")
