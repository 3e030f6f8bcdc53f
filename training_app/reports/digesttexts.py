"""What a weekly digest says, in the language that is in force: numbers and links, never the name of a director.

The page, the e-mail and the text to copy are three ways to write the same lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from training_app.core.clock import local
from training_app.web.filters import day, short_day

from .digestrules import Week
from .rules import NEW_UNTESTED, OUT_OF_REACH, VACANT
from .totals import Attended, Coverage

#: So many check-ins or dates are named one by one; more are told in one line.
MOST = 8


@dataclass(frozen=True)
class Held:
    """A slot of the past week with what was counted of the division's people; `label` where the event has several."""

    kind: str
    number: int
    label: str
    starts_at: datetime
    counted: Attended


@dataclass(frozen=True)
class Coming:
    """A published event of this week that is not over; `free` is None where it has no limit of seats."""

    event_id: int
    kind: str
    number: int
    title: str
    #: Of the first slot that is not over.
    starts_at: datetime
    #: Whether its first slot has begun, so that nobody takes a seat any more.
    running: bool
    free: int | None


@dataclass(frozen=True)
class Tight:
    """How many people of a programme may miss nothing more."""

    programme_id: int
    title: str
    count: int


@dataclass(frozen=True)
class Deadline:
    """Until when directors can be named for a phase."""

    phase_id: int
    number: int
    until: datetime


@dataclass(frozen=True)
class Changes:
    """Posts that are otherwise than a week before."""

    trained: int = 0
    vacant: int = 0
    new_holders: int = 0


@dataclass(frozen=True)
class Facts:
    """Everything that a digest tells of one division."""

    code: str
    name: str
    year: int
    coverage: Coverage
    attended: Attended
    held: Sequence[Held] = ()
    certificates: int = 0
    #: None for a province or the nation, whose posts are not compared.
    changes: Changes | None = field(default_factory=Changes)
    tight: Sequence[Tight] = ()
    leave: int = 0
    deadlines: Sequence[Deadline] = ()
    coming: Sequence[Coming] = ()


@dataclass(frozen=True)
class Line:
    """A sentence, and the page behind it: an endpoint with its values."""

    text: str
    endpoint: str = ""
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Section:
    """Lines under a heading."""

    heading: str
    lines: list[Line]


@dataclass(frozen=True)
class Block:
    """What is told of one division."""

    code: str
    name: str
    sections: list[Section]


def block(facts: Facts, week: Week) -> Block:
    """The lines of a division, section by section; one without news says so."""
    return Block(
        facts.code,
        facts.name,
        [
            Section(
                _("Last week (%(first)s – %(last)s)", first=short_day(week.first_day), last=short_day(week.last_day)),
                _changed(facts) or [Line(_("Nothing changed."))],
            ),
            Section(_("Now (counting year %(year)s)", year=facts.year), _stand(facts)),
            Section(_("Needs you"), _needs(facts) or [Line(_("Nothing waits for you."))]),
            Section(_("This week"), _coming(facts) or [Line(_("Nothing takes place."))]),
        ],
    )


def _what(kind: str, number: int, label: str = "") -> str:
    name = _("Salon %(number)s", number=number) if kind == "salon" else _("Session %(number)s", number=number)
    return f"{name} {label}".strip()


def _figures(counted: Attended) -> str:
    said: str = _(
        "expected %(expected)s, came %(came)s (late %(late)s), on leave %(excused)s, absent %(absent)s",
        expected=counted.expected,
        came=counted.attendances,
        late=counted.late,
        excused=counted.excused,
        absent=counted.absent,
    )
    unsettled = counted.expected - counted.attendances - counted.excused - counted.absent
    return said if unsettled <= 0 else str(_("%(figures)s, not settled yet %(count)s", figures=said, count=unsettled))


def _together(held: Sequence[Held]) -> Attended:
    names = ("expected", "attendances", "late", "excused", "absent")
    return Attended(**{name: sum(getattr(one.counted, name) for one in held) for name in names})


def _changed(facts: Facts) -> list[Line]:
    lines = [
        Line(
            _(
                "%(day)s %(what)s: %(figures)s",
                day=short_day(one.starts_at),
                what=_what(one.kind, one.number, one.label),
                figures=_figures(one.counted),
            )
        )
        for one in facts.held
    ]
    if len(lines) > MOST:
        count, figures = len(lines), _figures(_together(facts.held))
        lines = [Line(_("%(count)s check-ins held: %(figures)s", count=count, figures=figures))]
    if facts.certificates:
        lines.append(Line(_("Certificates issued: %(count)s", count=facts.certificates)))
    changes = facts.changes or Changes()
    for count, sentence in (
        (changes.trained, _("Posts newly trained: %(count)s", count=changes.trained)),
        (changes.vacant, _("Posts that fell vacant: %(count)s", count=changes.vacant)),
        (changes.new_holders, _("New holders of posts: %(count)s", count=changes.new_holders)),
    ):
        if count:
            lines.append(Line(sentence))
    return lines


