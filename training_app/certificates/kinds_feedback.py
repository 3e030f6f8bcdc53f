"""The condition about feedback: that it was given, never what was said. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext

from .asking import MET, WHOLE, Condition, Facts, Fault, Judged, Parameter, Plan, register


@dataclass(frozen=True, slots=True)
class Given:
    """The events for which a person has given feedback, and those whose form is over for everyone."""

    events: frozenset[int] = frozenset()
    over: frozenset[int] = frozenset()


_NONE = Given()


def _to_go(count: int) -> Any:
    return lazy_ngettext("feedback on %(num)d session to go", "feedback on %(num)d sessions to go", count)


@register
@dataclass(frozen=True)
class Feedback(Condition):
    """Feedback on every session that was attended, or on so many of them."""

    kind = "feedback"
    place = 50
    label = _l("Feedback")
    parameters = (
        Parameter(
            "least",
            _l("Sessions on which feedback must be given"),
            WHOLE,
            0,
            60,
            help=_l("0 asks for it on every session that was attended."),
        ),
    )
    least: int = 0

    def words(self, plan: Plan) -> Any:
        if self.least == 0:
            return _l("Feedback given on every session attended")
        return lazy_ngettext(
            "Feedback given on at least %(num)d session", "Feedback given on at least %(num)d sessions", self.least
        )

    def faults(self, plan: Plan) -> Iterable[Fault]:
        if self.least < 0:
            yield Fault("least", "negative", _l("Numbers cannot be below zero."))
        if self.least > plan.sessions:
            text = _l("The programme plans %(count)s sessions; ask for no more.", count=plan.sessions)
            yield Fault("least", "too_many_sessions", text)

    def judge(self, facts: Facts, plan: Plan) -> Judged:
        found: Given = facts.gathered.get(self.kind, _NONE)
        lacking = facts.events - found.events
        lost = lacking & found.over
        if self.least == 0:
            if lost:
                text = lazy_ngettext(
                    "feedback on %(num)d session was not given in time",
                    "feedback on %(num)d sessions was not given in time",
                    len(lost),
                )
                return Judged(False, "feedback_out_of_reach", text, achievable=False)
            return Judged(False, "feedback", _to_go(len(lacking))) if lacking else MET
        given = len(facts.events & found.events)
        if given >= self.least:
            return MET
        most = given + len(lacking - lost) + len(facts.numbers_ahead)
        if most < self.least:
            text = lazy_ngettext(
                "feedback on %(num)d session at most: too few are left",
                "feedback on %(num)d sessions at most: too few are left",
                most,
            )
            return Judged(False, "feedback_out_of_reach", text, achievable=False)
        return Judged(
            False,
            "feedback",
            _to_go(self.least - given),
            tight=bool(facts.numbers_ahead) and most == self.least,
        )

    def concerned(self, plan: Plan) -> frozenset[int]:
        return plan.numbers
