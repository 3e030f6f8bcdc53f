"""What stands first on a page, and in which state: facts in, decisions out. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from flask_babel import lazy_gettext as _l

from training_app.core.clock import local, local_date

#: Surnames of two characters, so that 欧阳静 is called 欧阳 and not 欧.
_TWO = frozenset(("欧阳", "上官", "诸葛", "司马", "司徒", "尉迟", "皇甫", "东方", "慕容", "令狐", "夏侯", "公孙"))
#: For so long after its end a ticket still stands on the first page: people leave late.
AFTER = timedelta(minutes=30)
#: No slot lasts longer: those that run are found by when they start.
LONGEST = timedelta(days=3)


def part_of_day(moment: datetime) -> str:
    """morning, afternoon or evening at the programme's place."""
    hour = local(moment).hour
    return "morning" if 4 <= hour < 12 else "afternoon" if hour < 18 and hour >= 12 else "evening"


def surname(name: str) -> str:
    """The surname of a Chinese name; any other name as it is."""
    if not name or not ("\u2e80" <= name[0] <= "\U0003ffff"):
        return name
    return name[:2] if name[:2] in _TWO and len(name) > 2 else name[:1]


def event_name(kind: str, number: int) -> Any:
    """What people call it: "Session 4", "Salon 2", "Phase 3"."""
    if kind == "salon":
        return _l("Salon %(number)s", number=number)
    return _l("Phase %(number)s", number=number) if kind == "phase" else _l("Session %(number)s", number=number)


class Times(Protocol):
    """Anything that lasts from a time to a time."""

    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


Slot = TypeVar("Slot", bound=Times)


def is_today(slot: Times, now: datetime) -> bool:
    """Whether a slot belongs to this day: it starts today, or it is going on (past midnight, too)."""
    return local_date(slot.starts_at) == local_date(now) or slot.starts_at <= now < slot.ends_at


def slot_of_today(slots: Iterable[Slot], now: datetime) -> Slot | None:
    """The slot that counts on this day: the one that is not over, the earliest first; None on other days."""
    today = [s for s in slots if is_today(s, now) and s.ends_at + AFTER > now]
    return min(today, key=lambda slot: slot.starts_at, default=None)


def next_slot(slots: Iterable[Slot], now: datetime) -> Slot | None:
    """The earliest slot that is not over, or None."""
    return min((s for s in slots if s.ends_at > now), key=lambda slot: slot.starts_at, default=None)


def registration_open(state: str, opens_at: datetime | None, closes_at: datetime | None, now: datetime) -> bool:
    """Whether a director may register by herself now."""
    return state == "published" and (opens_at is None or opens_at <= now) and (closes_at is None or now < closes_at)


def stamp_state(*, earned: bool, registered: bool, ahead: bool) -> str:
    """How a stamp of the passport looks: earned, registered, open, or missed."""
    if earned:
        return "earned"
    if registered and ahead:
        return "registered"
    return "open" if ahead else "missed"
