"""What messages say, in the language that is in force. Pure: facts in, a title and a text out.

A text for the group names people and never a phone number; a text for one person has her own link.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import format_date, get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from training_app.core.clock import local, local_date

CONFIRMED, PROMOTED, CHANGED, CANCELLED, RESTORED, REMINDER = (
    "confirmed",
    "promoted",
    "changed",
    "cancelled",
    "restored",
    "reminder",
)
#: Kind → its heading on the page, the most urgent first.
KINDS: dict[str, Any] = {
    CANCELLED: _l("Cancellation"),
    CHANGED: _l("Change of time or venue"),
    RESTORED: _l("Takes place after all"),
    PROMOTED: _l("Moved up from the waiting list"),
    REMINDER: _l("Reminder on the eve"),
    CONFIRMED: _l("Registration confirmed"),
}
#: Kinds that name single persons; the others go to everyone.
OF_PERSONS = frozenset({CONFIRMED, PROMOTED})


@dataclass(frozen=True)
class About:
    """The event that a message is about."""

    title: str
    slots: tuple[tuple[datetime, datetime], ...]
    #: When check-in opens first.
    opens_at: datetime | None
    venue: str
    address: str
    directions: str
    office: str
    #: Why it is cancelled.
    reason: str = ""


@dataclass(frozen=True)
class Text:
    """A message: a title (an e-mail's subject) and a text of plain lines."""

    title: str
    body: str


def _day(moment: datetime) -> str:
    day = local_date(moment)
    return str(format_date(day, "EEEE, d MMMM y" if str(get_locale()) == "en" else "M月d日（EEEE）"))


def when(slots: Sequence[tuple[datetime, datetime]]) -> str:
    """Days and times, one day once: 7月12日（星期日）08:30–11:30、14:00–17:00."""
    days: dict[str, list[str]] = {}
    for start, end in slots:
        days.setdefault(_day(start), []).append(f"{local(start):%H:%M}–{local(end):%H:%M}")
    chinese = str(get_locale()) != "en"
    gap, comma, semicolon = ("", "、", "；") if chinese else (" ", ", ", "; ")
    return semicolon.join(f"{day}{gap}{comma.join(times)}" for day, times in days.items())


def _where(about: About) -> str:
    if not about.address:
        return about.venue
    return str(_("%(venue)s (%(address)s)", venue=about.venue, address=about.address))


def _facts(about: About, *, marked: Collection[str] = (), directions: bool = False) -> list[str]:
    """The lines of time and place; what has changed is marked."""
    new = _(" (new)")
    lines = [_("Time: %(when)s", when=when(about.slots)) + (new if "time" in marked else "")]
    if about.venue:
        lines.append(_("Place: %(where)s", where=_where(about)) + (new if "venue" in marked else ""))
    if directions and about.directions:
        lines.append(" ".join(about.directions.split()))
    return lines


def _eve(about: About, today: date) -> str:
    days = (local_date(about.slots[0][0]) - today).days if about.slots else None
    if days == 1:
        return str(_("“%(title)s” is tomorrow.", title=about.title))
    if days == 0:
        return str(_("“%(title)s” is today.", title=about.title))
    return str(_("“%(title)s” is coming up.", title=about.title))


def _news(kind: str, about: About, changed: Collection[str], today: date) -> list[str]:
    """What happened, and time and place, for everyone of an event."""
    if kind == CANCELLED:
        first = about.slots[0][0] if about.slots else None
        news = _("“%(title)s” is cancelled.", title=about.title)
        lines = [_("We are sorry: %(news)s", news=news)]
        if first:
            lines.append(_("It was planned for %(when)s.", when=f"{_day(first)} {local(first):%H:%M}"))
        if about.reason:
            lines.append(_("Reason: %(reason)s", reason=about.reason))
        return [*lines, _("Please pass this on. We will tell you how it goes on.")]
    if kind == CHANGED:
        head = _("“%(title)s” has changed. This is what counts now:", title=about.title)
        return [head, *_facts(about, marked=changed, directions=True), _("Please answer “received”. Thank you!")]
    if kind == RESTORED:
        head = _("“%(title)s” takes place after all, as it was planned:", title=about.title)
        return [head, *_facts(about, directions=True), _("Please answer “received”. Thank you!")]
    lines = [_eve(about, today), *_facts(about, directions=True)]
    if about.opens_at:
        lines.append(_("Check-in opens at %(hour)s.", hour=f"{local(about.opens_at):%H:%M}"))
    return lines


def _title(kind: str, about: About) -> str:
    titles: dict[str, str] = {
        CONFIRMED: _("Registered: %(title)s", title=about.title),
        PROMOTED: _("You have a seat: %(title)s", title=about.title),
        CHANGED: _("Changed: %(title)s", title=about.title),
        CANCELLED: _("Cancellation: %(title)s", title=about.title),
        RESTORED: _("Takes place: %(title)s", title=about.title),
        REMINDER: _("Reminder: %(title)s", title=about.title),
    }
    return titles[kind]


def _each(abouts: Sequence[About]) -> list[str]:
    """Time and place of one event, or of each event of a phase."""
    if len(abouts) == 1:
        return _facts(abouts[0], directions=True)
    lines: list[str] = []
    for number, about in enumerate(abouts, start=1):
        lines += [f"{number}. {about.title}", *_facts(about)]
    return lines


def for_group(
    kind: str,
    about: About,
    *,
    names: Sequence[str] = (),
    changed: Collection[str] = (),
    link: str = "",
    today: date,
) -> Text:
    """A text to copy into the WeChat group. `names` are needed for kinds of single persons."""
    listed = _(", ").join(names)
    if kind == CONFIRMED:
        lines = [_("These people are registered for “%(title)s”:", title=about.title), listed]
        lines += _facts(about, directions=True)
    elif kind == PROMOTED:
        lines = [_("Seats came free for “%(title)s”. These people have one now:", title=about.title), listed]
        lines += _facts(about, directions=True)
    else:
        lines = _news(kind, about, changed, today)
    title = _title(kind, about) if kind != PROMOTED else _("Moved up: %(title)s", title=about.title)
    head = _("[%(title)s]", title=title)
    return Text(title, "\n".join([head, _("Hello everyone!"), *lines, *_way(kind, link), *_signed(about)]))


def for_person(
    kind: str,
    abouts: Sequence[About],
    *,
    name: str,
    changed: Collection[str] = (),
    link: str = "",
    today: date,
) -> Text:
    """An e-mail to one person; several events when she has a seat in each of a phase."""
    about = abouts[0]
    lines = [_("Hello %(name)s!", name=name)]
    if kind == CONFIRMED:
        lines += [_("You are registered for “%(title)s”.", title=about.title), *_each(abouts)]
    elif kind == PROMOTED:
        lines += [_("A seat came free: you are now registered for “%(title)s”.", title=about.title), *_each(abouts)]
        lines.append(_("If you cannot come, please cancel soon: someone else is waiting for the seat."))
    else:
        lines += _news(kind, about, changed, today)
    return Text(_title(kind, about), "\n".join([*lines, *_way(kind, link), *_signed(about)]))


def _way(kind: str, link: str) -> list[str]:
    if not link:
        return []
    if kind == CANCELLED:
        return [_("Details: %(link)s", link=link)]
    return [_("Your check-in code is here: %(link)s", link=link)]


def _signed(about: About) -> list[str]:
    return [about.office] if about.office else []