def _stand(facts: Facts) -> list[Line]:
    posts = facts.coverage
    rate = "—" if posts.rate is None else f"{posts.rate}%"
    text = _("Trained: %(trained)s of %(posts)s posts (%(rate)s)", trained=posts.trained, posts=posts.posts, rate=rate)
    lines = [Line(text, "reports.division", {"code": facts.code})]
    if facts.attended.rate is not None:
        lines.append(Line(_("Attendance rate: %(rate)s", rate=f"{facts.attended.rate}%")))
    return lines


def _needs(facts: Facts) -> list[Line]:
    lines = []
    for reason, sentence in (
        (VACANT, _("Vacant posts: %(count)s", count=facts.coverage.of_reason(VACANT))),
        (NEW_UNTESTED, _("New and untested: %(count)s", count=facts.coverage.of_reason(NEW_UNTESTED))),
        (OUT_OF_REACH, _("Cannot reach the rule any more: %(count)s", count=facts.coverage.of_reason(OUT_OF_REACH))),
    ):
        if facts.coverage.of_reason(reason):
            lines.append(Line(sentence, "reports.act", {"code": facts.code, "reason": reason, "year": facts.year}))
    for one in facts.tight:
        text = _("Needs every remaining session of “%(title)s”: %(count)s", title=one.title, count=one.count)
        values = {"code": facts.code, "programme": one.programme_id, "state": "no_miss_left"}
        lines.append(Line(text, "reports.behind", values))
    if facts.leave:
        text = ngettext(
            "%(num)d person of yours waits for an answer about leave",
            "%(num)d people of yours wait for an answer about leave",
            facts.leave,
        )
        lines.append(Line(text, "attendance.index"))
    for deadline in facts.deadlines[:MOST]:
        text = _("Nominate for phase %(number)s until %(day)s", number=deadline.number, day=day(deadline.until))
        lines.append(Line(text, "registration.nominate", {"phase_id": deadline.phase_id}))
    return lines


def _coming(facts: Facts) -> list[Line]:
    lines = []
    for one in facts.coming[:MOST]:
        when = f"{short_day(one.starts_at)} {local(one.starts_at):%H:%M}"
        if one.running:
            seats = _("under way")
        elif one.free is None:
            seats = _("no limit of seats")
        else:
            seats = _("%(count)s seats free", count=one.free) if one.free else _("no seat free")
        text = _(
            "%(when)s %(what)s, %(title)s: %(seats)s",
            when=when,
            what=_what(one.kind, one.number),
            title=one.title,
            seats=seats,
        )
        lines.append(Line(text, "schedule.event", {"event_id": one.event_id}))
    more = len(facts.coming) - MOST
    if more > 0:
        lines.append(Line(_("and %(count)s more", count=more), "schedule.events"))
    return lines


def title(blocks: Sequence[Block], week: Week) -> str:
    """An e-mail's subject, and the first line of the text to copy."""
    said: str = _(
        "Weekly digest %(first)s – %(last)s: %(places)s",
        first=short_day(week.first_day),
        last=short_day(week.last_day),
        places=_(", ").join(one.name for one in blocks),
    )
    return said


def to_copy(blocks: Sequence[Block], week: Week) -> str:
    """The text for WeChat: short lines without a link."""
    said = [_("[%(title)s]", title=title(blocks, week))]
    for one in blocks:
        if len(blocks) > 1:
            said += ["", one.name]
        for section in one.sections:
            said += ["", section.heading, *(f"· {line.text}" for line in section.lines)]
    return "\n".join(said)


def mail(blocks: Sequence[Block], *, name: str, links: Any, page: str) -> str:
    """The text of the e-mail. `links(endpoint, **values)` gives a full address, `page` is that of the digest."""
    said = [_("Hello %(name)s!", name=name)]
    for one in blocks:
        if len(blocks) > 1:
            said += ["", f"== {one.name} =="]
        for section in one.sections:
            said += ["", section.heading]
            for line in section.lines:
                said.append(f"· {line.text}")
                if line.endpoint:
                    said.append(f"  {links(line.endpoint, **line.values)}")
    return "\n".join(
        [
            *said,
            "",
            _("The same to look at, and as a text to copy: %(link)s", link=page),
            _("You no longer want this e-mail? Switch it off on that page."),
        ]
    )
