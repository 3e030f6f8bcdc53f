"""Who has earned which paper, and in words why not yet: facts in, a decision with its reasons out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext

from .wording import ATTENDANCE, COMPLETION

#: Which try counts where there are several.
BEST, LATEST = "best", "latest"


@dataclass(frozen=True)
class Conditions:
    """What one version of a programme's rule asks for; None or 0 asks for nothing."""

    sessions_needed: int
    hours_needed: Decimal | None = None
    salons_needed: int = 0
    test_required: bool = True
    #: From 0 to 100.
    pass_mark: Decimal = Decimal(60)
    #: Whether the best or the latest try counts.
    counts: str = BEST
    #: Whether hours of confirmed training elsewhere count, and such a training covers a post.
    counts_outside: bool = False

    def record(self) -> dict[str, Any]:
        """As it is kept with the rule."""
        return {
            "sessions_needed": self.sessions_needed,
            "hours_needed": None if self.hours_needed is None else str(self.hours_needed),
            "salons_needed": self.salons_needed,
            "test_required": self.test_required,
            "pass_mark": str(self.pass_mark),
            "counts": self.counts,
            "counts_outside": self.counts_outside,
        }

    @classmethod
    def of(cls, record: dict[str, Any]) -> Conditions:
        """The conditions of a rule that was kept."""
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


def words(conditions: Conditions, planned_sessions: int) -> list[Any]:
    """What the rule asks for, a sentence a condition."""
    said: list[Any] = []
    if conditions.sessions_needed:
        count, of = conditions.sessions_needed, planned_sessions
        said.append(_l("At least %(count)s of %(of)s sessions attended", count=count, of=of))
    if conditions.hours_needed:
        said.append(_l("At least %(hours)s credit hours", hours=shown(conditions.hours_needed)))
    if conditions.counts_outside:
        said.append(_l("Confirmed training elsewhere counts towards the hours, and as trained in the coverage"))
    if conditions.salons_needed:
        said.append(_l("At least %(count)s salons attended", count=conditions.salons_needed))
    if conditions.test_required:
        mark = shown(conditions.pass_mark)
        if conditions.counts == BEST:
            said.append(_l("Test passed with %(mark)s points; of two tries the better one counts", mark=mark))
        else:
            said.append(_l("Test passed with %(mark)s points; of two tries the later one counts", mark=mark))
    else:
        said.append(_l("No test is asked for; without a passed test the paper is a certificate of attendance"))
    return said


def proposed(planned_sessions: int) -> Conditions:
    """What a new programme starts from: one session may be missed, the test is passed with 60."""
    return Conditions(sessions_needed=max(1, planned_sessions - 1))


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
    if not points:
        return None
    return max(points) if conditions.counts == BEST else points[-1]


def shown(value: Decimal) -> str:
    """A number without idle zeros."""
    return f"{value.normalize():f}"


def decide(conditions: Conditions, facts: Facts) -> Decision:
    """Decide on one person. Without a test that was passed the paper is one of attendance."""
    missing: list[tuple[str, Any]] = []
    achievable = True
    lacking = conditions.sessions_needed - facts.sessions_done
    if facts.sessions_possible < conditions.sessions_needed:
        achievable = False
        text = _l("%(most)s sessions at most: a make-up is needed", most=facts.sessions_possible)
        missing.append(("sessions_out_of_reach", text))
    elif lacking > 0:
        missing.append(("sessions", lazy_ngettext("%(num)d session to go", "%(num)d sessions to go", lacking)))
    outside = facts.hours_outside if conditions.counts_outside else Decimal(0)
    if conditions.hours_needed is not None and facts.hours_done + outside < conditions.hours_needed:
        hours = shown(conditions.hours_needed - facts.hours_done - outside)
        if facts.hours_possible + outside < conditions.hours_needed:
            achievable = False
            most = shown(facts.hours_possible + outside)
            text = _l("%(hours)s credit hours at most: a make-up is needed", hours=most)
            missing.append(("hours_out_of_reach", text))
        else:
            missing.append(("hours", _l("%(hours)s credit hours to go", hours=hours)))
    if facts.salons_done < conditions.salons_needed:
        lacking = conditions.salons_needed - facts.salons_done
        if facts.salons_possible < conditions.salons_needed:
            achievable = False
        missing.append(("salons", lazy_ngettext("%(num)d salon to go", "%(num)d salons to go", lacking)))
    points = counted_points(conditions, facts.points)
    passed = points is not None and points >= conditions.pass_mark
    if conditions.test_required and not passed:
        if points is None:
            missing.append(("test", _l("Test not taken yet")))
        else:
            text = _l(
                "Test: %(points)s points, %(mark)s are needed; a second try is possible",
                points=shown(points),
                mark=shown(conditions.pass_mark),
            )
            missing.append(("test_failed", text))
    tight = (
        0 < conditions.sessions_needed - facts.sessions_done == facts.sessions_possible - facts.sessions_done
        or 0 < conditions.salons_needed - facts.salons_done == facts.salons_possible - facts.salons_done
        or (
            conditions.hours_needed is not None
            and facts.hours_done + outside
            < conditions.hours_needed
            <= facts.hours_possible + outside
            < conditions.hours_needed + facts.least_ahead
        )
    )
    return Decision(
        eligible=not missing,
        kind=COMPLETION if passed else ATTENDANCE,
        achievable=achievable,
        codes=tuple(code for code, _ in missing),
        reasons=tuple(text for _, text in missing),
        no_miss_left=achievable and tight,
    )
