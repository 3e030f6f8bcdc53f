"""The kinds of condition about credit hours, training elsewhere and salons. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext

from .asking import MET, NUMBER, WHOLE, Condition, Facts, Fault, Judged, Parameter, Plan, nothing_asked, register, shown


@register
@dataclass(frozen=True)
class Hours(Condition):
    """So many credit hours; confirmed ones from elsewhere are among them where the rule counts those."""

    kind = "hours"
    place = 20
    label = _l("Credit hours")
    by_coming = True
    parameters = (Parameter("hours", _l("Credit hours that must be reached"), NUMBER, 0, 999),)
    hours: Decimal = Decimal(24)

    def words(self, plan: Plan) -> Any:
        return _l("At least %(hours)s credit hours", hours=shown(self.hours))

    def faults(self, plan: Plan) -> Iterable[Fault]:
        return nothing_asked("hours", self.hours)

    def judge(self, facts: Facts, plan: Plan) -> Judged:
        done, possible = facts.hours_done + facts.hours_outside, facts.hours_possible + facts.hours_outside
        if done >= self.hours:
            return MET
        if possible < self.hours:
            text = _l("%(hours)s credit hours at most: a make-up is needed", hours=shown(possible))
            return Judged(False, "hours_out_of_reach", text, achievable=False)
        text = _l("%(hours)s credit hours to go", hours=shown(self.hours - done))
        return Judged(False, "hours", text, tight=possible < self.hours + facts.least_ahead)

    def concerned(self, plan: Plan) -> frozenset[int]:
        return plan.numbers


@register
@dataclass(frozen=True)
class Outside(Condition):
    """Hours of confirmed training elsewhere count."""

    kind = "outside"
    place = 21
    label = _l("Training elsewhere counts")

    def words(self, plan: Plan) -> Any:
        return _l("Confirmed training elsewhere counts towards the hours, and as trained in the coverage")

    def judge(self, facts: Facts, plan: Plan) -> Judged:
        return MET


@register
@dataclass(frozen=True)
class Salons(Condition):
    """So many salons."""

    kind = "salons"
    place = 30
    label = _l("Salons")
    by_coming = True
    parameters = (Parameter("count", _l("Salons that must be attended"), WHOLE, 0, 60),)
    count: int = 1

    def words(self, plan: Plan) -> Any:
        return _l("At least %(count)s salons attended", count=self.count)

    def faults(self, plan: Plan) -> Iterable[Fault]:
        return nothing_asked("count", self.count)

    def judge(self, facts: Facts, plan: Plan) -> Judged:
        lacking = self.count - facts.salons_done
        if lacking <= 0:
            return MET
        return Judged(
            False,
            "salons",
            lazy_ngettext("%(num)d salon to go", "%(num)d salons to go", lacking),
            achievable=facts.salons_possible >= self.count,
            tight=facts.salons_possible == self.count,
        )
